package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/password"
	"ccgateway/internal/result"

	"golang.org/x/crypto/argon2"
)

// oneAgent is a configuration with one agent, whose password members are given.
func oneAgent(members string) string {
	return "passwords: {days: 90, remembered: 3}\nvccs: [{id: 1, name: one, roles: [{id: 1, name: r}], agents: [{id: 101, role: r" + members + "}]}]\n"
}

func wantCheck(t *testing.T, s *Store, agent center.AgentID, given string, want result.Code) PasswordState {
	t.Helper()
	state, err := s.Check(t.Context(), agent, given)
	got := result.OK
	if err != nil {
		got = err.Code
	}
	if got != want {
		t.Errorf("Check(%d, %q) = %s, want %s", agent, given, got, want)
	}
	return state
}

func wantChange(t *testing.T, s *Store, old, wanted string, want result.Code, words string) {
	t.Helper()
	err := s.Change(t.Context(), 101, old, wanted)
	switch {
	case err == nil && want != result.OK:
		t.Errorf("changed to %q", wanted)
	case err != nil && (err.Code != want || !strings.Contains(err.Message, words)):
		t.Errorf("Change to %q: %v, want %s %q", wanted, err, want, words)
	case err != nil && (strings.Contains(err.Message, wanted) || strings.Contains(err.Message, old)):
		t.Errorf("the answer shows a password: %v", err)
	}
}

func TestStore_Check(t *testing.T) { onAll(t, testStoreCheck) }

func testStoreCheck(t *testing.T, place sites) {
	clock := &stoppedClock{now: start}
	s := mustOpen(t, place(t), Clock(clock.Now))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x", must_change: true`))
	if state := wantCheck(t, s, 101, "Ann#2026x", result.OK); state != (PasswordState{MustChange: true, DaysLeft: "90"}) {
		t.Errorf("%+v", state)
	}
	wantCheck(t, s, 101, "Ann#2026X", result.WrongPassword)
	wantCheck(t, s, 101, "", result.WrongPassword)
	wantCheck(t, s, 102, "Ann#2026x", result.WrongPassword)
	wantCheck(t, s, 0, "", result.WrongPassword)

	clock.now = start.Add(89*day + time.Hour)
	if state := wantCheck(t, s, 101, "Ann#2026x", result.OK); state.DaysLeft != "1" {
		t.Errorf("%+v", state)
	}
	clock.now = start.Add(90 * day)
	wantCheck(t, s, 101, "Ann#2026x", result.PasswordExpired)
	wantCheck(t, s, 101, "Ann#2026X", result.WrongPassword)

	mustApply(t, s, strings.Replace(oneAgent(`, password: "Ann#2026x", must_change: true`), "days: 90", "days: 0", 1))
	if state := wantCheck(t, s, 101, "Ann#2026x", result.OK); state.DaysLeft != "" {
		t.Errorf("%+v", state)
	}
}

// TestStore_CheckUnknownCostsTheSame: unknown agents go the same way through the same hash costs; only which hash it is differs.
func TestStore_CheckUnknownCostsTheSame(t *testing.T) { onAll(t, testStoreCheckUnknownCostsTheSame) }

func testStoreCheckUnknownCostsTheSame(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	secret, err := s.secretOf(t.Context(), 101)
	if err != nil {
		t.Fatal(err)
	}
	costs := func(phc string) string { return phc[:strings.LastIndex(phc[:strings.LastIndex(phc, "$")], "$")] }
	if costs(secret.hash) != costs(s.decoy) || len(secret.hash) != len(s.decoy) {
		t.Errorf("the hash of an unknown agent has other costs: %s, %s", costs(secret.hash), costs(s.decoy))
	}
	known, unknown := measureCheck(t, s, 101), measureCheck(t, s, 102)
	if known < 4*time.Millisecond || unknown < 4*time.Millisecond {
		t.Errorf("a check took no time: %v known, %v unknown", known, unknown)
	}
	a, b := s.Check(t.Context(), 101, "wrong")
	c, d := s.Check(t.Context(), 102, "wrong")
	if a != c || *b != *d {
		t.Errorf("the answers differ: %v %v, %v %v", a, b, c, d)
	}
}

