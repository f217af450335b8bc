package loadgen

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/delivery"
	"ccgateway/internal/host"
	"ccgateway/internal/journal"
)

var (
	roomsAgents = flag.Int("rooms.agents", 2000, "agents that are signed in")
	roomsFor    = flag.Duration("rooms.for", 5*time.Second, "how long the load of BenchmarkRooms lasts")
)

// The load of a center with 2,000 agents.
const (
	callsPerSecond  = 17
	statesPerSecond = 170
	benchTalk       = 2 * time.Second
)

// keepings are the ways in which commands are kept, from the quickest.
var keepings = []struct {
	name string
	sync journal.Sync
	none bool
}{{"no journal", 0, true}, {"journal", journal.SyncRelaxed, false}, {"journal synced", journal.SyncFull, false}}

// floor is a center between its rooms: host, journal and delivery are real, the phone side answers at once.
type floor struct {
	host     *host.Host
	delivery *delivery.Delivery
	events   latency // from cause to the hand of the desktop
	invites  latency // from a caller's arrival to the order to ring a free agent

	arrived sync.Map                        // caller's number -> when he came
	talks   sync.Map                        // caller's number -> chan<- center.AgentID, for whoever waits for the talk
	answers chan center.LegID               // phones that are to be lifted
	tokens  map[center.AgentID]center.Token // of the sessions
	stop    context.CancelFunc              //
	work    sync.WaitGroup                  // pollers and the phones
	seq     atomic.Int64                    // of callers
	signing atomic.Int64                    // agents that are not signed in yet
	causes  *causes                         // nil = nobody asks what desktops have events from
}

const benchVCC = 1

// benchAuth replaces GUIDs as the program does by default.
var benchAuth = center.Auth{Interval: config.Defaults().Auth.GUIDInterval, Timeout: config.Defaults().Auth.GUIDTimeout}

// signingAtOnce is how many agents sign in at a time, so that a journal takes them together.
const signingAtOnce = 64

func newFloor(b *testing.B, agents int, polling bool, keep func(*host.Host)) *floor {
	b.Helper()
	f := &floor{answers: make(chan center.LegID, 1<<16), tokens: map[center.AgentID]center.Token{}}
	f.signing.Store(int64(agents))
	f.host = host.New(slog.New(slog.DiscardHandler), func() time.Time { return f.now(agents) })
	f.delivery = delivery.New(delivery.Options{})
	f.host.Attach(f.delivery, f)
	keep(f.host)
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	b.Cleanup(f.close)
	if err := f.host.Configure(ctx, []center.Config{benchConfig(agents)}); err != nil {
		b.Fatal(err)
	}
	f.work.Go(func() { f.lift(ctx) })
	for i := range agents {
		id := center.AgentID(firstAgent + i)
		f.tokens[id] = sha256.Sum256([]byte(benchGUID(id)))
	}
	f.signInAll(ctx, b, agents, polling)
	return f
}

func (f *floor) signInAll(ctx context.Context, b *testing.B, agents int, polling bool) {
	b.Helper()
	var next atomic.Int64
	var signing sync.WaitGroup
	for range signingAtOnce {
		signing.Go(func() {
			for i := next.Add(1) - 1; int(i) < agents; i = next.Add(1) - 1 {
				if err := f.signIn(ctx, int(i), polling); err != nil {
					b.Errorf("agent %d signs in: %v", i, err)
					return
				}
				f.signing.Add(-1)
			}
		})
	}
	signing.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// now is the center's clock: while agents sign in it goes from one interval of GUIDs ago to now, so that later, as in a shift that has
// long begun, some GUIDs are replaced at any time and not all at once.
func (f *floor) now(agents int) time.Time {
	return time.Now().Add(-benchAuth.Interval * time.Duration(f.signing.Load()) / time.Duration(agents))
}

func (f *floor) close() {
	f.stop()
	f.host.Stop()
	f.delivery.Close()
	f.work.Wait()
}

func benchConfig(agents int) center.Config {
	cfg := center.Config{
		ID: benchVCC, Name: "bench", Skills: []center.Skill{{ID: 1, Name: "q", Media: center.MediaVoice, Ring: 30 * time.Second}},
		AccessCodes: []center.AccessCode{{Code: AccessCode, Skill: 1}}, Trunks: []center.Trunk{{Name: "line"}},
		Roles: []center.Role{{ID: 2, Rights: center.RightsOf(center.RightBusy)}},
		Auth:  benchAuth, Silence: time.Hour,
	}
	for i := range agents {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(firstPhone+i))
		cfg.Agents = append(cfg.Agents, center.Agent{ID: center.AgentID(firstAgent + i), Role: 2, Group: -1,
			Skills: []center.AgentSkill{{Skill: 1, Weight: 1}}})
	}
	return cfg
}

