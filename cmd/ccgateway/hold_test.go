package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// TestHold is call-model 14.7: hold and retrieve, a call out meanwhile, a held customer who hangs up; music is heard while held.
func TestHold(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)

	ann.ok(ann.Hold)
	ann.expect(fromAmy.hold())
	customer.hears(musicTone)
	agent.hears()
	ann.do("200-013", ann.Hold)
	ann.do("200-015", func(ctx context.Context) error { return ann.GetHold(ctx, "1-1") })
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, in.bound("$call")) })
	ann.expect(fromAmy.talking("0"))
	converse(agent, customer)

	ann.ok(ann.Hold)
	ann.expect(fromAmy.hold())
	callOutOnHold(ann, toOutside)
	ann.expect(busy)
	far := in.carrier().rung()
	ann.expect(toOutside.otherAlerting(""), toOutside.record())
	agent.hears(ringTone)
	far.lift()
	ann.expect(toOutside.talking("7"))
	converse(agent, far)
	customer.hears(musicTone)
	ann.do("200-016", func(ctx context.Context) error { return ann.GetHold(ctx, in.bound("$call")) })
	ann.ok(ann.Release)
	ann.expect(toOutside.released(), toOutside.left("5551234")) // and no end state: a call is held
	far.over()
	customer.hears(musicTone)
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, "") })
	ann.expect(fromAmy.talking("0"))
	converse(agent, customer)

	ann.ok(ann.Hold)
	ann.expect(fromAmy.hold())
	customer.hears(musicTone)
	customer.hangUp()
	ann.expect(fromAmy.left("13900"), platformHungUp, ready)
	agent.over()
	ann.quiet()
	in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: user hung up (customer)",
		"agent 101 at 40101, answered, held: user hung up", "customer 13900, answered, held: user hung up")
	in.recorded("$out", "call 101 to 5551234, feature 7, answered by 101: agent hung up (agent)",
		"agent 101 at 40101, answered: agent hung up", "outside 5551234, answered: agent hung up")
	in.states(101, "idle", "talking $call")
}

// callOutOnHold lets an agent with a held call call out on the phone that is lifted already.
func callOutOnHold(d *desk, p party) {
	d.in.t.Helper()
	d.ok(func(ctx context.Context) error {
		id, err := d.CallOut(ctx, client.CallOut{Called: p.called})
		d.in.bind(p.id, id)
		return err
	})
}

// TestHold_TwoHeld: two held calls; one customer hangs up, the other is taken back.
func TestHold_TwoHeld(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	agent := answerByHand(in, ann, customer, fromAmy)
	ann.ok(ann.Hold)
	ann.expect(fromAmy.hold())
	callOutOnHold(ann, toOutside)
	ann.expect(busy)
	far := in.carrier().called()
	far.lift()
	ann.expect(toOutside.talking("7"), toOutside.record())
	ann.ok(ann.Hold)
	ann.expect(toOutside.hold())
	customer.hears(musicTone)
	far.hears(musicTone)
	agent.hears()
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, "") }) // the one that was put on hold last
	ann.expect(toOutside.talking("7"))
	converse(agent, far)
	customer.hears(musicTone)
	ann.ok(ann.Hold)
	ann.expect(toOutside.hold())
	far.hears(musicTone)
	far.hangUp()
	ann.expect(toOutside.left("5551234"))
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, in.bound("$call")) })
	ann.expect(fromAmy.talking("0"))
	converse(agent, customer)
	customer.hangUp()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	ann.quiet()
}

// TestHold_AtThePhone: the agent presses hold at his phone (re-INVITE); the customer hears music, and the agent is told nothing that
// the interface has no word for.
func TestHold_AtThePhone(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	in.try("hold at the phone", agent.Hold)
	customer.hears(musicTone)
	in.try("resume at the phone", agent.Resume)
	converse(agent, customer)
	in.try("hold at the customer's", customer.Hold)
	agent.hears(musicTone)
	in.try("resume at the customer's", customer.Resume)
	converse(agent, customer)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()
	customer.over()
}
