// Package rtpaudio has the parts of an RTP audio stream that know neither socket nor clock: a sender (numbers packets of
// 20 ms G.711, and digits by RFC 4733), and a receiver (sequence, loss and jitter by RFC 3550, an adaptive jitter buffer,
// concealment of losses, digits). The media engine and the test phone are built of them.
//
//	sender := rtpaudio.NewSender(ssrc, seq, timestamp)
//	packet := sender.Audio(buf, law, payloadType, pcm)          // 160 samples; buf is reused
//
//	receiver := rtpaudio.NewReceiver()
//	digit, ok := receiver.Packet(now, &header, payload, format) // format: what the payload type stands for
//	kind := receiver.Frame(pcm)                                 // every 20 ms: the next 160 samples
package rtpaudio
