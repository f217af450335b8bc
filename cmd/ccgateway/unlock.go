package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ccgateway/internal/admin"
	"ccgateway/internal/config"
	"ccgateway/internal/lockout"
	"ccgateway/internal/store"
)

// unlockCommand ends locks after wrong passwords.
type unlockCommand struct {
	Agent   int    `arg:"" optional:"" help:"Number of the agent."`
	Address string `help:"IP address whose locks end, for all agents; with an agent: from where this agent may sign in."`
	Config  string `short:"c" default:"ccgateway.yaml" env:"CCGATEWAY_CONFIG" help:"Configuration file of the installation." type:"existingfile"`
}

// Help has the examples of --help.
func (unlockCommand) Help() string {
	return "Ends what wrong passwords have locked, in a running program or a stopped installation.\n\n" +
		"Examples:\n\n  ccgateway unlock 101                           all locks of agent 101\n" +
		"  ccgateway unlock --address 198.51.100.9        all locks of this address\n" +
		"  ccgateway unlock 101 --address 198.51.100.9    both; agent 101 may sign in from there from now on, whatever is tried elsewhere"
}

// Run unlocks.
func (c unlockCommand) Run(ctx context.Context) error {
	if c.Agent == 0 && c.Address == "" {
		return errUnlock
	}
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	wanted := admin.Unlock{Agent: c.Agent, Address: c.Address}
	words, err := unlockRunning(ctx, cfg, wanted)
	if errors.Is(err, admin.ErrNotRunning) {
		words, err = unlockStopped(ctx, cfg, wanted)
	}
	if err != nil {
		return err
	}
	fmt.Println(words)
	return nil
}

// unlockRunning asks the running program.
func unlockRunning(ctx context.Context, cfg *config.Config, wanted admin.Unlock) (string, error) {
	token, err := tokenFor(ctx, cfg)
	if err != nil {
		return "", err
	}
	return admin.SendUnlock(ctx, cfg.Listen.Admin, token, wanted)
}

// unlockStopped works on the store of an installation that does not run.
func unlockStopped(ctx context.Context, cfg *config.Config, wanted admin.Unlock) (words string, err error) {
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(ctx, cfg.Data, quiet, store.Database(cfg.Database), store.KeepSessions())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	g, err := lockout.Open(ctx, rulesOf(cfg), s, quiet, time.Now)
	if err != nil {
		return "", err
	}
	wanted.Actor = "unlock"
	words, err = unlock(ctx, s, g, wanted)
	return words, errors.Join(err, g.Close(ctx))
}
