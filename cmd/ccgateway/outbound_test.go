package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// carrier is the outside line's far end as a phone of the test.
func (in *installation) carrier() *line {
	return &line{Phone: in.outside, in: in, Number: "carrier", Tone: outsideTone}
}

// otherAlerting is AgentEvent_Customer_Alerting for who makes a call: the other side rings.
func (p party) otherAlerting(agent string) string {
	return fmt.Sprintf(`AgentEvent_Customer_Alerting {"callid":%q,"otherPhoneWorkno":%q,"otherPhone":%q,"type":"main"}`, p.id, agent, p.called)
}

// outFailed is what an agent is told of a call to the outside that is not built up.
func (p party) outFailed() []string {
	return []string{fmt.Sprintf("AgentEvent_Call_Out_Fail %q", p.id), fmt.Sprintf("AgentEvent_Connect_Fail %q", p.id)}
}

// callOut lets an agent call an outside number and gives his phone's call, which rings. The reply's id is bound to p.id.
func callOut(d *desk, p party, call client.CallOut) *talk {
	d.in.t.Helper()
	call.Called = p.called
	d.ok(func(ctx context.Context) error {
		id, err := d.CallOut(ctx, call)
		d.in.bind(p.id, id)
		return err
	})
	own := d.Phone.rung()
	d.expect(ownAlerting)
	return own
}

// toOutside is a call of agent 101 to the outside.
var toOutside = party{"$out", "101", "5551234"}

// TestOutbound is call-model 14.6: an outside party is called, rings, answers, talks, and either side ends.
func TestOutbound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		end     func(ann *desk, own, far *talk)
		events  []string
		records []string
	}{
		{"agent releases", func(ann *desk, _, _ *talk) { ann.ok(ann.Release) },
			[]string{toOutside.released(), toOutside.left("5551234"), platformHungUp, ready}, []string{
				"call 101 to 5551234, feature 7, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
				"outside 5551234, answered: agent hung up",
			}},
		{"outside hangs up", func(_ *desk, _, far *talk) { far.hangUp() },
			[]string{toOutside.left("5551234"), toOutside.released(), platformHungUp, ready}, []string{
				"call 101 to 5551234, feature 7, answered by 101: user hung up (outside)", "agent 101 at 40101, answered: user hung up",
				"outside 5551234, answered: user hung up",
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t)
			ann := in.agent(101)
			own := callOut(ann, toOutside, client.CallOut{})
			in.carrier().notCalled()
			own.lift()
			ann.expect(offhook, busy)
			far := in.carrier().called()
			if far.Number() != "101" {
				t.Errorf("the outside is called by %q", far.Number())
			}
			must(t, far.Ring())
			ann.expect(toOutside.otherAlerting(""), toOutside.record())
			own.hears(ringTone)
			far.lift()
			ann.expect(toOutside.talking("7"))
			converse(own, far)
			own.listen(50)
			c.end(ann, own, far)
			ann.expect(c.events...)
			own.over()
			far.over()
			ann.quiet()
			in.recorded("$out", c.records...)
			in.recording("$out", 101, outsideTone, annTone)
			in.states(101, "idle", "talking $out")
		})
	}
}

