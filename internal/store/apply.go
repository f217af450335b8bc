package store

import (
	"context"
	"fmt"
	"time"

	"ccgateway/internal/config"
)

// actApply is the audit's word for applying a configuration.
const actApply = "apply"

// Apply makes the installation what the file says: VCCs, accounts and lines that are not in it any more are deleted (their records
// stay), and so on; see the package's text on passwords. It is done whole, or an error leaves everything as it was. actor says
// in the audit who did it.
func (s *Store) Apply(ctx context.Context, cfg *config.Config, actor string) (Changes, error) {
	s.applying.Lock()
	defer s.applying.Unlock()
	changes, next, err := s.apply(ctx, cfg, actor)
	if err != nil {
		return Changes{}, fmt.Errorf("apply configuration: %w", err)
	}
	s.directory.Store(next)
	return changes, nil
}

// apply does what Apply does and gives the picture to show from now on.
func (s *Store) apply(ctx context.Context, cfg *config.Config, actor string) (Changes, *directory, error) {
	secrets, err := s.planSecrets(ctx, cfg) // takes long: before the transaction, which keeps the facts waiting
	if err != nil {
		return Changes{}, nil, err
	}
	return s.change(ctx, actor, func(tx *batch, now time.Time) (Changes, error) { return replaceAll(ctx, tx, cfg, secrets, now) })
}

// ApplySettings is Apply for the installation's settings alone; its VCCs, accounts and lines stay.
func (s *Store) ApplySettings(ctx context.Context, cfg *config.Config, actor string) (Changes, error) {
	s.applying.Lock()
	defer s.applying.Unlock()
	changes, next, err := s.change(ctx, actor, func(tx *batch, _ time.Time) (changes Changes, err error) {
		change, err := settings.replace(ctx, tx, cfg)
		changes.add(change)
		return changes, err
	})
	if err != nil {
		return Changes{}, fmt.Errorf("apply settings: %w", err)
	}
	s.directory.Store(next)
	return changes, nil
}

// change does something in a transaction, writes into the audit what it was, and gives the picture to show from now on.
func (s *Store) change(ctx context.Context, actor string, do func(tx *batch, now time.Time) (Changes, error)) (Changes, *directory, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return Changes{}, nil, err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	now := s.now()
	changes, err := do(tx, now)
	if err != nil {
		return Changes{}, nil, err
	}
	if err := writeAudit(ctx, tx, AuditEntry{At: now, ActorName: actor, Act: actApply, Detail: changes.String()}); err != nil {
		return Changes{}, nil, err
	}
	next, err := loadDirectory(ctx, tx)
	if err != nil {
		return Changes{}, nil, err
	}
	if err := tx.Commit(); err != nil {
		return Changes{}, nil, err
	}
	return changes, next, nil
}

func replaceAll(ctx context.Context, tx *batch, cfg *config.Config, secrets []newSecret, now time.Time) (Changes, error) {
	var changes Changes
	for _, t := range tables() {
		change, err := t.replace(ctx, tx, cfg)
		if err != nil {
			return changes, err
		}
		changes.add(change)
	}
	change, err := saveSecrets(ctx, tx, secrets, now)
	if err != nil {
		return changes, err
	}
	changes.add(change)
	if change, err = savePhoneSecrets(ctx, tx, cfg); err != nil {
		return changes, err
	}
	changes.add(change)
	return changes, nil
}
