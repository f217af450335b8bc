package main

import (
	"context"
	"slices"
	"sync"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// TestAnswerAtRingingPhone: the interface answers while the phone still rings. The phone is told to lift by NOTIFY; one that does not
// know that is rung anew with headers that ask for it; where a phone knows neither, its owner lifts. Ringing is left out then.
func TestAnswerAtRingingPhone(t *testing.T) {
	t.Parallel()
	in := install(t)
	answer := func(ctx context.Context, d *desk) error { return d.Answer(ctx, "") }
	pickUp := func(ctx context.Context, d *desk) error { return d.PhonePickUp(ctx) }
	for _, c := range []struct {
		name  string
		phone func(*softphone.Config)
		ask   func(context.Context, *desk) error
		anew  bool // the phone is rung a second time
		lifts bool // a person lifts then
	}{
		{"answer, phone knows NOTIFY talk", func(*softphone.Config) {}, answer, false, false},
		{"phonepickup, phone knows NOTIFY talk", func(*softphone.Config) {}, pickUp, false, false},
		{"answer, phone knows headers only", func(c *softphone.Config) {
			c.Answer, c.Faults.NoTalk = softphone.OnRequest, true
		}, answer, true, false},
		{"answer, phone knows nothing", func(c *softphone.Config) { c.Faults.NoTalk = true }, answer, true, true},
		{"phonepickup over TCP", func(c *softphone.Config) { c.Transport = softphone.TCP }, pickUp, false, false},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agentAt(in.phone("40101", c.phone), 101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			ann.expect(busy)
			phone := ann.Phone.rung()
			ann.expect(fromAmy.alerting())
			ann.ok(func(ctx context.Context) error { return c.ask(ctx, ann) })
			if c.anew {
				first := phone
				phone = ann.Phone.called()
				first.over()
			}
			if c.lifts {
				phone.lift()
			}
			ann.expect(offhook, fromAmy.incoming(), fromAmy.talking("0"), fromAmy.record())
			converse(phone, customer)
			ann.ok(ann.Release)
			ann.expect(fromAmy.releasedByAgent(ready)...)
			phone.over()
			customer.over()
			ann.quiet()
			in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)",
				"agent 101 at 40101, answered: agent hung up", "customer 13900, answered: agent hung up")
		})
	}
}

// TestPhonePickUp_OlderWay: phonepickup, then answer on AgentEvent_Ringing; both must work (call-model 7).
func TestPhonePickUp_OlderWay(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	ann.do("100-007", ann.PhonePickUp)
	ann.do("100-007", ann.PhoneHangUp)
	ann.do("200-002", func(ctx context.Context) error { return ann.Answer(ctx, "") })
	customer := in.customer("13900", amyTone).calls("1000")
	phone := offerByHand(in, ann, customer, fromAmy)
	ann.ok(ann.PhonePickUp)
	ann.expect(fromAmy.talking("0"), fromAmy.record())
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") }) // what an old desktop sends next
	converse(phone, customer)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()
}

