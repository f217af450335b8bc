package main

import (
	"context"
	"strings"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/flow"
)

// newFlows makes the engine that runs callers' flows. It gets the centers' effects as the other rooms do.
func (p *program) newFlows() *flow.Engine {
	return flow.New(flow.Options{Centers: p.host, Clock: flow.SystemClock(), Log: p.log.With("room", "flow")})
}

// configureFlows gives the engine the flows of a configuration; callers who are in flows go on with theirs. A file without tenants leaves the
// flows that were applied before, as it leaves the tenants.
func (p *program) configureFlows(ctx context.Context, cfg *config.Config, centers []center.Config) error {
	program := cfg.Program()
	if len(cfg.VCCs) == 0 {
		var err error
		if program, err = p.appliedFlows(ctx, cfg); err != nil {
			return err
		}
	}
	p.flows.Configure(flow.Setup{
		Program: program, Skills: flow.SkillsOf(centers), Running: cfg.FlowEngine.Running, Requests: cfg.FlowEngine.Requests,
	})
	return nil
}

// appliedFlows compiles the flows in the store. They were checked when they were applied; what would not be allowed any more, such as a web
// host that the program's file no longer names, leaves all flows out and is said in the log.
func (p *program) appliedFlows(ctx context.Context, cfg *config.Config) (*flow.Program, error) {
	sources, err := p.store.Flows(ctx)
	if err != nil {
		return nil, err
	}
	program, problems := flow.Compile(sources, flow.World{Hosts: cfg.FlowEngine.Hosts})
	for _, problem := range problems {
		p.log.Error("a flow that was applied cannot be run", "where", strings.Join(problem.Path, "."), "problem", problem.Text)
	}
	if len(problems) > 0 {
		program, _ = flow.Compile(nil, flow.World{})
	}
	return program, nil
}
