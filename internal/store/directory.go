package store

import (
	"context"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/password"
)

// directory is a picture of what is asked for by every call and sign-in. It is replaced, never written to.
type directory struct {
	installation installation
	accounts     map[string]center.AgentID
	phones       map[string]Phone
	codes        map[string]AccessCode
	trunks       []config.Trunk
	zones        map[center.VCCID]*time.Location
}

// Phone is a SIP account with what it proves itself by.
type Phone struct {
	VCC    center.VCCID
	Number string
	HA1    password.HA1
	SRTP   string // as in config.Phone
}

// look makes the picture anew.
func (s *Store) look(ctx context.Context) error {
	next, err := loadDirectory(ctx, s.read)
	if err != nil {
		return fmt.Errorf("read directory: %w", err)
	}
	s.directory.Store(next)
	return nil
}

func loadDirectory(ctx context.Context, q querier) (*directory, error) {
	d := &directory{accounts: map[string]center.AgentID{}, phones: map[string]Phone{}, codes: map[string]AccessCode{}, zones: map[center.VCCID]*time.Location{}}
	rows, err := loadSettings(ctx, q)
	if err != nil {
		return nil, err
	}
	if d.installation, err = installationOf(rows); err != nil {
		return nil, err
	}
	type account struct {
		name  string
		agent center.AgentID
	}
	accounts, err := collect(ctx, q, `SELECT account, id FROM agent WHERE account <> ''`, nil, func(a *account) []any { return []any{&a.name, &a.agent} })
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		d.accounts[a.name] = a.agent
	}
	phones, err := collect(ctx, q, `SELECT vcc, number, ha1, ha1_sha256, srtp FROM phone`, nil,
		func(p *Phone) []any { return []any{&p.VCC, &p.Number, &p.HA1.MD5, &p.HA1.SHA256, &p.SRTP} })
	if err != nil {
		return nil, err
	}
	for _, p := range phones {
		d.phones[p.Number] = p
	}
	codes, err := loadAccessCodes(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, a := range codes {
		d.codes[a.Code] = a
	}
	lines, err := loadTrunks(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, t := range lines {
		d.trunks = append(d.trunks, t.Trunk)
	}
	return d, d.loadZones(ctx, q)
}

func (d *directory) loadZones(ctx context.Context, q querier) error {
	rows, err := loadVCCs(ctx, q)
	if err != nil {
		return err
	}
	for _, v := range rows {
		zone, err := time.LoadLocation(v.Zone)
		if err != nil { // the configuration was checked; a program without this zone must still take calls
			zone = time.UTC
		}
		d.zones[v.ID] = zone
	}
	return nil
}

// Zone gives the time zone in which a VCC's days begin. From memory.
func (s *Store) Zone(vcc center.VCCID) *time.Location {
	if zone := s.directory.Load().zones[vcc]; zone != nil {
		return zone
	}
	return time.UTC
}

// Phone finds a SIP account by its number. From memory.
func (s *Store) Phone(number string) (Phone, bool) {
	p, ok := s.directory.Load().phones[number]
	return p, ok
}

// AccessCode finds where a dialled number leads. From memory.
func (s *Store) AccessCode(code string) (AccessCode, bool) {
	a, ok := s.directory.Load().codes[code]
	return a, ok
}

// Trunks lists the lines to the outside in order of preference. From memory; the lists in it are not to be written to.
func (s *Store) Trunks() []config.Trunk { return slices.Clone(s.directory.Load().trunks) }

// ByAccount finds the agent of an account name. From memory.
func (s *Store) ByAccount(name string) (center.AgentID, bool) {
	agent, ok := s.directory.Load().accounts[name]
	return agent, ok
}

// Centers reads all VCCs from the tables, as their centers want them, in the order of their numbers. It gives what config.Config.Centers gave when
// it was applied, but for Agent.MustChange, which is what holds now.
func (s *Store) Centers(ctx context.Context) ([]center.Config, error) {
	tx, err := s.read.BeginTx(ctx, nil) // one picture of all tables
	if err != nil {
		return nil, fmt.Errorf("read centers: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it has read only
	all, err := loadCenters(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("read centers: %w", err)
	}
	return all, nil
}
