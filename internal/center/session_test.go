package center

import (
	"testing"

	"ccgateway/internal/result"
)

// TestSignInRefusals: every refusal has its code and changes nothing, not even the session that was to be taken over.
func TestSignInRefusals(t *testing.T) {
	cases := []struct {
		name   string
		change func(*SignIn)
		code   result.Code
	}{
		{"taken over", func(s *SignIn) { s.Force = true }, result.OK},
		{"signed in already", func(*SignIn) {}, result.AlreadySignedIn},
		{"no account", func(s *SignIn) { s.Agent = 555 }, result.WrongPassword},
		{"agent type", func(s *SignIn) { s.Force, s.AgentType = true, 5 }, result.WrongAgentType},
		{"no agent type", func(s *SignIn) { s.Force, s.AgentType = true, 0 }, result.WrongAgentType},
		{"video", func(s *SignIn) { s.Force, s.AgentType = true, 11 }, result.OK},
		{"status", func(s *SignIn) { s.Force, s.Status = true, 7 }, result.BadSignInParameter},
		{"rest without time", func(s *SignIn) { s.Force, s.Status = true, 8 }, result.BadSignInParameter},
		{"rest", func(s *SignIn) { s.Force, s.Status, s.RestSeconds = true, 8, 60 }, result.OK},
		{"phone is no number", func(s *SignIn) { s.Force, s.Phone = true, "70o1" }, result.BadPhone},
		{"phone too long", func(s *SignIn) { s.Force, s.Phone = true, "1234567890123456789012345" }, result.BadPhone},
		{"phone missing", func(s *SignIn) { s.Force, s.Phone = true, "" }, result.BadPhone},
		{"phone missing, platform only", func(s *SignIn) { s.Force, s.Phone, s.PlatformOnly = true, "", true }, result.OK},
		{"without phone", func(s *SignIn) { s.Force, s.Phone, s.WithoutPhone = true, "", true }, result.OK},
		{"phone of nobody", func(s *SignIn) { s.Force, s.Phone = true, "7999" }, result.PhoneOutOfRange},
		{"phone of another agent", func(s *SignIn) { s.Force, s.Phone = true, "7002" }, result.BadPhone},
		{"beyond the limit", func(s *SignIn) { s.Agent, s.Phone = 103, "7003" }, result.PlatformUnavailable},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			cfg := fixtureConfig()
			cfg.Limits.Agents = 2
			b := newBench(t, cfg)
			b.must(signIn(101))
			b.must(signIn(102))
			session := b.c.agents[101].session
			cmd := signIn(101)
			tc.change(&cmd)
			reply, effects := b.c.Do(b.now, cmd)
			if result.Of(asError(reply)) != tc.code {
				t.Fatalf("answers %v, want %s", reply.Err, tc.code)
			}
			if tc.code != result.OK && (len(effects) > 0 || b.c.agents[101].session != session || len(b.c.agents) != 2) {
				t.Errorf("a refused sign-in has effects: %v", effects)
			}
		})
	}
}

// TestSignIn_PasswordChosen: whether a password has to be changed is known where passwords are kept. The account goes on saying must_change when the
// agent has chosen one.
func TestSignIn_PasswordChosen(t *testing.T) {
	cfg := fixtureConfig()
	for i := range cfg.Agents {
		cfg.Agents[i].MustChange = true
	}
	b := newBench(t, cfg)
	for _, due := range []bool{true, false} {
		cmd := signIn(101)
		cmd.Force, cmd.ForceChange = true, due
		if value, _ := b.must(cmd); value.(SignedIn).ForceChange != due {
			t.Errorf("a change that is due: %t, the sign-in says %t", due, !due)
		}
	}
}

func TestSignOutArguments(t *testing.T) {
	cases := []struct {
		name string
		talk bool
		cmd  SignOut
		code result.Code
	}{
		{"idle", false, SignOut{By: by(101)}, result.OK},
		{"talking", true, SignOut{By: by(101)}, result.WrongStateAtSignOut},
		{"talking, by force", true, SignOut{By: by(101), Force: true}, result.OK},
		{"highest reason", false, SignOut{By: by(101), Force: true, Reason: 255}, result.OK},
		{"platform's own reason", false, SignOut{By: by(101), Force: true, Reason: 256}, result.BadSignOut},
		{"negative reason", false, SignOut{By: by(101), Force: true, Reason: -1}, result.BadSignOut},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, fixtureConfig())
			b.must(signIn(101))
			if tc.talk {
				b.talk(101)
			}
			code, events := b.do(101, tc.cmd)
			if code != tc.code {
				t.Fatalf("answers %s, want %s", code, tc.code)
			}
			for _, e := range events {
				if e == EvShutdown {
					t.Error("an agent is told of his own sign-out (cec_07_1219)")
				}
			}
			if signedIn := b.c.agents[101] != nil; signedIn != (tc.code != result.OK) {
				t.Errorf("signed in afterwards: %t", signedIn)
			}
		})
	}
}

// TestForceSignOutCodes has every result code of the interface (qualitycontrol forceLogOutAgent).
func TestForceSignOutCodes(t *testing.T) {
	cases := []struct {
		name    string
		by      By
		target  AgentID
		drained bool
		code    result.Code
	}{
		{"done", by(901), 101, false, result.OK},
		{"inspector not signed in", by(103), 101, false, result.NotSignedIn},
		{"wrong GUID", By{901, Token{99}}, 101, false, result.NoRight},
		{"himself", by(901), 901, false, result.SelfInspection},
		{"without the right", by(102), 101, false, result.InspectionNoRight},
		{"agent of another VCC", by(901), 5000, false, result.InspectionNoRight},
		{"not signed in", by(901), 103, false, result.InspectionUnavailable},
		{"center is stopping", by(901), 101, true, result.InspectionNoProvider},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, fixtureConfig())
			for _, id := range []AgentID{101, 102} {
				b.must(signIn(id))
			}
			inspector := signIn(901)
			inspector.Phone = "7009"
			b.must(inspector)
			if tc.drained {
				b.must(Drain{})
			}
			code, events := b.do(101, ForceSignOut{By: tc.by, Target: tc.target})
			if code != tc.code {
				t.Fatalf("answers %s, want %s", code, tc.code)
			}
			if told := len(events) == 1 && events[0] == EvShutdown; told != (tc.code == result.OK) {
				t.Errorf("the target got %v", events)
			}
			if tc.code == result.OK { // his phone is free
				again := signIn(102)
				again.Phone, again.Force = "7001", true
				b.must(again)
			}
		})
	}
}
