package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// What users of other systems suffer from (FIELD-LESSONS.md), by its number there, as far as it concerns what is built. Elsewhere:
//
//	1, 19   recordsFit, at the end of every test; the sums are checked by internal/center's simulation
//	4       TestCallerHangsUp, TestCancelCrossesAnswer
//	8, 13   TestOrder, and TestField13 below
//	9, 17   TestOfferFails
//	11      TestOfferFails, "agent lifts and hangs up"
//	15      TestPhoneUnplugged
//	16      internal/center/testdata/wrapup_ten.txt
//	21      every test here measures tones both ways, and ends with no leg left (installation.nothingLeft)

// TestField2_PhoneVanishes: the phone goes silent in the middle of an offer. A timer frees agent and caller.
func TestField2_PhoneVanishes(t *testing.T) {
	t.Parallel()
	for _, lifted := range []bool{false, true} {
		t.Run(map[bool]string{false: "while it rings", true: "when it is lifted"}[lifted], func(t *testing.T) {
			t.Parallel()
			in := install(t, shortRing)
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			ann.expect(busy)
			phone := ann.Phone.rung()
			ann.expect(fromAmy.alerting())
			if lifted {
				phone.lift()
				ann.expect(fromAmy.offered()[2:]...)
			}
			ann.Phone.Unplug()
			ann.expect(fromAmy.noAnswer(), platformHungUp, notReady(2))
			customer.hears(musicTone)
			in.waiting(1, 1, 1)
			ben := in.agent(102)
			takeRequeued(ben, customer, 1)
			ann.Phone.Plug()
			phone.over() // what was said to it meanwhile is repeated
		})
	}
}

// TestField3_SameInstant: the agent answers in the moment in which the caller hangs up, again and again. Either the talk came and
// ended, or it never came; the agent is idle afterwards each time.
func TestField3_SameInstant(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	amy := in.customer("13900", amyTone)
	for range 6 {
		customer := amy.calls("1000")
		customer.answered()
		ann.passTo(client.InUse)
		phone := ann.Phone.rung()
		phone.lift()
		ann.passTo(client.CustomerAlerting)
		var both sync.WaitGroup
		both.Go(func() { hangUpAll(in.ctx, customer) })
		both.Go(func() {
			if err := ann.Answer(in.ctx, ""); err != nil && client.CodeOf(err) != client.NothingToAnswer {
				t.Errorf("answer: %v", err)
			}
		})
		both.Wait()
		ann.passTo(client.Ready)
		phone.over()
		ann.quiet()
	}
}

// passTo takes events up to one of a type.
func (d *desk) passTo(eventType string) {
	d.in.t.Helper()
	for d.next(eventType).Type != eventType {
		continue
	}
}

// TestField10_TwoDevices: two phones of one account ring and are lifted in the same moment: one has the call, the other is let go, and
// nobody is left talking to nobody (18: many devices, one call).
func TestField10_TwoDevices(t *testing.T) {
	t.Parallel()
	in := install(t)
	second := in.phone("40101")
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	ann.expect(busy)
	phones := []*talk{ann.Phone.rung(), second.rung()}
	ann.expect(fromAmy.alerting())
	var both sync.WaitGroup
	for _, phone := range phones {
		both.Go(func() {
			ctx, cancel := in.within()
			defer cancel()
			err := phone.Answer(ctx)
			if err != nil && !errors.Is(err, softphone.ErrEnded) && !errors.Is(err, softphone.ErrDecided) {
				t.Errorf("answer: %v", err)
			}
		})
	}
	both.Wait()
	ann.expect(fromAmy.offered()[2:]...)
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
	ann.expect(fromAmy.talking("0"), fromAmy.record())
	in.await("one phone is let go", func() (bool, string) {
		n := len(ann.Phone.Calls()) + len(second.Calls())
		return n == 1, fmt.Sprint(n, " calls")
	})
	winner := phones[0]
	if len(ann.Phone.Calls()) == 0 {
		winner = phones[1]
	}
	converse(winner, customer)
	customer.hangUp()
	ann.expect(fromAmy.releasedByCustomer(ready)...)
	ann.quiet()
}

// TestField12_WrapUpIsTheAgents: wrap-up after a call of one queue is not cut short by a caller in another; it ends by the queue's own
// time, and then the caller is served.
func TestField12_WrapUpIsTheAgents(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.VCCs[0].Skills[0].WrapUp = 2 * time.Second })
	cid := in.agent(103, toWrapUp) // serves both queues
	customer := in.customer("13900", amyTone).calls("1000")
	answerByHand(in, cid, customer, fromAmy)
	cid.ok(cid.Release)
	cid.expect(fromAmy.releasedByAgent(wrapUp)...)
	began := time.Now()
	p := party{"$sales", "13901", "1001"}
	next := in.customer("13901", bobTone).calls("1001")
	in.wait("it rings", next.Ringing())
	in.waiting(1, 2, 1)
	cid.expect(ready)
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("wrap-up was cut short after %s", took)
	}
	served := answerByHand(in, cid, next, p)
	converse(served, next)
}

