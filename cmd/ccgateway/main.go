// Command ccgateway is an open, self-hosted contact center that speaks the CC-Gateway agent interface.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build (-X main.version=...).
var version = "dev"

// commands are the program's command line.
type commands struct {
	Serve      serveCommand      `cmd:"" help:"Run a center."`
	Demo       demoCommand       `cmd:"" help:"Run a center with simulated callers and agents in it, to look at and to join."`
	Apply      applyCommand      `cmd:"" help:"Load a configuration into a running or a stopped installation."`
	Load       loadCommand       `cmd:"" help:"Make calls in bulk to a running installation and measure them."`
	Why        whyCommand        `cmd:"" help:"Say why callers wait and why idle agents have no call."`
	Report     reportCommand     `cmd:"" help:"Print figures of queues, agents and tenants by interval."`
	Records    recordsCommand    `cmd:"" help:"Print records of calls, legs, stays in queues, tries to reach customers and states of agents."`
	Preview    previewCommand    `cmd:"" help:"Give agents customers to call, or take them back."`
	Recordings recordingsCommand `cmd:"" help:"Work on recordings."`
	Unlock     unlockCommand     `cmd:"" help:"Let agents sign in again that wrong passwords have locked out."`
	Passwd     passwdHashCommand `cmd:"" name:"passwd-hash" help:"Make password_hash lines for the configuration from passwords on standard input."`
	Flow       flowCommand       `cmd:"" help:"Try a caller's flow without a phone, or check flows."`
	Replay     replayCommand     `cmd:"" help:"Play back what happened in the centers, command by command."`
	Config     configCommand     `cmd:"" help:"Check a configuration file, or print one with every member and its default."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ccgateway:", err)
		os.Exit(1)
	}
}

// run reads the command line and carries out its command until that is done or ctx ends.
func run(ctx context.Context, args []string) error {
	var all commands
	parser, err := kong.New(&all,
		kong.Name("ccgateway"),
		kong.Description("An open contact center that speaks the CC-Gateway agent interface.\n\n"+
			"Try it:          ccgateway demo\nRun your own:    ccgateway serve --config ccgateway.yaml"),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println("ccgateway", version)
	return nil
}
