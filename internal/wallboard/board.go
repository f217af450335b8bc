package wallboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// agentRow is an agent as the watchers know him.
type agentRow struct {
	center.AgentRow
	day []byte // nil = he has no figures
}

// visible tells whether the agent is shown: he is signed in, or has figures of the day.
func (r *agentRow) visible() bool {
	return r.State != center.StateSignedOut && r.State != center.StateUnknown || r.day != nil
}

// queueRow is a queue as they know it.
type queueRow struct {
	center.QueueRow
	day, interval []byte
}

// board is one watched VCC. Its goroutine (run) alone changes what is shown.
type board struct {
	boards *Boards
	vcc    center.VCCID
	inbox  *inbox
	feed   *feed
	begun  chan struct{} // closed when there is something to show, or never will be

	watchers int       // guarded by Boards.mu, as left
	left     time.Time // when the last watcher left

	figures  figures
	everyone time.Time // when the names of all agents were read
	paused   time.Duration

	mu     sync.Mutex // guards what is shown
	at     time.Time
	head   VCC
	agents map[center.AgentID]*agentRow
	queues map[center.SkillID]*queueRow
	order  []center.SkillID
	calls  map[center.CallID]*center.CallRow
	whole  []byte // the snapshot that was made last
	number uint64 // the change up to which it goes
	shown  uint64 // the change up to which what is shown goes
}

func newBoard(b *Boards, vcc center.VCCID) *board {
	return &board{
		boards: b, vcc: vcc, inbox: newInbox(), feed: newFeed(&b.bounds), begun: make(chan struct{}),
		agents: map[center.AgentID]*agentRow{}, queues: map[center.SkillID]*queueRow{}, calls: map[center.CallID]*center.CallRow{},
	}
}

// await waits until there is something to show.
func (b *board) await(ctx context.Context) error {
	select {
	case <-b.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, _, _, err := b.feed.after(b.feed.count()); err != nil {
		return err
	}
	return nil
}

// run reads the day and then shows what changes, until nobody watches any more, the program stops, or something cannot be read.
func (b *board) run() {
	err := b.show(b.boards.ctx)
	switch {
	case b.boards.ctx.Err() != nil:
		err = ErrClosed
	case err != nil:
		b.boards.o.Log.Error("a wallboard has ended", "vcc", int(b.vcc), "err", err.Error())
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	default:
		err = ErrUnavailable // nobody is there to be told
	}
	b.boards.drop(b)
	b.feed.end(err)
	select {
	case <-b.begun:
	default:
		close(b.begun)
	}
}

// show is the life of a board. It ends without an error when nobody watches any more.
func (b *board) show(ctx context.Context) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	close(b.begun)
	timer := time.NewTimer(sweep)
	defer timer.Stop()
	for {
		pause := time.NewTimer(max(b.boards.bounds.Load().Pause, share*b.paused))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
		timer.Reset(sweep)
		select {
		case <-b.inbox.bell:
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b.boards.over(b, time.Now()) {
			return nil
		}
		if err := b.refresh(ctx); err != nil {
			return err
		}
	}
}

// errZone says that the VCC's days begin elsewhere by now.
var errZone = errors.New("the VCC has another time zone")

// begin reads the figures of the day and shows everything for the first time. Facts that come meanwhile wait.
func (b *board) begin(ctx context.Context) error {
	reading, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	b.figures = figures{zone: b.boards.o.Store.Zone(b.vcc), interval: b.boards.o.Interval, terms: b.boards.o.Terms}
	seen, err := b.ask(reading, true)
	for err == nil {
		var seq uint64
		var part int
		if seq, part, err = b.figures.read(reading, b.boards.o.Store, b.vcc, seen.At); err != nil {
			return err
		}
		if seen, err = b.ask(reading, true); err == nil && seen.At.Before(b.figures.recent.Until()) {
			b.inbox.without(seq, part)
			break
		}
	}
	if err != nil {
		return err
	}
	return b.take(seen, true, true)
}

// ask looks at the center.
func (b *board) ask(ctx context.Context, everyone bool) (center.Situation, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	reply, err := b.boards.o.Centers.Do(ctx, b.vcc, center.Survey{Everyone: everyone})
	if err != nil {
		return center.Situation{}, fmt.Errorf("look at VCC %d: %w", b.vcc, err)
	}
	seen, ok := reply.Value.(center.Situation)
	if !ok {
		return seen, fmt.Errorf("look at VCC %d: a survey is answered by %T", b.vcc, reply.Value)
	}
	if everyone {
		b.everyone = seen.At
	}
	return seen, nil
}

// refresh shows what has changed.
func (b *board) refresh(ctx context.Context) error {
	began := time.Now()
	everyone := b.everyone.Before(b.at.Add(-everyoneEvery))
	if everyone && b.boards.o.Store.Zone(b.vcc).String() != b.figures.zone.String() {
		return errZone
	}
	seen, err := b.ask(ctx, everyone)
	if err != nil {
		return err
	}
	err = b.take(seen, everyone, false)
	b.paused = time.Since(began)
	return err
}

// take brings the figures up to what was seen, and publishes what is different from what is shown.
func (b *board) take(seen center.Situation, everyone, first bool) error {
	facts, err := b.inbox.until(seen.At)
	if err != nil {
		return err
	}
	counted, err := b.count(facts, seen.At)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = seen.At
	change := &state{At: seen.At}
	b.takeAgents(seen, everyone, counted, first, change)
	b.takeQueues(seen, change)
	b.takeCalls(seen, change)
	b.takeHead(change)
	if first || change.empty() {
		return nil
	}
	data, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("write a change of VCC %d: %w", b.vcc, err)
	}
	b.boards.messages.Add(1)
	b.shown = b.feed.add(data)
	return nil
}

