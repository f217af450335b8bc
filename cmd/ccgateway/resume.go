package main

import (
	"context"
	"fmt"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
	"ccgateway/internal/journal"
)

// openJournal opens the journal of the centers and tells the store by which name its commands go.
func (p *program) openJournal(ctx context.Context) error {
	sync, err := journal.ParseSync(p.cfg.Journal.Sync)
	if err != nil {
		return err
	}
	if p.journal, err = journal.OpenSQLite(ctx, p.cfg.Data, p.cfg.Node, sync); err != nil {
		return err
	}
	return p.store.Journaled(ctx, p.journal.ID())
}

// resume lets the rooms know the sessions that centers have brought along from before the start.
func (p *program) resume(ctx context.Context, doors *gateway.Gateway) error {
	living := map[center.VCCID][]center.Session{}
	agents := 0
	for _, vcc := range p.host.VCCs() {
		reply, err := p.host.Do(ctx, vcc, center.Sessions{})
		if err != nil {
			return fmt.Errorf("list sessions of VCC %d: %w", vcc, err)
		}
		sessions, _ := reply.Value.([]center.SessionInfo)
		agents += len(sessions)
		for _, s := range sessions {
			living[vcc] = append(living[vcc], s.Session)
			doors.Recall(s.Agent, s.Tokens)
		}
	}
	p.delivery.ExpelFull()
	if agents > 0 {
		p.log.Info("agents are still signed in", "agents", agents)
	}
	return p.store.EndSessions(ctx, living)
}
