package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
)

// whyCommand tells people why callers wait and agents are idle.
type whyCommand struct {
	runningProgram
	Call  string `help:"Only this waiting call."`
	Agent int    `help:"Only this idle agent."`
}

// Help has the examples of --help.
func (whyCommand) Help() string {
	return "For each waiting caller: what keeps every agent of the queue. For each idle agent: what keeps him from a call.\n\n" +
		"Examples:\n\n  ccgateway why --config ccgateway.yaml\n  ccgateway why --data /var/lib/ccgateway --call 1455885056-16777217\n" +
		"  ccgateway why -c ccgateway.yaml --agent 101"
}

// Run asks the running program and prints its answer.
func (c whyCommand) Run(ctx context.Context) error {
	address, token, err := c.door()
	if err != nil {
		return err
	}
	all, err := admin.Why(ctx, address, token)
	if err != nil {
		return err
	}
	return c.print(os.Stdout, all)
}

// print writes what was asked for. It is an error if a call or agent was named that does not wait or is not idle.
func (c whyCommand) print(out io.Writer, all admin.Explanations) error {
	p := printer{out: out, call: center.CallID(c.Call), agent: center.AgentID(c.Agent)}
	for _, vcc := range all.VCCs {
		p.vcc(vcc)
	}
	if p.everything() {
		p.trunks(all.Trunks)
	}
	switch {
	case p.found || p.call == "" && p.agent == 0:
		return p.err
	case p.call != "":
		return fmt.Errorf("call %s does not wait in any queue", p.call)
	default:
		return fmt.Errorf("agent %d is not idle: he is signed out, in a call, or in another state (see /admin/overview)", p.agent)
	}
}

// printer writes explanations, or those of one call or agent.
type printer struct {
	out   io.Writer
	call  center.CallID
	agent center.AgentID
	found bool
	err   error // of the first line that could not be written
}

func (p *printer) line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format+"\n", args...); err != nil && p.err == nil {
		p.err = err
	}
}

func (p *printer) everything() bool { return p.call == "" && p.agent == 0 }

func (p *printer) vcc(v admin.Explained) {
	if p.everything() {
		p.line("VCC %d: %d callers wait, %d agents are signed in, %d of them idle", v.VCC, v.Counts.Waiting, v.Counts.SignedIn, v.Counts.Idle)
	}
	if p.agent == 0 {
		for _, q := range v.Queues {
			p.queue(q)
		}
	}
	if p.call == "" {
		for _, a := range v.Idle {
			p.idle(a)
		}
	}
}

// mostCallers is how many callers of a queue are listed where nobody asked for one; they wait for the same reasons.
const mostCallers = 20

func (p *printer) queue(q center.QueueWhy) {
	callers := q.Callers
	if p.call != "" {
		callers = nil
		for _, c := range q.Callers {
			if c.Call == p.call {
				callers = []center.CallerWhy{c}
			}
		}
		if callers == nil {
			return
		}
		p.found = true
	}
	p.line("\nqueue %s (%d): %d wait, %d agents signed in", q.Name, q.Skill, len(q.Callers), q.SignedIn)
	for i, c := range callers {
		if i == mostCallers {
			p.line("  ... and %d more", len(callers)-i)
			break
		}
		p.line("  %d. %s  call %s, waiting %s%s", c.Position, nameOr(c.Caller, "anonymous"), c.Call, seconds(c.WaitedMS), requeues(c))
	}
	p.line("  because")
	for _, r := range q.Reasons {
		p.reason(r)
	}
}

func (p *printer) reason(r center.Reason) {
	mark := "-"
	if r.Hint {
		mark = "? hint:"
	}
	p.line("    %s %s", mark, r)
}

func (p *printer) idle(a center.IdleWhy) {
	if p.agent != 0 && a.Agent != p.agent {
		return
	}
	p.found = true
	p.line("\nagent %d %s: idle for %s", a.Agent, a.Name, seconds(a.IdleForMS))
	for _, r := range a.Reasons {
		p.reason(r)
	}
}

func seconds(ms int64) string {
	return (time.Duration(ms) * time.Millisecond).Round(time.Second).String()
}

func nameOr(name, none string) string {
	if strings.TrimSpace(name) == "" {
		return none
	}
	return name
}

func requeues(c center.CallerWhy) string {
	if c.Requeued == 0 {
		return ""
	}
	return fmt.Sprintf(", given back %d times, last by %d", c.Requeued, c.LastRelease)
}
