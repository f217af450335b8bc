package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/journal"
)

// replayCommand plays a journal back: the tool with which an incident is explained.
type replayCommand struct {
	Data   string         `help:"Data folder of a running or stopped installation, or of a copy. It is only read." type:"existingdir"`
	Config string         `short:"c" help:"Configuration file in place of --data: names the data folder, or the PostgreSQL that has the journal." type:"existingfile"`
	VCC    center.VCCID   `help:"Only this VCC; all by default." name:"vcc"`
	From   uint64         `help:"Print from this command on; the ones before are applied in silence."`
	Agent  center.AgentID `help:"Print only what this agent did and what happened to him."`
	Call   center.CallID  `help:"Print only what belongs to this call, by its id."`
}

// Help has the examples of --help.
func (replayCommand) Help() string {
	return "Prints each command that changed a center since its last snapshot: its number and time, who gave it and its arguments, the reply,\n" +
		"and what the center did then: events for desktops (with their numbers), orders for phones and lines, records.\n" +
		"GUIDs and tokens are never printed; telephone numbers, notes and call data are.\n\nExamples:\n\n" +
		"  ccgateway replay --data /var/lib/ccgateway --vcc 1 --agent 101\n" +
		"  ccgateway replay --config /etc/ccgateway.yaml --agent 101          where database names a PostgreSQL\n" +
		"  ccgateway replay --data /var/lib/ccgateway --call 1795000000-16777217"
}

// Run plays the journal back.
func (c replayCommand) Run(ctx context.Context) error {
	out := bufio.NewWriter(os.Stdout)
	return errors.Join(c.play(ctx, out), out.Flush())
}

// play prints the chosen part of a journal.
func (c replayCommand) play(ctx context.Context, out io.Writer) error {
	j, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // it was only read
	vccs, err := j.VCCs(ctx)
	if err != nil {
		return err
	}
	if c.VCC != 0 {
		if !slices.Contains(vccs, c.VCC) {
			return fmt.Errorf("the journal knows no VCC %d", c.VCC)
		}
		vccs = []center.VCCID{c.VCC}
	}
	for _, vcc := range vccs {
		if err := c.playVCC(ctx, j, vcc, out); err != nil {
			return fmt.Errorf("replay VCC %d: %w", vcc, err)
		}
	}
	return nil
}

// open opens the journal where the flags say.
func (c replayCommand) open(ctx context.Context) (*journal.Journal, error) {
	switch {
	case c.Data != "" && c.Config != "", c.Data == "" && c.Config == "":
		return nil, errors.New("give either --data or --config")
	case c.Data != "":
		j, err := journal.ReadSQLite(ctx, c.Data)
		if errors.Is(err, os.ErrNotExist) {
			err = fmt.Errorf("%w (a journal in a PostgreSQL is found by --config)", err)
		}
		return j, err
	}
	cfg, err := config.Load(c.Config)
	if err != nil {
		return nil, err
	}
	if cfg.Database == "" {
		return journal.ReadSQLite(ctx, cfg.Data)
	}
	return journal.ReadPostgres(ctx, cfg.Database)
}

// playVCC plays one center.
func (c replayCommand) playVCC(ctx context.Context, j *journal.Journal, vcc center.VCCID, out io.Writer) error {
	p := player{replayCommand: c, out: out, vcc: vcc, legs: map[center.LegID]bool{}}
	first, err := p.begin(ctx, j)
	if err != nil {
		return err
	}
	if c.Agent == 0 && c.Call == "" { // else it is said when something is found
		p.printHeader()
	}
	return j.Walk(ctx, vcc, first, p.step)
}

// player plays one center's commands.
type player struct {
	replayCommand
	out    io.Writer
	vcc    center.VCCID
	header string                // what is said before the first command; "" = it has been
	center *center.Center        // nil = before its first command
	legs   map[center.LegID]bool // of the chosen call
}

// begin makes the center as it was before the oldest command that is kept, and gives that one's number.
func (p *player) begin(ctx context.Context, j *journal.Journal) (uint64, error) {
	first, err := j.First(ctx, p.vcc)
	if err != nil {
		return 0, err
	}
	saved, err := j.Latest(ctx, p.vcc)
	if err != nil {
		return 0, err
	}
	if first == 1 || saved == nil {
		p.header = fmt.Sprintf("VCC %d from its first command on\n\n", p.vcc)
		return 1, nil
	}
	state, err := center.DecodeSnapshot(saved.Version, saved.Center)
	if err != nil {
		return 0, err
	}
	agents, calls := len(state.Agents), len(state.Calls)
	if p.center, err = center.Restore(state); err != nil {
		return 0, err
	}
	p.header = fmt.Sprintf("VCC %d from the snapshot after command %d, %s: %d agents signed in, %d calls\n\n", p.vcc, saved.Seq, clock(saved.At), agents, calls)
	return saved.Seq + 1, nil
}

func (p *player) printHeader() {
	_, _ = io.WriteString(p.out, p.header) // the commands' own writing tells errors
	p.header = ""
}

// step applies one command and prints it with what came of it.
func (p *player) step(e journal.Entry) error {
	cmd, err := center.Decode(e.Kind, e.Body)
	if err != nil {
		return fmt.Errorf("command %d: %w", e.Seq, err)
	}
	if p.center == nil {
		p.center = center.New(e.At, center.Config{ID: p.vcc})
	}
	reply, effects := p.center.Do(e.At, cmd)
	concerns := p.concerns(cmd, reply, effects) // also learns
	if e.Seq < p.From || !concerns {
		return nil
	}
	p.printHeader()
	if _, err := fmt.Fprintf(p.out, "%d  %s  %s\n    %s\n", e.Seq, clock(e.At), commandText(cmd), replyText(reply)); err != nil {
		return err
	}
	for _, effect := range effects {
		if _, err := fmt.Fprintf(p.out, "    %s\n", effectText(effect)); err != nil {
			return err
		}
	}
	return nil
}

// concerns tells whether a command belongs to the chosen agent and call.
func (p *player) concerns(cmd center.Command, reply center.Reply, effects []center.Effect) bool {
	return (p.Agent == 0 || p.ofAgent(cmd, effects)) && (p.Call == "" || p.ofCall(cmd, reply, effects))
}

func (p *player) ofAgent(cmd center.Command, effects []center.Effect) bool {
	if agentOf(cmd) == p.Agent || targetOf(cmd) == p.Agent {
		return true
	}
	return slices.ContainsFunc(effects, func(e center.Effect) bool { return agentOf(e) == p.Agent || targetOf(e) == p.Agent })
}

func (p *player) ofCall(cmd center.Command, reply center.Reply, effects []center.Effect) bool {
	id := string(p.Call)
	found := p.legs[legOf(cmd)] || reply.Value == any(p.Call) || strings.Contains(commandText(cmd), id)
	for _, e := range effects {
		if !strings.Contains(effectText(e), id) {
			continue
		}
		found = true
		switch e := e.(type) { // its parties' legs
		case center.Ring:
			p.legs[e.Leg] = true
		case center.Room:
			for _, row := range e.Rows {
				p.legs[row.Leg] = true
			}
		}
	}
	return found
}

// clock gives an instant as replay prints it.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }
