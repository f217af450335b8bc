package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// How often the view is drawn: often enough to look alive, seldom enough to be read when it is a log.
const (
	liveEvery  = 500 * time.Millisecond
	plainEvery = 10 * time.Second
)

// View shows what happens in the center until ctx ends: on a terminal a page that is drawn anew, otherwise plain lines.
type View struct {
	Out   io.Writer
	Live  bool                                               // Out is a terminal
	Head  string                                             // stands above the page all the time
	Look  func(ctx context.Context) (center.Overview, error) // reads the center
	Why   func(ctx context.Context) (center.Explanation, error)
	Board *Board
	Began time.Time
}

// Run draws until ctx ends.
func (v *View) Run(ctx context.Context) {
	every := plainEvery
	if v.Live {
		every = liveEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case line := <-v.Board.News():
			if !v.Live {
				fmt.Fprintln(v.Out, line)
			}
		case <-ticker.C:
			v.draw(ctx)
		}
	}
}

func (v *View) draw(ctx context.Context) {
	overview, err := v.Look(ctx)
	if err != nil {
		return // the center stops; Run ends with ctx
	}
	why, err := v.Why(ctx)
	if err != nil {
		return
	}
	if v.Live {
		const home, clearBelow = "\x1b[H", "\x1b[0J"
		page := v.Head + "\n" + Page(overview, why, v.Board, time.Since(v.Began))
		fmt.Fprint(v.Out, home+strings.ReplaceAll(page, "\n", "\x1b[K\n")+clearBelow)
		return
	}
	fmt.Fprintln(v.Out, time.Now().Format("15:04:05 ")+Line(overview, v.Board.Figures()))
	for _, line := range Waiting(why) {
		fmt.Fprintln(v.Out, "         "+line)
	}
}

// Waiting says in one line each why callers wait.
func Waiting(e center.Explanation) []string {
	var lines []string
	for _, q := range e.Queues {
		for _, c := range q.Callers {
			lines = append(lines, fmt.Sprintf("%-12s waits %-5s as %d. in %s: %s", c.Caller, c.Waited.Round(time.Second), c.Position, q.Name, q.Short()))
		}
	}
	return lines
}

// Line says in one line how the center stands.
func Line(o center.Overview, f Figures) string {
	waiting := 0
	for _, q := range o.Queues {
		waiting += q.Waiting
	}
	return fmt.Sprintf("waiting %d | agents %s | calls now %d | so far %d calls, %d answered, %d gave up, %d failed | sound checked in %d talks, good in %d",
		waiting, agentsByState(o), len(o.Calls), f.Calls, f.Answered, f.Abandoned, f.Failed, f.Checked, f.SoundGood)
}

func agentsByState(o center.Overview) string {
	counts := map[center.State]int{}
	for i := range o.Agents {
		counts[center.State(o.Agents[i].Status)]++
	}
	var parts []string
	for _, s := range []center.State{center.StateIdle, center.StateTalking, center.StateWork, center.StateBusy, center.StateRest} {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	if len(parts) == 0 {
		return "none signed in"
	}
	return strings.Join(parts, ", ")
}

// Page draws the whole center: queues, why callers wait in them, agents, calls, figures.
func Page(o center.Overview, why center.Explanation, board *Board, up time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "up %s\n\nQUEUES\n", up.Round(time.Second))
	for _, q := range o.Queues {
		fmt.Fprintf(&b, "  %-10s waiting %-3d %-18s agents %d, %d idle\n", q.Name, q.Waiting, longest(q), q.SignedIn, q.Idle)
	}
	for _, line := range Waiting(why) {
		fmt.Fprintf(&b, "    %s\n", line)
	}
	b.WriteString("\nAGENTS\n")
	for i := range o.Agents {
		a := &o.Agents[i]
		fmt.Fprintf(&b, "  %-6d %-12s %-10s %-8s %s\n", a.ID, a.Name, center.State(a.Status), since(a), board.Sound(a.ID))
	}
	b.WriteString("\nCALLS\n")
	for _, c := range o.Calls {
		fmt.Fprintf(&b, "  %-24s %-12s -> %-8s %-9s %s\n", c.Call, c.Caller, c.Called, callState(c.State), agentList(c.Agents))
	}
	if len(o.Calls) == 0 {
		b.WriteString("  none at the moment\n")
	}
	f := board.Figures()
	fmt.Fprintf(&b, "\nSO FAR %d calls, %d answered, %d gave up, %d failed; sound checked in %d talks, good both ways in %d\n",
		f.Calls, f.Answered, f.Abandoned, f.Failed, f.Checked, f.SoundGood)
	return b.String()
}

func longest(q center.QueueView) string {
	if q.Waiting == 0 {
		return ""
	}
	return "longest " + q.Longest.Round(time.Second).String()
}

func since(a *center.AgentView) string {
	if a.SignedIn.IsZero() || a.StateSince.IsZero() {
		return ""
	}
	return time.Since(a.StateSince).Round(time.Second).String()
}

func callState(s center.CallState) string {
	switch s {
	case center.CallSettingUp:
		return "set up"
	case center.CallWaiting:
		return "waiting"
	case center.CallAlerting:
		return "ringing"
	case center.CallTalking:
		return "talking"
	case center.CallOnHold:
		return "on hold"
	default:
		return "?"
	}
}

func agentList(agents []center.AgentID) string {
	var parts []string
	for _, a := range agents {
		parts = append(parts, fmt.Sprint(int(a)))
	}
	return strings.Join(parts, ", ")
}
