package center

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// SameState tells whether two centers have the same state in everything that can matter to what comes: all fields of everything that
// can be reached, but the arrangement of heaps, empty lists beside nil ones, and the time of the last command.
func SameState(x, y *Center) bool {
	return reflect.DeepEqual(normal(x), normal(y))
}

// normal brings a center into a form that is the same for all arrangements of its heaps: sorted, which is a heap too.
func normal(c *Center) Center {
	slices.SortFunc(c.timers, func(a, b *timer) int { return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.order, b.order)) })
	for i, t := range c.timers {
		t.pos = i + 1
	}
	for _, q := range c.queues {
		normalQueue(q)
	}
	for _, a := range c.agents {
		none(&a.held)
		none(&a.skills)
		none(&a.guids.former)
		if a.ousted != nil {
			none(&a.ousted.former)
		}
		unset(&a.silence, &a.wrapTimer, &a.restTimer)
		if a.preview != nil {
			unset(&a.preview.again)
		}
		if a.play != nil {
			unset(&a.play.ringing)
		}
	}
	for _, r := range c.records {
		unset(&r.resume)
	}
	for _, l := range c.lingering {
		none(&l.guids.former)
	}
	for _, cl := range c.calls {
		none(&cl.rows)
		unset(&cl.ring, &cl.maxWait, &cl.flow.limit)
		if cl.back != nil {
			unset(&cl.back.again)
			if cl.back.queue.gone {
				cl.back.queue = &queue{skill: cl.back.queue.skill, gone: true}
			}
		}
		if cl.queue != nil && cl.queue.gone { // what else it was is of no matter
			cl.queue = &queue{skill: cl.queue.skill, gone: true}
		}
		if cl.add.queue != nil && cl.add.queue.gone {
			cl.add.queue = &queue{skill: cl.add.queue.skill, gone: true}
		}
	}
	for _, ins := range c.inspections {
		unset(&ins.ringing)
	}
	unset(&c.out.oldest)
	none(&c.timers)
	none(&c.roster)
	none(&c.listeners)
	flat := *c
	flat.now, flat.changed = time.Time{}, false
	return flat
}

func normalQueue(q *queue) {
	slices.SortFunc(q.idle, func(a, b *membership) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), a.agent.idleSince.Compare(b.agent.idleSince), cmp.Compare(a.agent.id, b.agent.id))
	})
	for i, m := range q.idle {
		m.pos = i + 1
	}
	none(&q.idle)
	unset(&q.places)
	none(&q.backs)
	for _, b := range q.backs {
		unset(&b.again)
	}
}

// unset forgets when deadlines were due that are not set any more.
func unset(timers ...*timer) {
	for _, t := range timers {
		if t.pos == 0 {
			t.due, t.order = time.Time{}, 0
		}
	}
}

// none makes an empty list a nil one.
func none[S ~[]E, E any](list *S) {
	if len(*list) == 0 {
		*list = nil
	}
}

// Picks counts the agents about whose recording an inspector has decided.
func (c *Center) Picks() int { return len(c.picks) }
