package center

import (
	"testing"
	"time"

	"ccgateway/internal/result"
)

// TestGUIDLife walks through the life of GUIDs in dynamic mode: rotation after GUIDINTERVAL, overlap of GUIDTIMEOUT, never
// afterwards (connection.md section 3, DECISIONS 4).
func TestGUIDLife(t *testing.T) {
	first, second, third := tokenOf(101), Token{2}, Token{3}
	steps := []struct {
		after   time.Duration // since sign-in
		token   Token
		next    Token
		code    result.Code
		rotated bool
	}{
		{0, first, second, result.OK, false},
		{59 * time.Second, first, second, result.OK, false},
		{60 * time.Second, first, second, result.OK, true},
		{61 * time.Second, first, third, result.OK, false}, // the reply may have been lost: the old one is still good
		{62 * time.Second, second, third, result.OK, false},
		{120 * time.Second, second, third, result.OK, true},
		{179 * time.Second, first, Token{4}, result.OK, false},
		{180 * time.Second, first, Token{4}, result.NoRight, false}, // 120 s after its replacement
		{181 * time.Second, third, Token{}, result.OK, false},
		{239 * time.Second, second, Token{4}, result.OK, true},
		{240 * time.Second, second, Token{5}, result.NoRight, false},
		{241 * time.Second, Token{9}, Token{5}, result.NoRight, false},
		{241 * time.Second, Token{}, Token{5}, result.NoRight, false},
	}
	b := newBench(t, fixtureConfig())
	b.must(signIn(101))
	for _, s := range steps {
		b.now = noon.Add(s.after)
		reply, _ := b.c.Do(b.now, Touch{By: By{101, s.token}, NewToken: s.next})
		if result.Of(asError(reply)) != s.code {
			t.Fatalf("after %s: %v, want %s", s.after, reply.Err, s.code)
		}
		if s.code == result.OK && reply.Value.(Touched).Rotated != s.rotated {
			t.Fatalf("after %s: %+v, want rotated %t", s.after, reply.Value, s.rotated)
		}
	}
}

// asError avoids a nil *result.Error in an error.
func asError(r Reply) error {
	if r.Err == nil {
		return nil
	}
	return r.Err
}

func TestStaticGUID(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"installation": func(c *Config) { c.Auth.Static = true },
		"agent":        func(c *Config) { c.Agents[0].StaticAuth = true },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := fixtureConfig()
			change(&cfg)
			b := newBench(t, cfg)
			b.must(signIn(101))
			b.now = noon.Add(30 * time.Minute)
			value, _ := b.must(Touch{By: by(101), NewToken: Token{2}})
			if value.(Touched).Rotated {
				t.Error("the GUID of a static session was replaced")
			}
			// updateGuid gives a new one all the same, with the same overlap.
			b.must(RenewToken{By: by(101), NewToken: Token{2}})
			b.must(Authenticate{by(101)})
			b.now = b.now.Add(2 * time.Minute)
			if code, _ := b.do(101, Authenticate{by(101)}); code != result.NoRight {
				t.Errorf("the former GUID is answered with %s after GUIDTIMEOUT", code)
			}
			b.must(Authenticate{By{101, Token{2}}})
		})
	}
}

// TestGUIDs_WhileTheProgramWasAway: who was not told his next GUID before the program ended finds his session by the former one, however long it was
// away; so does a client that has not got the last events of a session that somebody else ended.
func TestGUIDs_WhileTheProgramWasAway(t *testing.T) {
	b := newBench(t, fixtureConfig())
	b.must(signIn(101))
	b.must(signIn(102))
	inspector := signIn(901)
	inspector.Phone = "7009"
	b.must(inspector)
	for _, agent := range []AgentID{101, 102} {
		b.must(RenewToken{By: by(agent), NewToken: Token{2, byte(agent)}})
	}
	b.must(ForceSignOut{By: by(901), Target: 102})
	b.now = b.now.Add(time.Minute)
	resumed := b.now.Add(time.Hour)
	b.must(Restarted{Resumed: resumed})
	b.now = resumed.Add(59 * time.Second)
	b.must(Authenticate{by(101)})
	b.must(Touch{By: by(102), Poll: true})
	b.now = resumed.Add(time.Minute)
	if code, _ := b.do(101, Authenticate{by(101)}); code != result.NoRight {
		t.Errorf("the former GUID is answered with %s when it was taken for GUIDTIMEOUT", code)
	}
	if code, _ := b.do(102, Touch{By: by(102), Poll: true}); code != result.NotSignedIn {
		t.Errorf("the former GUID of an ended session is answered with %s when it was taken for GUIDTIMEOUT", code)
	}
}

