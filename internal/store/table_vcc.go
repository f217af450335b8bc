package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// centersOf is what the file says, as the centers want it.
func centersOf[R any](each func(center.Config) []R) func(*config.Config) ([]R, error) {
	return func(cfg *config.Config) ([]R, error) {
		var all []R
		for _, c := range cfg.Centers() {
			all = append(all, each(c)...)
		}
		return all, nil
	}
}

// vccRow is a VCC without its lists.
type vccRow struct {
	ID        center.VCCID
	Name      string
	Limits    center.Limits
	Recording center.Recording
	WaitMusic string
	Numbering center.Numbering

	Pause      time.Duration
	Inspection center.Inspection
	Flows      []string
	Zone       string // IANA name; "" = UTC

	RecordingDays int // for which recordings are kept; 0 = for ever
}

var vccs = table[vccRow]{
	name: "VCCs",
	key:  func(v vccRow) string { return fmt.Sprint(v.ID) },
	want: vccsOf,
	load: loadVCCs,
	save: saveVCC,
	drop: func(ctx context.Context, tx *batch, v vccRow) error {
		return statement(ctx, tx, `DELETE FROM vcc WHERE id = $1`, v.ID)
	},
}

func vccsOf(cfg *config.Config) ([]vccRow, error) {
	zones, days := map[center.VCCID]string{}, map[center.VCCID]int{} // no center needs them
	for _, v := range cfg.VCCs {
		zones[center.VCCID(v.ID)], days[center.VCCID(v.ID)] = v.Zone, v.RecordingDays
	}
	return centersOf(func(c center.Config) []vccRow {
		return []vccRow{{ID: c.ID, Name: c.Name, Limits: c.Limits, Recording: c.Recording, WaitMusic: c.WaitMusic, Numbering: c.Numbering,
			Pause: c.Pause, Inspection: c.Inspection, Flows: c.Flows, Zone: zones[c.ID], RecordingDays: days[c.ID]}}
	})(cfg)
}

func loadVCCs(ctx context.Context, q querier) ([]vccRow, error) {
	all, err := collect(ctx, q, `SELECT id, name, limit_agents, limit_calls, recording_mode, recording_share, wait_music, recording_pause_ms, inspection, flows, zone,
		recording_days, recording_outbound, limit_outside FROM vcc ORDER BY id`, nil,
		func(v *vccRow) []any {
			return []any{
				&v.ID, &v.Name, &v.Limits.Agents, &v.Limits.Calls, &v.Recording.Mode, &v.Recording.Share, &v.WaitMusic, long{&v.Pause},
				asJSON{&v.Inspection}, asJSON{&v.Flows}, &v.Zone, &v.RecordingDays, &v.Recording.CallOut, asJSON{&v.Limits.Outside},
			}
		})
	if err != nil {
		return nil, err
	}
	type prefix struct {
		vcc    center.VCCID
		kind   string
		prefix string
	}
	prefixes, err := collect(ctx, q, `SELECT vcc, kind, prefix FROM number_prefix ORDER BY vcc, kind, prefix`, nil,
		func(p *prefix) []any { return []any{&p.vcc, &p.kind, &p.prefix} })
	if err != nil {
		return nil, err
	}
	at := make(map[center.VCCID]*center.Numbering, len(all))
	for i := range all {
		at[all[i].ID] = &all[i].Numbering
	}
	for _, p := range prefixes {
		if list := prefixesOf(at[p.vcc])[p.kind]; list != nil {
			*list = append(*list, p.prefix)
		}
	}
	return all, nil
}

// prefixesOf are the lists of prefixes by their kinds.
func prefixesOf(n *center.Numbering) map[string]*[]string {
	return map[string]*[]string{"international": &n.International, "national": &n.National, "allowed": &n.Allowed, "denied": &n.Denied}
}

