package main

import (
	"context"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// fromAmy is the call of most tests: customer 13900 dials 1000.
var fromAmy = party{"$call", "13900", "1000"}

// answerByHand brings a customer's call to agent's talk as in call-model 14.1: the phone rings, is lifted, the agent answers.
func answerByHand(in *installation, d *desk, customer *talk, p party) *talk {
	in.t.Helper()
	phone := offerByHand(in, d, customer, p)
	d.ok(func(ctx context.Context) error { return d.Answer(ctx, in.bound(p.id)) })
	d.expect(p.talking("0"), p.record())
	return phone
}

// offerByHand does the same up to the offer: the phone is lifted.
func offerByHand(in *installation, d *desk, customer *talk, p party) *talk {
	in.t.Helper()
	d.expect(busy)
	phone := d.Phone.rung()
	d.expect(p.alerting())
	phone.lift()
	d.expect(p.offered()[2:]...)
	return phone
}

// takeRequeued lets an agent take, by hand, the caller whom agent 101 has not taken so many times. Both hear each other then.
func takeRequeued(d *desk, customer *talk, times int) *talk {
	customer.line.in.t.Helper()
	d.expect(busy)
	phone := d.Phone.rung()
	d.expect(fromAmy.alerting())
	phone.lift()
	d.expect(offhook, fromAmy.ringing("0"), fromAmy.requeued(101, times), fromAmy.customerAlerting())
	d.ok(func(ctx context.Context) error { return d.Answer(ctx, "") })
	d.expect(fromAmy.talking("0"), fromAmy.record())
	converse(phone, customer)
	return phone
}

// TestInbound_ManualAnswer is call-model 14.1 with both endings, step by step.
func TestInbound_ManualAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		wrapUp  bool
		end     func(ann *desk, agent, customer *talk)
		events  func(string) []string
		records []string
	}{
		{"agent releases by the interface", false, func(ann *desk, _, _ *talk) { ann.ok(ann.Release) }, fromAmy.releasedByAgent, []string{
			"call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
			"customer 13900, answered: agent hung up",
		}},
		{"customer hangs up", false, func(_ *desk, _, customer *talk) { customer.hangUp() }, fromAmy.releasedByCustomer, []string{
			"call 13900 to 1000, queue 1, answered by 101: user hung up (customer)", "agent 101 at 40101, answered: user hung up",
			"customer 13900, answered: user hung up",
		}},
		{"agent drops the call by its id, then wrap-up", true, func(ann *desk, _, _ *talk) {
			ann.ok(func(ctx context.Context) error { return ann.DropCall(ctx, ann.in.bound("$call")) })
		}, fromAmy.releasedByAgent, []string{
			"call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
			"customer 13900, answered: agent hung up",
		}},
		{"agent hangs up the phone", false, func(_ *desk, agent, _ *talk) { agent.hangUp() }, func(end string) []string {
			return []string{fromAmy.released(), fromAmy.left("13900"), agentHungUp, end}
		}, []string{
			"call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
			"customer 13900, answered: agent hung up",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t)
			end, after := ready, "idle"
			var how []func(*client.SignIn)
			if c.wrapUp {
				how, end, after = append(how, toWrapUp), wrapUp, "wrap-up $call"
			}
			ann := in.agent(101, how...)
			ben := in.agent(102, notServing)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			ann.expect(busy)
			customer.hears(musicTone)
			agent := ann.Phone.rung()
			ann.expect(fromAmy.alerting())
			agent.lift()
			ann.expect(fromAmy.offered()[2:]...)
			customer.hears(ringTone)
			agent.hears()
			ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
			ann.expect(fromAmy.talking("0"), fromAmy.record())
			converse(agent, customer)
			agent.listen(50)
			c.end(ann, agent, customer)
			ann.expect(c.events(end)...)
			agent.over()
			customer.over()
			ann.quiet()
			ben.quiet()
			in.recorded("$call", c.records...)
			in.recording("$call", 101, amyTone, annTone)
			in.states(101, "idle", "talking $call")
			ann.ok(func(ctx context.Context) error { return ann.ForceSignOut(ctx, 0) })
			in.states(101, "idle", "talking $call", after)
		})
	}
}

// TestInbound_AutoAnswer is call-model 14.2: the phone answers by itself, asked by headers.
func TestInbound_AutoAnswer(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agentAt(in.phone("40101", answersAsked), 101, autoAnswer)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := ann.Phone.called()
	ann.expect(busy, fromAmy.alerting(), offhook, fromAmy.autoAnswer("0"), fromAmy.incoming(), fromAmy.talking("0"), fromAmy.record())
	customer.answered()
	converse(agent, customer)
	if h := agent.Headers(); h.Get("Call-Info") == "" && h.Get("Alert-Info") == "" && h.Get("Answer-Mode") == "" {
		t.Errorf("no header asks the phone to answer: %v", h)
	}
	customer.listen(50)
	customer.hangUp()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	if end := agent.over(); end.By != softphone.Remote || end.Method != "BYE" {
		t.Errorf("the phone's call ended by %s", end)
	}
	ann.quiet()
	in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: user hung up (customer)",
		"agent 101 at 40101, answered: user hung up", "customer 13900, answered: user hung up")
	in.recording("$call", 101, amyTone, annTone)
}

