package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"ccgateway/internal/config"
)

// serveCommand runs a center.
type serveCommand struct {
	Config string `required:"" short:"c" env:"CCGATEWAY_CONFIG" help:"Configuration file." type:"existingfile"`
}

// Help has the examples of --help.
func (serveCommand) Help() string {
	return "Examples:\n\n  ccgateway serve --config ccgateway.yaml\n" +
		"  CCGATEWAY_LISTEN_HTTPS=:443 ccgateway serve -c ccgateway.yaml    a variable overrides a member\n\n" +
		"SIGTERM or Ctrl-C stops gracefully: calls in progress go on for shutdown.grace. A second signal ends at once."
}

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context) error {
	hangups := make(chan os.Signal, 1) // a SIGHUP that comes during the start waits in it, and ends nothing
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log)
	for _, warning := range cfg.Warnings() {
		log.Warn(warning)
	}
	p, err := start(ctx, cfg, log)
	if err != nil {
		return err
	}
	p.own = func() (*config.Config, error) { return config.Load(c.Config) }
	log.Info("ready", "version", version, "https", p.address("https"), "http", p.address("http"), "admin", p.address("admin"), "sip", p.address("sip"))
	return p.runUntil(ctx, hangups)
}

// runUntil lets the program work until ctx ends or a part of it fails, then stops it. A second signal hurries the stop.
func (p *program) runUntil(ctx context.Context, hangups <-chan os.Signal) error {
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	reloads := make(chan struct{})
	go func() {
		defer close(reloads)
		p.reloadOnHangup(running, hangups)
	}()
	defer func() {
		end()
		<-reloads
	}()
	broken := make(chan error, 1)
	go func() { broken <- p.failed() }()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-broken:
		p.log.Error("a part of the program has ended", "err", failure)
	}
	hurry, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	p.log.Info("stopping", "grace", p.settings().Shutdown.Grace.String())
	if err := p.stop(hurry); err != nil {
		return err
	}
	p.log.Info("stopped")
	return failure
}

// logLevel is the level of newLogger's logger: a process has one log.
var logLevel slog.LevelVar

// setLogLevel sets it to a level of the configuration.
func setLogLevel(name string) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		level = slog.LevelInfo // config has checked it
	}
	logLevel.Set(level)
}

// newLogger makes the program's logger on standard error.
func newLogger(cfg config.Log) *slog.Logger {
	setLogLevel(cfg.Level)
	options := &slog.HandlerOptions{Level: &logLevel}
	if cfg.Format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options))
}