func saveVCC(ctx context.Context, tx *batch, v vccRow) error {
	inspection, err := toJSON(v.Inspection)
	if err != nil {
		return err
	}
	names, err := toJSON(v.Flows)
	if err != nil {
		return err
	}
	outside, err := toJSON(v.Limits.Outside)
	if err != nil {
		return err
	}
	if err := statement(ctx, tx, `INSERT INTO vcc (id, name, limit_agents, limit_calls, recording_mode, recording_share, wait_music,
		recording_pause_ms, inspection, flows, zone, recording_days, recording_outbound, limit_outside)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO UPDATE SET name = excluded.name, limit_agents = excluded.limit_agents,
		limit_calls = excluded.limit_calls, recording_mode = excluded.recording_mode, recording_share = excluded.recording_share,
		wait_music = excluded.wait_music, recording_pause_ms = excluded.recording_pause_ms, inspection = excluded.inspection, flows = excluded.flows,
		zone = excluded.zone, recording_days = excluded.recording_days, recording_outbound = excluded.recording_outbound, limit_outside = excluded.limit_outside`,
		v.ID, v.Name, v.Limits.Agents, v.Limits.Calls, v.Recording.Mode, v.Recording.Share, v.WaitMusic, v.Pause.Milliseconds(), inspection, names, v.Zone,
		v.RecordingDays, v.Recording.CallOut, outside); err != nil {
		return err
	}
	if err := statement(ctx, tx, `DELETE FROM number_prefix WHERE vcc = $1`, v.ID); err != nil {
		return err
	}
	for kind, prefixes := range prefixesOf(&v.Numbering) {
		for _, prefix := range *prefixes {
			if err := statement(ctx, tx, `INSERT INTO number_prefix (vcc, kind, prefix) VALUES ($1, $2, $3)`, v.ID, kind, prefix); err != nil {
				return err
			}
		}
	}
	return nil
}

// skillRow is a skill queue of a VCC.
type skillRow struct {
	VCC center.VCCID
	center.Skill
}

var skills = table[skillRow]{
	name: "skill queues",
	key:  func(s skillRow) string { return fmt.Sprintf("%d/%d", s.VCC, s.ID) },
	want: centersOf(func(c center.Config) []skillRow {
		all := make([]skillRow, len(c.Skills))
		for i, s := range c.Skills {
			all[i] = skillRow{VCC: c.ID, Skill: s}
		}
		return all
	}),
	load: loadSkills,
	save: func(ctx context.Context, tx *batch, s skillRow) error {
		return statement(ctx, tx, `INSERT INTO skill (vcc, id, name, media, ring_ms, max_wait_ms, max_waiting, wrap_up_ms, weight, ring_back, survey)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (vcc, id) DO UPDATE SET name = excluded.name, media = excluded.media,
			ring_ms = excluded.ring_ms, max_wait_ms = excluded.max_wait_ms, max_waiting = excluded.max_waiting, wrap_up_ms = excluded.wrap_up_ms,
			weight = excluded.weight, ring_back = excluded.ring_back, survey = excluded.survey`,
			s.VCC, s.ID, s.Name, s.Media, s.Ring.Milliseconds(), s.MaxWait.Milliseconds(), s.MaxWaiting, s.WrapUp.Milliseconds(), s.Weight, s.RingBack,
			s.Survey)
	},
	drop: func(ctx context.Context, tx *batch, s skillRow) error {
		return statement(ctx, tx, `DELETE FROM skill WHERE vcc = $1 AND id = $2`, s.VCC, s.ID)
	},
}

func loadSkills(ctx context.Context, q querier) ([]skillRow, error) {
	return collect(ctx, q, `SELECT vcc, id, name, media, ring_ms, max_wait_ms, max_waiting, wrap_up_ms, weight, ring_back, survey FROM skill ORDER BY vcc, id`, nil,
		func(s *skillRow) []any {
			return []any{&s.VCC, &s.ID, &s.Name, &s.Media, long{&s.Ring}, long{&s.MaxWait}, &s.MaxWaiting, long{&s.WrapUp}, &s.Weight, &s.RingBack, &s.Survey}
		})
}

