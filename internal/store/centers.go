package store

import (
	"context"

	"ccgateway/internal/center"
)

// loadCenters puts the tables together.
func loadCenters(ctx context.Context, q querier) ([]center.Config, error) {
	rows, err := loadVCCs(ctx, q)
	if err != nil {
		return nil, err
	}
	settings, err := loadSettings(ctx, q)
	if err != nil {
		return nil, err
	}
	i, err := installationOf(settings)
	if err != nil {
		return nil, err
	}
	lines, err := loadTrunks(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([]center.Config, len(rows))
	at := make(map[center.VCCID]*center.Config, len(rows))
	for n, v := range rows {
		all[n] = center.Config{
			ID: v.ID, Name: v.Name, ServerName: i.serverName, Limits: v.Limits, Numbering: v.Numbering, Recording: v.Recording,
			Auth: i.auth, Silence: i.silence, WaitMusic: v.WaitMusic, Flows: v.Flows, Pause: v.Pause, Inspection: v.Inspection,
		}
		for _, t := range lines {
			all[n].Trunks = append(all[n].Trunks, center.Trunk{Name: t.Name, Numbers: t.Numbers})
		}
		at[v.ID] = &all[n]
	}
	if err := loadPlaces(ctx, q, at); err != nil {
		return nil, err
	}
	return all, loadPeople(ctx, q, at)
}

// loadPlaces adds skill queues, access codes, phones and reasons for rests.
func loadPlaces(ctx context.Context, q querier, at map[center.VCCID]*center.Config) error {
	queues, err := loadSkills(ctx, q)
	if err != nil {
		return err
	}
	for _, s := range queues {
		at[s.VCC].Skills = append(at[s.VCC].Skills, s.Skill)
	}
	codes, err := loadAccessCodes(ctx, q)
	if err != nil {
		return err
	}
	for _, a := range codes {
		at[a.VCC].AccessCodes = append(at[a.VCC].AccessCodes, center.AccessCode{Code: a.Code, Skill: a.Skill, Flow: a.Flow})
	}
	accounts, err := phones.load(ctx, q)
	if err != nil {
		return err
	}
	for _, p := range accounts {
		at[p.VCC].Phones = append(at[p.VCC].Phones, p.Number)
	}
	reasons, err := loadRestReasons(ctx, q)
	if err != nil {
		return err
	}
	for _, r := range reasons {
		at[r.VCC].RestCauses = append(at[r.VCC].RestCauses, center.RestCause{Code: r.Code, Name: r.Name})
	}
	return nil
}

// loadPeople adds roles, groups and agents.
func loadPeople(ctx context.Context, q querier, at map[center.VCCID]*center.Config) error {
	rights, err := loadRoles(ctx, q)
	if err != nil {
		return err
	}
	for _, r := range rights {
		at[r.VCC].Roles = append(at[r.VCC].Roles, r.Role)
	}
	work, err := loadGroups(ctx, q)
	if err != nil {
		return err
	}
	for _, g := range work {
		at[g.VCC].Groups = append(at[g.VCC].Groups, g.Group)
	}
	people, err := loadAgents(ctx, q)
	if err != nil {
		return err
	}
	secrets, err := loadAgentSecrets(ctx, q)
	if err != nil {
		return err
	}
	for _, a := range people {
		a.MustChange = secrets[a.ID].mustChange
		at[a.VCC].Agents = append(at[a.VCC].Agents, a.Agent)
	}
	return nil
}