// counted says whose figures may have changed.
type counted struct {
	agents map[center.AgentID]bool
	all    bool // a day has begun
}

// count adds facts to the figures.
func (b *board) count(facts []fact, now time.Time) (counted, error) {
	c := counted{agents: map[center.AgentID]bool{}}
	for _, what := range facts {
		day, _, err := b.figures.add(what)
		if err != nil {
			return c, err
		}
		c.all = c.all || day
		switch e := what.what.(type) {
		case center.LegRecord:
			c.agents[e.Agent] = true
		case center.StateRecord:
			c.agents[e.Agent] = true
		}
	}
	day, _, err := b.figures.roll(now)
	c.all = c.all || day
	return c, err
}

// takeAgents compares the agents. Who is signed out is shown as long as he has figures.
func (b *board) takeAgents(seen center.Situation, everyone bool, c counted, first bool, change *state) {
	present := make(map[center.AgentID]bool, len(seen.Agents))
	for i := range seen.Agents {
		row := &seen.Agents[i]
		present[row.Agent] = true
		b.takeAgent(row, c.all || first || c.agents[row.Agent], change)
	}
	for id, shown := range b.agents {
		switch {
		case present[id]:
		case everyone: // the configuration has him no more
			delete(b.agents, id)
			if shown.visible() {
				change.GoneAgents = append(change.GoneAgents, id)
			}
		default:
			row := center.AgentRow{Agent: id, Name: shown.Name, Group: shown.Group, State: center.StateSignedOut}
			b.takeAgent(&row, c.all || c.agents[id], change)
		}
	}
	slices.Sort(change.GoneAgents)
	slices.SortFunc(change.Agents, func(x, y *Agent) int { return int(x.Agent) - int(y.Agent) })
}

// takeAgent compares one. The row is always taken over: it shares its list of queues with all others of its survey, and one that is kept for
// long would keep them all.
func (b *board) takeAgent(row *center.AgentRow, count bool, change *state) {
	shown := b.agents[row.Agent]
	if shown == nil {
		shown, count = &agentRow{}, true
		b.agents[row.Agent] = shown
	}
	before := shown.visible()
	moved := !before || !sameAgent(&shown.AgentRow, row)
	shown.AgentRow = *row
	if count {
		var day []byte
		if b.figures.day.HasAgent(row.Agent) {
			day = b.figures.day.AppendAgent(nil, row.Agent)
		}
		count = !bytes.Equal(day, shown.day)
		shown.day = day
	}
	switch {
	case !shown.visible():
		if before {
			change.GoneAgents = append(change.GoneAgents, row.Agent)
		}
	case moved || count:
		told := agentOf(row)
		if !before || count {
			told.Day = shown.day
			if count && told.Day == nil { // a new day: back to nothing
				told.Day = b.figures.day.AppendAgent(nil, row.Agent)
			}
		}
		change.Agents = append(change.Agents, told)
	}
}

func sameAgent(x, y *center.AgentRow) bool {
	return x.State == y.State && x.Since.Equal(y.Since) && x.Bar == y.Bar && x.Call == y.Call && x.Talking.Equal(y.Talking) && x.Reason == y.Reason &&
		x.Ready == y.Ready && x.Feature == y.Feature && x.Skill == y.Skill && x.Name == y.Name && x.Group == y.Group && x.Phone == y.Phone &&
		x.SignedIn.Equal(y.SignedIn) && slices.Equal(x.Skills, y.Skills)
}