// TestOfferFails: the agent's phone cannot be used, or its owner does not want the call. The caller goes on to the next agent at
// once and hears no gap; the agent is not asked twice running (FIELD-LESSONS 2, 9, 17).
func TestOfferFails(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.SIP.NoResponse = 1e9 })
	refuses := func(status int) func(*desk, *talk) {
		return func(d *desk, call *talk) { must(d.in.t, call.Reject(status)) }
	}
	for _, c := range []struct {
		name   string
		before func(d *desk) // before the call comes
		fail   func(d *desk, call *talk)
		events []string
		reason string
		after  func(d *desk) // the caller's call
	}{
		{"phone is busy", nil, refuses(486), []string{busy, phoneBusy, notReady(5)}, "busy", nil},
		{"phone refuses", nil, refuses(603), []string{busy, fromAmy.noAnswer(), notReady(7)}, "agent refused", nil},
		{"phone has rung and refuses", nil, func(d *desk, call *talk) {
			must(d.in.t, call.Ring())
			d.expect(busy, fromAmy.alerting())
			must(d.in.t, call.Reject(486))
		}, []string{fromAmy.noAnswer(), agentHungUp, notReady(7)}, "agent refused", nil},
		{"agent hangs up at the phone by the interface", nil, func(d *desk, call *talk) {
			must(d.in.t, call.Ring())
			d.expect(busy, fromAmy.alerting())
			d.ok(d.PhoneHangUp)
			call.over()
		}, []string{platformHungUp, fromAmy.noAnswer(), notReady(2)}, "agent did not answer", nil},
		{"agent lifts and hangs up", nil, func(d *desk, call *talk) {
			must(d.in.t, call.Ring())
			d.expect(busy, fromAmy.alerting())
			call.lift()
			d.expect(fromAmy.offered()[2:]...)
			call.hangUp()
		}, []string{fromAmy.noAnswer(), agentHungUp, notReady(7)}, "agent refused", nil},
		{"phone speaks no codec that we know", nil, refuses(488), []string{busy, phoneGone, notReady(5)}, "unreachable", nil},
		{"phone's account is not registered any more", func(d *desk) {
			d.in.try("unregister", d.Phone.Unregister)
		}, nil, []string{busy, phoneGone, notReady(5)}, "unreachable", nil},
		{"phone is unplugged", func(d *desk) { d.Phone.Unplug() }, nil, []string{busy, phoneGone, notReady(5)}, "unreachable", func(d *desk) {
			d.Phone.Plug()
			d.Phone.rung().over() // heard late: cancelled
		}},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			ben := in.agent(102) // idle for a shorter time
			if c.before != nil {
				c.before(ann)
			}
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			if c.fail != nil {
				c.fail(ann, ann.Phone.called())
			}
			ann.expect(c.events...)
			customer.hears(musicTone)
			takeRequeued(ben, customer, 1)
			customer.hangUp()
			ben.expect(fromAmy.releasedByCustomer(ready)...)
			if c.after != nil {
				c.after(ann)
			}
			ann.quiet()
			ben.quiet()
			in.recorded("$call", "call 13900 to 1000, queue 1, requeued 1, answered by 102: user hung up (customer)",
				"agent 101 at 40101: "+c.reason, "agent 102 at 40102, answered: user hung up", "customer 13900, answered: user hung up")
		})
	}
}

// TestPhoneUnplugged: nothing is heard of a party any more in the middle of a talk. The other side is freed when the no-media time is
// over, without anybody's help (FIELD-LESSONS 2, 15).
func TestPhoneUnplugged(t *testing.T) {
	t.Parallel()
	soon := func(cfg *config.Config) { cfg.SIP.NoMedia = 2e9 }
	t.Run("agent's", func(t *testing.T) {
		t.Parallel()
		in := install(t, soon)
		ann := in.agent(101)
		customer := in.customer("13900", amyTone).calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		converse(phone, customer)
		ann.Phone.Unplug()
		customer.hears()
		ann.expect(fromAmy.released(), fromAmy.left("13900"), platformHungUp, ready)
		customer.over()
		ann.quiet()
		in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: unreachable (agent)",
			"agent 101 at 40101, answered: unreachable", "customer 13900, answered: unreachable")
		ann.Phone.Plug()
		phone.over()
	})
	t.Run("customer's", func(t *testing.T) {
		t.Parallel()
		in := install(t, soon)
		ann := in.agent(101)
		amy := in.customer("13900", amyTone)
		customer := amy.calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		converse(phone, customer)
		amy.Unplug()
		phone.hears()
		ann.expect(fromAmy.releasedByCustomer(ready)...)
		phone.over()
		ann.quiet()
		amy.Plug()
		customer.over()
	})
	t.Run("held at the phone is not unplugged", func(t *testing.T) {
		t.Parallel()
		in := install(t, func(cfg *config.Config) { cfg.SIP.NoMedia = 1e9 })
		ann := in.agent(101)
		customer := in.customer("13900", amyTone).calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		converse(phone, customer)
		in.try("hold at the phone", phone.Hold)
		customer.hears(musicTone)
		customer.listen(100) // twice the no-media time
		in.try("resume at the phone", phone.Resume)
		converse(phone, customer)
		ann.ok(ann.Release)
		ann.expect(fromAmy.releasedByAgent(ready)...)
		ann.quiet()
	})
}

