package main

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ccgateway/client"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// strangers speak into other people's calls: well-formed sound, twice as fast as a phone, from another host and from another port of the
// phone's own.
type strangers struct {
	in   *installation
	ctx  context.Context
	work sync.WaitGroup
	sent atomic.Int64
	at   map[string]bool // media addresses that are spoken to
}

// strangersHost is a host that nothing of a call comes from.
const strangersHost = "127.0.0.4"

func (in *installation) strangers(ctx context.Context) *strangers {
	return &strangers{in: in, ctx: ctx, at: map[string]bool{}}
}

// aim lets them speak to the legs of these calls, until their time is over, whatever becomes of the calls.
func (s *strangers) aim(calls ...*talk) {
	s.in.t.Helper()
	for _, call := range calls {
		to := call.RemoteMedia()
		if to == "" || s.at[to] {
			continue
		}
		s.at[to] = true
		host, _, err := net.SplitHostPort(call.MediaAddr())
		must(s.in.t, err)
		for i, from := range []string{strangersHost, host} {
			conn := s.in.udp(from, to)
			ssrc := uint32(0x5700 + len(s.at)*2 + i) //nolint:gosec // small
			s.work.Go(func() {
				defer conn.Close()
				s.speak(conn, ssrc)
			})
		}
	}
}

// speak sends a tone by both laws in turn.
func (s *strangers) speak(conn *net.UDPConn, ssrc uint32) {
	voice, pcm := tone.NewGenerator(strangerTone, 0.5), make([]int16, 160)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for n := uint16(0); ; n++ {
		select {
		case <-ticker.C:
		case <-s.ctx.Done():
			return
		}
		voice.Fill(pcm)
		law := []g711.Law{g711.MuLaw, g711.ALaw}[n/100%2]
		packet := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: law.PayloadType(), SequenceNumber: n, Timestamp: uint32(n) * 160, SSRC: ssrc},
			Payload: make([]byte, len(pcm))}
		law.Encode(packet.Payload, pcm)
		if raw, err := packet.Marshal(); err == nil {
			_, _ = conn.Write(raw) // a closed port is an error of the next packet
			s.sent.Add(1)
		}
	}
}

// TestStrangers_EveryStep: strangers speak before, at and after every step of a call, holds by both sides, a transfer and its end among
// them. Who should be heard is, nobody hears a stranger, no call ends for them, and all that they sent is dropped before it costs decoding.
func TestStrangers_EveryStep(t *testing.T) {
	t.Parallel()
	in := install(t, everyRight)
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	s := in.strangers(ctx)
	ann, ben := in.agent(101, notServing), in.agent(102, notServing, autoAnswer)
	customer := in.customer("13900", amyTone).calls("1000")
	customer.answered()
	var agent, second *talk
	within := func(do func(context.Context) error) func() {
		return func() { in.try("step", do) }
	}
	for _, step := range []struct {
		name  string
		do    func()
		hears func()
	}{
		{"waiting", func() { in.waiting(1, 1, 1) }, func() { customer.hears(musicTone) }},
		{"offered", func() { ann.ok(ann.CancelBusy); ann.expect(freed); agent = offerByHand(in, ann, customer, fromAmy) }, func() { customer.hears(ringTone) }},
		{"talk", func() {
			ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, in.bound(fromAmy.id)) })
			ann.expect(fromAmy.talking("0"), fromAmy.record())
		}, func() { converse(agent, customer) }},
		{"held by the agent", func() { ann.ok(ann.Hold); ann.expect(fromAmy.hold()) }, func() { customer.hears(musicTone); agent.hears() }},
		{"taken back", func() {
			ann.ok(func(ctx context.Context) error { return ann.GetHold(ctx, "") })
			ann.expect(fromAmy.talking("0"))
		}, func() { converse(agent, customer) }},
		{"held by the customer's phone", within(customer.Hold), func() { agent.hears(musicTone) }},
		{"and resumed", within(customer.Resume), func() { converse(agent, customer) }},
		{"transferred", func() {
			ben.ok(ben.CancelBusy)
			ann.ok(func(ctx context.Context) error {
				return ann.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: "102", Mode: client.Blind})
			})
			second = ben.Phone.called()
			second.lift()
		}, func() { converse(second, customer) }},
	} {
		s.aim(known(customer, agent, second)...)
		step.do()
		s.aim(known(customer, agent, second)...)
		step.hears()
		if t.Failed() {
			t.Fatalf("at %q", step.name)
		}
	}
	customer.hangUp()
	second.over()
	before := s.sent.Load()
	in.await("strangers go on", func() (bool, string) { return s.sent.Load() > before+100, "" })
	cancel()
	s.work.Wait()
	_, sum := in.voice.MediaStats()
	// What comes by a law that the leg has not agreed on counts as malformed, and is dropped sooner still.
	if sum.Strangers == 0 || sum.Strangers > uint64(s.sent.Load()) || sum.Flooded > 0 || sum.Unusable > 0 { //nolint:gosec // it only grows
		t.Errorf("of %d packets: %+v", s.sent.Load(), sum)
	}
}

// known leaves out calls that are not there yet.
func known(calls ...*talk) []*talk {
	var all []*talk
	for _, c := range calls {
		if c != nil {
			all = append(all, c)
		}
	}
	return all
}
