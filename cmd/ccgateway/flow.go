package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ccgateway/internal/config"
	"ccgateway/internal/flow"
)

// flowCommand works with caller flows, without a running center.
type flowCommand struct {
	Try   flowTryCommand   `cmd:"" help:"Play a flow at the terminal, without a phone."`
	Check flowCheckCommand `cmd:"" help:"Check the flows of a configuration file and list them."`
}

// flowTryCommand plays a flow.
type flowTryCommand struct {
	Name   string            `arg:"" help:"Name of the flow."`
	Config string            `help:"Configuration file." default:"ccgateway.yaml" type:"path" env:"CCGATEWAY_CONFIG"`
	Keys   *string           `help:"What the caller does each time the flow waits, separated by commas: keys, wait, hangup, answer, noanswer, full. Without it they are read from standard input."`
	At     string            `help:"Time of the call, such as 2026-12-24T18:00:00+01:00; now if it is left out."`
	Var    map[string]string `help:"Variables that the call's data have, name=value." mapsep:","`
	Caller string            `help:"The caller's number." default:"13900"`
	Called string            `help:"The number that was called." default:"2000"`
}

// Help has the examples of --help.
func (flowTryCommand) Help() string {
	return "Examples:\n\n  ccgateway flow try welcome --config center.yaml\n  ccgateway flow try welcome --keys \"1,wait,wait\" --at 2026-12-24T18:00:00+01:00 --var lang=en"
}

// Run plays the flow.
func (c flowTryCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	at := time.Now()
	if c.At != "" {
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return fmt.Errorf("--at: %w", err)
		}
	}
	trial := flow.Trial{
		Program: cfg.Program(), Flow: c.Name, Caller: flow.Caller{Caller: c.Caller, Called: c.Called, Reason: "arrived"},
		Vars: c.Var, At: at, In: os.Stdin, Out: os.Stdout,
	}
	if c.Keys != nil {
		trial.Given = true
		if *c.Keys != "" {
			trial.Keys = strings.Split(*c.Keys, ",")
		}
	}
	return trial.Run(ctx)
}

// flowCheckCommand checks flows.
type flowCheckCommand struct {
	File string `arg:"" help:"Configuration file." type:"path"`
}

var errNoFlows = errors.New("the file has no flows")

// Run checks and lists.
func (c flowCheckCommand) Run() error {
	cfg, err := config.Load(c.File)
	if err != nil {
		return err
	}
	names := cfg.Program().Names()
	if len(names) == 0 {
		return errNoFlows
	}
	for _, name := range names {
		fmt.Printf("%s is good; it leads to the skill queues: %s\n", name, strings.Join(cfg.Program().Skills(name), ", "))
	}
	return nil
}
