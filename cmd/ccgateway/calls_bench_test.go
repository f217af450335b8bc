//go:build unix

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/testrig"
)

const (
	mediaAgents = 40    // with a phone and a desktop each
	firstMedia  = 11001 // the number of the first; his phone's is 40,000 more
	mediaCalls  = 400   // a round
	mediaRate   = 120   // calls a second that sipp begins, while no more than sippAtOnce are under way
	sippAtOnce  = 60
	// mediaTalk is how long an agent talks: sipp has to have taken its step from ACK to sound, at which it knows no BYE.
	mediaTalk = 100 * time.Millisecond
	// The range of RTP ports must do for calls at that rate: two legs with two ports each, which rest for 10 s.
	firstPort, lastPort = 12000, 31999
)

// mediaFloor adds agents and phones for calls in numbers.
func mediaFloor(cfg *config.Config) {
	vcc := &cfg.VCCs[0]
	for i := range mediaAgents {
		number := fmt.Sprint(firstMedia + 40_000 + i)
		vcc.Phones = append(vcc.Phones, config.Phone{Number: number, Password: config.Secret("phone-secret-" + number), SRTP: "optional"})
		vcc.Agents = append(vcc.Agents, config.Agent{ID: firstMedia + i, Name: number, Role: "agent", PasswordHash: config.Secret(agentHash),
			Skills: []config.AgentSkill{{Skill: "support", Weight: 100}}})
	}
	cfg.Listen.RTP = config.PortRange{First: firstPort, Last: lastPort}
}

// BenchmarkCalls_WithMedia is whole calls with everything: sipp calls in with sound, the call waits in its queue, an agent's phone (in
// this process) is rung and answers, both are mixed and recorded, and mediaTalk after the agent's desktop has had the event of the talk it
// releases the call, journaled. calls/s is from the first call's INVITE to the last one's end; all programs share the machine. ms-cpu/call is what
// this process took, phones and desktops included, sipp not.
func BenchmarkCalls_WithMedia(b *testing.B) {
	in := install(b, callersHere, mediaFloor)
	ctx, cancel := context.WithCancel(in.ctx)
	var work sync.WaitGroup
	var served atomic.Int64
	all := make(chan struct{}, mediaCalls)
	for i := range mediaAgents {
		d := in.agentAt(in.phone(fmt.Sprint(firstMedia+40_000+i), answersAsked), firstMedia+i, autoAnswer)
		work.Go(func() { d.releaseAll(ctx, func() { served.Add(1); all <- struct{}{} }) })
	}
	calls, spent, cpu := 0, time.Duration(0), time.Duration(0)
	for b.Loop() {
		began, cpuBegan := time.Now(), processTime()
		sipp := testrig.StartSIPp(b, testrig.SIPpConfig{
			Scenario: testrig.Call, Remote: in.address("sip"), Number: "1000", Users: []testrig.User{{Name: "13900"}},
			Calls: mediaCalls, Rate: mediaRate, AtOnce: sippAtOnce, Talk: testTime / 3, Tone: amyTone,
		})
		for range mediaCalls {
			select {
			case <-all:
			case <-in.ctx.Done():
				b.Fatalf("%d calls served", served.Load())
			}
		}
		result, err := sipp.Wait(in.ctx)
		must(b, err)
		if result.Successful != mediaCalls {
			b.Fatalf("sipp: %+v", result)
		}
		calls += mediaCalls
		spent, cpu = spent+time.Since(began), cpu+processTime()-cpuBegan
	}
	b.ReportMetric(float64(cpu.Milliseconds())/float64(calls), "ms-cpu/call")
	b.ReportMetric(float64(calls)/spent.Seconds(), "calls/s")
	_, sum := in.voice.MediaStats()
	b.ReportMetric(float64(sum.Received)/float64(calls), "packets/call")
	cancel()
	work.Wait()
}

// processTime is what the processors have worked for this process.
func processTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// releaseAll releases each call after mediaTalk of talk.
func (d *desk) releaseAll(ctx context.Context, served func()) {
	for {
		event, ok := d.upcoming(ctx)
		if !ok {
			return
		}
		if event.Type != client.Talking {
			continue
		}
		select {
		case <-time.After(mediaTalk):
		case <-ctx.Done():
			return
		}
		if err := d.Release(ctx); err != nil {
			d.in.t.Errorf("agent %d releases: %v", d.Number(), err)
		}
		served()
	}
}
