package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/password"
	"ccgateway/internal/result"
)

// actChange is the audit's word for a password that its agent changed: the interface's log name.
const actChange = "modifyAccountPwdEx"

// day is the unit in which passwords expire.
const day = 24 * time.Hour

// PasswordState says what signing in has to tell about a password.
type PasswordState struct {
	MustChange bool   // it has to be changed before calls are handled (isForceChange)
	DaysLeft   string // days to its end, "" = it has none (timeRemaining)
}

// ErrOldPassword is what Change answers when the old password is wrong, so that it can be counted as a wrong try. The interface's page lists no
// code of its own for it (cec_07_0350).
var ErrOldPassword = result.OperationFailed.Because("the old password is wrong")

// Check tells whether the password is the agent's. A wrong password and an unknown agent get the same answer (100-004) after the same
// work, so that nobody learns which numbers exist. Other refusals: PasswordExpired; PlatformUnavailable when the database or ctx fails, which is logged.
func (s *Store) Check(ctx context.Context, agent center.AgentID, given string) (PasswordState, *result.Error) {
	secret, err := s.secretOf(ctx, agent)
	if err != nil {
		return PasswordState{}, s.unavailable("check password", agent, err, result.PlatformUnavailable)
	}
	known := secret.hash != ""
	if !known {
		secret.hash = s.decoy
	}
	right, err := s.hasher.Verify(ctx, secret.hash, given)
	if err != nil {
		return PasswordState{}, s.unavailable("check password", agent, err, result.PlatformUnavailable)
	}
	if !right || !known {
		return PasswordState{}, result.WrongPassword.Err()
	}
	if password.Outdated(secret.hash) {
		s.renewHash(ctx, secret, given)
	}
	return s.stateOf(secret)
}

// stateOf tells when a password ends.
func (s *Store) stateOf(secret agentSecret) (PasswordState, *result.Error) {
	state := PasswordState{MustChange: secret.mustChange}
	if days := s.directory.Load().installation.days; days > 0 {
		left := secret.changed.Add(time.Duration(days) * day).Sub(s.now())
		if left <= 0 {
			return PasswordState{}, result.PasswordExpired.Err()
		}
		state.DaysLeft = strconv.Itoa(int((left + day - 1) / day))
	}
	return state, nil
}

// renewHash hashes a password anew with today's costs, now that it is known. When that fails the old hash goes on serving.
func (s *Store) renewHash(ctx context.Context, secret agentSecret, given string) {
	hash, err := s.hasher.Hash(ctx, given)
	if err == nil {
		_, err = s.write.ExecContext(ctx, `UPDATE agent_password SET hash = $1 WHERE agent = $2 AND hash = $3`, hash, secret.agent, secret.hash)
	}
	if err != nil {
		s.log.Warn("password could not be hashed anew", "agent", secret.agent, "error", err)
	}
}

// Change gives the agent a new password of his own, which ends MustChange. Refusals: ErrOldPassword (also for an agent without a password), BadArgument
// with all rules that the new password breaks, OperationFailed when the database or ctx fails, which is logged.
func (s *Store) Change(ctx context.Context, agent center.AgentID, old, wanted string) *result.Error {
	secret, err := s.secretOf(ctx, agent)
	if err != nil {
		return s.unavailable("change password", agent, err, result.OperationFailed)
	}
	if secret.hash == "" {
		return ErrOldPassword
	}
	right, err := s.hasher.Verify(ctx, secret.hash, old)
	switch {
	case err != nil:
		return s.unavailable("change password", agent, err, result.OperationFailed)
	case !right:
		return ErrOldPassword
	}
	if broken := password.Broken(int(agent), wanted); len(broken) > 0 {
		return result.BadArgument.Because("newPassword: %s", strings.Join(broken, "; "))
	}
	used, err := s.usedBefore(ctx, secret, wanted)
	switch {
	case err != nil:
		return s.unavailable("change password", agent, err, result.OperationFailed)
	case used:
		return result.BadArgument.Because("newPassword: it must not be one of the last %d passwords", s.directory.Load().installation.remembered)
	}
	if err := s.setPassword(ctx, secret, wanted); err != nil {
		return s.unavailable("change password", agent, err, result.OperationFailed)
	}
	return nil
}

// usedBefore tells whether the agent has, or has lately had, this password.
func (s *Store) usedBefore(ctx context.Context, secret agentSecret, wanted string) (bool, error) {
	former, err := collect(ctx, s.read, `SELECT hash FROM former_password WHERE agent = $1 ORDER BY replaced_ms DESC LIMIT $2`,
		[]any{secret.agent, s.directory.Load().installation.remembered - 1}, func(hash *string) []any { return []any{hash} })
	if err != nil {
		return false, fmt.Errorf("read former passwords: %w", err)
	}
	for _, hash := range append([]string{secret.hash}, former...) {
		if same, err := s.hasher.Verify(ctx, hash, wanted); err != nil || same {
			return same, err
		}
	}
	return false, nil
}

// errChangedMeanwhile says that somebody else changed the password at the same time.
var errChangedMeanwhile = errors.New("the password has been changed meanwhile")

// setPassword writes a new password, if the old one is still the one that was checked.
func (s *Store) setPassword(ctx context.Context, secret agentSecret, wanted string) error {
	hash, err := s.hasher.Hash(ctx, wanted)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	now := s.now()
	if err := remember(ctx, tx, secret.agent, now); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, `UPDATE agent_password SET hash = $1, must_change = FALSE, changed_ms = $2 WHERE agent = $3 AND hash = $4`,
		hash, now.UnixMilli(), secret.agent, secret.hash)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errChangedMeanwhile, err)
	}
	vcc := vccOf(ctx, tx, secret.agent)
	if err := writeAudit(ctx, tx, AuditEntry{VCC: vcc, At: now, Actor: secret.agent, Act: actChange, Target: secret.agent}); err != nil {
		return err
	}
	return tx.Commit()
}

// vccOf finds an agent's VCC, 0 if he has none.
func vccOf(ctx context.Context, tx *batch, agent center.AgentID) (vcc center.VCCID) {
	_ = tx.QueryRowContext(ctx, `SELECT vcc FROM agent WHERE id = $1`, agent).Scan(&vcc) // the audit entry is worth writing without it
	return vcc
}

// answerTime bounds what a desktop waits for the database: a server that is gone without a word must not hold its sign-in for ever.
const answerTime = 10 * time.Second

// secretOf reads an agent's password; the zero agentSecret if there is none.
func (s *Store) secretOf(ctx context.Context, agent center.AgentID) (agentSecret, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	secret := agentSecret{agent: agent}
	err := s.read.QueryRowContext(ctx, `SELECT hash, must_change, changed_ms FROM agent_password WHERE agent = $1`, agent).
		Scan(&secret.hash, &secret.mustChange, when{&secret.changed})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return secret, err
}

// unavailable logs why a password could not be worked on and gives the answer with code.
func (s *Store) unavailable(what string, agent center.AgentID, err error, code result.Code) *result.Error {
	s.log.Error("could not "+what, "agent", agent, "error", err)
	return code.Err()
}