// TestOutbound_Fails is the rest of call-model 14.6: a call that is not built up. The agent is what he was before.
func TestOutbound_Fails(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.SIP.NoResponse = 1e9 })
	farFailed := slices.Concat([]string{platformHungUp}, toOutside.outFailed(), []string{ready})
	own := func(call *talk, status int) { must(call.line.in.t, call.Reject(status)) }
	for _, c := range []struct {
		name    string
		play    func(in *installation, ann *desk, own *talk)
		events  []string
		records []string
	}{
		{"own phone refuses", func(_ *installation, _ *desk, call *talk) { own(call, 603) }, append(toOutside.outFailed(), agentHungUp), []string{
			"call 101 to 5551234, feature 7: agent refused (agent)", "agent 101 at 40101: agent refused",
		}},
		{"agent gives up before his phone is lifted", func(_ *installation, ann *desk, call *talk) {
			ann.ok(func(ctx context.Context) error { return ann.DropCall(ctx, ann.in.bound("$out")) })
			call.over()
		}, append(toOutside.outFailed(), platformHungUp), []string{
			"call 101 to 5551234, feature 7: agent hung up (agent)", "agent 101 at 40101: agent hung up",
		}},
		{"outside is busy", farRefuses(486), farFailed, []string{
			"call 101 to 5551234, feature 7: busy (outside)", "agent 101 at 40101: busy", "outside 5551234: busy",
		}},
		{"outside refuses", farRefuses(603), farFailed, []string{
			"call 101 to 5551234, feature 7: user refused (outside)", "agent 101 at 40101: user refused", "outside 5551234: user refused",
		}},
		{"outside does not exist", farRefuses(404), farFailed, []string{
			"call 101 to 5551234, feature 7: no such number (outside)", "agent 101 at 40101: no such number", "outside 5551234: no such number",
		}},
		{"outside is not there", func(in *installation, ann *desk, call *talk) {
			in.outside.Unplug()
			call.lift()
			ann.expect(offhook, busy)
			call.over()
			in.outside.Plug() // it is heard after all, too late: CANCEL, so that it does not ring for ever
			if end := in.carrier().rung().over(); end.Method != "CANCEL" {
				in.t.Errorf("the call that nobody waits for any more ended by %s", end)
			}
		}, farFailed, []string{
			"call 101 to 5551234, feature 7: unreachable (outside)", "agent 101 at 40101: unreachable", "outside 5551234: unreachable",
		}},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			call := callOut(ann, toOutside, client.CallOut{})
			c.play(in, ann, call)
			ann.expect(c.events...)
			call.over()
			ann.quiet()
			in.recorded("$out", c.records...)
			ann.ok(func(ctx context.Context) error {
				status, err := ann.Status(ctx)
				if err == nil && status.State != client.StateIdle {
					t.Errorf("agent's state is %d", status.State)
				}
				return err
			})
		})
	}
}

// liftInVain answers a call that the other side may end at once.
func (c *talk) liftInVain() {
	c.line.in.t.Helper()
	c.line.in.try(c.line.Number+" answers", func(ctx context.Context) error {
		if err := c.Answer(ctx); !errors.Is(err, softphone.ErrEnded) && !errors.Is(err, softphone.ErrDecided) {
			return err
		}
		return nil
	})
}

// farRefuses lifts the agent's phone and lets the outside party refuse.
func farRefuses(status int) func(*installation, *desk, *talk) {
	return func(in *installation, ann *desk, call *talk) {
		in.t.Helper()
		call.lift()
		ann.expect(offhook, busy)
		must(in.t, in.carrier().called().Reject(status))
	}
}

// TestInner is call-model 14.5: a call from agent to agent, answered by hand and by itself, ended by either side.
func TestInner(t *testing.T) {
	t.Parallel()
	p := party{"$in", "101", "102"}
	for _, c := range []struct {
		name string
		auto bool
		end  func(ann, ben *desk)
		a, b []string
	}{
		{"answered by hand, caller releases", false, func(ann, _ *desk) { ann.ok(ann.Release) },
			[]string{p.released(), p.left("102")}, []string{p.left("101"), p.released()}},
		{"answered by itself, called releases", true, func(_, ben *desk) { ben.ok(ben.Release) },
			[]string{p.left("102"), p.released()}, []string{p.released(), p.left("101")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t)
			ann, ben := in.agent(101), in.agent(102, func(s *client.SignIn) { s.AutoAnswer = client.Bool(c.auto) })
			own := callInner(ann, p, "order 7")
			own.lift()
			ann.expect(offhook, busy, p.otherAlerting("102"))
			ben.expect(busy)
			other := ben.Phone.rung()
			ben.expect(p.alerting())
			own.hears(ringTone)
			other.lift()
			if c.auto {
				ben.expect(offhook, p.autoAnswer("6"))
			} else {
				ben.expect(offhook, p.ringing("6"))
				ben.ok(func(ctx context.Context) error { return ben.Answer(ctx, in.bound("$in")) })
			}
			ann.expect(p.talking("6"), p.record())
			ben.expect(p.talking("6"), p.record())
			converse(own, other)
			ben.ok(func(ctx context.Context) error {
				data, err := ben.CallData(ctx, "")
				if err == nil && data != "order 7" {
					t.Errorf("call data is %q", data)
				}
				return err
			})
			own.listen(50)
			c.end(ann, ben)
			ann.expect(append(c.a, platformHungUp, ready)...)
			ben.expect(append(c.b, platformHungUp, ready)...)
			own.over()
			other.over()
			ann.quiet()
			ben.quiet()
			in.recorded("$in", "call 101 to 102, feature 6, answered by 102: agent hung up (agent)",
				"agent 101 at 40101, answered: agent hung up", "agent 102 at 40102, answered: agent hung up")
			in.recording("$in", 101, benTone, annTone)
			in.recording("$in", 102, annTone, benTone)
			in.states(101, "idle", "talking $in")
			in.states(102, "idle", "talking $in")
		})
	}
}

