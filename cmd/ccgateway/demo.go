package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/demo"
)

// demoCommand runs a center with life in it.
type demoCommand struct {
	Host     string        `default:"127.0.0.1" help:"Address to listen on. The sample passwords are public: open it to others only where you trust them."`
	HTTPS    int           `default:"8043" help:"Port of the agent interface."`
	SIP      int           `default:"5060" help:"Port of phones and callers."`
	Admin    int           `default:"8081" help:"Port of health and administration."`
	RTP      string        `default:"20000-29999" help:"UDP ports for sound."`
	Callers  int           `default:"6" help:"Simulated callers."`
	Agents   int           `default:"3" help:"Simulated agents."`
	Pause    time.Duration `default:"10s" help:"Mean pause between two calls of one caller."`
	Talk     time.Duration `default:"8s" help:"Mean length of a talk."`
	For      time.Duration `help:"Stop by itself after this time; fails if no talk was measured or the sound of one was bad."`
	Scenario string        `help:"Play one scene with its sound measured, then stop: consult, transfer, conference, inspect or flow."`
	Data     string        `help:"Folder for data; default: a new one, removed at the end." type:"path"`
}

// Help has the examples of --help.
func (demoCommand) Help() string {
	return "Callers call in over SIP, agents answer by the agent interface, and every talk's sound is measured.\n\n" +
		"Examples:\n\n  ccgateway demo\n  ccgateway demo --callers 20 --agents 5\n  ccgateway demo --for 30s > demo.log    plain text, then stop\n  ccgateway demo --scenario inspect"
}

// callersFrom is the address that simulated callers come from. It is a loopback address of its own, so that the demo's trunk
// takes calls from there and from nowhere else.
const callersFrom = "127.0.0.2"

// Run runs the demo until ctx ends.
func (c demoCommand) Run(ctx context.Context) error {
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	scenario, cast := demo.Scenario{}, demo.NewCast(c.Agents)
	if c.Scenario != "" {
		var err error
		if scenario, err = demo.FindScenario(c.Scenario); err != nil {
			return err
		}
		cast = demo.NewCast(demo.Players).Watched()
	}
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	cfg, err := c.config(folder, cast)
	if err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(folder, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	log := slog.New(slog.NewJSONHandler(logFile, nil))
	p, err := start(ctx, cfg, log)
	if err != nil {
		return err
	}
	if c.Scenario != "" {
		return errors.Join(scene(ctx, p, cast, scenario), p.stop(context.WithoutCancel(ctx)))
	}
	board := demo.NewBoard()
	err = c.play(ctx, p, board, cast)
	log.Info("demo ends", "figures", fmt.Sprintf("%+v", board.Figures()))
	err = errors.Join(err, p.stop(context.WithoutCancel(ctx)))
	fmt.Println("\n" + demo.Line(center.Overview{}, board.Figures()))
	if err == nil && c.For > 0 {
		err = board.Verdict()
	}
	return err
}

// scene plays one scenario.
func scene(ctx context.Context, p *program, cast *demo.Cast, scenario demo.Scenario) error {
	return demo.Theatre{Out: os.Stdout, Cast: cast, SIP: p.address("sip"), URL: "https://" + p.address("https"), Local: callersFrom}.Play(ctx, scenario)
}

// folder gives the data folder and what takes it away again.
func (c demoCommand) folder() (string, func(), error) {
	if c.Data != "" {
		return c.Data, func() {}, os.MkdirAll(c.Data, 0o750)
	}
	folder, err := os.MkdirTemp("", "ccgateway-demo-")
	return folder, func() { _ = os.RemoveAll(folder) }, err
}

// config is the sample center of the example file with the simulated agents' accounts and the callers' line added.
func (c demoCommand) config(folder string, cast *demo.Cast) (*config.Config, error) {
	var ports config.PortRange
	if err := ports.UnmarshalText([]byte(c.RTP)); err != nil {
		return nil, fmt.Errorf("--rtp: %w", err)
	}
	cfg, err := demo.Config(cast, callersFrom)
	if err != nil {
		return nil, err
	}
	cfg.Data = folder
	cfg.Listen = config.Listen{
		HTTPS: free("tcp", c.Host, c.HTTPS), Admin: free("tcp", c.Host, c.Admin), SIP: free("udp", c.Host, c.SIP), RTP: ports,
	}
	cfg.Prompts = filepath.Join(folder, "prompts")
	if err := demo.WritePrompts(cfg.Prompts); err != nil {
		return nil, err
	}
	cfg.Shutdown.Grace = 0 // simulated customers do not mind
	return cfg, nil
}

// free gives the address with this port, or with port 0 (a free one) if it is taken.
func free(network, host string, port int) string {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	if network == "udp" {
		if l, err := net.ListenPacket(network, address); err == nil { //nolint:noctx // a look, closed at once
			l.Close()
			return address
		}
		return net.JoinHostPort(host, "0")
	}
	if l, err := net.Listen(network, address); err == nil { //nolint:noctx // a look, closed at once
		l.Close()
		return address
	}
	return net.JoinHostPort(host, "0")
}

// play lets callers and agents live and shows them until ctx ends.
func (c demoCommand) play(ctx context.Context, p *program, board *demo.Board, cast *demo.Cast) error {
	vcc := center.VCCID(p.cfg.VCCs[0].ID)
	head := demo.Head(demo.Addresses{
		HTTPS: p.address("https"), SIP: p.address("sip"), Admin: p.address("admin"), Data: p.cfg.Data,
	})
	live := term.IsTerminal(int(os.Stdout.Fd())) //nolint:gosec // a file descriptor is small
	if live {
		fmt.Print("\x1b[2J")
	} else {
		fmt.Println(head)
	}
	quiet := slog.New(slog.DiscardHandler)
	parts, ctx := errgroup.WithContext(ctx)
	view := demo.View{Out: os.Stdout, Live: live, Head: head, Board: board, Began: time.Now(),
		Look: func(ctx context.Context) (center.Overview, error) {
			reply, err := p.host.Do(ctx, vcc, center.Look{})
			overview, _ := reply.Value.(center.Overview)
			return overview, err
		},
		Why: func(ctx context.Context) (center.Explanation, error) {
			reply, err := p.host.Do(ctx, vcc, center.Why{})
			explanation, _ := reply.Value.(center.Explanation)
			return explanation, err
		}}
	staff := demo.Staff{Board: board, Cast: cast, SIP: p.address("sip"), URL: "https://" + p.address("https"), Talk: c.Talk, Log: quiet}
	traffic := demo.Traffic{Board: board, Server: p.address("sip"), Local: callersFrom, Dial: "1000", Callers: c.Callers,
		Pause: c.Pause, Patience: time.Minute, Log: quiet}
	parts.Go(func() error { view.Run(ctx); return nil })
	parts.Go(func() error { return staff.Run(ctx) })
	parts.Go(func() error { return traffic.Run(ctx) })
	return parts.Wait()
}
