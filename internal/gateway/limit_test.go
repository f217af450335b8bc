package gateway

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// gate is limits with a clock, and agents 101 and 102 whose GUIDs are "g101" and "g102".
type gate struct {
	*limits
	t    *testing.T
	time time.Time
}

func newGate(t *testing.T, perAddress, perAgent int) *gate {
	g := &gate{t: t, time: time.Now()}
	known := map[center.Token]center.AgentID{tokenOf("g101"): 101, tokenOf("g102"): 102}
	g.limits = newLimits(Config{Rates: Rates{PerAddress: perAddress, PerAgent: perAgent}}, func(token center.Token) (center.AgentID, bool) {
		agent, found := known[token]
		return agent, found
	})
	g.now = func() time.Time { return g.time }
	return g
}

// passed sends so many requests at once and counts those that are let through.
func (g *gate) passed(requests int, from, guid string) int {
	g.t.Helper()
	passed := 0
	for range requests {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = from + ":4711"
		switch err := g.take(r, guid); {
		case err == nil:
			passed++
		case result.Of(err) != result.RepeatedCall:
			g.t.Fatalf("refused with %v", err)
		}
	}
	return passed
}

func TestLimits(t *testing.T) {
	const here, there = "192.0.2.1", "192.0.2.2"
	g := newGate(t, 5, 7)
	for _, step := range []struct {
		name       string
		wait       time.Duration
		from, guid string
		want       int
	}{
		{"strangers have a burst", 0, here, "", 50},
		{"and then nothing", 0, here, "", 0},
		{"an invented GUID makes no difference", 0, here, "invented", 0},
		{"agents behind the same address go on", 0, here, "g101", 70},
		{"each for himself", 0, here, "g102", 70},
		{"and not from another address", 0, there, "g101", 0},
		{"another address has its own burst", 0, there, "", 50},
		{"a second later", time.Second, here, "", 5},
		{"an agent too", 0, here, "g101", 7},
		{"after a while the burst is back", time.Minute, here, "", 50},
	} {
		g.time = g.time.Add(step.wait)
		if got := g.passed(200, step.from, step.guid); got != step.want {
			t.Errorf("%s: %d of 200 passed, not %d", step.name, got, step.want)
		}
	}
}

func TestLimits_ZeroBoundsNothing(t *testing.T) {
	g := newGate(t, 0, 0)
	if n := g.passed(10_000, "192.0.2.1", "") + g.passed(10_000, "192.0.2.1", "g101"); n != 20_000 {
		t.Errorf("%d of 20000 passed", n)
	}
}

func TestLimits_Source(t *testing.T) {
	g := newGate(t, 1, 0)
	behind := ""
	g.source = func(context.Context) string { return behind }
	if n := g.passed(20, "192.0.2.1", ""); n != 10 {
		t.Errorf("%d passed", n)
	}
	for i := range 3 { // a proxy's callers count each for himself
		behind = fmt.Sprint("198.51.100.", i)
		if n := g.passed(20, "192.0.2.1", ""); n != 10 {
			t.Errorf("%s: %d passed", behind, n)
		}
	}
}

// TestLimits_Memory: whoever comes with ever new addresses fills no memory, and the one who floods is not forgotten for it while he
// floods.
func TestLimits_Memory(t *testing.T) {
	b := newBuckets[string](1)
	now := time.Now()
	flooder := 0
	for i := range 5 * maxBuckets {
		b.take(fmt.Sprint(i), now)
		if i%100 == 0 && b.take("flooder", now) {
			flooder++
		}
	}
	if n := b.size(); n > maxBuckets {
		t.Errorf("%d buckets", n)
	}
	if flooder > burstSeconds {
		t.Errorf("the flooder passed %d times", flooder)
	}
	b.take("one", now.Add(time.Minute))
	b.take("two", now.Add(2*time.Minute))
	if n := b.size(); n > 2 {
		t.Errorf("%d buckets after the flood", n)
	}
}
