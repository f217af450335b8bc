package loadgen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Report is what a run has seen so far.
type Report struct {
	Elapsed  time.Duration
	Agents   int // signed in
	Dialled  int
	Talked   int            // calls that an agent talked to
	Ended    int            // of those, ended as they should
	HeldBack int            // calls that were not made, since too many went on: the load was above what the center can take
	Talking  int            // now
	Waiting  int            // dialled and not yet talked to, now
	Checked  int            // talks whose sound was measured
	Sound    int            // of those, good both ways
	Failures map[string]int // by kind

	SetUp   Times // from a customer's INVITE to the INVITE at the phone of an agent who was free
	Talk    Times // from the agent's phone being lifted to the event at his desktop
	HangUp  Times // from the customer's BYE to the event at the desktop
	Release Times // from the desktop's release to the BYE at the customer
}

// Failed counts all failures.
func (r Report) Failed() int {
	n := 0
	for _, count := range r.Failures {
		n += count
	}
	return n
}

// allowedFailures is the share of calls that may fail before a run counts as failed: none, but for a thousandth that a loaded machine
// between the two sides may cost.
const allowedFailures = 0.001

// Verdict returns what was wrong: no talk at all, too many failures, or bad sound.
func (r Report) Verdict() error {
	switch {
	case r.Talked == 0:
		return fmt.Errorf("no talk came about in %d calls: %s", r.Dialled, r.failures())
	case float64(r.Failed()) > allowedFailures*float64(r.Dialled):
		return fmt.Errorf("%d failures in %d calls: %s", r.Failed(), r.Dialled, r.failures())
	case r.HeldBack > r.Dialled/10:
		return fmt.Errorf("%d calls were held back: the load is too high for these agents or this machine", r.HeldBack)
	default:
		return nil
	}
}

func (r Report) failures() string {
	if len(r.Failures) == 0 {
		return "none"
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(r.Failures)) {
		parts = append(parts, fmt.Sprintf("%s: %d", kind, r.Failures[kind]))
	}
	return strings.Join(parts, ", ")
}

// Line is the report in one line, for progress.
func (r Report) Line() string {
	return fmt.Sprintf("%7s  agents %d  calls %d (%.1f/s)  waiting %d  talking %d  talked %d  failed %d  set-up p99 %s  cause to event p99 %s",
		r.Elapsed.Round(time.Second), r.Agents, r.Dialled, r.rate(), r.Waiting, r.Talking, r.Talked, r.Failed(), short(r.SetUp.P99), short(r.Talk.P99))
}

func (r Report) rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Dialled) / r.Elapsed.Seconds()
}

// String is the final report.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "agents            %d\n", r.Agents)
	fmt.Fprintf(&b, "calls             %d in %s (%.2f per second), %d talked, %d ended as they should\n", r.Dialled, r.Elapsed.Round(time.Second), r.rate(), r.Talked, r.Ended)
	if r.HeldBack > 0 {
		fmt.Fprintf(&b, "held back         %d calls, since too many went on\n", r.HeldBack)
	}
	fmt.Fprintf(&b, "failures          %s\n", r.failures())
	fmt.Fprintf(&b, "sound             good both ways in %d of %d talks measured\n\n", r.Sound, r.Checked)
	fmt.Fprintf(&b, "%-44s %8s %10s %10s %10s\n", "", "count", "p50", "p99", "max")
	for _, t := range []struct {
		what  string
		times Times
	}{
		{"set-up: INVITE to INVITE at a free agent's phone", r.SetUp}, {"cause to event: phone lifted to talking", r.Talk},
		{"cause to event: BYE of customer to release", r.HangUp}, {"release by desktop to BYE at customer", r.Release},
	} {
		fmt.Fprintf(&b, "%-48s %4d %10s %10s %10s\n", t.what, t.times.Count, short(t.times.P50), short(t.times.P99), short(t.times.Max))
	}
	return b.String()
}

func short(d time.Duration) string {
	if d < 100*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// tally counts while a run goes on.
type tally struct {
	setUp, talk, hangUp, release latency

	mu     sync.Mutex
	report Report
}

func (t *tally) count(change func(*Report)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.report)
}

// fail counts a failure; kinds are few and known, whatever went wrong in detail.
func (t *tally) fail(kind string) {
	t.count(func(r *Report) {
		if r.Failures == nil {
			r.Failures = map[string]int{}
		}
		r.Failures[kind]++
	})
}

func (t *tally) sum(elapsed time.Duration) Report {
	t.mu.Lock()
	r := t.report
	r.Failures = maps.Clone(r.Failures)
	t.mu.Unlock()
	r.Elapsed, r.SetUp, r.Talk, r.HangUp, r.Release = elapsed, t.setUp.sum(), t.talk.sum(), t.hangUp.sum(), t.release.sum()
	return r
}