// TestCallerHangsUp: at every moment (FIELD-LESSONS 4). The agent is idle again, his phone stops ringing, and the next call is served.
func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	in := install(t)
	gone := []string{fromAmy.left("13900"), platformHungUp, ready}
	early := []string{
		"call 13900 to 1000, queue 1: user hung up before agent (customer)", "agent 101 at 40101: user hung up before agent",
		"customer 13900: user hung up before agent",
	}
	for _, c := range []struct {
		name    string
		until   func(in *installation, ann *desk, customer *talk) *talk
		events  []string
		records []string
	}{
		{"before the phone rings", func(_ *installation, ann *desk, _ *talk) *talk {
			ann.expect(busy)
			phone := ann.Phone.called()
			ann.in.bind("$call", phone.Headers().Get("X-Call-ID")) // no event names it
			return phone
		}, []string{ready}, early},
		{"while it rings", func(_ *installation, ann *desk, _ *talk) *talk {
			ann.expect(busy)
			phone := ann.Phone.rung()
			ann.expect(fromAmy.alerting())
			return phone
		}, gone, early},
		{"when it is lifted", func(in *installation, ann *desk, customer *talk) *talk {
			return offerByHand(in, ann, customer, fromAmy)
		}, gone, early},
		{"in the talk", func(in *installation, ann *desk, customer *talk) *talk {
			return answerByHand(in, ann, customer, fromAmy)
		}, fromAmy.releasedByCustomer(ready), []string{
			"call 13900 to 1000, queue 1, answered by 101: user hung up (customer)", "agent 101 at 40101, answered: user hung up",
			"customer 13900, answered: user hung up",
		}},
	} {
		in.run(c.name, func(t *testing.T) {
			ann := in.agent(101)
			customer := in.customer("13900", amyTone).calls("1000")
			customer.answered()
			phone := c.until(in, ann, customer)
			customer.hangUp()
			ann.expect(c.events...)
			phone.over()
			ann.quiet()
			in.recorded("$call", c.records...)
			next := in.customer("13901", bobTone).calls("1000")
			p := party{"$next", "13901", "1000"}
			served := answerByHand(in, ann, next, p)
			converse(served, next)
			ann.ok(ann.Release)
			ann.expect(p.releasedByAgent(ready)...)
			ann.quiet()
		})
	}
}

// TestHangUpTogether: caller and agent end the talk in the same moment. Whoever was first, the call ends once.
func TestHangUpTogether(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	amy := in.customer("13900", amyTone)
	for range 5 {
		in.mu.Lock()
		delete(in.vars, fromAmy.id)
		in.mu.Unlock()
		customer := amy.calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		var both sync.WaitGroup
		both.Go(func() { hangUpAll(in.ctx, customer) })
		both.Go(func() {
			if err := ann.Release(in.ctx); err != nil && client.CodeOf(err) != client.NothingToRelease {
				t.Errorf("release: %v", err)
			}
		})
		both.Wait()
		got := []string{ann.next("").Type, ann.next("").Type, ann.next("").Type, ann.next("").Type}
		slices.Sort(got[:2])
		want := []string{client.CallReleased, client.CustomerReleased, client.PhoneRelease, client.Ready}
		if !slices.Equal(got, want) {
			t.Fatalf("%q came, not %q", got, want)
		}
		ann.quiet()
		phone.over()
		customer.over()
	}
}

