package telemetry

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/voice"
	"ccgateway/internal/voice/media"
)

// reader reads the rooms at each scrape.
type reader struct {
	sources Sources
	places  *places
	shown   func(vcc string) // is told of each VCC that is shown

	mu           sync.Mutex // guards what follows
	lost, remote float64    // the most that was shown: the rooms' sums may go down again, a counter must not
}

// Describe names nothing, so the registry checks what is collected at each scrape instead: which series there are depends on the
// centers.
func (*reader) Describe(chan<- *prometheus.Desc) {}

// Collect reads everything.
func (r *reader) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	s := sheet{to}
	if r.sources.Ready != nil {
		s.put(ready, truth(r.sources.Ready() == nil))
	}
	if r.sources.Centers != nil {
		r.centers(ctx, s)
	}
	r.events(s)
	if r.sources.SIP != nil {
		stats, counts := r.sources.SIP()
		signalling(s, stats, counts)
	}
	if r.sources.Trunks != nil {
		trunks(s, r.sources.Trunks())
	}
	if r.sources.Media != nil {
		engine, total := r.sources.Media()
		r.sound(s, engine, total)
	}
	r.kept(s)
	r.refused(s)
}

// sheet is where figures are written.
type sheet struct{ to chan<- prometheus.Metric }

func (s sheet) put(d *definition, value float64, labels ...string) {
	valueType := prometheus.GaugeValue
	if d.kind == counter {
		valueType = prometheus.CounterValue
	}
	s.to <- prometheus.MustNewConstMetric(d.desc, valueType, value, labels...)
}

// spread writes a histogram of times; within are counts of those up to each bound.
func (s sheet) spread(d *definition, count uint64, sum time.Duration, bounds []time.Duration, within []uint64) {
	buckets := map[float64]uint64{}
	for i, n := range within {
		buckets[bounds[i].Seconds()] = n
	}
	s.to <- prometheus.MustNewConstHistogram(d.desc, count, sum.Seconds(), buckets)
}

