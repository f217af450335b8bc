package voice

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// We register at a trunk as a phone does here (RFC 3261 section 10.2): REGISTER with the account's password, again before the registration
// ends, and once more with "Expires: 0" when we stop. Our Contact carries a token that nobody can guess, so that a call which comes to it
// is known to come from the registrar, whatever host it comes from.

const (
	// registerTimeout bounds one REGISTER with its challenges.
	registerTimeout = 15 * time.Second
	// leastGrant is the shortest registration that we take: shorter ones are renewed as if they lasted so long, lest a registrar makes us busy.
	leastGrant = time.Second
	// mostGrant bounds what a registrar may demand by Min-Expires, or grant.
	mostGrant = 24 * time.Hour
	// retryMost is the longest wait after failures; retryRefused the shortest after a refusal that a repetition will hardly change (a wrong
	// password): some registrars lock an account out that tries often.
	retryMost, retryRefused = 5 * time.Minute, time.Minute
	// retryLeast is the first wait after a failure.
	retryLeast = 2 * time.Second
	// lineParam is the parameter of our Contact that carries the token.
	lineParam = "line"
)

// registration is what is known of a trunk's registration.
type registration struct {
	token   string
	at      netip.Addr // the registrar's
	until   time.Time  // zero = there is none
	trouble string     // why there is none, or why it was not renewed
	failed  uint64
}

func (r *registration) stands(now time.Time) bool { return now.Before(r.until) }

// registrar keeps one trunk registered. It belongs to its goroutine.
type registrar struct {
	ls      *lines
	l       *line
	t       Trunk
	token   string
	callID  string
	cseq    uint32
	expires time.Duration // asked for; a registrar may demand more
	failed  int           // in a row
	cut     bool          // a REGISTER was under way at the end: it may have been granted
}

func newRegistrar(ls *lines, l *line, t Trunk) *registrar {
	return &registrar{ls: ls, l: l, t: t, token: newTag(), callID: newTag(), expires: t.Register.Expires}
}

// run registers until ctx ends; then it takes the registration back.
func (r *registrar) run(ctx context.Context) {
	lost := r.ls.s.secure.watch(r.t.Name)
	for ctx.Err() == nil {
		wait := r.renew(ctx)
		select {
		case <-time.After(wait):
		case <-lost: // the connection by which its calls come has gone
		case <-ctx.Done():
		}
	}
	r.leave(context.WithoutCancel(ctx))
}

// renew registers and tells when to do so again.
func (r *registrar) renew(ctx context.Context) time.Duration {
	granted, at, err := r.register(ctx)
	if ctx.Err() != nil {
		r.cut = true
		return 0
	}
	now := time.Now()
	r.ls.mu.Lock()
	defer r.ls.mu.Unlock()
	reg := &r.l.registration
	if err != nil {
		reg.failed++
		if reg.trouble == "" { // one line for each change
			r.l.log.Warn("not registered at trunk", "error", err, "former registration until", reg.until)
		}
		reg.trouble = err.Error()
		r.failed++
		return r.retry(err)
	}
	if reg.token != r.token || !reg.stands(now) || reg.trouble != "" {
		r.l.log.Info("registered at trunk", "registrar", at, "for", granted)
	}
	*reg = registration{token: r.token, at: at.addr.Addr(), until: now.Add(granted), failed: reg.failed}
	r.failed = 0
	return granted * 4 / 5 * time.Duration(900+rand.IntN(101)) / 1000 //nolint:gosec // spreads load, guards nothing
}

// registerRefusal is a final response that is not what was asked for.
type registerRefusal struct {
	status int
	reason string
	after  time.Duration // Retry-After
}

func (r *registerRefusal) Error() string { return fmt.Sprintf("answered %d %s", r.status, r.reason) }

// retry is how long to wait after failures: twice as long each time, spread over half of it (RFC 5626 section 4.5), and no
// shorter than the registrar wants.
func (r *registrar) retry(err error) time.Duration {
	base := r.ls.s.cfg.retry
	wait := min(base<<min(r.failed-1, 20), retryMost)
	var refused *registerRefusal
	if errors.As(err, &refused) {
		if refused.status < 500 && refused.status != sip.StatusRequestTimeout && refused.status != sip.StatusIntervalToBrief {
			wait = max(wait, retryRefused)
		}
		wait = max(wait, min(refused.after, time.Hour))
	}
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // spreads load, guards nothing
}

