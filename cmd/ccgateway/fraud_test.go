package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// outsideNumbers are an ordinary, a national and an international number of the tests' numbering plan.
var outsideNumbers = []string{"5551234", "0301234", "0015551234"}

// TestTollFraud: no call leaves the center except by an agent with the right to it. The outside line counts the INVITEs that reach it.
func TestTollFraud(t *testing.T) {
	t.Parallel()
	in := install(t)
	refused := func(in *installation, l *line, numbers ...string) {
		in.t.Helper()
		for _, number := range numbers {
			call := l.calls(number)
			in.wait(l.Number+" to "+number+" is refused", call.Ended())
			end := call.EndReason()
			if end.Status < 400 || end.Status >= 700 || end.By != softphone.Remote {
				in.t.Errorf("%s to %s: %s", l.Number, number, end)
			}
		}
	}
	clever := func(in *installation) []string { // other ways to write numbers
		at := "@" + in.address("sip")
		return []string{"+15551234", "sip:5551234;phone-context=+1" + at, "sip:%35%35%35" + at, "sip:1000%005551234" + at}
	}
	for _, c := range []struct {
		name string
		play func(in *installation)
	}{
		{"customer at the trunk", func(in *installation) {
			refused(in, in.customer("13900", amyTone), append(clever(in), outsideNumbers...)...)
			refused(in, in.customer("13900", amyTone), "40101", "101", "901")
		}},
		{"customer who says that he is an agent's phone", func(in *installation) {
			in.agent(101)
			refused(in, in.customer("40101", amyTone), outsideNumbers...)
			refused(in, in.customer("101", amyTone), outsideNumbers...)
		}},
		{"the outside line's own address", func(in *installation) {
			refused(in, &line{Phone: in.outsider("carrier2"), in: in, Number: "carrier2"}, outsideNumbers...)
		}},
		{"stranger without an account", func(in *installation) {
			stranger := in.newLine(softphone.Config{Local: "127.0.0.5:0", Registrar: in.address("sip"), User: "666"})
			refused(in, stranger, append(outsideNumbers, "1000", "40101")...)
			if stranger.Register(in.ctx) == nil {
				in.t.Error("a stranger can register")
			}
		}},
		{"stranger with an account's number and a guessed password", func(in *installation) {
			ann := in.agent(101)
			stranger := in.newLine(softphone.Config{
				Local: "127.0.0.5:0", Registrar: in.address("sip"), User: "40101", Password: "guessed-password",
			})
			in.keep("guessed-password")
			refused(in, stranger, append(outsideNumbers, "1000")...)
			if stranger.Register(in.ctx) == nil {
				in.t.Error("a wrong password can register")
			}
			in.try("the true phone is not locked out by that", ann.Phone.Register)
		}},
		{"account's phone that has not registered", func(in *installation) {
			refused(in, in.newLine(softphone.Config{
				Local: "127.0.0.1:0", Registrar: in.address("sip"), User: "40199", Password: "phone-secret-40199",
			}), outsideNumbers...)
		}},
		{"registered phone of nobody", func(in *installation) { refused(in, in.phone("40199"), append(clever(in), outsideNumbers...)...) }},
		{"phone of a signed-in agent, dialling by itself", func(in *installation) {
			ann := in.agent(101)
			refused(in, ann.Phone, append(outsideNumbers, "1000", "40102", "102")...)
			ann.quiet()
		}},
		{"phone of an agent who has signed out", func(in *installation) {
			ann := in.agent(101)
			ann.ok(ann.SignOut)
			refused(in, ann.Phone, outsideNumbers...)
		}},
		{"agent without the right to call out", func(in *installation) {
			cannotCall(in.agent(104), outsideNumbers...)
		}},
		{"agent with the right for ordinary calls only", func(in *installation) {
			cannotCall(in.agent(101), outsideNumbers[1:]...)
		}},
		{"agent with the right for national calls", func(in *installation) {
			cannotCall(in.agentAt(in.phone("40106"), 106), outsideNumbers[2:]...)
		}},
		{"agent who forwards his calls outside without the right", func(in *installation) {
			dan := in.agent(104)
			for _, number := range outsideNumbers {
				dan.do("200-001", func(ctx context.Context) error { return dan.SetForwarding(ctx, number) })
			}
			customer := in.customer("13900", amyTone).calls("1000")
			dan.expect(busy)
			dan.Phone.rung()
			customer.hangUp()
		}},
		{"request for another host, as if we were a proxy", func(in *installation) {
			for _, from := range []string{callersHost, "127.0.0.1"} {
				for _, request := range []string{
					"INVITE sip:5551234@%[1]s SIP/2.0", "INVITE sip:5551234@%[2]s SIP/2.0\r\nRoute: <sip:%[1]s;lr>",
					"REFER sip:1000@%[2]s SIP/2.0\r\nRefer-To: <sip:5551234@%[1]s>", "MESSAGE sip:5551234@%[1]s SIP/2.0",
					"SUBSCRIBE sip:5551234@%[1]s SIP/2.0\r\nEvent: dialog", "OPTIONS sip:5551234@%[1]s SIP/2.0", "INVITE sips:5551234@%[1]s SIP/2.0",
				} {
					request = fmt.Sprintf(request, in.outside.Addr(), in.address("sip"))
					if status := in.sipRequest(from, request); status < 300 && !strings.HasPrefix(request, "OPTIONS") {
						in.t.Errorf("%s from %s is answered %d", request, from, status)
					}
				}
			}
		}},
		{"numbers that are no numbers", func(in *installation) {
			ann := in.agent(101)
			for _, number := range []string{"", "55 51234", "5551234@evil", "sip:5551234@127.0.0.3", "5551234;x", "５５５", "abc"} {
				ann.ok(func(ctx context.Context) error {
					_, err := ann.CallOut(ctx, client.CallOut{Called: number})
					if client.CodeOf(err) != "000-002" {
						in.t.Errorf("callout to %q: %v", number, err)
					}
					return nil
				})
			}
			ann.quiet()
		}},
	} {
		in.run(c.name, func(t *testing.T) {
			c.play(in)
			in.hangUpAll()
			in.nothingLeft()
			in.carrier().notCalled()
			if len(in.outside.Calls()) != 0 {
				t.Error("the outside line is in a call")
			}
		})
	}
	// That the line would be called is shown by the agents who may.
	in.run("agents who may", func(t *testing.T) {
		eve := in.agentAt(in.phone("40105"), 105)
		for i, number := range outsideNumbers {
			p := party{"$abc"[:2+i], "105", number}
			own := callOut(eve, p, client.CallOut{})
			own.lift()
			eve.expect(offhook, busy)
			far := in.carrier().rung()
			eve.expect(p.otherAlerting(""), p.record())
			must(t, far.Reject(486))
			eve.expect(platformHungUp)
			eve.expect(p.outFailed()...)
			eve.expect(ready)
		}
	})
}

// outsider is another phone at the carrier's address.
func (in *installation) outsider(name string) *softphone.Phone {
	in.t.Helper()
	return in.newLine(softphone.Config{Local: outsideHost + ":0", Registrar: in.address("sip"), User: name}).Phone
}

// cannotCall checks that an agent is refused by the interface, and that nothing happens.
func cannotCall(d *desk, numbers ...string) {
	d.in.t.Helper()
	for _, number := range numbers {
		d.do("200-001", func(ctx context.Context) error {
			_, err := d.CallOut(ctx, client.CallOut{Called: number})
			return err
		})
	}
	d.Phone.notCalled()
	d.quiet()
}
