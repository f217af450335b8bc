package store

import (
	"context"
	"fmt"
	"reflect"

	"ccgateway/internal/config"
)

// table is one kind of thing in the configuration: how to get it from the file and from the database, and how to write it.
type table[R any] struct {
	name string                                                     // plural, as Changes says it
	key  func(R) string                                             // identity, and how Changes names one
	want func(*config.Config) ([]R, error)                          // what the file says
	load func(ctx context.Context, q querier) ([]R, error)          // what the database has
	save func(ctx context.Context, tx *batch, row R) error          // inserts or replaces one, with what belongs to it
	drop func(ctx context.Context, tx *batch, row R) (failed error) // deletes one, with what belongs to it
}

// replacer is a table of whatever type.
type replacer interface {
	replace(ctx context.Context, tx *batch, cfg *config.Config) (Change, error)
}

// replace makes the database say what the file says, and tells what that changed.
func (t table[R]) replace(ctx context.Context, tx *batch, cfg *config.Config) (Change, error) {
	change := Change{Kind: t.name}
	wanted, err := t.want(cfg)
	if err != nil {
		return change, fmt.Errorf("%s: %w", t.name, err)
	}
	present, err := t.load(ctx, tx)
	if err != nil {
		return change, fmt.Errorf("read %s: %w", t.name, err)
	}
	former := make(map[string]R, len(present))
	for _, row := range present {
		former[t.key(row)] = row
	}
	for _, row := range wanted {
		key := t.key(row)
		old, known := former[key]
		delete(former, key)
		switch {
		case !known:
			change.Added = append(change.Added, key)
		case !reflect.DeepEqual(old, row):
			change.Changed = append(change.Changed, key)
		default:
			continue
		}
		if err := t.save(ctx, tx, row); err != nil {
			return change, fmt.Errorf("write %s %s: %w", t.name, key, err)
		}
	}
	for _, row := range present {
		key := t.key(row)
		if _, gone := former[key]; !gone {
			continue
		}
		change.Removed = append(change.Removed, key)
		if err := t.drop(ctx, tx, row); err != nil {
			return change, fmt.Errorf("delete %s %s: %w", t.name, key, err)
		}
	}
	return change, nil
}

// tables lists the kinds in the order in which Changes tells them. The order does not matter to the database.
func tables() []replacer {
	return []replacer{settings, vccs, skills, accessCodes, roles, phones, groups, agents, restReasons, trunks, flows}
}