func truth(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// agentStates and callStates name the states in labels.
var (
	agentStates = map[center.State]string{center.StateBusy: "not_ready", center.StateIdle: "idle", center.StateWork: "wrap_up",
		center.StateTalking: "talking", center.StateRest: "rest"}
	callStates = map[center.CallState]string{center.CallSettingUp: "setting_up", center.CallWaiting: "waiting",
		center.CallAlerting: "alerting", center.CallTalking: "talking", center.CallOnHold: "on_hold"}
)

// centers asks each center for its census. One that does not answer is left out; healthy tells of it.
func (r *reader) centers(ctx context.Context, s sheet) {
	s.put(healthy, truth(r.sources.Centers.Healthy() == nil))
	vccs := r.sources.Centers.VCCs()
	slices.Sort(vccs)
	sums := sums{}
	for _, vcc := range vccs {
		reply, err := r.sources.Centers.Do(ctx, vcc, center.Count{})
		n, ok := reply.Value.(center.Census)
		if err != nil || !ok {
			continue
		}
		r.census(sums, s, vcc, n)
	}
	sums.write(s)
}

func (r *reader) census(sums sums, s sheet, vcc center.VCCID, n center.Census) {
	at := r.places.of(vcc, 0)
	r.shown(at.vcc)
	for state, word := range agentStates {
		sums.add(agents, float64(n.States[state]), at.vcc, word)
	}
	sums.add(agents, float64(n.Agents-n.SignedIn), at.vcc, "signed_out")
	for state, word := range callStates {
		sums.add(calls, float64(n.Calls[state]), at.vcc, word)
	}
	for _, q := range n.Queues {
		at := r.places.of(vcc, q.Skill)
		sums.add(queueWaiting, float64(q.Waiting), at.vcc, at.queue)
		sums.most(queueLongest, q.Longest.Seconds(), at.vcc, at.queue)
		sums.add(queueAgents, float64(q.SignedIn), at.vcc, at.queue)
		sums.add(queueIdle, float64(q.Idle), at.vcc, at.queue)
		if at.queue != other {
			s.put(queueInfo, 1, at.vcc, at.queue, q.Name)
		}
	}
}

// sums gathers figures that share labels.
type sums map[series]float64

// series is a metric with its labels, of which there are at most two.
type series struct {
	of   *definition
	a, b string
}

func (m sums) add(d *definition, value float64, a, b string) { m[series{d, a, b}] += value }

func (m sums) most(d *definition, value float64, a, b string) {
	m[series{d, a, b}] = max(m[series{d, a, b}], value)
}

func (m sums) write(s sheet) {
	for at, value := range m {
		s.put(at.of, value, at.a, at.b)
	}
}

func (r *reader) events(s sheet) {
	if r.sources.Events != nil {
		e := r.sources.Events()
		s.put(pollsHeld, float64(e.Waiting))
		s.put(undelivered, float64(e.Undelivered))
		s.put(eventLongest, float64(e.Longest))
		s.put(sessions, float64(e.Sessions-e.Pushed), "fetched")
		s.put(sessions, float64(e.Pushed), "pushed")
		age := 0.0
		if !e.Oldest.IsZero() {
			age = max(0, time.Since(e.Oldest).Seconds())
		}
		s.put(eventOldest, age)
	}
	if r.sources.Push != nil {
		p := r.sources.Push()
		s.put(pushEvents, float64(p.Pushed))
		s.put(pushFailures, float64(p.Failures))
		s.put(pushExpired, float64(p.Expired))
	}
}

func signalling(s sheet, stats voice.Stats, counts voice.SIPCounts) {
	s.put(sipLegs, float64(stats.Legs))
	s.put(sipPhones, float64(stats.Phones))
	s.put(sipTransactions, float64(stats.Transactions))
	s.put(sipConnections, float64(stats.Connections))
	s.put(sipDropped, float64(stats.Dropped))
	s.put(sipGarbage, float64(stats.Garbage))
	for _, flow := range []struct {
		direction           string
		requests, responses map[string]uint64
	}{{"in", counts.RequestsIn, counts.ResponsesIn}, {"out", counts.RequestsOut, counts.ResponsesOut}} {
		for method, n := range flow.requests {
			s.put(sipRequests, float64(n), flow.direction, method)
		}
		for class, n := range flow.responses {
			s.put(sipResponses, float64(n), flow.direction, class)
		}
	}
	for verdict, n := range counts.Credentials {
		s.put(sipCredentials, float64(n), verdict)
	}
}

func (r *reader) sound(s sheet, e media.EngineStats, t media.Stats) {
	s.put(rtpLegs, float64(e.Legs))
	s.put(rtpEncrypted, float64(e.Encrypted))
	s.put(rtpPairs, float64(e.PortPairs))
	s.put(rtpRooms, float64(e.Rooms))
	s.put(rtpPackets, float64(t.Received), "in")
	s.put(rtpPackets, float64(t.Sent), "out")
	r.mu.Lock()
	r.lost, r.remote = max(r.lost, float64(t.Lost)), max(r.remote, float64(t.RemoteLost))
	s.put(rtpLost, r.lost)
	s.put(rtpRemote, r.remote)
	r.mu.Unlock()
	s.put(rtpLate, float64(t.Late))
	s.put(rtpConcealed, float64(t.Concealed))
	for why, n := range map[string]uint64{"strangers": t.Strangers, "malformed": t.Malformed, "unusable": t.Unusable, "jumped": t.Jumped,
		"flooded": t.Flooded, "doubled": t.Doubled, "forged": t.Forged} {
		s.put(rtpRefused, float64(n), why)
	}
	s.put(rtpSendFails, float64(t.SendErrors))
	s.put(ticks, float64(e.Ticks))
	s.put(ticksLate, float64(e.LateTicks))
	s.put(ticksSkipped, float64(e.SkippedTicks))
	s.put(tickLongest, e.LongestTick.Seconds())
	s.put(roomsBroken, float64(e.BrokenRooms))
	s.put(unknownSound, float64(e.UnknownPrompts))
	s.put(recordings, float64(e.Recordings))
	s.put(recordFailed, float64(e.FailedRecordings))
}

// kept writes the figures of what keeps facts and commands.
func (r *reader) kept(s sheet) {
	if r.sources.Store != nil {
		facts := r.sources.Store()
		s.put(storeQueue, float64(facts.Queued))
		s.put(storeWritten, float64(facts.Written))
		s.put(storeLost, float64(facts.Lost))
		s.put(storeFailing, truth(facts.Failing))
	}
	if r.sources.Journal != nil {
		j := r.sources.Journal()
		s.put(journalCommands, float64(j.Commands))
		s.put(journalGroups, float64(j.Groups))
		s.put(journalSeconds, j.Spent.Seconds())
		s.put(journalLongest, j.Longest.Seconds())
		s.put(journalWaiting, float64(j.Waiting))
		s.spread(journalSync, j.Groups, j.Spent, host.SyncBounds, j.Within)
	}
}

// refused writes the figures of who was not let in.
func (r *reader) refused(s sheet) {
	if r.sources.Guard != nil {
		g := r.sources.Guard()
		s.put(passwordsWrong, float64(g.Wrong))
		s.put(lockRefusals, float64(g.RefusedPair), "pair")
		s.put(lockRefusals, float64(g.RefusedAccount), "account")
		s.put(lockRefusals, float64(g.RefusedAddress), "address")
		s.put(lockActs, float64(g.LockedPair), "pair")
		s.put(lockActs, float64(g.SlowedAccount), "account")
		s.put(lockActs, float64(g.SlowedAddress), "address")
		s.put(lockBook, float64(g.Remembered))
	}
	if r.sources.Doors != nil {
		for port, c := range r.sources.Doors() {
			s.doors(port, c)
		}
	}
	if r.sources.Limits != nil {
		l := r.sources.Limits()
		s.put(limited, float64(l.Agent), "agent")
		s.put(limited, float64(l.Address), "address")
		s.put(limited, float64(l.AgentQueries), "agent_queries")
		s.put(limited, float64(l.AllQueries), "all_queries")
	}
	if r.sources.Boards != nil {
		w := r.sources.Boards()
		s.put(watchers, float64(w.Watchers))
		s.put(boardChanges, float64(w.Messages))
		s.put(boardSlow, float64(w.Slow))
	}
}

// doors writes the figures of a port of the agent interface.
func (s sheet) doors(port string, c gateway.Connections) {
	s.put(doorMost, float64(c.Bound), port)
	for state, n := range map[string]int{"new": c.New, "idle": c.Idle, "busy": c.Busy} {
		s.put(doors, float64(n), port, state)
	}
	for why, n := range map[string]uint64{"address": c.RefusedAddress, "full": c.RefusedFull, "new": c.DisplacedNew, "idle": c.DisplacedIdle, "system": c.Failed} {
		s.put(shut, float64(n), port, why)
	}
}