// measureCheck is the least time of some wrong checks.
func measureCheck(t *testing.T, s *Store, agent center.AgentID) time.Duration {
	t.Helper()
	least := time.Hour
	for range 3 {
		began := time.Now()
		wantCheck(t, s, agent, "wrong", result.WrongPassword)
		least = min(least, time.Since(began))
	}
	return least
}

func TestStore_CheckRenewsOldHashes(t *testing.T) { onAll(t, testStoreCheckRenewsOldHashes) }

func testStoreCheckRenewsOldHashes(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	salt := []byte("0123456789abcdef")
	old := fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$%s", base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("Ann#2026x"), salt, 1, 64, 1, 32)))
	if _, err := s.write.ExecContext(t.Context(), `UPDATE agent_password SET hash = $1`, old); err != nil {
		t.Fatal(err)
	}
	wantCheck(t, s, 101, "wrong", result.WrongPassword)
	if secret, err := s.secretOf(t.Context(), 101); err != nil || secret.hash != old {
		t.Errorf("a wrong password renewed the hash (%v)", err)
	}
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
	if secret, err := s.secretOf(t.Context(), 101); err != nil || password.Outdated(secret.hash) {
		t.Errorf("the hash was not renewed (%v)", err)
	}
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
}

func TestStore_Change(t *testing.T) { onAll(t, testStoreChange) }

