package gateway

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// counter is query limits with a clock.
type counter struct {
	*queryLimits
	t    *testing.T
	time time.Time
}

func newCounter(t *testing.T, all, perAgent int) *counter {
	c := &counter{queryLimits: newQueryLimits(Rates{Queries: all, QueriesPerAgent: perAgent}), t: t, time: time.Now()}
	c.now = func() time.Time { return c.time }
	return c
}

// answered asks so many queries at once and counts those that are let through.
func (c *counter) answered(queries int, agent center.AgentID) int {
	c.t.Helper()
	passed := 0
	for range queries {
		switch err := c.take(agent); {
		case err == nil:
			passed++
		case result.Of(err) != result.RepeatedCall:
			c.t.Fatalf("refused with %v", err)
		}
	}
	return passed
}

func TestQueryLimits_OneAgent(t *testing.T) {
	c := newCounter(t, 0, 5)
	for _, step := range []struct {
		wait  time.Duration
		agent center.AgentID
		ask   int
		want  int
	}{
		{0, 101, 3, 3},
		{time.Second, 101, 3, 2},
		{0, 102, 9, 5}, // each for himself
		{999 * time.Millisecond, 101, 1, 0},
		{time.Millisecond, 101, 9, 3}, // the first three are 2 s old
		{time.Second, 101, 9, 2},
		{0, 102, 9, 5},
		{time.Hour, 101, 9, 5},
	} {
		c.time = c.time.Add(step.wait)
		if got := c.answered(step.ask, step.agent); got != step.want {
			t.Errorf("after %s agent %d: %d of %d, not %d", step.wait, step.agent, got, step.ask, step.want)
		}
	}
	if c.refusedAgent.Load() == 0 || c.refusedAll.Load() != 0 {
		t.Errorf("refused %d and %d", c.refusedAgent.Load(), c.refusedAll.Load())
	}
}

func TestQueryLimits_All(t *testing.T) {
	c := newCounter(t, 20, 5)
	passed := 0
	for agent := range center.AgentID(10) {
		passed += c.answered(5, 101+agent)
	}
	if refused := c.refusedAll.Load(); passed != 20 || refused != 30 {
		t.Errorf("%d passed, %d were refused for all", passed, refused)
	}
	if n := c.answered(1, 110); n != 0 { // he was refused for the others, and is not bound by what he did not get
		t.Errorf("%d passed", n)
	}
	c.time = c.time.Add(queryWindow)
	if n := c.answered(9, 110); n != 5 {
		t.Errorf("%d passed after 2 s", n)
	}
}

// TestQueryLimits_AnyWindow: however 2 s are laid over random queries, no more are answered in them than the bound, and one that is refused
// would have been too many.
func TestQueryLimits_AnyWindow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := newCounter(t, 0, 5)
	var answered []time.Time
	for range 20_000 {
		c.time = c.time.Add(time.Duration(r.IntN(800)) * time.Millisecond)
		in := 0
		for _, at := range answered[max(0, len(answered)-10):] {
			if c.time.Sub(at) < queryWindow {
				in++
			}
		}
		if got := c.answered(1, 101) == 1; got != (in < 5) {
			t.Fatalf("with %d in the last 2 s: answered %t", in, got)
		} else if got {
			answered = append(answered, c.time)
		}
	}
	if len(answered) < 1000 {
		t.Errorf("only %d answered", len(answered))
	}
}

func TestQueryLimits_ZeroBoundsNothing(t *testing.T) {
	if n := newCounter(t, 0, 0).answered(50_000, 101); n != 50_000 {
		t.Errorf("%d of 50000 passed", n)
	}
}

// TestQueryLimits_Memory: agents who ask no more are forgotten.
func TestQueryLimits_Memory(t *testing.T) {
	c := newCounter(t, 0, 5)
	for i := range 100 {
		for agent := range center.AgentID(100) {
			c.answered(1, 1000*center.AgentID(i+1)+agent)
		}
		c.time = c.time.Add(queryWindow + 1)
	}
	if n := len(c.present) + len(c.former); n > 200 {
		t.Errorf("%d agents are remembered", n)
	}
}

// TestOffice_QueryLimits: the sixth query within 2 s is refused, whichever it is, and nothing else.
func TestOffice_QueryLimits(t *testing.T) {
	o := newOffice(t)
	o.gateway.queries.set(Rates{Queries: 8, QueriesPerAgent: DefaultQueriesPerAgent})
	o.gateway.queries.now = o.clock
	ann, ben, eve := o.signIn("101"), o.signIn("102"), o.signIn("201")
	for range 9 { // whoever has another GUID is refused as ever, and uses up nothing of Ann's
		eve.refused("GET agentgroup/101/iscensor", "", "000-003")
		o.desktop("101").refused("GET agentgroup/101/iscensor", "", "000-003")
	}
	for _, line := range []string{
		"GET calldata/101/callnums", "GET agentgroup/101/allagentstatus", "GET queuedevice/101/waitnum",
		"POST queuedevice/101/queryskillstat", "GET agentgroup/101/agentbyworkno/777",
	} {
		if got := ann.call(line, ""); strings.Contains(got, "000-007") {
			t.Errorf("%s: %s", line, got)
		}
	}
	for _, line := range []string{"GET calldata/101/callinfo", "GET queuedevice/101/agentvdnskill", "GET agentgroup/101/ispickup"} {
		ann.refused(line, "", "000-007")
	}
	ann.refused("PUT calldata/101/setcalldataex", `{"calldata":"x"}`, "400-001") // sets, and asks nothing
	ann.says("POST onlineagent/101/saybusy", "", okDone)
	ann.hears("SetNotReady_Success")
	for range 3 {
		ben.asks("calldata/102/callnums", "0")
	}
	ben.refused("GET queuedevice/102/skillwaitnum/1", "", "000-007") // the ninth of all
	if got, want := o.gateway.Refused(), (Refusals{AgentQueries: 3, AllQueries: 1}); got != want {
		t.Errorf("refused %+v, not %+v", got, want)
	}
	o.pass(queryWindow)
	ann.asks("calldata/101/callnums", "0")
	o.gateway.queries.set(Rates{})
	for range 50 {
		ann.asks("calldata/101/callnums", "0")
	}
}

// TestQueries names the interfaces that count as queries.
func TestQueries(t *testing.T) {
	count := map[string]int{}
	for _, route := range Routes() {
		if route.Query() {
			count[route.Group]++
		}
	}
	if count["calldata"] != 12 || count["agentgroup"] != 13 || count["queuedevice"] != 10 || len(count) != 3 {
		t.Errorf("queries by group: %v", count)
	}
}
