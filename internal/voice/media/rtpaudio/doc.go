// Package rtpaudio has the parts of an RTP audio stream that know neither socket nor clock: a Sender (numbers packets of
// sound, and of digits by RFC 4733) and a Receiver (sequence, loss and jitter by RFC 3550, an adaptive jitter buffer,
// concealment of losses, digits). The media engine is built of them, and so can a phone for tests be.
//
//	sender := rtpaudio.NewSender(ssrc, seq, timestamp)              // three random numbers
//	packet := sender.Audio(buf, g711.ALaw, 8, pcm)                  // every 20 ms 160 samples; buf is used again and again
//	digit, ok := sender.Digit('5', 101)                             // a key is pressed:
//	packet = digit.Packet(buf)                                      // every 20 ms instead of Audio,
//	packet = digit.End(buf)                                         // and three times at its end
//
//	receiver := rtpaudio.NewReceiver()
//	digit, ok := receiver.Packet(now, &header, payload, format)     // what came; format is what the payload type stands for
//	kind := receiver.Frame(pcm)                                     // every 20 ms the next 160 samples
//
// Nothing here is safe for use by several goroutines at a time, nothing allocates after its making, and no input can make it
// panic.
package rtpaudio

import "ccgateway/internal/codec"

// FrameSize is the number of samples of the 20 ms that are handled at a time.
const FrameSize = 160

// Kind says what the packets of a payload type carry.
type Kind uint8

// The kinds.
const (
	KindUnknown Kind = iota // not agreed: dropped
	KindAudio               // sound of Format.Codec
	KindEvent               // telephone-event (RFC 4733)
	KindNoise               // comfort noise (RFC 3389): a sign of life
)

// Format is what a payload type stands for.
type Format struct {
	Kind  Kind
	Codec codec.Codec
}