// TestField13_NoQueueStandsStill: a caller whom nobody can serve does not keep others from being served.
func TestField13_NoQueueStandsStill(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101) // serves support alone
	stuck := in.customer("13901", bobTone).calls("1001")
	in.wait("it rings", stuck.Ringing())
	in.waiting(1, 2, 1)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	in.waiting(1, 2, 1)
}

// TestField18_MissedCalls: an agent who misses call after call is told so, is not ready, and is back by one request each time.
func TestField18_MissedCalls(t *testing.T) {
	t.Parallel()
	in := install(t, shortRing)
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	for missed := range 3 {
		ann.expect(busy)
		ann.Phone.rung()
		ann.expect(fromAmy.alerting(), fromAmy.noAnswer(), platformHungUp, notReady(2))
		in.waiting(1, 1, 1)
		ann.quiet()
		if v := in.agentView(1, 101); v.Status != int(center.StateBusy) {
			t.Errorf("after %d missed calls: state %d", missed+1, v.Status)
		}
		ann.ok(ann.CancelBusy)
		ann.expect(freed)
	}
	takeRequeued(ann, customer, 3)
}

// TestField20_RecordingOverHold: a recording is as long as the talk, over a hold and a call out meanwhile that fails; what the held
// customer does is not on it, and it goes on afterwards.
func TestField20_RecordingOverHold(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	agent.listen(50)
	ann.ok(ann.Hold)
	ann.expect(fromAmy.hold())
	customer.hears(musicTone)
	callOutOnHold(ann, toOutside)
	ann.expect(busy)
	must(t, in.carrier().called().Reject(486))
	ann.expect(toOutside.outFailed()...)
	ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, "") })
	ann.expect(fromAmy.talking("0"))
	converse(agent, customer)
	agent.listen(50)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()
	in.recording("$call", 101, amyTone, annTone)
}

// TestField23_FailedCallGivesBackTheState: a call out that fails leaves the agent as he was, not available for callers.
func TestField23_FailedCallGivesBackTheState(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	ann.ok(func(ctx context.Context) error { return ann.SayBusy(ctx, 201, false) })
	ann.expect(notReady(201))
	own := callOut(ann, toOutside, client.CallOut{})
	own.lift()
	ann.expect(offhook, busy)
	must(t, in.carrier().called().Reject(486))
	ann.expect(slices.Concat([]string{platformHungUp}, toOutside.outFailed(), []string{notReady(201)})...)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	in.waiting(1, 1, 1)
	ann.quiet()
	ann.Phone.notCalled()
	// The lost phone is a state that is told, and gone when the phone is back.
	in.try("unregister", ann.Phone.Unregister)
	ann.ok(ann.CancelBusy)
	ann.expect(freed, busy, phoneGone, notReady(5))
	in.try("register", ann.Phone.Register)
	ann.ok(ann.CancelBusy)
	ann.expect(freed)
	takeRequeued(ann, customer, 1)
}

// TestField24_SilenceIsNotDeath: both sides are muted for longer than the no-media time, and the call goes on. A BYE for a call that
// nobody knows is answered 481.
func TestField24_SilenceIsNotDeath(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.SIP.NoMedia = time.Second })
	ann := in.agent(101)
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	agent.Mute(true)
	customer.Mute(true)
	agent.hears()
	customer.hears()
	agent.listen(100)
	if status := in.sipRequest("127.0.0.1", "BYE sip:"+in.address("sip")+" SIP/2.0"); status != 481 {
		t.Errorf("an unknown BYE is answered %d", status)
	}
	agent.Mute(false)
	customer.Mute(false)
	converse(agent, customer)
	ann.quiet()
}

// TestField25_DeadDesktop: a desktop that never fetches its events slows nobody, and finds all of them, in order, when it comes back.
func TestField25_DeadDesktop(t *testing.T) {
	t.Parallel()
	in := install(t, briefPoll)
	in.http = plainHTTP // it closes after each answer: no event may be given twice for that
	dead := in.enter(102, "40102")
	ann := in.agent(101)
	const notes = 200
	for i := range notes {
		ann.ok(func(ctx context.Context) error { return ann.SendNote(ctx, fmt.Sprintf("note %03d", i), 102) })
	}
	customer := in.customer("13900", amyTone).calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	for range 2 {
		in.ask(http.MethodGet, "agentevent/102", dead, "")
	}
	for i := range notes {
		if r := in.ask(http.MethodGet, "agentevent/102", dead, ""); !strings.Contains(r.body, fmt.Sprintf("note %03d", i)) {
			t.Fatalf("event %d: %s", i, r.body)
		}
	}
	in.ask(http.MethodGet, "agentevent/102", dead, "").exactly(t, emptyPoll)
}
