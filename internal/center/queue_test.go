package center

import (
	"cmp"
	"container/heap"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestQueueOrder inserts and removes at random and compares with sorting.
func TestQueueOrder(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		q := &queue{}
		var model []*call
		for n := uint64(1); n <= 200; n++ {
			if len(model) > 0 && r.IntN(3) == 0 {
				i := r.IntN(len(model))
				q.remove(model[i])
				model = slices.Delete(model, i, i+1)
			}
			cl := &call{number: n, entered: noon.Add(time.Duration(r.IntN(20)) * time.Second), requeued: max(0, r.IntN(4)-2)}
			q.insert(cl)
			model = append(model, cl)
			slices.SortFunc(model, func(x, y *call) int {
				given := func(c *call) int { return -min(c.requeued, 1) }
				return cmp.Or(cmp.Compare(given(x), given(y)), x.entered.Compare(y.entered), cmp.Compare(x.number, y.number))
			})
			if got := q.calls(); !slices.Equal(got, model) || q.waiting != len(model) {
				t.Fatalf("seed %d: order differs after %d", seed, n)
			}
		}
	}
}

// calls lists the waiting calls, and checks the links backwards on the way.
func (q *queue) calls() []*call {
	var list []*call
	for cl := q.first; cl != nil; cl = cl.next {
		if cl.next != nil && cl.next.prev != cl || cl.next == nil && q.last != cl {
			return nil
		}
		list = append(list, cl)
	}
	return list
}

func TestIdleOrder(t *testing.T) {
	q := &queue{}
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	want := []AgentID{105, 102, 104, 101, 103}
	for _, m := range []*membership{
		{weight: 10, agent: &agent{id: 101, idleSince: at(5)}},
		{weight: 10, agent: &agent{id: 102, idleSince: at(1)}},
		{weight: 1, agent: &agent{id: 103, idleSince: at(0)}},
		{weight: 10, agent: &agent{id: 104, idleSince: at(2)}},
		{weight: 90, agent: &agent{id: 105, idleSince: at(9)}},
	} {
		q.addIdle(m)
		q.addIdle(m) // once is enough
	}
	for _, id := range want {
		m := q.idle[0]
		if m.agent.id != id {
			t.Fatalf("agent %d is next, want %d", m.agent.id, id)
		}
		q.removeIdle(m)
		q.removeIdle(m)
	}
	if len(q.idle) != 0 {
		t.Errorf("%d are left", len(q.idle))
	}
}

// TestPair: the agent takes the caller of the queue with the highest weight, and the caller gets the best agent, also where
// that agent is wanted more elsewhere.
func TestPair(t *testing.T) {
	low, high := &queue{skill: Skill{ID: 1, Weight: 10}}, &queue{skill: Skill{ID: 2, Weight: 90}}
	serve := func(a *agent, q *queue, weight int) {
		m := &membership{agent: a, queue: q, weight: weight}
		a.skills = append(a.skills, m)
		q.addIdle(m)
	}
	one, both, best := &agent{id: 101}, &agent{id: 102}, &agent{id: 103}
	serve(one, low, 5)
	serve(both, low, 50)
	serve(both, high, 1)
	serve(best, high, 9)
	early := &call{number: 1, queue: low, entered: noon}
	late := &call{number: 2, queue: high, entered: noon.Add(time.Minute)}
	low.insert(early)
	high.insert(late)
	a, cl := pair(low)
	if a != best || cl != late {
		t.Errorf("agent %d takes call %d, want %d and %d", a.id, cl.number, best.id, late.number)
	}
}

func TestDeadlineOrder(t *testing.T) {
	c := New(noon, fixtureConfig())
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	var timers [6]timer
	for i, due := range []int{3, 1, 3, 2, 9, 1} {
		c.arm(&timers[i], at(due))
	}
	c.disarm(&timers[3])
	c.disarm(&timers[3])
	c.arm(&timers[4], at(1)) // moved
	if due, ok := c.NextDeadline(); !ok || !due.Equal(at(1)) {
		t.Errorf("next deadline %s, %t", due, ok)
	}
	for _, want := range []int{1, 5, 4, 0, 2} {
		if got := heap.Pop(&c.timers).(*timer); got != &timers[want] {
			t.Fatalf("deadline of %s comes, want timer %d", got.due, want)
		}
	}
	if _, ok := c.NextDeadline(); ok {
		t.Error("something is due and nothing is set")
	}
}