// AccessCode is a number that callers dial, and the skill queue or flow that it leads to.
type AccessCode struct {
	Code  string
	VCC   center.VCCID
	Skill center.SkillID // 0 with a flow
	Flow  string
}

var accessCodes = table[AccessCode]{
	name: "access codes",
	key:  func(a AccessCode) string { return a.Code },
	want: accessCodesOf,
	load: loadAccessCodes,
	save: func(ctx context.Context, tx *batch, a AccessCode) error {
		return statement(ctx, tx, `INSERT INTO access_code (code, vcc, skill, flow) VALUES ($1, $2, $3, $4)
			ON CONFLICT (code) DO UPDATE SET vcc = excluded.vcc, skill = excluded.skill, flow = excluded.flow`,
			a.Code, a.VCC, optional(int(a.Skill)), sql.NullString{String: a.Flow, Valid: a.Flow != ""})
	},
	drop: func(ctx context.Context, tx *batch, a AccessCode) error {
		return statement(ctx, tx, `DELETE FROM access_code WHERE code = $1`, a.Code)
	},
}

func loadAccessCodes(ctx context.Context, q querier) ([]AccessCode, error) {
	return collect(ctx, q, `SELECT code, vcc, COALESCE(skill, 0), COALESCE(flow, '') FROM access_code ORDER BY code`, nil,
		func(a *AccessCode) []any { return []any{&a.Code, &a.VCC, &a.Skill, &a.Flow} })
}

func accessCodesOf(cfg *config.Config) ([]AccessCode, error) {
	var all []AccessCode
	for _, c := range cfg.Centers() {
		for _, a := range c.AccessCodes {
			all = append(all, AccessCode{Code: a.Code, VCC: c.ID, Skill: a.Skill, Flow: a.Flow})
		}
	}
	return all, nil
}

// reasonRow is a reason for a rest.
type reasonRow struct {
	VCC  center.VCCID
	Code int
	Name string
}

var restReasons = table[reasonRow]{
	name: "rest reasons",
	key:  func(r reasonRow) string { return fmt.Sprintf("%d/%d", r.VCC, r.Code) },
	want: func(cfg *config.Config) ([]reasonRow, error) {
		var all []reasonRow
		for _, v := range cfg.VCCs {
			for _, r := range v.RestReasons {
				all = append(all, reasonRow{VCC: center.VCCID(v.ID), Code: r.Code, Name: r.Name})
			}
		}
		return all, nil
	},
	load: loadRestReasons,
	save: func(ctx context.Context, tx *batch, r reasonRow) error {
		return statement(ctx, tx, `INSERT INTO rest_reason (vcc, code, name) VALUES ($1, $2, $3) ON CONFLICT (vcc, code) DO UPDATE SET name = excluded.name`,
			r.VCC, r.Code, r.Name)
	},
	drop: func(ctx context.Context, tx *batch, r reasonRow) error {
		return statement(ctx, tx, `DELETE FROM rest_reason WHERE vcc = $1 AND code = $2`, r.VCC, r.Code)
	},
}

func loadRestReasons(ctx context.Context, q querier) ([]reasonRow, error) {
	return collect(ctx, q, `SELECT vcc, code, name FROM rest_reason ORDER BY vcc, code`, nil,
		func(r *reasonRow) []any { return []any{&r.VCC, &r.Code, &r.Name} })
}

// RestReasons reads the names of a VCC's reasons for rests, by number.
func (s *Store) RestReasons(ctx context.Context, vcc center.VCCID) (map[int]string, error) {
	rows, err := loadRestReasons(ctx, s.read)
	if err != nil {
		return nil, fmt.Errorf("read rest reasons: %w", err)
	}
	names := map[int]string{}
	for _, r := range rows {
		if r.VCC == vcc {
			names[r.Code] = r.Name
		}
	}
	return names, nil
}
