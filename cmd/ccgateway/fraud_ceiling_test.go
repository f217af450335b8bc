package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/store"
)

// applies takes over testdata/center.yaml with other numbering and ceilings for the bank, while the program runs.
func (in *installation) applies(lines string) {
	in.t.Helper()
	file := strings.NewReplacer("127.0.0.3:5060", in.outside.Addr(), "    recording: all\n", "    recording: all\n"+lines,
		"rights: [busy, hold, call_out, call_inner]}\n      - {id: 3, name: inspector, rights: [force_state, force_release]}\n      - {id: 4",
		"rights: [busy, hold, call_out, call_inner, transfer_out]}\n      - {id: 3, name: inspector, rights: [force_state, force_release]}\n      - {id: 4",
	).Replace(string(testCenter))
	_, err := in.apply(in.ctx, "center.yaml", []byte(file))
	must(in.t, err)
}

// reaches checks that an agent's call arrives at the carrier, who is busy.
func reaches(d *desk, number string) {
	d.in.t.Helper()
	p := party{"$to-" + number, d.number(), number}
	own := callOut(d, p, client.CallOut{})
	own.lift()
	d.expect(offhook, busy)
	far := d.in.carrier().rung()
	d.expect(p.otherAlerting(""), p.record())
	must(d.in.t, far.Reject(486))
	d.expect(slices.Concat([]string{platformHungUp}, p.outFailed(), []string{ready})...)
	delete(d.in.vars, p.id)
}

// refusesCall checks that an agent's call out is refused and reaches nobody.
func refusesCall(d *desk, code string, numbers ...string) {
	d.in.t.Helper()
	for _, number := range numbers {
		d.do(code, func(ctx context.Context) error {
			_, err := d.CallOut(ctx, client.CallOut{Called: number})
			return err
		})
	}
	d.Phone.notCalled()
	d.in.carrier().notCalled()
	d.quiet()
}

// TestTollFraud_Numbers: what the numbering does not allow is called by nobody: no agent with every right, no transfer, no forwarded phone, no
// flow. It counts from the moment it is applied, and so does its end.
func TestTollFraud_Numbers(t *testing.T) {
	t.Parallel()
	in := install(t)
	eve := in.agentAt(in.phone("40105"), 105) // may call everywhere
	for _, number := range outsideNumbers {
		reaches(eve, number)
	}
	in.applies(`    numbering: {allowed: ["0015551", "0"], denied: ["001", "0301"]}` + "\n")
	refusesCall(eve, "200-001", "0301234", "0017771234", "5551234") // denied, denied, not in the list of those allowed
	reaches(eve, "0015551234")                                      // the exception
	reaches(eve, "0401234")
	eve.do("200-001", func(ctx context.Context) error { return eve.SetForwarding(ctx, "0301234") })
	eve.ok(eve.SignOut)

	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	phone := answerByHand(in, ann, customer, fromAmy)
	for _, mode := range []int{client.BlindOutside, client.Success, client.TalkOutside, client.ThreeOutside} {
		ann.do("200-001", func(ctx context.Context) error {
			return ann.Transfer(ctx, client.Transfer{To: client.ToOutside, Address: "5551234", Mode: mode})
		})
	}
	in.carrier().notCalled()
	converse(phone, customer) // she still has him
	customer.hangUp()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	ann.quiet()

	caller := inMenu(in)
	caller.presses('2') // leads to 5551234; its else branch is the prompt
	caller.hears(menuTone)
	caller.over()
	in.carrier().notCalled()

	in.bars("101 5551234: number", "105 0301234: number", "0 5551234: number")
	in.applies("")
	clear(in.vars)
	caller = inMenu(in)
	caller.presses('2')
	far := in.carrier().rung()
	far.lift()
	converse(far, caller)
	caller.hangUp()
	far.over()
}

// TestTollFraud_Ceilings: an agent, and a VCC, calls out so often and no more, whatever way the calls take. His phone that is forwarded rings at
// his desk then.
func TestTollFraud_Ceilings(t *testing.T) {
	t.Parallel()
	in := install(t)
	in.applies("    limits: {outside: {agent_per_minute: 2, agent_calls: 1}}\n")
	ann := in.agent(101)
	p := party{"$talk", "101", "5551234"}
	own := callOut(ann, p, client.CallOut{})
	own.lift()
	ann.expect(offhook, busy)
	far := in.carrier().called()
	must(t, far.Ring())
	ann.expect(p.otherAlerting(""), p.record())
	far.lift()
	ann.expect(p.talking("7"))
	ann.ok(ann.Hold)
	ann.expect(p.hold())
	refusesCall(ann, "100-007", "5551235") // one at a time
	far.hangUp()
	ann.expect(p.left("5551234"), platformHungUp, ready)
	own.over()
	reaches(ann, "5551236")
	refusesCall(ann, "100-007", "5551237") // two a minute
	ann.ok(func(ctx context.Context) error { return ann.SetForwarding(ctx, "5559999") })

	customer := in.customer("13900", amyTone).calls("1000")
	phone := answerByHand(in, ann, customer, fromAmy) // at her desk: the forwarding would be the third call
	in.carrier().notCalled()
	for _, mode := range []int{client.BlindOutside, client.Success, client.TalkOutside, client.ThreeOutside} {
		ann.do("100-007", func(ctx context.Context) error {
			return ann.Transfer(ctx, client.Transfer{To: client.ToOutside, Address: "5551234", Mode: mode})
		})
	}
	converse(phone, customer)
	customer.hangUp()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	ann.quiet()

	// Signing in anew buys nothing; another agent has his own count.
	ann.ok(ann.SignOut)
	in.try("unregister", ann.Phone.Unregister)
	ann = in.agent(101)
	refusesCall(ann, "100-007", "5551238")
	ben := in.agent(102)
	reaches(ben, "5551239")
	// The VCC has had three calls out within the minute.
	in.applies("    limits: {outside: {per_minute: 3, agent_per_minute: 0}}\n")
	refusesCall(ben, "100-007", "5551240")
	caller := inMenu(in)
	caller.presses('2')
	caller.hears(menuTone)
	caller.over()
	in.carrier().notCalled()
	in.bars("101 5551235: agent_calls", "102 5551240: rate", "0 5551234: rate")
	for _, want := range []string{
		`ccgateway_outside_refused_total{reason="agent_calls",vcc="1"} 1`, `ccgateway_outside_refused_total{reason="agent_rate",vcc="1"} 7`,
		`ccgateway_outside_refused_total{reason="rate",vcc="1"} 2`,
	} {
		if text := in.metricsText(); !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
	in.applies("    limits: {outside: {calls: 0, per_minute: 0, agent_calls: 0, agent_per_minute: 0}}\n")
	reaches(ben, "5551241")
	reaches(ann, "5551242")
}

// bars checks the calls that the audit says were kept in: each agent's first in a minute.
func (in *installation) bars(want ...string) {
	in.t.Helper()
	must(in.t, in.store.Flush(in.ctx))
	entries, err := in.store.Audit(in.ctx, store.Filter{VCC: 1})
	must(in.t, err)
	var got []string
	for _, e := range entries {
		if e.Act == "callBarred" {
			got = append(got, strings.TrimSpace(fmt.Sprint(e.Actor, " ", e.Detail)))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		in.t.Errorf("the audit says %q, want %q", got, want)
	}
}
