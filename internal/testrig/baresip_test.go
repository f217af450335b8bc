package testrig

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/softphone"
)

const patience = 15 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, what string, moment <-chan struct{}) {
	t.Helper()
	select {
	case <-moment:
	case <-time.After(patience):
		t.Fatalf("%s: not in time", what)
	}
}

func newPhone(t *testing.T, cfg softphone.Config) *softphone.Phone {
	t.Helper()
	p, err := softphone.New(testContext(t), cfg)
	must(t, err)
	t.Cleanup(p.Close)
	return p
}

func awaitCall(t *testing.T, p *softphone.Phone) *softphone.Call {
	t.Helper()
	select {
	case c := <-p.Incoming():
		return c
	case <-time.After(patience):
		t.Fatal("no call came in")
		return nil
	}
}

func awaitEvent(t *testing.T, b *Baresip, types ...string) Event {
	t.Helper()
	event, err := b.Await(testContext(t), types...)
	must(t, err)
	return event
}

// TestBaresip_Calls: baresip calls a soft phone; each hears the other, holds, and digits arrive.
func TestBaresip_Calls(t *testing.T) {
	for name, transport := range map[string]softphone.Transport{"udp": softphone.UDP, "tcp": softphone.TCP} {
		t.Run(name, func(t *testing.T) {
			phone := newPhone(t, softphone.Config{Tone: 700, Answer: softphone.OnRequest, Transport: transport})
			talkWithBaresip(t, phone, StartBaresip(t, BaresipConfig{User: "40101", Tone: 1000, Transport: name}))
		})
	}
}

func talkWithBaresip(t *testing.T, phone *softphone.Phone, b *Baresip) {
	t.Helper()
	must(t, b.Dial(testContext(t), phone.URI()))
	call := awaitCall(t, phone)
	awaitEvent(t, b, "CALL_RINGING")
	must(t, call.Answer(testContext(t)))
	awaitEvent(t, b, "CALL_ESTABLISHED")
	must(t, call.Hear(testContext(t), 1000))
	must(t, b.Hear(testContext(t), 700))
	must(t, b.Silent(testContext(t), 440))

	must(t, b.Hold(testContext(t)))
	must(t, call.Silent(testContext(t), 1000))
	must(t, b.Resume(testContext(t)))
	must(t, call.Hear(testContext(t), 1000))
	must(t, b.Hear(testContext(t), 700))
	must(t, call.Hold(testContext(t)))
	must(t, b.Silent(testContext(t), 700))
	must(t, call.Resume(testContext(t)))
	must(t, b.Hear(testContext(t), 700))

	must(t, b.Digit(testContext(t), '5'))
	must(t, call.HearDigits(testContext(t), "5"))
	must(t, b.Digit(testContext(t), '#'))
	must(t, call.HearDigits(testContext(t), "5#"))
	must(t, call.Digit(testContext(t), '7'))
	must(t, b.Hangup(testContext(t)))
	await(t, "end", call.Ended())
	awaitEvent(t, b, "CALL_CLOSED")
}

// TestBaresip_IsCalled: a soft phone calls baresip, which answers by hand or by itself.
func TestBaresip_IsCalled(t *testing.T) {
	phone := newPhone(t, softphone.Config{Tone: 700})
	for _, answer := range []string{Manual, Auto} {
		t.Run(answer, func(t *testing.T) {
			b := StartBaresip(t, BaresipConfig{User: "40101", Tone: 1000, Answer: answer, Codecs: "PCMA"})
			call, err := phone.Call(testContext(t), b.URI())
			must(t, err)
			if answer == Manual {
				awaitEvent(t, b, "CALL_INCOMING")
				await(t, "ringing", call.Ringing())
				must(t, b.Accept(testContext(t)))
			}
			await(t, "answered", call.Answered())
			must(t, call.Hear(testContext(t), 1000))
			must(t, b.Hear(testContext(t), 700))
			must(t, call.Hangup(testContext(t)))
			awaitEvent(t, b, "CALL_CLOSED")
		})
	}
}
