// Package softphone is a small but real SIP and RTP telephone that lives in a program: the callers and the agents' phones of
// the demo, and the far side of the end-to-end tests. It is an implementation of its own, on purpose independent of the
// gateway's voice code, so that a misreading of a standard cannot hide on both sides of a test.
//
// A Phone binds one SIP address, registers if told to, calls and is called. A Call is one dialog with its sound: it says a
// tone, listens to what comes, and can tell which tones are heard right now (Call.Hear, Call.Silent, Call.Levels). Sound is
// G.711 at 8000 samples a second in packets of 20 ms; digits are RFC 4733 events; reports are RFC 3550 RTCP on the next port.
//
//	p, err := softphone.New(ctx, softphone.Config{Local: "127.0.0.1:0", Registrar: "127.0.0.1:5060", User: "40101", Password: "...", Tone: 440})
//	defer p.Close()
//	err = p.Register(ctx)
//	call, err := p.Call(ctx, "1000")     // INVITE is sent
//	<-call.Answered()                    // or call.Ringing(), call.Ended()
//	err = call.Hear(ctx, 700)            // the other side's tone arrives
//	err = call.Hangup(ctx)
//
// Channels are closed at the moment they are named after and stay closed, so that any number of goroutines can wait.
// Ended comes for every call, and after it nothing more is sent or heard. What a phone does wrong on purpose is a Fault.
//
// The transactions are those of github.com/emiago/sipgo; dialogs, timers of dialogs, offers and answers and everything about
// sound are this package's. Hundreds of phones fit into one process: all their sound is sent by one shared clock, and a call
// costs two sockets with a goroutine each.
package softphone
