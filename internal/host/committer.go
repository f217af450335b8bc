package host

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/journal"
)

// Bounds of the committer. An owner that finds its inbox full waits, then its own inbox fills, then desktops and phones wait.
const (
	commitInbox = 4096 // applied commands that wait
	groupSize   = 1024 // in one transaction: more would make the first ones wait without making the sync any cheaper
)

// applied is a command that a center has carried out, on its way to the journal and then to the world.
type applied struct {
	owner    *owner
	cmd      center.Command // for the log
	entry    journal.Entry  // Seq 0 = nothing is to be journaled
	effects  []center.Effect
	reply    center.Reply
	answer   chan<- center.Reply // nil = nobody waits
	steps    *Steps              // nil = nobody wants to know
	snapshot *snapshot           // in place of a command: the center as the commands before have left it
	end      bool                // in place of a command: the owner has ended
}

// JournalStats counts what has been journaled since the start.
type JournalStats struct {
	Groups   uint64        // transactions
	Commands uint64        // in them
	Spent    time.Duration // in writing and syncing them
	Longest  time.Duration // of one
	Waiting  int           // commands that wait for the journal now
	Within   []uint64      // transactions that took at most the time of SyncBounds with the same index, those of smaller ones included
}

// SyncBounds are what transactions of the journal are counted by: a sync to disk takes 0.1 ms (a good NVMe) to 50 ms (a worn disk), a database that is waited
// for seconds.
var SyncBounds = []time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second,
}

// committer makes commands last and then lets the world know of them.
type committer struct {
	host  *Host
	inbox chan applied
	done  chan struct{} // closed when run has ended
	along time.Time     // when positions were written along with commands

	groups, commands, spent, longest atomic.Uint64
	within                           []atomic.Uint64 // by the smallest of SyncBounds that holds; the last one is for longer ones
}

func newCommitter(h *Host) *committer {
	return &committer{host: h, inbox: make(chan applied, commitInbox), done: make(chan struct{}), within: make([]atomic.Uint64, len(SyncBounds)+1)}
}

// run works until the inbox is closed and empty. It is not ended by a context: what has been applied must become lasting or be told to
// have failed.
func (c *committer) run() {
	defer close(c.done)
	group := make([]applied, 0, groupSize)
	for first := range c.inbox {
		runtime.Gosched()
		group = c.gather(append(group[:0], first))
		c.commit(group)
		for i := range group {
			c.release(&group[i])
			group[i] = applied{}
		}
	}
}

// gather adds what has come meanwhile. While more comes it lets other goroutines run first: under load that makes groups of what would be
// transactions of one or two commands each, and without load it costs nothing.
func (c *committer) gather(group []applied) []applied {
	for {
		before := len(group)
		group = c.drain(group)
		if len(group) == groupSize || len(group) == before {
			return group
		}
		runtime.Gosched()
	}
}

// drain adds what is in the inbox now.
func (c *committer) drain(group []applied) []applied {
	for len(group) < groupSize {
		select {
		case a, open := <-c.inbox:
			if !open {
				return group
			}
			group = append(group, a)
		default:
			return group
		}
	}
	return group
}

// commit writes the group's commands into the journal. The centers of those that could not be written are stopped.
func (c *committer) commit(group []applied) {
	var entries []journal.Entry
	for i := range group {
		if a := &group[i]; a.entry.Seq > 0 && a.owner.failure.Load() == nil {
			entries = append(entries, a.entry)
		}
	}
	if len(entries) == 0 {
		return
	}
	begin := time.Now()
	var positions []journal.Position
	if begin.Sub(c.along) >= positionsAlong {
		c.along, positions = begin, c.host.positions()
	}
	fenced, err := c.host.keep.Journal.Append(context.Background(), entries, positions...)
	ended := time.Now()
	c.count(len(entries), ended.Sub(begin))
	for i := range group {
		if a := &group[i]; a.entry.Seq > 0 {
			a.steps.written(begin, ended)
		}
		if a := &group[i]; err != nil && a.entry.Seq > 0 {
			c.host.lose(a.owner, fmt.Errorf("commands cannot be journaled: %w", err))
		}
		for _, vcc := range fenced {
			if group[i].owner.vcc == vcc {
				c.host.lose(group[i].owner, journal.ErrFenced)
			}
		}
	}
}

func (c *committer) count(commands int, spent time.Duration) {
	c.groups.Add(1)
	c.commands.Add(uint64(commands)) //nolint:gosec // a count
	c.spent.Add(uint64(spent))       //nolint:gosec // positive
	bound, _ := slices.BinarySearch(SyncBounds, spent)
	c.within[bound].Add(1)
	if uint64(spent) > c.longest.Load() {
		c.longest.Store(uint64(spent)) //nolint:gosec // positive; only run stores
	}
}

func (c *committer) stats() JournalStats {
	within, sum := make([]uint64, len(SyncBounds)), uint64(0)
	for i := range within {
		sum += c.within[i].Load()
		within[i] = sum
	}
	return JournalStats{
		Within: within,
		Groups: c.groups.Load(), Commands: c.commands.Load(), Spent: time.Duration(c.spent.Load()), //nolint:gosec // durations
		Longest: time.Duration(c.longest.Load()), Waiting: len(c.inbox), //nolint:gosec // a duration
	}
}

// release lets the world know of a command that lasts. Nothing of a center that has been stopped is let out: it may be ahead of its
// journal.
func (c *committer) release(a *applied) {
	o := a.owner
	defer func() {
		if broken := recover(); broken != nil {
			o.log.Error("effects of a command could not be carried", "command", fmt.Sprintf("%T", a.cmd), "reason", fmt.Sprint(broken),
				"stack", string(debug.Stack()))
			o.fail(fmt.Sprint(broken))
		}
	}()
	switch {
	case a.end:
		close(o.done)
		return
	case o.failure.Load() != nil:
		return
	case a.snapshot != nil:
		c.host.save(a.snapshot)
		return
	}
	if len(a.effects) > 0 {
		c.host.carry(o.vcc, a.entry.Seq, a.effects)
	}
	if a.answer != nil {
		a.answer <- a.reply
	}
}
