package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ccgateway/client"
	"ccgateway/internal/loadgen"
)

// loadCommand makes calls in bulk to a running installation.
type loadCommand struct {
	WriteConfig string        `help:"Write the configuration of an installation to measure with into this file, and do nothing else." type:"path"`
	Config      string        `short:"c" help:"That file: it has the accounts." type:"existingfile"`
	URL         string        `default:"https://127.0.0.1:8043" help:"Agent interface of the running installation."`
	Insecure    bool          `help:"Take any certificate, such as the one that an installation makes for itself."`
	SIP         string        `default:"127.0.0.1:5060" help:"Phone side of the running installation, host:port."`
	Callers     string        `default:"127.0.0.2" help:"IP address of this machine that customers call from."`
	Agents      int           `default:"20" help:"Agents that sign in, each with a phone."`
	Rate        float64       `name:"calls-per-second" default:"1" help:"Calls that customers begin."`
	Duration    time.Duration `default:"1m" help:"For how long."`
	Talk        time.Duration `default:"10s" help:"Mean length of a talk."`
	Sample      int           `default:"10" help:"The sound of every so many talks is measured; 0 = of none."`
	Recording   string        `default:"none" enum:"none,all" help:"With --write-config: whether talks are recorded."`
	Data        string        `default:"./load-data" help:"With --write-config: the installation's data folder."`
	Every       time.Duration `default:"10s" help:"Between two lines of progress."`
}

// Help has the examples of --help.
func (loadCommand) Help() string {
	return "Agents sign in by the agent interface, their phones register, customers call in with sound; figures are printed at the end.\n" +
		"To see a load of 80 %: calls per second = 0.8 * agents / (talk + 1 s).\n\n" +
		"Examples:\n\n  ccgateway load --write-config load.yaml --agents 200\n  ccgateway serve --config load.yaml\n" +
		"  ccgateway load --config load.yaml --insecure --agents 200 --calls-per-second 10 --duration 5m --talk 15s"
}

// Run writes the configuration, or makes the calls and prints the report. Too many failures are an error.
func (c loadCommand) Run(ctx context.Context) error {
	if c.WriteConfig != "" {
		return c.write(ctx)
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	defer options.Client.Close()
	report, err := loadgen.Run(ctx, options)
	fmt.Print("\n", report)
	return errors.Join(err, report.Verdict())
}

// write makes the file, for its owner alone: it has the accounts' secret.
func (c loadCommand) write(ctx context.Context) error {
	file, err := os.OpenFile(c.WriteConfig, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	setup := loadgen.Setup{Agents: c.Agents, Callers: c.Callers, Recording: c.Recording, Data: c.Data}
	if err := errors.Join(loadgen.WriteConfig(ctx, file, setup), file.Close()); err != nil {
		return errors.Join(err, os.Remove(c.WriteConfig))
	}
	fmt.Printf("%s has %d agents. Next: ccgateway serve --config %[1]s\n", c.WriteConfig, c.Agents)
	return nil
}

func (c loadCommand) options() (loadgen.Options, error) {
	if c.Config == "" {
		return loadgen.Options{}, errors.New("--config is missing: the file that --write-config has made")
	}
	file, err := os.Open(c.Config)
	if err != nil {
		return loadgen.Options{}, err
	}
	defer file.Close()
	accounts, err := loadgen.ReadAccounts(file)
	if err != nil {
		return loadgen.Options{}, fmt.Errorf("%s: %w", c.Config, err)
	}
	var secure []client.Option
	if c.Insecure {
		secure = append(secure, client.InsecureTLS())
	}
	desks, err := client.New(c.URL, secure...)
	if err != nil {
		return loadgen.Options{}, err
	}
	return loadgen.Options{
		Client: desks, SIP: c.SIP, Callers: c.Callers, Accounts: accounts, Agents: c.Agents, Rate: c.Rate, Duration: c.Duration, Talk: c.Talk,
		Sample: c.Sample, Progress: os.Stdout, Every: c.Every,
	}, nil
}
