package main

import (
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/flow"
)

// newFlows makes the engine that runs callers' flows. It gets the centers' effects as the other rooms do.
func (p *program) newFlows() *flow.Engine {
	return flow.New(flow.Options{Centers: p.host, Clock: flow.SystemClock(), Log: p.log.With("room", "flow")})
}

// configureFlows gives the engine the flows of a configuration; callers who are in flows go on with theirs.
func (p *program) configureFlows(cfg *config.Config, centers []center.Config) {
	p.flows.Configure(flow.Setup{
		Program: cfg.Program(), Skills: flow.SkillsOf(centers), Running: cfg.FlowEngine.Running, Requests: cfg.FlowEngine.Requests,
	})
}