// shortRing makes the queues' ring time short, but long enough for a busy machine to answer in it.
func shortRing(cfg *config.Config) {
	for i := range cfg.VCCs[0].Skills {
		cfg.VCCs[0].Skills[i].Ring = 3 * time.Second
	}
}

// TestInbound_NoAnswer is call-model 14.3: with the phone lifted and not; the next agent sees that the call was let go.
func TestInbound_NoAnswer(t *testing.T) {
	t.Parallel()
	for _, lifted := range []bool{false, true} {
		t.Run(map[bool]string{false: "phone rings only", true: "phone is lifted"}[lifted], func(t *testing.T) {
			t.Parallel()
			in := install(t, shortRing)
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			ann.expect(busy)
			agent := ann.Phone.rung()
			ann.expect(fromAmy.alerting())
			if lifted {
				agent.lift()
				ann.expect(fromAmy.offered()[2:]...)
				customer.hears(ringTone)
			}
			ann.expect(fromAmy.noAnswer(), platformHungUp, notReady(2))
			agent.over()
			customer.hears(musicTone)
			in.waiting(1, 1, 1)
			ben := in.agent(102)
			takeRequeued(ben, customer, 1)
			ben.ok(ben.Release)
			ben.expect(fromAmy.releasedByAgent(ready)...)
			customer.over()
			ann.quiet()
			ben.quiet()
			in.recorded("$call", "call 13900 to 1000, queue 1, requeued 1, answered by 102: agent hung up (agent)",
				"agent 101 at 40101: agent did not answer", "agent 102 at 40102, answered: agent hung up",
				"customer 13900, answered: agent hung up")
			in.states(101, "idle", "talking $call")
		})
	}
}

// TestInbound_Reject is call-model 14.4: both modes, and release while it rings, which desktops use for mode 2.
func TestInbound_Reject(t *testing.T) {
	t.Parallel()
	in := install(t)
	var goesOn = []string{fromAmy.noAnswer(), notReady(7), platformHungUp}
	var ends = []string{fromAmy.noAnswer(), platformHungUp, ready}
	for _, c := range []struct {
		name   string
		reject func(ctx context.Context, ann *desk) error
		events []string
		goesOn bool
	}{
		{"mode 1 gives back", func(ctx context.Context, ann *desk) error { return ann.GiveBack(ctx, ann.in.bound("$call")) }, goesOn, true},
		{"mode 2 ends", func(ctx context.Context, ann *desk) error { return ann.Reject(ctx, ann.in.bound("$call")) }, ends, false},
		{"release while ringing", func(ctx context.Context, ann *desk) error { return ann.Release(ctx) }, ends, false},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			agent := offerByHand(in, ann, customer, fromAmy)
			ann.ok(func(ctx context.Context) error { return c.reject(ctx, ann) })
			ann.expect(c.events...)
			agent.over()
			if !c.goesOn {
				customer.over()
				ann.quiet()
				in.recorded("$call", "call 13900 to 1000, queue 1: agent refused (agent)", "agent 101 at 40101: agent refused",
					"customer 13900: agent refused")
				return
			}
			customer.hears(musicTone)
			in.waiting(1, 1, 1)
			customer.hangUp()
			ann.quiet()
			in.recorded("$call", "call 13900 to 1000, queue 1, requeued 1: gave up waiting (customer)", "agent 101 at 40101: agent refused",
				"customer 13900: gave up waiting")
		})
	}
}

// TestInbound_RingbackWhileWaiting is a queue that lets callers hear that it rings: their call is answered with the agent's answer,
// not before.
func TestInbound_RingbackWhileWaiting(t *testing.T) {
	t.Parallel()
	in := install(t)
	cid := in.agent(103)
	p := party{"$call", "13900", "1001"}
	customer := in.customer("13900", amyTone).calls("1001")
	in.wait("the customer hears that it rings", customer.Ringing())
	agent := offerByHand(in, cid, customer, p)
	select {
	case <-customer.Answered():
		t.Error("answered before the agent")
	default:
	}
	cid.ok(func(ctx context.Context) error { return cid.Answer(ctx, "") })
	cid.expect(p.talking("0"), p.record())
	customer.answered()
	converse(agent, customer)
	customer.hangUp()
	cid.expect(p.releasedByCustomer(ready)...)
	cid.quiet()
}