// TestCancelCrossesAnswer: the caller hangs up in the moment in which the phone is lifted: the phone answers 200 to CANCEL and 200 to
// the INVITE. It is let go by ACK and BYE, and never rings or stands open (RFC 3261 section 15, FIELD-LESSONS 4, 24).
func TestCancelCrossesAnswer(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agentAt(in.phone("40101", func(c *softphone.Config) { c.Faults.AnswerLate = true }), 101)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	ann.expect(busy)
	phone := ann.Phone.rung()
	ann.expect(fromAmy.alerting())
	customer.hangUp()
	ann.expect(fromAmy.left("13900"), platformHungUp, ready)
	if end := phone.over(); end.Method != "BYE" || end.By != softphone.Remote {
		t.Errorf("the phone's call ended by %s", end)
	}
	ann.quiet()
	ann.Phone.SetFaults(softphone.Faults{})
	next := in.customer("13901", bobTone).calls("1000")
	served := answerByHand(in, ann, next, party{"$next", "13901", "1000"})
	converse(served, next)
	hangUpAll(in.ctx, next)
}

// TestPermanentConnection is releasephone false: the first call rings the phone, later ones are switched onto the open line, inbound
// and outbound; the line goes down and the next call rings again; signing out ends it.
func TestPermanentConnection(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101, permanentLine)
	customer := in.customer("13900", amyTone).calls("1000")
	phone := answerByHand(in, ann, customer, fromAmy)
	converse(phone, customer)
	ann.ok(ann.Release)
	ann.expect(fromAmy.released(), fromAmy.left("13900"), ready)
	customer.over()
	phone.hears()

	second := party{"$second", "13901", "1000"}
	bob := in.customer("13901", bobTone).calls("1000")
	ann.expect(busy, second.ringing("0"), second.incoming(), second.customerAlerting())
	bob.hears(ringTone)
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
	ann.expect(second.talking("0"), second.record())
	ann.Phone.notCalled()
	converse(phone, bob)
	bob.hangUp()
	ann.expect(second.left("13901"), second.released(), ready)

	ann.ok(func(ctx context.Context) error { return ann.SetAutoAnswer(ctx, true) })
	third := party{"$third", "13902", "1000"}
	cleo := in.customer("13902", cleoTone).calls("1000")
	ann.expect(busy, third.autoAnswer("0"), third.incoming(), third.talking("0"), third.record())
	converse(phone, cleo)
	ann.ok(ann.Release)
	ann.expect(third.released(), third.left("13902"), ready)

	callOutOnHold(ann, toOutside)
	ann.expect(busy)
	far := in.carrier().rung()
	ann.expect(toOutside.otherAlerting(""), toOutside.record())
	far.lift()
	ann.expect(toOutside.talking("7"))
	converse(phone, far)
	far.hangUp()
	ann.expect(toOutside.left("5551234"), toOutside.released(), ready)
	ann.Phone.notCalled()

	phone.hangUp() // the line goes down between two calls
	ann.expect(agentHungUp)
	ann.ok(func(ctx context.Context) error { return ann.SetAutoAnswer(ctx, false) })
	last := party{"$last", "13900", "1000"}
	again := in.customer("13900", amyTone).calls("1000")
	phone = answerByHand(in, ann, again, last)
	converse(phone, again)
	phone.hangUp() // and in the middle of one
	ann.expect(last.released(), last.left("13900"), agentHungUp, ready)
	again.over()
	ann.quiet()

	reopened := party{"$reopened", "13901", "1000"}
	bob = in.customer("13901", bobTone).calls("1000")
	phone = answerByHand(in, ann, bob, reopened)
	ann.ok(ann.Release)
	ann.expect(reopened.released(), reopened.left("13901"), ready)
	ann.ok(ann.SignOut)
	if end := phone.over(); end.By != softphone.Remote {
		t.Errorf("the open line ended by %s", end)
	}
}
