package softphone

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// registerTimeout bounds one refresh: timer F of RFC 3261, after which the transaction has failed anyhow.
	registerTimeout = 32 * time.Second
	// firstRetry and lastRetry are the pauses after a refresh that failed; the pause doubles in between.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// registration is the phone's standing with its registrar.
type registration struct {
	callID string // the same for all REGISTER of the phone (RFC 3261 section 10.2)

	mu     sync.Mutex // one REGISTER at a time
	tag    string
	seq    uint32
	stop   chan struct{} // ends the refreshing; nil when there is none
	active atomic.Bool
}

// Register registers the phone and keeps it registered until Unregister or Close; calling it again registers anew at once. It
// gives a *StatusError if the registrar refuses.
func (p *Phone) Register(ctx context.Context) error {
	r := &p.registration
	r.mu.Lock()
	defer r.mu.Unlock()
	lifetime, err := p.register(ctx, p.cfg.Expires)
	if err != nil {
		return err
	}
	p.endRefresh()
	stop := make(chan struct{})
	r.stop = stop
	if !p.goWork(func() { p.refresh(stop, lifetime) }) { //nolint:contextcheck // the registration lives on
		return errClosed
	}
	return nil
}

// Unregister takes the phone's address from the registrar and ends the refreshing.
func (p *Phone) Unregister(ctx context.Context) error {
	p.registration.mu.Lock()
	defer p.registration.mu.Unlock()
	p.endRefresh()
	_, err := p.register(ctx, 0)
	return err
}

// Registered tells whether the last REGISTER was accepted.
func (p *Phone) Registered() bool { return p.registration.active.Load() }

// endRefresh ends the refreshing, if there is any. The caller holds the registration.
func (p *Phone) endRefresh() {
	if p.registration.stop != nil {
		close(p.registration.stop)
		p.registration.stop = nil
	}
}

// refresh registers anew when half of the lifetime is over, and soon when that failed.
func (p *Phone) refresh(stop <-chan struct{}, lifetime time.Duration) {
	retry := firstRetry
	timer := time.NewTimer(lifetime / 2)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case <-p.done:
			return
		case <-timer.C:
		}
		if lifetime, ok := p.refreshOnce(stop); ok {
			retry = firstRetry
			timer.Reset(max(lifetime/2, firstRetry))
		} else {
			timer.Reset(retry)
			retry = min(lastRetry, retry*2)
		}
	}
}

// refreshOnce registers unless it was stopped meanwhile.
func (p *Phone) refreshOnce(stop <-chan struct{}) (time.Duration, bool) {
	ctx, cancel := p.lasting(registerTimeout)
	defer cancel()
	p.registration.mu.Lock()
	defer p.registration.mu.Unlock()
	select {
	case <-stop:
		return registerTimeout, true // nobody will ask again
	default:
	}
	lifetime, err := p.register(ctx, p.cfg.Expires)
	if err != nil {
		p.log.Warn("registration was not refreshed", "err", err)
	}
	return lifetime, err == nil
}

// register sends REGISTER, with credentials and with a longer time if the registrar asks for that, and gives the lifetime that it
// grants. The caller holds the registration.
func (p *Phone) register(ctx context.Context, expires time.Duration) (time.Duration, error) {
	r := &p.registration
	target, err := p.registrarURI()
	if err != nil {
		return 0, err
	}
	if r.tag == "" {
		r.tag = newTag()
	}
	d := &dialog{callID: r.callID, localTag: r.tag, local: p.self(), localName: p.cfg.Display, remote: p.self()}
	r.seq++
	req := p.newRequest(sip.REGISTER, target, d, r.seq)
	req.AppendHeader(p.contact())
	setExpires(req, expires)
	lifetime, err := p.registerRounds(ctx, req, expires)
	r.active.Store(err == nil && expires > 0)
	return lifetime, err
}

// registerRounds sends REGISTER until the registrar has what it asks for, or refuses. The caller holds the registration.
func (p *Phone) registerRounds(ctx context.Context, req *sip.Request, expires time.Duration) (time.Duration, error) {
	r := &p.registration
	for range maxRounds {
		res, err := p.transact(ctx, req)
		if err != nil {
			return 0, err
		}
		if res.IsSuccess() {
			return p.granted(res, expires), nil
		}
		r.seq++
		req = p.again(req, r.seq)
		switch {
		case challenged(res):
			if err := p.authorize(req, res); err != nil {
				return 0, err
			}
		case res.StatusCode == sip.StatusIntervalToBrief && expires > 0:
			expires = max(expires, secondsOf(res.GetHeader("Min-Expires")))
			setExpires(req, expires)
		default:
			return 0, statusError(sip.REGISTER, res)
		}
	}
	return 0, errors.New("softphone: the registrar never has enough")
}

func setExpires(req *sip.Request, expires time.Duration) {
	for req.RemoveHeader("Expires") {
	}
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int((expires+time.Second-1)/time.Second))))
}

// granted gives the lifetime in a response to REGISTER: that of our own contact, else the header, else what was asked for
// (RFC 3261 section 10.2.4).
func (p *Phone) granted(res *sip.Response, asked time.Duration) time.Duration {
	for _, h := range res.GetHeaders("Contact") {
		contact, ok := h.(*sip.ContactHeader)
		if !ok || contact.Address.User != p.cfg.User || contact.Address.Port != int(p.line.bound.Port()) {
			continue
		}
		if value, ok := contact.Params.Get("expires"); ok {
			if s, err := strconv.ParseUint(value, 10, 31); err == nil {
				return time.Duration(s) * time.Second
			}
		}
	}
	if s := secondsOf(res.GetHeader("Expires")); s > 0 {
		return s
	}
	return asked
}

// secondsOf reads a header that holds seconds; 0 if it is missing or is no number.
func secondsOf(h sip.Header) time.Duration {
	if h == nil {
		return 0
	}
	value, _, _ := strings.Cut(h.Value(), ";")
	s, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(s) * time.Second
}
