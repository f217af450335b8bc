package main

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/testrig"
)

// Programs of others: sipp as callers in numbers, baresip as caller and as an agent's phone.

// callersHere lets callers come from this machine's own address, where those programs are. Who names a phone account there is still
// asked for its password.
func callersHere(cfg *config.Config) {
	cfg.Trunks[0].Allow = append(cfg.Trunks[0].Allow, config.Network{Prefix: netip.MustParsePrefix("127.0.0.1/32")})
}

// TestSIPp: callers at a rate, with sound, answered by three agents; each is heard, all are ended, none fails.
func TestSIPp(t *testing.T) {
	t.Parallel()
	in := install(t, callersHere)
	const callers = 12
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	var work sync.WaitGroup
	served := make(chan string, callers)
	for _, id := range []int{101, 102, 103} {
		d := in.agentAt(in.phone(fmt.Sprint(40000+id), answersAsked), id, autoAnswer)
		work.Go(func() { d.serveSIPp(ctx, served) })
	}
	sipp := testrig.StartSIPp(t, testrig.SIPpConfig{
		Scenario: testrig.Call, Remote: in.address("sip"), Number: "1000", Users: []testrig.User{{Name: "13900"}, {Name: "13901"}},
		Calls: callers, Rate: 6, AtOnce: callers, Talk: testTime / 3, Tone: amyTone, // agents end the talks
	})
	for i := range callers {
		select {
		case <-served:
		case <-in.ctx.Done():
			t.Fatalf("%d of %d served", i, callers)
		}
	}
	cancel()
	work.Wait()
	result, err := sipp.Wait(in.ctx)
	must(t, err)
	if result.Exit != 0 || result.Successful != callers || result.Failed != 0 {
		t.Errorf("sipp: %+v", result)
	}
}

// serveSIPp takes calls, listens to each caller, and ends the talk.
func (d *desk) serveSIPp(ctx context.Context, served chan<- string) {
	for {
		event, ok := d.upcoming(ctx)
		if !ok {
			return
		}
		if event.Type != client.Talking {
			continue
		}
		if err := (<-d.Phone.Incoming()).Hear(ctx, amyTone); err != nil {
			d.in.t.Errorf("agent %d does not hear the caller: %v", d.Number(), err)
		}
		if err := d.Release(ctx); err != nil {
			d.in.t.Errorf("agent %d releases: %v", d.Number(), err)
		}
		served <- event.CallID()
	}
}

// TestBaresip_Caller: a baresip calls in, waits with music, talks, holds, goes on, and is released.
func TestBaresip_Caller(t *testing.T) {
	t.Parallel()
	in := install(t, callersHere)
	caller := testrig.StartBaresip(t, testrig.BaresipConfig{User: "13900", Tone: amyTone})
	in.try("dial", func(ctx context.Context) error { return caller.Dial(ctx, "sip:1000@"+in.address("sip")) })
	in.try("music", func(ctx context.Context) error { return caller.Hear(ctx, musicTone) })
	ann := in.agent(101)
	ann.expect(busy)
	phone := ann.Phone.rung()
	ann.expect(fromAmy.alerting())
	phone.lift()
	ann.expect(fromAmy.offered()[2:]...)
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
	ann.expect(fromAmy.talking("0"), fromAmy.record())
	phone.hears(amyTone)
	in.try("the agent is heard", func(ctx context.Context) error { return caller.Hear(ctx, annTone) })
	in.try("and nobody else", func(ctx context.Context) error { return caller.Silent(ctx, musicTone, ringTone, amyTone) })
	in.try("hold", caller.Hold)
	phone.hears(musicTone)
	in.try("resume", caller.Resume)
	phone.hears(amyTone)
	phone.listen(50)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	in.try("the caller is released", func(ctx context.Context) error {
		_, err := caller.Await(ctx, "CALL_CLOSED")
		return err
	})
	ann.quiet()
	in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)",
		"agent 101 at 40101, answered: agent hung up", "customer 13900, answered: agent hung up")
}

// TestBaresip_AgentsPhone: a baresip is the agent's phone: lifted by hand, told to lift by the interface, and by headers.
func TestBaresip_AgentsPhone(t *testing.T) {
	t.Parallel()
	in := install(t)
	for _, c := range []struct {
		name string
		auto bool
		lift func(in *installation, ann *desk, phone *testrig.Baresip)
		then []string
	}{
		{"lifted by hand, answered by the interface", false, func(in *installation, ann *desk, phone *testrig.Baresip) {
			in.try("lift", phone.Accept)
			ann.expect(fromAmy.offered()[2:]...)
			ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
		}, nil},
		{"lifts by itself, as baresip 1.0 does when it is set to", true, func(*installation, *desk, *testrig.Baresip) {}, []string{
			offhook, fromAmy.autoAnswer("0"), fromAmy.incoming(),
		}},
		{"rings, answered by the interface", false, func(in *installation, ann *desk, phone *testrig.Baresip) {
			ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
			lifted := make(chan error, 1) // where it does not understand what it is told, its owner lifts
			go func() {
				_, err := phone.Await(in.ctx, "CALL_ESTABLISHED")
				lifted <- err
			}()
			const patience = 4 * time.Second
			select {
			case err := <-lifted:
				must(in.t, err)
			case <-time.After(patience):
				in.try("lift", phone.Accept)
				must(in.t, <-lifted)
			}
		}, []string{offhook, fromAmy.incoming()}},
	} {
		in.run(c.name, func(t *testing.T) {
			phone := testrig.StartBaresip(t, testrig.BaresipConfig{
				Registrar: in.address("sip"), User: "40101", Password: "phone-secret-40101", Tone: annTone,
				Answer: map[bool]string{false: testrig.Manual, true: testrig.Auto}[c.auto],
			})
			ann := in.signIn(client.SignIn{Agent: 101, Phone: "40101", AutoAnswer: client.Bool(c.auto)})
			ann.expect("AgentOther_InService null", ready)
			ann.ok(ann.ServeAll)
			customer := in.customer("13900", amyTone).calls("1000")
			ann.expect(busy, fromAmy.alerting())
			c.lift(in, ann, phone)
			ann.expect(c.then...)
			ann.expect(fromAmy.talking("0"), fromAmy.record())
			customer.hears(annTone)
			in.try("the customer is heard", func(ctx context.Context) error { return phone.Hear(ctx, amyTone) })
			customer.listen(50)
			in.try("hang up", phone.Hangup)
			ann.expect(fromAmy.released(), fromAmy.left("13900"), agentHungUp, ready)
			customer.over()
			ann.quiet()
			in.recording("$call", 101, amyTone, annTone)
		})
	}
}