// signIn lets an agent work, with polling: a poll for his events is always held.
func (f *floor) signIn(ctx context.Context, i int, polling bool) error {
	id := center.AgentID(firstAgent + i)
	token := f.tokens[id]
	reply, err := f.host.Do(ctx, benchVCC, center.SignIn{Agent: id, Token: token, Phone: fmt.Sprint(firstPhone + i), AutoAnswer: true,
		AutoEnterIdle: true, ReleasePhone: true, AgentType: 4, Status: 4})
	if err != nil {
		return err
	}
	if reply.Err != nil {
		return reply.Err
	}
	if _, err := f.host.Do(ctx, benchVCC, center.ResetSkill{By: center.By{Agent: id, Token: token}, All: true}); err != nil {
		return err
	}
	if !polling {
		return nil
	}
	session, _ := reply.Value.(center.SignedIn)
	f.work.Go(func() { f.poll(ctx, delivery.Key{VCC: benchVCC, Agent: id, Session: session.Session}) })
	return nil
}

// benchGUID is an agent's GUID.
func benchGUID(id center.AgentID) string { return fmt.Sprintf("bench%027d.Bench", id) }

// poll takes events as a desktop does.
func (f *floor) poll(ctx context.Context, key delivery.Key) {
	for {
		batch, err := f.delivery.Next(ctx, key, 10*time.Second)
		if err != nil {
			return
		}
		for _, event := range batch.Events {
			f.events.add(time.Since(event.At))
			if event.Type == center.EvTalking {
				f.talk(event)
			}
		}
		batch.Confirm()
	}
}

// talk tells whoever waits for it that a caller's talk has begun.
func (f *floor) talk(event *delivery.Event) {
	body, err := event.JSON()
	if err != nil {
		return
	}
	if waiting, ok := f.talks.LoadAndDelete(callerIn(body)); ok {
		waiting.(chan center.AgentID) <- event.Agent
	}
}

// Carry is the phone side: it rings at once.
func (f *floor) Carry(_ center.VCCID, effects []center.Effect) {
	f.causes.carry(effects)
	for _, effect := range effects {
		ring, ok := effect.(center.Ring)
		if !ok {
			continue
		}
		if at, known := f.arrived.LoadAndDelete(ring.Caller); known {
			f.invites.add(time.Since(at.(time.Time)))
		}
		f.answers <- ring.Leg // a sink must not wait: there is room for more than there are agents
	}
}

func (f *floor) lift(ctx context.Context) {
	for {
		select {
		case leg := <-f.answers:
			f.host.Tell(benchVCC, center.LegAnswered{Leg: leg})
		case <-ctx.Done():
			return
		}
	}
}

// dial lets a caller arrive.
func (f *floor) dial() (leg center.LegID, number string) {
	n := f.seq.Add(1)
	leg, number = center.LegID(fmt.Sprintf("i%d", n)), fmt.Sprintf("7%09d", n)
	f.arrived.Store(number, time.Now())
	f.host.Tell(benchVCC, center.CallArrived{Leg: leg, Trunk: "line", From: number, To: AccessCode})
	return leg, number
}

// callerIn cuts the caller's number out of an event of a talk.
func callerIn(event []byte) string {
	const member = `"caller":"`
	text := string(event)
	for i := 0; i+len(member) < len(text); i++ {
		if text[i:i+len(member)] == member {
			rest := text[i+len(member):]
			for j := range rest {
				if rest[j] == '"' {
					return rest[:j]
				}
			}
		}
	}
	return ""
}

// keeping makes what keeps a host's commands.
func keeping(b *testing.B, none bool, sync journal.Sync) func(*host.Host) {
	b.Helper()
	return func(h *host.Host) {
		if none {
			return
		}
		j, err := journal.OpenSQLite(context.Background(), b.TempDir(), "bench", sync)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := j.Close(); err != nil {
				b.Error(err)
			}
		})
		h.Keep(host.Keeping{Journal: j})
	}
}

