package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/store"
)

// TestOrder: 20 callers for 3 agents. They are served in the order of their arrival, each once, and all of them (FIELD-LESSONS 1, 7,
// 8, 13, 21).
func TestOrder(t *testing.T) {
	t.Parallel()
	in := install(t)
	const callers = 20
	var agents []*desk
	for _, id := range []int{101, 102, 103} {
		agents = append(agents, in.agentAt(in.phone(fmt.Sprint(40000+id), answersAsked), id, autoAnswer, notServing))
	}
	// They call one after the other while nobody serves, so that the order of arrival is known.
	calls := map[string]*talk{}
	for i := range callers {
		amy := in.customer(fmt.Sprint(13900+i), 1100+45*float64(i))
		calls[amy.Number] = amy.calls("1000")
		calls[amy.Number].answered()
		in.waiting(1, 1, i+1)
	}
	served := make(chan string, callers)
	var work sync.WaitGroup
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	for _, d := range agents {
		d.ok(d.SayFree)
		work.Go(func() { d.serveUntil(ctx, calls, served) })
	}
	var order []string
	for range callers {
		select {
		case caller := <-served:
			order = append(order, caller)
		case <-in.ctx.Done():
			t.Fatalf("served: %v", order)
		}
	}
	for _, call := range calls {
		call.over()
	}
	cancel()
	work.Wait()
	in.inOrderOfAnswer(callers)
	seen := slices.Clone(order)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != callers {
		t.Errorf("served: %v", order)
	}
}

// serveUntil takes calls and ends each as soon as both sides hear each other.
func (d *desk) serveUntil(ctx context.Context, calls map[string]*talk, served chan<- string) {
	for {
		event, ok := d.upcoming(ctx)
		if !ok {
			return
		}
		if event.Type != client.Talking {
			continue
		}
		var offer client.Offer
		if err := json.Unmarshal(event.Content, &offer); err != nil {
			d.in.t.Errorf("talking: %v", err)
			return
		}
		if err := d.serve(ctx, calls[offer.Caller]); err != nil && ctx.Err() == nil {
			d.in.t.Errorf("agent %d and %s: %v", d.Number(), offer.Caller, err)
		}
		served <- offer.Caller
	}
}

// serve measures one talk and ends it.
func (d *desk) serve(ctx context.Context, customer *talk) error {
	agent := <-d.Phone.Incoming()
	if err := agent.Hear(ctx, customer.line.Tone); err != nil {
		return err
	}
	if err := customer.Hear(ctx, d.Phone.Tone); err != nil {
		return err
	}
	return d.Release(ctx)
}

// upcoming gives the next event; false = ctx has ended.
func (d *desk) upcoming(ctx context.Context) (client.Event, bool) {
	for {
		d.mu.Lock()
		if d.read < len(d.events) {
			event := d.events[d.read]
			d.read++
			d.mu.Unlock()
			return event, true
		}
		grew := d.grew
		d.mu.Unlock()
		select {
		case <-grew:
		case <-ctx.Done():
			return client.Event{}, false
		}
	}
}

// inOrderOfAnswer checks by the records that who came first was rung for first.
func (in *installation) inOrderOfAnswer(callers int) {
	in.t.Helper()
	must(in.t, in.store.Flush(in.ctx))
	legs, err := in.store.Legs(in.ctx, store.Filter{Limit: 4 * callers})
	must(in.t, err)
	offered := map[string]int64{} // by the call's id, which counts up in order of arrival: when an agent was rung
	var ids []string
	for _, leg := range legs {
		if leg.Agent != 0 {
			if _, twice := offered[string(leg.Call)]; twice {
				in.t.Errorf("call %s was offered twice", leg.Call)
			}
			offered[string(leg.Call)] = leg.Began.UnixMilli()
			ids = append(ids, string(leg.Call))
		}
	}
	slices.Sort(ids) // same length, same form
	if len(ids) != callers {
		in.t.Errorf("%d calls were offered", len(ids))
	}
	for i := 1; i < len(ids); i++ {
		if offered[ids[i]] < offered[ids[i-1]] {
			in.t.Errorf("%s was offered before %s", ids[i], ids[i-1])
		}
	}
}

// TestOrder_RefusedCallerStaysFirst: a caller whose agent refuses keeps his place before younger ones.
func TestOrder_RefusedCallerStaysFirst(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	first := in.customer("13900", amyTone).calls("1000")
	first.answered()
	offerByHand(in, ann, first, fromAmy)
	second := in.customer("13901", bobTone).calls("1000")
	second.answered()
	in.waiting(1, 1, 1)
	ann.ok(func(ctx context.Context) error { return ann.GiveBack(ctx, "") })
	ann.expect(fromAmy.noAnswer(), notReady(7), platformHungUp)
	in.waiting(1, 1, 2)
	ben := in.agent(102)
	ben.expect(busy)
	phone := ben.Phone.rung()
	ben.expect(fromAmy.alerting()) // not of the second caller
	phone.lift()
	ben.expect(offhook, fromAmy.ringing("0"), fromAmy.requeued(101, 1), fromAmy.customerAlerting())
	second.hears(musicTone)
}