func testStoreChange(t *testing.T, place sites) {
	clock := &stoppedClock{now: start}
	s := mustOpen(t, place(t), Clock(clock.Now))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x", must_change: true`))
	wantChange(t, s, "Old#2026x", "Ann#2026y", result.OperationFailed, "the old password is wrong")
	if err := s.Change(t.Context(), 101, "wrong", "Ann#2026y"); err != ErrOldPassword {
		t.Errorf("got %v, want ErrOldPassword itself", err)
	}
	if err := s.Change(t.Context(), 999, "Ann#2026x", "Ann#2026y"); err != ErrOldPassword {
		t.Errorf("unknown agent: %v", err)
	}
	wantChange(t, s, "Ann#2026x", "short", result.BadArgument, "8 to 32 characters")
	wantChange(t, s, "Ann#2026x", "Ann#101xy", result.BadArgument, "agent number")
	wantChange(t, s, "Ann#2026x", "Ann#2026x", result.BadArgument, "one of the last 3 passwords")
	wantCheck(t, s, 101, "Ann#2026x", result.OK)

	clock.now = start.Add(80 * day)
	wantChange(t, s, "Ann#2026x", "Bea#2026x", result.OK, "")
	if state := wantCheck(t, s, 101, "Bea#2026x", result.OK); state != (PasswordState{DaysLeft: "90"}) {
		t.Errorf("%+v", state)
	}
	wantCheck(t, s, 101, "Ann#2026x", result.WrongPassword)

	for i, next := range []string{"Cyd#2026x", "Dot#2026x", "Ann#2026x"} { // remembered: 3, so the first one may be used again now
		wantChange(t, s, []string{"Bea#2026x", "Cyd#2026x", "Dot#2026x"}[i], "Bea#2026x", result.BadArgument, "one of the last 3 passwords")
		clock.now = clock.now.Add(time.Hour)
		wantChange(t, s, []string{"Bea#2026x", "Cyd#2026x", "Dot#2026x"}[i], next, result.OK, "")
	}
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
	entries, err := s.Audit(t.Context(), Filter{Agent: 101})
	if err != nil || len(entries) != 4 || entries[0].Act != "modifyAccountPwdEx" || entries[0].VCC != 1 || entries[0].Actor != 101 {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestStore_ChangeFormerAreBounded(t *testing.T) { onAll(t, testStoreChangeFormerAreBounded) }

func testStoreChangeFormerAreBounded(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	tx, err := s.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if _, err := tx.ExecContext(t.Context(), `UPDATE agent_password SET hash = $1`, fmt.Sprint("hash", i)); err != nil {
			t.Fatal(err)
		}
		if err := remember(t.Context(), tx, 101, start.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	var oldest string
	if err := tx.QueryRowContext(t.Context(), `SELECT COUNT(*), MIN(replaced_ms) FROM former_password`).Scan(&n, &oldest); err != nil {
		t.Fatal(err)
	}
	if n != maxFormer || oldest != fmt.Sprint(start.Add(16*time.Second).UnixMilli()) {
		t.Errorf("%d former passwords, the oldest of %s", n, oldest)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

// TestStore_ChangedPasswordSurvives: what the agent chose stays until the file's password changes.
func TestStore_ChangedPasswordSurvives(t *testing.T) { onAll(t, testStoreChangedPasswordSurvives) }

func testStoreChangedPasswordSurvives(t *testing.T, place sites) {
	for name, first := range map[string]string{
		"plain": `, password: "Ann#2026x", must_change: true`,
		"hash":  `, password_hash: "` + hashOf("Ann#2026x") + `", must_change: true`,
	} {
		t.Run(name, func(t *testing.T) {
			where := place(t)
			s := mustOpen(t, where)
			mustApply(t, s, oneAgent(first))
			wantChange(t, s, "Ann#2026x", "Own#2026x", result.OK, "")

			mustClose(t, s)
			s = mustOpen(t, where)
			if got := mustApply(t, s, oneAgent(first)); !got.Empty() {
				t.Errorf("the same file changed something: %s", got)
			}
			if state := wantCheck(t, s, 101, "Own#2026x", result.OK); state.MustChange {
				t.Error("the agent has to change his own password")
			}
			wantCheck(t, s, 101, "Ann#2026x", result.WrongPassword)
			if all, err := s.Centers(t.Context()); err != nil || all[0].Agents[0].MustChange {
				t.Errorf("the center is told that he has to (%v)", err)
			}

			if got := mustApply(t, s, oneAgent("")); !got.Empty() && got.String() != "agent passwords: 1 changed (101)" {
				t.Errorf("a file without the password changed %s", got)
			}
			wantCheck(t, s, 101, "Own#2026x", result.OK)

			if got := mustApply(t, s, oneAgent(`, password: "New#2026x", must_change: true`)).String(); got != "agent passwords: 1 set (101)" {
				t.Errorf("a new password in the file: %s", got)
			}
			if state := wantCheck(t, s, 101, "New#2026x", result.OK); !state.MustChange {
				t.Error("the agent need not change the file's password")
			}
			wantCheck(t, s, 101, "Own#2026x", result.WrongPassword)
			wantChange(t, s, "New#2026x", "Own#2026x", result.BadArgument, "one of the last 3 passwords")
		})
	}
}

func TestStore_RemovedAccountIsForgotten(t *testing.T) { onAll(t, testStoreRemovedAccountIsForgotten) }

func testStoreRemovedAccountIsForgotten(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	wantChange(t, s, "Ann#2026x", "Own#2026x", result.OK, "")
	mustApply(t, s, "node: n\n")
	wantCheck(t, s, 101, "Own#2026x", result.WrongPassword)
	if _, err := s.Apply(t.Context(), mustParse(t, oneAgent("")), "tester"); err == nil {
		t.Error("a new account without a password was taken")
	}
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	wantCheck(t, s, 101, "Ann#2026x", result.OK)
}

func TestStore_ContextEnds(t *testing.T) { onAll(t, testStoreContextEnds) }

func testStoreContextEnds(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	mustApply(t, s, oneAgent(`, password: "Ann#2026x"`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Check(ctx, 101, "Ann#2026x"); err == nil || err.Code != result.PlatformUnavailable {
		t.Errorf("Check: %v", err)
	}
	if err := s.Change(ctx, 101, "Ann#2026x", "Own#2026x"); err == nil || err.Code != result.OperationFailed || err == ErrOldPassword {
		t.Errorf("Change: %v", err)
	}
}
