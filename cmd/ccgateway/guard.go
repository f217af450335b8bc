package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/lockout"
	"ccgateway/internal/result"
	"ccgateway/internal/store"
)

// openGuard makes what counts wrong passwords.
func (p *program) openGuard(ctx context.Context) (err error) {
	p.guard, err = lockout.Open(ctx, rulesOf(p.cfg), p.store, p.log.With("room", "lockout"), time.Now)
	return err
}

func rulesOf(cfg *config.Config) lockout.Rules {
	return lockout.Rules{Tries: cfg.Auth.Lockout.Tries, For: cfg.Auth.Lockout.For}
}

// sourced tells the gateway's requests from where they come.
func (p *program) sourced(doors http.Handler) http.Handler {
	return lockout.Handler(doors, func() []netip.Prefix { return *p.proxies.Load() })
}

// settle ends a try by what the store said of the password. An expired password was the right one, and so was one whose successor
// breaks the rules; when the database failed nobody knows.
func settle(try *lockout.Try, refusal *result.Error) {
	switch {
	case refusal == nil, refusal.Code == result.PasswordExpired, refusal.Code == result.BadArgument:
		try.Right()
	case refusal == store.ErrOldPassword, refusal.Code == result.WrongPassword: //nolint:errorlint // the very value
		try.Wrong()
	default:
		try.Void()
	}
}

// unlock lets the administrator end locks of the running program.
func (p *program) unlock(ctx context.Context, u admin.Unlock) (string, error) {
	return unlock(ctx, p.store, p.guard, u)
}

// errUnlock says what is missing.
var errUnlock = errors.New("give an agent, an address, or both")

// unlock ends the locks of an agent, of an address, or lets an agent in from an address.
func unlock(ctx context.Context, s *store.Store, g *lockout.Guard, u admin.Unlock) (string, error) {
	var from lockout.Address
	if u.Address != "" {
		ip, err := netip.ParseAddr(u.Address)
		if err != nil {
			return "", fmt.Errorf("%q is not an IP address", u.Address)
		}
		from = lockout.AddressOf(ip)
	}
	if u.Agent == 0 && from == "" {
		return "", errUnlock
	}
	account := ""
	if u.Agent != 0 {
		name, known, err := s.Account(ctx, center.AgentID(u.Agent))
		switch {
		case err != nil:
			return "", fmt.Errorf("find agent %d: %w", u.Agent, err)
		case !known:
			return "", fmt.Errorf("no agent has the number %d", u.Agent)
		}
		account = name
	}
	return unlocked(u.Agent, from, g.Unlock(u.Agent, account, from, u.Actor)), nil
}

// unlocked says what has been done.
func unlocked(agent int, from lockout.Address, locks int) string {
	whose := fmt.Sprintf("agent %d", agent)
	switch {
	case agent == 0:
		whose = "address " + string(from)
	case from != "":
		whose += " and address " + string(from)
	}
	if locks == 0 {
		return whose + ": nothing was locked; wrong passwords are forgotten"
	}
	return fmt.Sprintf("%s: %d locks ended", whose, locks)
}
