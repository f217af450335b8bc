package softphone

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// statusIntervalTooSmall: the other side wants a longer session timer (RFC 4028 section 6).
	statusIntervalTooSmall = 422
	// expiryMargin is by how much BYE comes before the session expires, at most (RFC 4028 section 10).
	expiryMargin = 32 * time.Second
)

// errExpired is what ends a call whose other side does not refresh it.
var errExpired = errors.New("softphone: the session was not refreshed")

// sessionTimer is a call's session timer (RFC 4028): one of the sides repeats its offer regularly, so that both know that the
// other is still there. Call.mu guards it, but stop and news.
type sessionTimer struct {
	interval  time.Duration // 0: the call has none
	weRefresh bool
	started   bool
	stop      latch
	news      chan struct{} // holds one token when the session was refreshed
}

// asked takes the wish of a call that came in. own is Config.Session.
func (t *sessionTimer) asked(req *sip.Request, own time.Duration) {
	if own <= 0 {
		return
	}
	value := valueOf(req, "Session-Expires")
	t.interval = secondsOf(sip.NewHeader("", value))
	if t.interval == 0 {
		t.interval, t.weRefresh = own, true
		return
	}
	t.weRefresh = strings.EqualFold(parameter(value, "refresher"), "uas")
}

// agreed takes the 2xx to an INVITE of ours; without the header the session does not expire.
func (t *sessionTimer) agreed(res *sip.Response) {
	value := valueOf(res, "Session-Expires")
	t.interval = secondsOf(sip.NewHeader("", value))
	t.weRefresh = !strings.EqualFold(parameter(value, "refresher"), "uas")
}

// parameter gives ;name=value out of a header's value.
func parameter(value, name string) string {
	for _, part := range strings.Split(value, ";")[1:] {
		if key, v, _ := strings.Cut(part, "="); strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// dressTimer writes the session timer into an INVITE, or into a 2xx to INVITE or UPDATE.
func (c *Call) dressTimer(m sip.Message) {
	own := c.phone.cfg.Session
	if own <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m.AppendHeader(sip.NewHeader("Supported", "timer"))
	interval, we := c.timer.interval, c.timer.weRefresh
	if _, isRequest := m.(*sip.Request); isRequest {
		if interval == 0 {
			interval, we = own, true
		}
		m.AppendHeader(sip.NewHeader("Session-Expires", sessionExpires(interval, we, "uac", "uas")))
		return
	}
	if interval == 0 {
		return
	}
	if !we {
		m.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	m.AppendHeader(sip.NewHeader("Session-Expires", sessionExpires(interval, we, "uas", "uac")))
}

func sessionExpires(interval time.Duration, we bool, our, their string) string {
	refresher := their
	if we {
		refresher = our
	}
	return fmt.Sprintf("%d;refresher=%s", int((interval+time.Second-1)/time.Second), refresher)
}

// lengthen gives an INVITE the session timer that a 422 asks for.
func (c *Call) lengthen(req *sip.Request, res *sip.Response) error {
	least := secondsOf(res.GetHeader("Min-SE"))
	if least == 0 {
		return statusError(sip.INVITE, res)
	}
	for _, name := range []string{"Session-Expires", "Min-SE"} {
		for req.RemoveHeader(name) {
		}
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", sessionExpires(least, true, "uac", "uas")))
	req.AppendHeader(sip.NewHeader("Min-SE", fmt.Sprint(int(least/time.Second))))
	return nil
}

// refreshed tells the timer that the session was refreshed, by either side.
func (c *Call) refreshed() {
	select {
	case c.timer.news <- struct{}{}:
	default:
	}
}

// startTimer lets the session timer run, if the call has one, until the call ends.
func (c *Call) startTimer() {
	c.mu.Lock()
	run := c.timer.interval > 0 && c.phone.cfg.Session > 0 && !c.timer.started
	c.timer.started = c.timer.started || run
	c.mu.Unlock()
	if run {
		c.phone.goWork(c.runTimer)
	}
}

// runTimer refreshes the session at half of its interval, or ends the call if the other side does not in time.
func (c *Call) runTimer() {
	for {
		c.mu.Lock()
		interval, we := c.timer.interval, c.timer.weRefresh
		c.mu.Unlock()
		if interval <= 0 {
			return
		}
		pause := interval / 2
		if !we {
			pause = interval - min(expiryMargin, interval/3)
		}
		alarm := time.NewTimer(pause)
		select {
		case <-c.timer.stop.ch:
			alarm.Stop()
			return
		case <-c.phone.done:
			alarm.Stop()
			return
		case <-c.timer.news:
			alarm.Stop()
			continue
		case <-alarm.C:
		}
		if !we {
			c.giveUp(errExpired)
			return
		}
		if err := c.reofferUntilAgreed(); err != nil {
			c.giveUp(err)
			return
		}
	}
}