// register sends a REGISTER, and once more if the registrar demands a longer time (423). It returns for how long we are registered, and where.
func (r *registrar) register(ctx context.Context) (time.Duration, peer, error) {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	to, err := r.ls.s.resolve(ctx, &r.t)
	if err != nil {
		return 0, peer{}, err
	}
	res, err := r.ask(ctx, to, r.expires)
	if err == nil && res.StatusCode == sip.StatusIntervalToBrief {
		if least := headerSeconds(res, "Min-Expires"); least > r.expires && least <= mostGrant {
			r.expires = least
			res, err = r.ask(ctx, to, r.expires)
		}
	}
	switch {
	case err != nil:
		return 0, peer{}, fmt.Errorf("register: %w", err)
	case !res.IsSuccess():
		return 0, peer{}, &registerRefusal{res.StatusCode, printable(res.Reason, 64), headerSeconds(res, "Retry-After")}
	}
	granted, ok := r.granted(res)
	if !ok {
		return 0, peer{}, errNotBound
	}
	return granted, to, nil
}

var errNotBound = errors.New("registrar does not list our contact")

// granted is how long the registration lasts: as its Contact says, else the response, else as asked for (RFC 3261 section 10.2.4).
func (r *registrar) granted(res *sip.Response) (time.Duration, bool) {
	contacts := res.GetHeaders("Contact")
	life := r.expires
	if res.GetHeader("Expires") != nil {
		life = headerSeconds(res, "Expires")
	}
	for _, h := range contacts {
		c, ok := h.(*sip.ContactHeader)
		if !ok {
			continue
		}
		token, marked := c.Address.UriParams.Get(lineParam)
		if marked && token != r.token || !marked && len(contacts) > 1 {
			continue // another's; a registrar that drops parameters lists ours alone
		}
		if n, ok := c.Params.Get("expires"); ok {
			life = parseSeconds(n)
		}
	}
	if life <= 0 {
		return 0, false
	}
	return min(max(life, leastGrant), mostGrant), true
}

// ask sends one REGISTER and waits for what comes of it.
func (r *registrar) ask(ctx context.Context, to peer, expires time.Duration) (*sip.Response, error) {
	s := r.ls.s
	r.cseq++
	aor := domainURI(r.t.Username, &r.t)
	req := s.outside(methodRegister, domainURI("", &r.t), aor, aor, r.callID, r.cseq, to)
	contact := s.contact(r.t.Username, to)
	contact.Address.UriParams.Add(lineParam, r.token)
	req.AppendHeader(contact)
	req.AppendHeader(sip.NewHeader("Expires", seconds(expires)))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	s.address(req, to)
	res, last, err := s.inquire(ctx, &r.t, to, req)
	r.cseq = last
	return res, err
}

// leave takes the registration back, so that no calls are sent to who does not answer.
func (r *registrar) leave(ctx context.Context) {
	r.ls.mu.Lock()
	reg := &r.l.registration
	bound := reg.token == r.token && reg.stands(time.Now())
	if bound {
		*reg = registration{failed: reg.failed}
	}
	r.ls.mu.Unlock()
	if !bound && !r.cut {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.ls.s.cfg.DrainTimeout)
	defer cancel()
	to, err := r.ls.s.resolve(ctx, &r.t)
	if err == nil {
		_, err = r.ask(ctx, to, 0)
	}
	if err != nil {
		r.l.log.Warn("registration at trunk not taken back", "error", err)
		return
	}
	r.l.log.Info("registration at trunk taken back")
}

// headerSeconds reads a header that is a number of seconds; 0 if there is none. A comment or parameters may follow (RFC 3261 section 20.33).
func headerSeconds(res *sip.Response, name string) time.Duration {
	h := res.GetHeader(name)
	if h == nil {
		return 0
	}
	return parseSeconds(h.Value())
}

func parseSeconds(text string) time.Duration {
	text, _, _ = strings.Cut(text, ";")
	text, _, _ = strings.Cut(text, "(")
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
