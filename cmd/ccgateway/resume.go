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
	switch {
	case err != nil:
	case p.cfg.Database == "":
		p.journal, err = journal.OpenSQLite(ctx, p.cfg.Data, p.cfg.Node, sync)
	default:
		err = p.openRemoteJournal(ctx, sync)
	}
	if err != nil {
		return err
	}
	return p.store.Journaled(ctx, p.journal.ID())
}

// openRemoteJournal opens the journal in a PostgreSQL. What an earlier version or a SQLite kept below the data folder goes there first.
func (p *program) openRemoteJournal(ctx context.Context, sync journal.Sync) (err error) {
	if p.journal, err = journal.OpenPostgres(ctx, p.cfg.Database, p.cfg.Node); err != nil {
		return err
	}
	if sync == journal.SyncRelaxed {
		p.log.Warn("journal.sync: relaxed is for SQLite alone; a PostgreSQL always syncs")
	}
	moved, err := p.journal.Move(ctx, p.cfg.Data)
	if moved {
		p.log.Info("the journal has been moved into the database", "file", journal.MovedName)
	}
	return err
}

// watchJournal ends the program when it has lost its journal: its centers have stopped. Whoever started it starts it again, once the server is
// back or the disk has room, and what was answered comes back from there. It returns nil when running ends first.
func (p *program) watchJournal(running context.Context) error {
	select {
	case why := <-p.host.Lost():
		return fmt.Errorf("the journal is lost: %w", why)
	case <-running.Done():
		return nil
	}
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
