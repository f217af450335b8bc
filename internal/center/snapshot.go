package center

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"ccgateway/internal/plain"
)

// SnapshotVersion is the version of the form of snapshots that this program writes. It reads this one and the older ones down to 1.
const SnapshotVersion = 1

// Snapshot is the whole state of a center at one moment, as plain data: no pointers, nothing that can be told from the rest (indices).
// Its fields are only for package plain. What grows is added at the end of a struct; see package plain.
type Snapshot struct {
	Config      Config
	Now         time.Time
	Counters    savedCounters
	Phones      []string // those that have a registration
	Queues      []savedQueue
	Legs        []savedLeg
	Calls       []savedCall
	Agents      []savedAgent
	Lingering   []savedLingering
	Draining    bool
	Inspections []savedInspection // in the order of their beginning
	Outgoing    savedOutgoing
	Picks       []savedPick // by agent
}

type (
	savedCounters struct {
		Timer, Session, Call, Leg uint64
		Task, Shared              int
		Run, Play                 uint64
		Back                      int64
	}
	// savedTimer is a deadline that is set; the zero one is not.
	savedTimer struct {
		Due   time.Time
		Order uint64
	}
	savedQueue struct {
		Skill   SkillID
		Waiting []CallID // in their order
		Pace    time.Duration
		Served  time.Time
		Places  savedTimer
		Backs   []savedBack
	}
)

// Snapshot copies the state. It takes time in proportion to agents and calls; encoding the copy can then be done
// elsewhere. What the copy shares with the center is never written to.
func (c *Center) Snapshot() *Snapshot {
	s := &Snapshot{
		Config: c.cfg.Config, Now: c.now, Draining: c.draining, Picks: c.savePicks(),
		Counters: savedCounters{Timer: c.timerSeq, Session: c.sessionSeq, Call: c.callSeq, Leg: c.legSeq, Task: c.taskSeq, Shared: c.shared, Run: c.runSeq, Play: c.playSeq, Back: c.backSeq},
	}
	for phone, registered := range c.phones {
		if registered {
			s.Phones = append(s.Phones, phone)
		}
	}
	slices.Sort(s.Phones)
	for _, id := range slices.Sorted(maps.Keys(c.queues)) {
		of := c.queues[id]
		q := savedQueue{Skill: id, Pace: of.pace, Served: of.served, Places: of.places.save()}
		for _, b := range of.backs {
			q.Backs = append(q.Backs, *b.save())
		}
		for cl := c.queues[id].first; cl != nil; cl = cl.next {
			q.Waiting = append(q.Waiting, cl.id)
		}
		s.Queues = append(s.Queues, q)
	}
	for _, id := range slices.Sorted(maps.Keys(c.legs)) {
		s.Legs = append(s.Legs, c.legs[id].save())
	}
	for _, cl := range c.callsByBirth() {
		s.Calls = append(s.Calls, c.saveCall(cl))
	}
	s.Agents = make([]savedAgent, len(c.roster))
	for i, a := range c.roster {
		a.save(&s.Agents[i])
	}
	for _, ins := range c.inspections {
		s.Inspections = append(s.Inspections, ins.save())
	}
	for _, id := range slices.Sorted(maps.Keys(c.lingering)) {
		l := c.lingering[id]
		s.Lingering = append(s.Lingering, savedLingering{
			Agent: l.agent, Session: l.session, GUIDs: l.guids.save(), Push: l.push, Began: l.began, Timer: l.timer.save(),
		})
	}
	s.Outgoing = c.out.save()
	return s
}

// Sessions lists the sessions whose events can still be fetched: those of signed-in agents, and those that linger.
func (s *Snapshot) Sessions() []Session {
	all := make([]Session, 0, len(s.Agents)+len(s.Lingering))
	for i := range s.Agents {
		all = append(all, s.Agents[i].Session)
	}
	for i := range s.Lingering {
		all = append(all, s.Lingering[i].Session)
	}
	slices.SortFunc(all, cmp.Compare)
	return all
}

func (t *timer) save() savedTimer {
	if t.pos == 0 {
		return savedTimer{}
	}
	return savedTimer{Due: t.due, Order: t.order}
}

// Encode gives the snapshot's bytes, of version SnapshotVersion.
func (s *Snapshot) Encode() []byte { return plain.Append(nil, *s) }

// ErrSnapshotVersion says that a snapshot is of a version that this program does not read.
var ErrSnapshotVersion = errors.New("snapshot of another version")

// DecodeSnapshot reads a snapshot's bytes. Errors wrap ErrSnapshotVersion, plain.ErrNewer or plain.ErrBroken.
func DecodeSnapshot(version int, data []byte) (*Snapshot, error) {
	if version < 1 || version > SnapshotVersion {
		return nil, fmt.Errorf("%w: it has version %d, this program reads 1 to %d", ErrSnapshotVersion, version, SnapshotVersion)
	}
	var s Snapshot
	if err := plain.Read(data, &s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return &s, nil
}