// callInner lets an agent call another one and gives his own phone's call, which rings.
func callInner(d *desk, p party, data string) *talk {
	d.in.t.Helper()
	d.ok(func(ctx context.Context) error {
		id, err := d.CallInner(ctx, p.called, data)
		d.in.bind(p.id, id)
		return err
	})
	own := d.Phone.rung()
	d.expect(ownAlerting)
	return own
}

// TestInner_Fails is the failing half of call-model 14.5.
func TestInner_Fails(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.SIP.MaxRinging = 4 * time.Second })
	failed := func(p party) []string {
		return []string{fmt.Sprintf("AgentEvent_Inside_Call_Fail %q", p.id), platformHungUp, ready}
	}
	for _, c := range []struct {
		name   string
		called string
		signIn bool
		status int
		play   func(in *installation, ann, ben *desk, p party)
		reason string
		rang   bool
	}{
		{"not signed in", "102", false, 0, nil, "unreachable", false},
		{"no agent's number", "555", false, 0, nil, "unreachable", false},
		{"agent of another tenant", "201", false, 0, nil, "unreachable", false},
		{"not ready", "102", true, client.StateBusy, nil, "busy", false},
		{"silent", "102", true, 0, func(in *installation, ann, ben *desk, p party) {
			ann.expect(p.otherAlerting("102"))
			ben.expect(busy)
			ben.Phone.rung()
			ben.expect(p.alerting(), p.noAnswer(), platformHungUp, notReady(2))
		}, "agent did not answer", true},
		{"refuses", "102", true, 0, func(in *installation, ann, ben *desk, p party) {
			ann.expect(p.otherAlerting("102"))
			ben.expect(busy)
			ben.Phone.rung()
			ben.expect(p.alerting())
			ben.ok(func(ctx context.Context) error { return ben.Reject(ctx, in.bound(p.id)) })
			ben.expect(p.noAnswer(), platformHungUp, ready)
		}, "agent refused", true},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			p := party{"$in", "101", c.called}
			var ben *desk
			if c.signIn {
				ben = in.agent(102, func(s *client.SignIn) { s.Status = c.status })
			}
			own := callInner(ann, p, "")
			own.liftInVain()
			ann.expect(offhook, busy)
			if c.play != nil {
				c.play(in, ann, ben, p)
			}
			ann.expect(failed(p)...)
			own.over()
			ann.quiet()
			if ben != nil {
				ben.quiet()
			}
			who, want := "system", []string{"agent 101 at 40101: " + c.reason}
			if c.rang {
				who, want = "agent", append(want, "agent 102 at 40102: "+c.reason)
			}
			in.recorded("$in", append([]string{fmt.Sprintf("call 101 to %s, feature 6: %s (%s)", c.called, c.reason, who)}, want...)...)
		})
	}
}
