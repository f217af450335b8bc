package main

import (
	"context"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/telemetry"
	"ccgateway/internal/telemetry/trace"
)

// watched is the host with every command counted and timed on its way.
type watched struct {
	*host.Host
	metrics *telemetry.Metrics
	tracer  trace.Tracer // nil = there are no traces
}

// Do applies a command; the time counts from here to its reply, which waits for the journal.
func (w watched) Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	began := time.Now()
	reply, err := w.do(ctx, vcc, cmd)
	if err == nil {
		w.metrics.Command(cmd, time.Since(began))
	}
	return reply, err
}

func (w watched) do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	if w.tracer == nil {
		return w.Host.Do(ctx, vcc, cmd)
	}
	return w.traced(ctx, vcc, cmd)
}

// Tell sends a command whose reply nobody waits for.
func (w watched) Tell(vcc center.VCCID, cmd center.Command) {
	w.metrics.Command(cmd, -1)
	w.Host.Tell(vcc, cmd)
}

// sources are the rooms that metrics are read from.
func (p *program) sources() telemetry.Sources {
	return telemetry.Sources{
		Centers: p.host, Ready: p.readiness, Events: p.delivery.Stats, Push: p.pusher.Stats, SIP: p.voice.Figures, Trunks: p.voice.TrunkStates, Media: p.voice.MediaStats,
		Store: p.store.Stats, Journal: p.host.JournalStats, Guard: p.guard.Stats, Boards: p.boards.Stats,
		Doors:  p.connections,
		Limits: func() gateway.Refusals { return p.doors.Refused() }, // the doors are made before the port that scrapes come by opens
	}
}

// connections are the figures of the agent interface's ports. The last port that opens is the one that scrapes come by.
func (p *program) connections() map[string]gateway.Connections {
	all := map[string]gateway.Connections{}
	for _, s := range p.servers {
		if s.limit != nil {
			all[s.name] = s.limit.Connections()
		}
	}
	return all
}