// TestRenewInALoop: a client that renews without end must not fill the memory, and its newest GUIDs stay good.
func TestRenewInALoop(t *testing.T) {
	b := newBench(t, fixtureConfig())
	b.must(signIn(101))
	at := func(i int) Token { return Token{byte(i), byte(i >> 8), 9} }
	b.must(RenewToken{By: by(101), NewToken: at(0)})
	for i := range 1000 {
		b.must(RenewToken{By: By{101, at(i)}, NewToken: at(i + 1)})
	}
	if n := len(b.c.agents[101].guids.former); n != maxFormer {
		t.Errorf("%d former GUIDs are kept, want %d", n, maxFormer)
	}
	b.must(Authenticate{By{101, at(999)}})
}

// TestAfterTheSession says what a GUID opens once its session is over: who ended it decides.
func TestAfterTheSession(t *testing.T) {
	second := Token{2}
	cases := []struct {
		name  string
		end   func(*bench)
		poll  result.Code // of a poll with the former GUID
		ended bool
	}{
		{"own wish", func(b *bench) { b.must(SignOut{By: by(101)}) }, result.NotSignedIn, false},
		{"inspector", func(b *bench) { b.must(ForceSignOut{By: by(901), Target: 101}) }, result.OK, true},
		{"silence", func(b *bench) {
			b.now = noon.Add(time.Hour + time.Hour/silenceSteps)
			b.must(Tick{})
		}, result.OK, true},
		{"account removed", func(b *bench) {
			cfg := fixtureConfig()
			cfg.Agents = cfg.Agents[1:]
			b.must(Configure{cfg})
		}, result.OK, true},
		{"signed in elsewhere", func(b *bench) {
			again := signIn(101)
			again.Token, again.Force = second, true
			b.must(again)
		}, result.NotSignedIn, false},
		{"inspector, and signed in again", func(b *bench) {
			b.must(ForceSignOut{By: by(901), Target: 101})
			again := signIn(101)
			again.Token = second
			b.must(again)
		}, result.NotSignedIn, false},
		{"signed in elsewhere, twice", func(b *bench) {
			again := signIn(101)
			again.Token, again.Force = second, true
			b.must(again)
			again.Token = Token{3}
			b.must(again)
		}, result.NotSignedIn, false},
		{"inspector, long ago", func(b *bench) {
			b.must(ForceSignOut{By: by(901), Target: 101})
			b.now = b.now.Add(lingerTime)
			b.must(Tick{})
		}, result.NotSignedIn, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, fixtureConfig())
			b.must(signIn(101))
			inspector := signIn(901)
			inspector.Phone = "7009"
			b.must(inspector)
			tc.end(b)
			reply, _ := b.c.Do(b.now, Touch{By: by(101), Poll: true})
			touched, _ := reply.Value.(Touched)
			if result.Of(asError(reply)) != tc.poll || touched.Ended != tc.ended {
				t.Errorf("poll: %v %+v, want %s, ended %t", reply.Err, touched, tc.poll, tc.ended)
			}
			if code, _ := b.do(101, Status{by(101)}); code != result.NotSignedIn {
				t.Errorf("another interface answers %s, want %s", code, result.NotSignedIn)
			}
			wrong, _ := b.c.Do(b.now, Touch{By: By{101, Token{99}}, Poll: true})
			if wrong.Err == nil {
				t.Error("a stranger's GUID fetches the last events")
			}
		})
	}
}