// takeQueues compares the queues with their figures; there are few of them.
func (b *board) takeQueues(seen center.Situation, change *state) {
	b.order = b.order[:0]
	for i := range seen.Queues {
		row := &seen.Queues[i]
		b.order = append(b.order, row.Skill)
		shown := b.queues[row.Skill]
		fresh := shown == nil
		if fresh {
			shown = &queueRow{}
			b.queues[row.Skill] = shown
		}
		told := queueOf(row)
		told.Day, told.Interval = news(&shown.day, b.figures.day.AppendSkill(nil, row.Skill)), news(&shown.interval, b.figures.recent.AppendSkill(nil, row.Skill))
		if fresh || *row != shown.QueueRow || told.Day != nil || told.Interval != nil {
			change.Queues = append(change.Queues, told)
		}
		shown.QueueRow = *row
	}
	for id := range b.queues {
		if !slices.Contains(b.order, id) {
			delete(b.queues, id)
			change.GoneQueues = append(change.GoneQueues, id)
		}
	}
	slices.Sort(change.GoneQueues)
}

// news gives figures if they are other ones than those that are shown, and shows them.
func news(shown *[]byte, figures []byte) []byte {
	if bytes.Equal(*shown, figures) {
		return nil
	}
	*shown = figures
	return figures
}

func (b *board) takeCalls(seen center.Situation, change *state) {
	present := make(map[center.CallID]bool, len(seen.Calls))
	for i := range seen.Calls {
		row := &seen.Calls[i]
		present[row.Call] = true
		if shown := b.calls[row.Call]; shown == nil || !sameCall(shown, row) {
			change.Calls = append(change.Calls, callOf(row))
		}
		b.calls[row.Call] = row
	}
	for id := range b.calls {
		if !present[id] {
			delete(b.calls, id)
			change.EndedCalls = append(change.EndedCalls, id)
		}
	}
	slices.Sort(change.EndedCalls)
}

func sameCall(x, y *center.CallRow) bool {
	return x.State == y.State && x.Since.Equal(y.Since) && x.Feature == y.Feature && x.Skill == y.Skill && x.Caller == y.Caller && x.Called == y.Called &&
		slices.Equal(x.Agents, y.Agents)
}

func (b *board) takeHead(change *state) {
	head := VCC{
		VCC: b.vcc, Zone: b.figures.zone.String(), DayFrom: b.figures.day.From(), From: b.figures.recent.From(), Until: b.figures.recent.Until(),
		Day: b.head.Day, Interval: b.head.Interval,
	}
	told := head
	told.Day, told.Interval = news((*[]byte)(&head.Day), b.figures.day.AppendVCC(nil)), news((*[]byte)(&head.Interval), b.figures.recent.AppendVCC(nil))
	if told.Day != nil || told.Interval != nil || !head.From.Equal(b.head.From) || !head.DayFrom.Equal(b.head.DayFrom) {
		change.VCC = &told
	}
	b.head = head
}

// vccHead says how the board counts its days.
func (b *board) vccHead() VCC {
	b.mu.Lock()
	defer b.mu.Unlock()
	head := b.head
	head.Day, head.Interval = nil, nil
	return head
}

// snapshot gives everything, and the number of the change up to which it goes.
func (b *board) snapshot() ([]byte, uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.whole != nil && b.number == b.shown {
		return b.whole, b.number, nil
	}
	head := b.head
	all := &state{At: b.at, VCC: &head, Agents: []*Agent{}, Queues: []*Queue{}, Calls: []*Call{}}
	for _, shown := range b.agents {
		if !shown.visible() {
			continue
		}
		told := agentOf(&shown.AgentRow)
		told.Day = shown.day
		all.Agents = append(all.Agents, told)
	}
	slices.SortFunc(all.Agents, func(x, y *Agent) int { return int(x.Agent) - int(y.Agent) })
	for _, id := range b.order {
		shown := b.queues[id]
		told := queueOf(&shown.QueueRow)
		told.Day, told.Interval = shown.day, shown.interval
		all.Queues = append(all.Queues, told)
	}
	for _, row := range b.calls {
		all.Calls = append(all.Calls, callOf(row))
	}
	slices.SortFunc(all.Calls, func(x, y *Call) int { return x.Began.Compare(y.Began) })
	data, err := json.Marshal(all)
	if err != nil {
		return nil, 0, fmt.Errorf("write a snapshot of VCC %d: %w", b.vcc, err)
	}
	b.whole, b.number = data, b.shown
	return data, b.number, nil
}
