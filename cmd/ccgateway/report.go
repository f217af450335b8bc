package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// factsQuestion is what the commands about facts have in common.
type factsQuestion struct {
	runningCenter
	From   string `help:"Beginning, a date or a time in the zone (2026-11-25, 2026-11-25T08:00); default: today."`
	Until  string `help:"End, not included; default: a day after the beginning, or now."`
	Zone   string `help:"Time zone by its IANA name; default: the tenant's."`
	Output string `short:"o" help:"File to write; default: standard output." type:"path"`
}

// query gives the question as the admin port takes it.
func (q factsQuestion) query(kind, format string) url.Values {
	values := url.Values{"kind": {kind}, "format": {format}}
	if q.VCC != 0 {
		values.Set("vcc", strconv.Itoa(q.VCC))
	}
	for name, text := range map[string]string{"from": q.From, "until": q.Until, "zone": q.Zone} {
		if text != "" {
			values.Set(name, text)
		}
	}
	return values
}

// ask sends the question and writes the answer. A file appears only with the whole answer in it.
func (q factsQuestion) ask(ctx context.Context, path string, values url.Values) (err error) {
	address, token, err := q.door()
	if err != nil {
		return err
	}
	if q.Output == "" {
		return admin.Ask(ctx, address, token, path, values, os.Stdout)
	}
	file, err := os.CreateTemp(filepath.Dir(q.Output), ".report-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	err = admin.Ask(ctx, address, token, path, values, io.Writer(file))
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), q.Output)
}

// reportCommand prints figures.
type reportCommand struct {
	factsQuestion
	Kind     string `arg:"" help:"What the rows are of: skill, agent, vcc or reason." enum:"skill,agent,vcc,reason"`
	Interval string `help:"Length of an interval, such as 30m or 24h; default: one row for the whole."`
	Format   string `help:"csv, json or xlsx." default:"csv" enum:"csv,json,xlsx"`
	Level    string `help:"Time of the service level." default:"20s"`
	Short    string `help:"Abandoned within this time does not count against the service level." default:"5s"`
}

// Help has the examples of --help.
func (reportCommand) Help() string {
	return "Every figure's formula stands in docs/reports.md, in JSON answers and on the second page of workbooks.\n\nExamples:\n\n" +
		"  ccgateway report skill --interval 30m\n  ccgateway report agent --from 2026-11-01 --until 2026-12-01 --interval 24h --zone Europe/Berlin --format xlsx -o november.xlsx"
}

// Run asks the running program.
func (c reportCommand) Run(ctx context.Context) error {
	values := c.query(c.Kind, c.Format)
	values.Set("level", c.Level)
	values.Set("short", c.Short)
	if c.Interval != "" {
		values.Set("interval", c.Interval)
	}
	return c.ask(ctx, "report", values)
}

// recordsCommand prints records.
type recordsCommand struct {
	factsQuestion
	Kind   string `arg:"" help:"calls, legs, queues, tries, states or recordings." enum:"calls,legs,queues,tries,states,recordings"`
	Format string `help:"csv, or json: an object a line." default:"csv" enum:"csv,json"`
}

// Help has the examples of --help.
func (recordsCommand) Help() string {
	return "Examples:\n\n  ccgateway records calls --from 2026-11-24 -o calls.csv\n  ccgateway records legs --format json"
}

// Run asks the running program.
func (c recordsCommand) Run(ctx context.Context) error {
	values := c.query(c.Kind, c.Format)
	return c.ask(ctx, "records", values)
}

// facts is the store as reports read it.
type facts struct{ *store.Store }

// Names gives the names that reports show.
func (f facts) Names(ctx context.Context, vcc center.VCCID) (report.Names, error) {
	names := report.Names{Skills: map[center.SkillID]string{}, Agents: map[center.AgentID]string{}}
	centers, err := f.Centers(ctx)
	if err != nil {
		return names, err
	}
	for i := range centers {
		if centers[i].ID != vcc {
			continue
		}
		for _, s := range centers[i].Skills {
			names.Skills[s.ID] = s.Name
		}
		for _, a := range centers[i].Agents {
			names.Agents[a.ID] = a.Name
		}
	}
	names.Reasons, err = f.RestReasons(ctx, vcc)
	return names, err
}
