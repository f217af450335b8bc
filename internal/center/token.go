package center

import (
	"crypto/subtle"
	"slices"
	"time"

	"ccgateway/internal/result"
)

// maxFormer is how many replaced GUIDs a session keeps. In the order of things it has two or three (GUIDTIMEOUT is twice
// GUIDINTERVAL); the bound is for a client that calls updateGuid in a loop.
const maxFormer = 32

// guids are the GUIDs that open a session (connection.md section 3).
type guids struct {
	current Token
	since   time.Time
	former  []formerToken // oldest first
}

// formerToken is a replaced GUID that is taken up to its end.
type formerToken struct {
	token Token
	until time.Time
}

func sameToken(a, b Token) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

// takes tells whether the GUID opens the session: the current one, or one that was replaced not longer than GUIDTIMEOUT ago
// (DECISIONS 4). All are compared, so the time taken does not tell which one was close.
func (g *guids) takes(t Token, now time.Time) bool {
	found := sameToken(g.current, t)
	for i := range g.former {
		same := sameToken(g.former[i].token, t)
		found = found || same && now.Before(g.former[i].until)
	}
	return found
}

// knew tells whether the GUID ever opened the session, as far as is remembered.
func (g *guids) knew(t Token) bool {
	found := sameToken(g.current, t)
	for i := range g.former {
		same := sameToken(g.former[i].token, t)
		found = found || same
	}
	return found
}

// replace makes t the current GUID; the former is taken for timeout.
func (g *guids) replace(t Token, now time.Time, timeout time.Duration) {
	if sameToken(g.current, t) {
		return
	}
	g.former = slices.DeleteFunc(g.former, func(f formerToken) bool { return !now.Before(f.until) })
	if len(g.former) == maxFormer {
		g.former = slices.Delete(g.former, 0, 1)
	}
	g.former = append(g.former, formerToken{token: g.current, until: now.Add(timeout)})
	g.current, g.since = t, now
}

// prolong lets the former GUIDs that are taken now be taken longer: while nobody could ask, no client could learn the next one. It may be that
// its client was never told it, because the program ended first.
func (g *guids) prolong(now time.Time, by time.Duration) {
	for i, f := range g.former {
		if now.Before(f.until) {
			g.former[i].until = f.until.Add(by)
		}
	}
}

// outdated joins the GUIDs of an ended session with those of the sessions before it, newest first to be kept.
func outdated(ended guids, before *guids) *guids {
	all := ended
	if before != nil {
		all.former = slices.Concat(before.former, []formerToken{{token: before.current}}, ended.former)
	}
	all.former = slices.Clone(all.former[max(0, len(all.former)-maxFormer):])
	return &all
}

// authenticate finds the session that a command speaks for. Checks come in the order of DECISIONS 5: no session is 100-006, a
// session with another GUID 000-003. The GUID of an earlier session that somebody else ended is 100-006: its program must
// learn that it has been signed out, and some programs poll without pause on 000-003 (client-rules.md 15).
func (c *Center) authenticate(by By) (*agent, *result.Error) {
	a := c.agents[by.Agent]
	if a == nil {
		return nil, notSignedIn(by.Agent)
	}
	if a.guids.takes(by.Token, c.now) {
		return a, nil
	}
	if a.ousted != nil && a.ousted.knew(by.Token) {
		return nil, notSignedIn(by.Agent)
	}
	return nil, result.NoRight.Because("the Guid does not belong to the session of agent %d", by.Agent)
}

func notSignedIn(id AgentID) *result.Error {
	return result.NotSignedIn.Because("agent %d is not signed in", id)
}

// touch is the sign of life that brings the next GUID.
func (c *Center) touch(cmd Touch) Reply {
	a, err := c.authenticate(cmd.By)
	if err != nil {
		if l := c.lingering[cmd.Agent]; cmd.Poll && l != nil && l.guids.takes(cmd.Token, c.now) {
			return Reply{Value: Touched{Session: l.session, SignedIn: l.began, Push: l.push, Ended: true}}
		}
		return Reply{Err: err}
	}
	c.alive(a)
	touched := Touched{Session: a.session, SignedIn: a.began, Push: a.push != Push{}}
	if c.rotates(a) && cmd.NewToken != (Token{}) {
		a.guids.replace(cmd.NewToken, c.now, c.cfg.Auth.Timeout)
		touched.Rotated, c.changed = true, true
	}
	return Reply{Value: touched}
}

// rotates tells whether a new GUID is due: only with dynamic authentication, of the installation and of the agent.
func (c *Center) rotates(a *agent) bool {
	auth := c.cfg.Auth
	dynamic := !auth.Static && !a.account.StaticAuth && auth.Interval > 0
	return dynamic && c.now.Sub(a.guids.since) >= auth.Interval
}

// renewToken serves updateGuid, in both modes.
func (c *Center) renewToken(a *agent, t Token) *result.Error {
	if t == (Token{}) {
		return result.OperationFailed.Because("no new GUID was made")
	}
	a.guids.replace(t, c.now, c.cfg.Auth.Timeout)
	return nil
}
