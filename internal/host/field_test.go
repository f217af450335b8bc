package host

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ccgateway/internal/center"
)

// TestField6_TwoOwners: a second program claims a center in the middle of its work (FIELD-LESSONS 6), while both are sent callers. The former
// owner orders nothing any more that is not in the journal which the new one goes on from: no connection is asked for twice, nobody is
// offered two callers at a time, and no caller two agents. What the former one has answered, the new one knows.
func TestField6_TwoOwners(t *testing.T) {
	const agents, senders, each, midst = 8, 4, 200, 100
	folder, cfg := t.TempDir(), desk()
	cfg.Phones, cfg.Agents = nil, nil
	for i := range agents {
		cfg.Phones = append(cfg.Phones, fmt.Sprint(7001+i))
		cfg.Agents = append(cfg.Agents, center.Agent{ID: center.AgentID(101 + i), Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 1}}})
	}
	former := opened(t, folder, Keeping{}, cfg)
	for i := range agents {
		by := center.By{Agent: center.AgentID(101 + i), Token: center.Token{1}}
		former.must(center.SignIn{Agent: by.Agent, Token: by.Token, Phone: cfg.Phones[i], AutoAnswer: true, AutoEnterIdle: true, ReleasePhone: true, AgentType: 4, Status: 4})
		former.must(center.ResetSkill{By: by, All: true})
	}
	var mu sync.Mutex
	taken := map[string]bool{} // callers whom an owner has said to have
	send := func(h *house, owner string, refused *atomic.Int64) *sync.WaitGroup {
		var wg sync.WaitGroup
		for s := range senders {
			wg.Go(func() {
				for n := range each {
					caller := fmt.Sprintf("%s%d%03d", owner, s, n)
					reply, err := h.Do(t.Context(), 1, center.CallArrived{Leg: center.LegID("i" + caller), Trunk: "line", From: caller, To: "8000"})
					switch {
					case errors.Is(err, ErrStopped):
						refused.Add(1)
					case err != nil || reply.Err != nil:
						t.Errorf("caller %s: %v, %v", caller, err, reply.Err)
					default:
						mu.Lock()
						taken[caller] = true
						mu.Unlock()
						if n%2 == 0 { // he is gone again at once, and his agent free for the next one
							_, err := h.Do(t.Context(), 1, center.LegEnded{Leg: center.LegID("i" + caller), Cause: center.CauseHungUp})
							if err != nil && !errors.Is(err, ErrStopped) {
								t.Errorf("caller %s hangs up: %v", caller, err)
							}
						}
					}
				}
			})
		}
		return &wg
	}
	var refusedFormer, refusedNew atomic.Int64
	sending := send(former, "1", &refusedFormer)
	former.tape.until(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(taken) >= midst
	})
	present := opened(t, folder, Keeping{}, cfg) // claims the center
	send(present, "2", &refusedNew).Wait()
	sending.Wait()
	if _, err := former.Do(t.Context(), 1, center.CallArrived{Leg: "i9", Trunk: "line", From: "9", To: "8000"}); !errors.Is(err, ErrStopped) {
		t.Errorf("the former owner still answers: %v", err)
	}
	if refusedNew.Load() > 0 {
		t.Errorf("the new owner has refused %d callers", refusedNew.Load())
	}
	if len(taken)-senders*each < midst {
		t.Errorf("the former owner has taken %d callers only", len(taken)-senders*each)
	}
	t.Logf("the former owner has taken %d callers and refused %d", len(taken)-senders*each, refusedFormer.Load())
	checkOneOwner(t, former, present, taken)
}

// checkOneOwner plays through what both owners have ordered: together it must be the work of one.
func checkOneOwner(t *testing.T, former, present *house, taken map[string]bool) {
	t.Helper()
	asked := map[center.LegID]string{} // connections to agents' phones, by whom they were asked for
	callers := map[string]int{}        // offers, by caller
	known := map[string]bool{}
	for _, owner := range []struct {
		name    string
		effects []center.Effect
	}{{"the former owner", former.tape.effects[1]}, {"the new owner", present.tape.effects[1]}} {
		rung := map[string]center.LegID{} // phones
		for _, e := range owner.effects {
			switch e := e.(type) {
			case center.Ring:
				if before, twice := asked[e.Leg]; twice {
					t.Errorf("%s asks for connection %s, as %s did", owner.name, e.Leg, before)
				}
				asked[e.Leg] = owner.name
				if other, busy := rung[e.Phone]; busy {
					t.Errorf("%s rings phone %s for %s, and it is rung by %s", owner.name, e.Phone, e.Leg, other)
				}
				rung[e.Phone] = e.Leg
				if callers[e.Caller]++; callers[e.Caller] > 1 {
					t.Errorf("caller %s is offered to %d agents", e.Caller, callers[e.Caller])
				}
				known[e.Caller] = true
			case center.HangUp:
				for phone, leg := range rung {
					if leg == e.Leg {
						delete(rung, phone)
					}
				}
			case center.CallRecord:
				known[e.Caller] = true
			}
		}
	}
	for _, e := range present.tape.again { // what it has read in the journal
		if record, ok := e.(center.CallRecord); ok {
			known[record.Caller] = true
		}
	}
	waiting := map[string]bool{}
	view, _ := present.must(center.Look{}).(center.Overview)
	for _, c := range view.Calls {
		waiting[c.Caller] = true
	}
	for caller := range taken {
		if !known[caller] && !waiting[caller] {
			t.Errorf("caller %s was taken, and nobody knows of him", caller)
		}
	}
}
