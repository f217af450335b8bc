package store

import (
	"context"
	"fmt"

	"ccgateway/internal/center"
	"ccgateway/internal/lockout"
)

var _ lockout.Keeper = (*Store)(nil)

// LoadLockouts reads what is kept about wrong passwords.
func (s *Store) LoadLockouts(ctx context.Context) ([]lockout.Entry, error) {
	return collect(ctx, s.read, `SELECT who, address, wrong, level, last_ms, until_ms, usual_ms FROM lockout ORDER BY last_ms`, nil,
		func(e *lockout.Entry) []any {
			return []any{&e.Who, &e.From, &e.Wrong, &e.Level, when{&e.Last}, when{&e.Until}, when{&e.Usual}}
		})
}

// SaveLockouts saves what is to be kept about wrong passwords, and its entries of the audit, in one transaction.
func (s *Store) SaveLockouts(ctx context.Context, b lockout.Batch) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if b.All {
		if err := statement(ctx, tx, `DELETE FROM lockout`); err != nil {
			return err
		}
	}
	for _, e := range b.Put {
		if err := statement(ctx, tx, `INSERT INTO lockout (who, address, wrong, level, last_ms, until_ms, usual_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (who, address) DO UPDATE SET wrong = excluded.wrong, level = excluded.level, last_ms = excluded.last_ms,
			until_ms = excluded.until_ms, usual_ms = excluded.usual_ms`,
			string(e.Who), string(e.From), e.Wrong, e.Level, millis(e.Last), millis(e.Until), millis(e.Usual)); err != nil {
			return err
		}
	}
	for _, k := range b.Drop {
		if err := statement(ctx, tx, `DELETE FROM lockout WHERE who = $1 AND address = $2`, string(k.Who), string(k.From)); err != nil {
			return err
		}
	}
	if err := auditLockouts(ctx, tx, b.Events); err != nil {
		return err
	}
	return tx.Commit()
}

// auditLockouts writes what happened into the audit. Numbers that no agent has are left out: anybody can try as many of them as he likes, and
// nobody is locked.
func auditLockouts(ctx context.Context, tx *batch, events []lockout.Event) error {
	for _, e := range events {
		agent := center.AgentID(e.Agent)
		vcc := vccOf(ctx, tx, agent)
		if agent != 0 && vcc == 0 {
			continue
		}
		if err := writeAudit(ctx, tx, AuditEntry{VCC: vcc, At: e.At, ActorName: e.Actor, Act: e.Act, Target: agent, Detail: e.Detail}); err != nil {
			return fmt.Errorf("audit of locked accounts: %w", err)
		}
	}
	return nil
}

// Account finds an agent's account name, "" if he has none; ok is false if there is no such agent.
func (s *Store) Account(ctx context.Context, agent center.AgentID) (name string, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	found, err := collect(ctx, s.read, `SELECT account FROM agent WHERE id = $1`, []any{agent}, func(name *string) []any { return []any{name} })
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return found[0], true, nil
}
