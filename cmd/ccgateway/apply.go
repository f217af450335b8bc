package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"ccgateway/internal/admin"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
)

// applyCommand loads a configuration into an installation.
type applyCommand struct {
	File  string `arg:"" help:"Configuration file." type:"existingfile"`
	Data  string `help:"Data folder of the installation; default: the file's data." type:"path"`
	Admin string `help:"Admin address of the running program; default: the file's listen.admin."`
}

// Help has the examples of --help.
func (applyCommand) Help() string {
	return "The file's tenants, agents, phones and trunks replace those of the installation, whole or not at all.\n" +
		"A running program takes them over at once; a stopped one has them at its next start.\n" +
		"Settings that the file names count at once too; those that need a start are named in the answer.\n\n" +
		"Examples:\n\n  ccgateway apply center.yaml\n  ccgateway apply center.yaml --data /var/lib/ccgateway --admin 127.0.0.1:8081"
}

// Run applies the file.
func (c applyCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(c.File)
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	if c.Admin != "" {
		cfg.Listen.Admin = c.Admin
	}
	words, err := applyRunning(ctx, cfg, c.File)
	if errors.Is(err, admin.ErrNotRunning) {
		words, err = applyStopped(ctx, cfg, c.File)
	}
	if err != nil {
		return err
	}
	fmt.Println(words)
	return nil
}

// applyRunning hands the file to the running program.
func applyRunning(ctx context.Context, cfg *config.Config, file string) (string, error) {
	token, err := tokenFor(ctx, cfg)
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return admin.SendConfiguration(ctx, cfg.Listen.Admin, token, file, content)
}

// applyStopped writes it into the store of an installation that does not run.
func applyStopped(ctx context.Context, cfg *config.Config, file string) (string, error) {
	s, err := store.Open(ctx, cfg.Data, slog.New(slog.DiscardHandler), store.Database(cfg.Database))
	if err != nil {
		return "", err
	}
	changes, err := load(ctx, s, cfg, "apply "+file)
	return changes, errors.Join(err, s.Close(ctx))
}

// errNoVCCs keeps a file that only sets up the program from emptying an installation.
var errNoVCCs = errors.New("the file has no vccs: applying it would remove every tenant; write `vccs: []` away or add them")

// load applies cfg to the store.
func load(ctx context.Context, s *store.Store, cfg *config.Config, actor string) (string, error) {
	if len(cfg.VCCs) == 0 {
		return "", errNoVCCs
	}
	changes, err := s.Apply(ctx, cfg, actor)
	if err != nil {
		return "", err
	}
	return changes.String(), nil
}