// BenchmarkRooms is 17 calls and 170 state changes a second, with -rooms.agents polls held: how long from cause to event, and from a
// caller's arrival to the order to ring a free agent, without the network.
func BenchmarkRooms(b *testing.B) {
	for _, k := range keepings {
		b.Run(k.name, func(b *testing.B) {
			f := newFloor(b, *roomsAgents, true, keeping(b, k.none, k.sync))
			f.events.reset() // of the sign-ins
			before := f.host.JournalStats()
			b.ResetTimer()
			for range b.N {
				f.load(*roomsFor)
			}
			b.StopTimer()
			events, invites := f.events.sum(), f.invites.sum()
			if events.Count == 0 || invites.Count == 0 {
				b.Fatal("nothing was measured")
			}
			b.ReportMetric(ms(events.P50), "ms-event-p50")
			b.ReportMetric(ms(events.P99), "ms-event-p99")
			b.ReportMetric(ms(invites.P99), "ms-invite-p99")
			reportGroups(b, before, f.host.JournalStats())
			b.ReportMetric(0, "ns/op") // it is the duration of the load
		})
	}
}

// reportGroups says what the journal's transactions took. A command waits for the one that runs when it comes and for its own, so twice the
// longest of them bounds it; BenchmarkDiskSync is the floor of one.
func reportGroups(b *testing.B, before, after host.JournalStats) {
	b.Helper()
	groups := float64(after.Groups - before.Groups)
	if groups == 0 {
		return
	}
	b.ReportMetric(ms(after.Spent-before.Spent)/groups, "ms/group")
	b.ReportMetric(float64(after.Commands-before.Commands)/groups, "commands/group")
	b.ReportMetric(ms(after.Longest), "ms-longest-group")
}

// reset forgets what was measured.
func (l *latency) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times, l.seen, l.most = nil, 0, 0
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// load lets callers come and agents change their states.
func (f *floor) load(duration time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), duration)
	defer cancel()
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() {
		every(ctx, time.Second/callsPerSecond, func(int) {
			leg, _ := f.dial()
			time.AfterFunc(benchTalk, func() { f.host.Tell(benchVCC, center.LegEnded{Leg: leg, Cause: center.CauseHungUp}) })
		})
	})
	parts.Go(func() {
		every(ctx, time.Second/statesPerSecond, func(n int) {
			id := center.AgentID(firstAgent + (n/2*7919)%len(f.tokens)) // each becomes busy and then free again
			by := center.By{Agent: id, Token: f.tokens[id]}
			if n%2 == 0 {
				f.change(id, center.SayBusy{By: by})
			} else {
				f.change(id, center.SayFree{By: by})
			}
		})
	})
}

// change lets an agent change his state.
func (f *floor) change(id center.AgentID, to center.Command) {
	if f.causes == nil {
		f.host.Tell(benchVCC, to)
		return
	}
	f.causes.told(id)
	f.work.Go(func() {
		_, _ = f.host.Do(context.Background(), benchVCC, to) // refused while he talks
		f.causes.applied(id)
	})
}

// every does something at a rate until ctx ends.
func every(ctx context.Context, pause time.Duration, do func(n int)) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ticker.C:
			do(n)
		case <-ctx.Done():
			return
		}
	}
}

// BenchmarkCalls is whole calls, as many as go: a caller arrives, waits if he must, is offered, talked to and released by the agent's
// desktop once that has the event of the talk. It says which share of the calls without a journal each way of keeping leaves.
func BenchmarkCalls(b *testing.B) {
	const atOnce = 256
	var plain float64
	for _, k := range keepings {
		b.Run(k.name, func(b *testing.B) {
			f := newFloor(b, *roomsAgents, true, keeping(b, k.none, k.sync))
			b.ResetTimer()
			began := time.Now()
			f.calls(b, atOnce)
			rate := float64(b.N) / time.Since(began).Seconds()
			b.StopTimer()
			b.ReportMetric(rate, "calls/s")
			if k.none {
				plain = rate
			}
			if plain > 0 {
				b.ReportMetric(rate/plain, "of-no-journal")
			}
		})
	}
}

// calls makes b.N calls, so many at a time.
func (f *floor) calls(b *testing.B, atOnce int) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var callers sync.WaitGroup
	for range atOnce {
		callers.Go(func() {
			talk := make(chan center.AgentID, 1)
			for left.Add(-1) >= 0 {
				n := f.seq.Add(1)
				number := fmt.Sprintf("7%09d", n)
				f.talks.Store(number, talk)
				f.host.Tell(benchVCC, center.CallArrived{Leg: center.LegID(fmt.Sprintf("i%d", n)), Trunk: "line", From: number, To: AccessCode})
				agent := <-talk
				reply, err := f.host.Do(context.Background(), benchVCC, center.Release{By: center.By{Agent: agent, Token: f.tokens[agent]}})
				if err != nil || reply.Err != nil {
					b.Errorf("release by %d: %v, %v", agent, err, reply.Err)
					return
				}
			}
		})
	}
	callers.Wait()
}
