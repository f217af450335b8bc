package store

import (
	"context"
	"database/sql"
	"fmt"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// roleRow is a role of a VCC.
type roleRow struct {
	VCC center.VCCID
	center.Role
}

var roles = table[roleRow]{
	name: "roles",
	key:  func(r roleRow) string { return fmt.Sprintf("%d/%d", r.VCC, r.ID) },
	want: centersOf(func(c center.Config) []roleRow {
		all := make([]roleRow, len(c.Roles))
		for i, r := range c.Roles {
			all[i] = roleRow{VCC: c.ID, Role: r}
		}
		return all
	}),
	load: loadRoles,
	save: saveRole,
	drop: func(ctx context.Context, tx *batch, r roleRow) error {
		return statement(ctx, tx, `DELETE FROM role WHERE vcc = $1 AND id = $2`, r.VCC, r.ID)
	},
}

// highestRight is the highest number of a right that a center.Rights can hold.
const highestRight center.Right = 64

func loadRoles(ctx context.Context, q querier) ([]roleRow, error) {
	all, err := collect(ctx, q, `SELECT vcc, id, name FROM role ORDER BY vcc, id`, nil, func(r *roleRow) []any { return []any{&r.VCC, &r.ID, &r.Name} })
	if err != nil {
		return nil, err
	}
	type key struct {
		vcc  center.VCCID
		role int
	}
	at := make(map[key]*center.Rights, len(all))
	for i := range all {
		at[key{all[i].VCC, all[i].ID}] = &all[i].Rights
	}
	type right struct {
		key
		number center.Right
	}
	held, err := collect(ctx, q, `SELECT vcc, role, right_number FROM role_right`, nil, func(r *right) []any { return []any{&r.vcc, &r.role, &r.number} })
	if err != nil {
		return nil, err
	}
	for _, r := range held {
		if r.number < 1 || r.number > highestRight {
			return nil, fmt.Errorf("role %d of VCC %d has the unknown right %d", r.role, r.vcc, r.number)
		}
		*at[r.key] |= 1 << (r.number - 1)
	}
	return all, nil
}

func saveRole(ctx context.Context, tx *batch, r roleRow) error {
	if err := statement(ctx, tx, `INSERT INTO role (vcc, id, name) VALUES ($1, $2, $3) ON CONFLICT (vcc, id) DO UPDATE SET name = excluded.name`,
		r.VCC, r.ID, r.Name); err != nil {
		return err
	}
	if err := statement(ctx, tx, `DELETE FROM role_right WHERE vcc = $1 AND role = $2`, r.VCC, r.ID); err != nil {
		return err
	}
	for n := center.Right(1); n <= highestRight; n++ {
		if !r.Rights.Has(n) {
			continue
		}
		if err := statement(ctx, tx, `INSERT INTO role_right (vcc, role, right_number) VALUES ($1, $2, $3)`, r.VCC, r.ID, n); err != nil {
			return err
		}
	}
	return nil
}

// groupRow is a work group of a VCC.
type groupRow struct {
	VCC center.VCCID
	center.Group
}

var groups = table[groupRow]{
	name: "groups",
	key:  func(g groupRow) string { return fmt.Sprintf("%d/%d", g.VCC, g.ID) },
	want: centersOf(func(c center.Config) []groupRow {
		all := make([]groupRow, len(c.Groups))
		for i, g := range c.Groups {
			all[i] = groupRow{VCC: c.ID, Group: g}
		}
		return all
	}),
	load: loadGroups,
	save: func(ctx context.Context, tx *batch, g groupRow) error {
		return statement(ctx, tx, `INSERT INTO work_group (vcc, id, name, leader) VALUES ($1, $2, $3, $4)
			ON CONFLICT (vcc, id) DO UPDATE SET name = excluded.name, leader = excluded.leader`, g.VCC, g.ID, g.Name, g.Leader)
	},
	drop: func(ctx context.Context, tx *batch, g groupRow) error {
		return statement(ctx, tx, `DELETE FROM work_group WHERE vcc = $1 AND id = $2`, g.VCC, g.ID)
	},
}

func loadGroups(ctx context.Context, q querier) ([]groupRow, error) {
	return collect(ctx, q, `SELECT vcc, id, name, leader FROM work_group ORDER BY vcc, id`, nil,
		func(g *groupRow) []any { return []any{&g.VCC, &g.ID, &g.Name, &g.Leader} })
}

// agentRow is an agent of a VCC, without what concerns his password (MustChange is false).
type agentRow struct {
	VCC center.VCCID
	center.Agent
}

// noGroup is the group of an agent without one (cec_07_0600); the database says NULL.
const noGroup = -1

var agents = table[agentRow]{
	name: "agents",
	key:  func(a agentRow) string { return fmt.Sprint(a.ID) },
	want: centersOf(func(c center.Config) []agentRow {
		all := make([]agentRow, len(c.Agents))
		for i, a := range c.Agents {
			a.MustChange = false
			all[i] = agentRow{VCC: c.ID, Agent: a}
		}
		return all
	}),
	load: loadAgents,
	save: saveAgent,
	drop: func(ctx context.Context, tx *batch, a agentRow) error {
		return statement(ctx, tx, `DELETE FROM agent WHERE id = $1`, a.ID)
	},
}

func loadAgents(ctx context.Context, q querier) ([]agentRow, error) {
	all, err := collect(ctx, q, `SELECT vcc, id, name, account, role, COALESCE(work_group, -1), static_auth FROM agent ORDER BY vcc, id`, nil,
		func(a *agentRow) []any {
			return []any{&a.VCC, &a.ID, &a.Name, &a.Account, &a.Role, &a.Group, &a.StaticAuth}
		})
	if err != nil {
		return nil, err
	}
	type skill struct {
		agent center.AgentID
		center.AgentSkill
	}
	served, err := collect(ctx, q, `SELECT agent, skill, weight FROM agent_skill ORDER BY agent, skill`, nil,
		func(s *skill) []any { return []any{&s.agent, &s.Skill, &s.Weight} })
	if err != nil {
		return nil, err
	}
	at := make(map[center.AgentID]*agentRow, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	for _, s := range served {
		a := at[s.agent]
		a.Skills = append(a.Skills, s.AgentSkill)
	}
	return all, nil
}

func saveAgent(ctx context.Context, tx *batch, a agentRow) error {
	group := sql.NullInt64{Int64: int64(a.Group), Valid: a.Group != noGroup}
	if err := statement(ctx, tx, `INSERT INTO agent (id, vcc, name, account, role, work_group, static_auth) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET vcc = excluded.vcc, name = excluded.name, account = excluded.account, role = excluded.role,
		work_group = excluded.work_group, static_auth = excluded.static_auth`,
		a.ID, a.VCC, a.Name, a.Account, a.Role, group, a.StaticAuth); err != nil {
		return err
	}
	if err := statement(ctx, tx, `DELETE FROM agent_skill WHERE agent = $1`, a.ID); err != nil {
		return err
	}
	rows := make([][]any, len(a.Skills))
	for i, s := range a.Skills {
		rows[i] = []any{a.ID, a.VCC, s.Skill, s.Weight}
	}
	return insertRows(ctx, tx, `INSERT INTO agent_skill (agent, vcc, skill, weight)`, rows)
}

// phoneRow is a phone account, without its password.
type phoneRow struct {
	VCC    center.VCCID
	Number string
	SRTP   string
}

var phones = table[phoneRow]{
	name: "phones",
	key:  func(p phoneRow) string { return p.Number },
	want: func(cfg *config.Config) ([]phoneRow, error) {
		var all []phoneRow
		for _, p := range cfg.Phones() {
			all = append(all, phoneRow{VCC: p.VCC, Number: p.Number, SRTP: p.SRTP})
		}
		return all, nil
	},
	load: func(ctx context.Context, q querier) ([]phoneRow, error) {
		return collect(ctx, q, `SELECT vcc, number, srtp FROM phone ORDER BY vcc, number`, nil,
			func(p *phoneRow) []any { return []any{&p.VCC, &p.Number, &p.SRTP} })
	},
	save: func(ctx context.Context, tx *batch, p phoneRow) error {
		return statement(ctx, tx, `INSERT INTO phone (number, vcc, ha1, ha1_sha256, file_ha1, file_ha1_sha256, srtp) VALUES ($1, $2, '', '', '', '', $3)
			ON CONFLICT (number) DO UPDATE SET vcc = excluded.vcc, srtp = excluded.srtp`, p.Number, p.VCC, p.SRTP)
	},
	drop: func(ctx context.Context, tx *batch, p phoneRow) error {
		return statement(ctx, tx, `DELETE FROM phone WHERE number = $1`, p.Number)
	},
}
