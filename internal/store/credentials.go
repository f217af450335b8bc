package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/password"

	"golang.org/x/sync/errgroup"
)

// agentSecret is what the database knows of an agent's password.
type agentSecret struct {
	agent          center.AgentID
	hash           string // in force
	mustChange     bool
	changed        time.Time
	fileHash       string // of what the file said last
	fileMustChange bool
}

func loadAgentSecrets(ctx context.Context, q querier) (map[center.AgentID]agentSecret, error) {
	all, err := collect(ctx, q, `SELECT agent, hash, must_change, changed_ms, file_hash, file_must_change FROM agent_password`, nil,
		func(s *agentSecret) []any {
			return []any{&s.agent, &s.hash, &s.mustChange, when{&s.changed}, &s.fileHash, &s.fileMustChange}
		})
	if err != nil {
		return nil, fmt.Errorf("read passwords: %w", err)
	}
	by := make(map[center.AgentID]agentSecret, len(all))
	for _, s := range all {
		by[s.agent] = s
	}
	return by, nil
}

// newSecret is a password that the file brings.
type newSecret struct {
	agent      center.AgentID
	isNew      bool   // a new account, without a former password
	hash       string // "" = the password stays, MustChange alone has changed
	mustChange bool
}

// errNoPassword says that new accounts have no password, so that nobody could use them.
var errNoPassword = errors.New("a new account needs a password")

// planSecrets finds the passwords that the file brings: of new accounts, and of those whose password in the file is another than last
// time. Comparing a plain one takes about 26 ms of a processor; as many run at once as there are processors.
func (s *Store) planSecrets(ctx context.Context, cfg *config.Config) ([]newSecret, error) {
	known, err := loadAgentSecrets(ctx, s.read)
	if err != nil {
		return nil, err
	}
	var accounts []config.Agent
	for _, v := range cfg.VCCs {
		accounts = append(accounts, v.Agents...)
	}
	plans := make([]*newSecret, len(accounts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hashesInFlight)
	for i, a := range accounts {
		group.Go(func() (err error) {
			plans[i], err = s.planSecret(ctx, a, known[center.AgentID(a.ID)])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []newSecret
	for _, p := range plans {
		if p != nil {
			all = append(all, *p)
		}
	}
	return all, nil
}

// hashesInFlight is how many accounts are compared at once; the hasher lets as many of them compute as there are processors.
const hashesInFlight = 64

// planSecret finds what the file brings for one agent, nil if nothing. known is zero for a new account.
func (s *Store) planSecret(ctx context.Context, a config.Agent, known agentSecret) (*newSecret, error) {
	plan := &newSecret{agent: center.AgentID(a.ID), isNew: known.hash == "", mustChange: a.MustChange}
	hash, err := s.fileHash(ctx, a, known.fileHash)
	switch {
	case err != nil:
		return nil, fmt.Errorf("password of agent %d: %w", a.ID, err)
	case hash == "" && known.hash == "":
		return nil, fmt.Errorf("agent %d: %w", a.ID, errNoPassword)
	case hash != "" && hash != known.fileHash:
		plan.hash = hash
		return plan, nil
	case a.MustChange != known.fileMustChange:
		return plan, nil
	}
	return nil, nil
}

// fileHash gives the hash of what the file says now: the remembered one if that is the same password, "" if the file says nothing.
func (s *Store) fileHash(ctx context.Context, a config.Agent, remembered string) (string, error) {
	if a.PasswordHash != "" {
		return a.PasswordHash.Reveal(), nil
	}
	if a.Password == "" {
		return "", nil
	}
	if remembered != "" {
		same, err := s.hasher.Verify(ctx, remembered, a.Password.Reveal())
		if err != nil {
			return "", err
		}
		if same {
			return remembered, nil
		}
	}
	return s.hasher.Hash(ctx, a.Password.Reveal())
}

// saveSecrets writes the passwords that planSecrets found.
func saveSecrets(ctx context.Context, tx *batch, plans []newSecret, now time.Time) (Change, error) {
	change := Change{Kind: "agent passwords"}
	for _, p := range plans {
		if err := saveSecret(ctx, tx, p, now); err != nil {
			return change, fmt.Errorf("write password of agent %d: %w", p.agent, err)
		}
		name := strconv.Itoa(int(p.agent))
		if p.hash == "" {
			change.Changed = append(change.Changed, name) // only whether it has to be changed
		} else {
			change.Set = append(change.Set, name)
		}
	}
	return change, nil
}

func saveSecret(ctx context.Context, tx *batch, p newSecret, now time.Time) error {
	if p.hash == "" {
		return statement(ctx, tx, `UPDATE agent_password SET must_change = $1, file_must_change = $1 WHERE agent = $2`, p.mustChange, p.agent)
	}
	if !p.isNew {
		if err := remember(ctx, tx, p.agent, now); err != nil {
			return err
		}
	}
	return statement(ctx, tx, `INSERT INTO agent_password (agent, hash, must_change, changed_ms, file_hash, file_must_change)
		VALUES ($1, $2, $3, $4, $2, $3) ON CONFLICT (agent) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change,
		changed_ms = excluded.changed_ms, file_hash = excluded.file_hash, file_must_change = excluded.file_must_change`,
		p.agent, p.hash, p.mustChange, now.UnixMilli())
}

// maxFormer is how many former passwords are kept of an agent: as many as passwords.remembered can ask for, whatever it says now.
const maxFormer = 24

// remember puts an agent's password in force, if there is one, among the former ones.
func remember(ctx context.Context, tx *batch, agent center.AgentID, now time.Time) error {
	if err := statement(ctx, tx, `INSERT INTO former_password (agent, replaced_ms, hash)
		SELECT agent, $2, hash FROM agent_password WHERE agent = $1`, agent, now.UnixMilli()); err != nil {
		return err
	}
	return statement(ctx, tx, `DELETE FROM former_password WHERE agent = $1 AND hash NOT IN
		(SELECT hash FROM former_password WHERE agent = $1 ORDER BY replaced_ms DESC LIMIT $2)`, agent, maxFormer)
}

// savePhoneSecrets writes the phones' digest hashes that are new in the file.
func savePhoneSecrets(ctx context.Context, tx *batch, cfg *config.Config) (Change, error) {
	change := Change{Kind: "phone passwords"}
	type secret struct {
		number   string
		ha1      string
		fromFile password.HA1
	}
	all, err := collect(ctx, tx, `SELECT number, ha1, file_ha1, file_ha1_sha256 FROM phone`, nil,
		func(s *secret) []any { return []any{&s.number, &s.ha1, &s.fromFile.MD5, &s.fromFile.SHA256} })
	if err != nil {
		return change, fmt.Errorf("read phones' passwords: %w", err)
	}
	known := make(map[string]secret, len(all))
	for _, s := range all {
		known[s.number] = s
	}
	for _, p := range cfg.Phones() {
		switch k := known[p.Number]; {
		case p.HA1 == (password.HA1{}) && k.ha1 == "":
			return change, fmt.Errorf("phone %s: %w", p.Number, errNoPassword)
		case p.HA1 == (password.HA1{}) || p.HA1 == k.fromFile:
			continue
		}
		change.Set = append(change.Set, p.Number)
		if err := statement(ctx, tx, `UPDATE phone SET ha1 = $1, ha1_sha256 = $2, file_ha1 = $1, file_ha1_sha256 = $2 WHERE number = $3`,
			p.HA1.MD5, p.HA1.SHA256, p.Number); err != nil {
			return change, fmt.Errorf("write password of phone %s: %w", p.Number, err)
		}
	}
	return change, nil
}
