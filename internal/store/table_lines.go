package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ccgateway/internal/config"
)

// trunkRow is a line with its place in the order of preference.
type trunkRow struct {
	Rank int
	config.Trunk
}

var trunks = table[trunkRow]{
	name: "lines",
	key:  func(t trunkRow) string { return t.Name },
	want: func(cfg *config.Config) ([]trunkRow, error) {
		all := make([]trunkRow, len(cfg.Trunks))
		for i, t := range cfg.Trunks {
			t.Allow, t.Numbers = emptyAsNil(t.Allow), emptyAsNil(t.Numbers)
			all[i] = trunkRow{Rank: i, Trunk: t}
		}
		return all, nil
	},
	load: loadTrunks,
	save: saveTrunk,
	drop: func(ctx context.Context, tx *batch, t trunkRow) error {
		return statement(ctx, tx, `DELETE FROM trunk WHERE name = $1`, t.Name)
	},
}

// emptyAsNil makes an empty list nil, so that lists of the file and of the database compare.
func emptyAsNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func loadTrunks(ctx context.Context, q querier) ([]trunkRow, error) {
	all, err := collect(ctx, q, `SELECT rank, name, address, transport, username, password, more FROM trunk ORDER BY rank`, nil,
		func(t *trunkRow) []any { // more last: it leaves the others as they are
			return []any{&t.Rank, &t.Name, &t.Address, &t.Transport, &t.Username, (*string)(&t.Password), asJSON{(*trunkMore)(&t.Trunk)}}
		})
	if err != nil {
		return nil, err
	}
	at := make(map[string]*trunkRow, len(all))
	for i := range all {
		at[all[i].Name] = &all[i]
	}
	type part struct{ trunk, text string }
	into := func(p *part) []any { return []any{&p.trunk, &p.text} }
	networks, err := collect(ctx, q, `SELECT trunk, network FROM trunk_network ORDER BY trunk, rank`, nil, into)
	if err != nil {
		return nil, err
	}
	for _, p := range networks {
		var network config.Network
		if err := network.UnmarshalText([]byte(p.text)); err != nil {
			return nil, fmt.Errorf("network of line %s: %w", p.trunk, err)
		}
		at[p.trunk].Allow = append(at[p.trunk].Allow, network)
	}
	patterns, err := collect(ctx, q, `SELECT trunk, pattern FROM trunk_number ORDER BY trunk, rank`, nil, into)
	if err != nil {
		return nil, err
	}
	for _, p := range patterns {
		at[p.trunk].Numbers = append(at[p.trunk].Numbers, p.text)
	}
	return all, nil
}

// trunkMore is a line as its column more has it: without the members that have columns or tables of their own.
type trunkMore config.Trunk

// MarshalJSON leaves out what is kept elsewhere, its password first of all.
func (m trunkMore) MarshalJSON() ([]byte, error) {
	m.Name, m.Address, m.Transport, m.Username, m.Password, m.Allow, m.Numbers = "", "", "", "", "", nil, nil
	return json.Marshal(config.Trunk(m))
}

// UnmarshalJSON leaves what is kept elsewhere as it is.
func (m *trunkMore) UnmarshalJSON(text []byte) error {
	var more config.Trunk
	if err := json.Unmarshal(text, &more); err != nil {
		return err
	}
	more.Name, more.Address, more.Transport, more.Username, more.Password, more.Allow, more.Numbers =
		m.Name, m.Address, m.Transport, m.Username, m.Password, m.Allow, m.Numbers
	*m = trunkMore(more)
	return nil
}

func saveTrunk(ctx context.Context, tx *batch, t trunkRow) error {
	more, err := toJSON(trunkMore(t.Trunk))
	if err != nil {
		return err
	}
	if err := statement(ctx, tx, `INSERT INTO trunk (name, rank, address, transport, username, password, more) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (name) DO UPDATE SET rank = excluded.rank, address = excluded.address, transport = excluded.transport,
		username = excluded.username, password = excluded.password, more = excluded.more`,
		t.Name, t.Rank, t.Address, t.Transport, t.Username, t.Password.Reveal(), more); err != nil {
		return err
	}
	if err := statement(ctx, tx, `DELETE FROM trunk_network WHERE trunk = $1`, t.Name); err != nil {
		return err
	}
	for i, network := range t.Allow {
		if err := statement(ctx, tx, `INSERT INTO trunk_network (trunk, rank, network) VALUES ($1, $2, $3)`, t.Name, i, network.String()); err != nil {
			return err
		}
	}
	if err := statement(ctx, tx, `DELETE FROM trunk_number WHERE trunk = $1`, t.Name); err != nil {
		return err
	}
	for i, pattern := range t.Numbers {
		if err := statement(ctx, tx, `INSERT INTO trunk_number (trunk, rank, pattern) VALUES ($1, $2, $3)`, t.Name, i, pattern); err != nil {
			return err
		}
	}
	return nil
}

// flowRow is a flow, its steps as JSON.
type flowRow struct {
	Name, Steps string
}

var flows = table[flowRow]{
	name: "flows",
	key:  func(f flowRow) string { return f.Name },
	want: func(cfg *config.Config) ([]flowRow, error) {
		var all []flowRow
		for _, name := range slices.Sorted(maps.Keys(cfg.Flows)) {
			steps, err := json.Marshal(cfg.Flows[name])
			if err != nil {
				return nil, fmt.Errorf("flow %s: %w", name, err)
			}
			all = append(all, flowRow{Name: name, Steps: string(steps)})
		}
		return all, nil
	},
	load: loadFlows,
	save: func(ctx context.Context, tx *batch, f flowRow) error {
		return statement(ctx, tx, `INSERT INTO flow (name, steps) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET steps = excluded.steps`, f.Name, f.Steps)
	},
	drop: func(ctx context.Context, tx *batch, f flowRow) error {
		return statement(ctx, tx, `DELETE FROM flow WHERE name = $1`, f.Name)
	},
}

func loadFlows(ctx context.Context, q querier) ([]flowRow, error) {
	return collect(ctx, q, `SELECT name, steps FROM flow ORDER BY name`, nil, func(f *flowRow) []any { return []any{&f.Name, &f.Steps} })
}

// Flows reads the steps of all flows as the configuration had them, by name.
func (s *Store) Flows(ctx context.Context) (map[string][]any, error) {
	rows, err := loadFlows(ctx, s.read)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	all := make(map[string][]any, len(rows))
	for _, row := range rows {
		var steps []any
		if err := json.Unmarshal([]byte(row.Steps), &steps); err != nil {
			return nil, fmt.Errorf("read flow %s: %w", row.Name, err)
		}
		all[row.Name] = steps
	}
	return all, nil
}
