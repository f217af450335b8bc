package voice

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// intervalTooSmall is the status that refuses a session's interval (RFC 4028 section 6).
const intervalTooSmall = 422

// session is a leg's session timer (RFC 4028): one side refreshes the session at half the interval; a session that is not refreshed has
// lost its other side.
type session struct {
	interval time.Duration // 0 = none
	ours     bool          // we refresh
	timer    *timer
}

func (s *session) stop() { s.timer.stop() }

// sessionExpires reads the interval that a message asks for; 0 = none.
func sessionExpires(msg sip.Message) time.Duration {
	interval, _ := readExpires(msg)
	return interval
}

// maxExpires bounds the interval of a session; more is as good as none.
const maxExpires = 24 * time.Hour

// readExpires reads Session-Expires: the interval, and who shall refresh ("uac", "uas" or "").
func readExpires(msg sip.Message) (time.Duration, string) {
	headers := msg.GetHeaders("Session-Expires")
	if len(headers) == 0 {
		headers = msg.GetHeaders("x") // the compact form
	}
	if len(headers) == 0 {
		return 0, ""
	}
	value, params, _ := strings.Cut(headers[0].Value(), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
	if err != nil || n == 0 {
		return 0, ""
	}
	refresher := ""
	for p := range strings.SplitSeq(params, ";") {
		if name, who, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(name, "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(who))
		}
	}
	return min(time.Duration(n)*time.Second, maxExpires), refresher
}

// tooSmall refuses an interval (RFC 4028 section 9).
func (s *Server) tooSmall(req *sip.Request) *sip.Response {
	res := s.response(req, intervalTooSmall, "Session Interval Too Small")
	res.AppendHeader(sip.NewHeader("Min-SE", seconds(s.cfg.MinSE)))
	return res
}

// minSE is the least interval that a 422 allows.
func minSE(res *sip.Response) time.Duration {
	h := res.GetHeader("Min-SE")
	if h == nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, maxExpires)
}

// beginSession begins the session timer anew for an INVITE or UPDATE of the peer, and says so in our 2xx (RFC 4028 section 9). Where the
// peer knows nothing of session timers, we refresh for ourselves.
func (l *leg) beginSession(req *sip.Request, res *sip.Response) {
	asked, refresher := readExpires(req)
	interval := max(l.s.settings().SessionExpires, 0)
	if asked > 0 && (interval == 0 || asked < interval) {
		interval = asked
	}
	if interval == 0 {
		return
	}
	known := supports(req, "timer")
	ours := !known || refresher == "uas"
	who := "uac"
	if ours {
		who = "uas"
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", seconds(interval)+";refresher="+who))
	if known {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
		l.dialog.timer = true
	}
	l.runSession(interval, ours)
}

// askSession puts our wish into an INVITE or UPDATE of ours.
func (s *Server) askSession(req *sip.Request, interval time.Duration, refresher string) {
	req.AppendHeader(sip.NewHeader("Supported", "timer"))
	if interval <= 0 {
		return
	}
	value := seconds(interval)
	if refresher != "" {
		value += ";refresher=" + refresher
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", value))
	req.AppendHeader(sip.NewHeader("Min-SE", seconds(s.cfg.MinSE)))
}

// agreeSession begins the session timer anew with what the 2xx to our INVITE or UPDATE says (RFC 4028 section 7.2). A peer that says
// nothing has no session timers: we refresh for ourselves.
func (l *leg) agreeSession(res *sip.Response, asked time.Duration) {
	interval, refresher := readExpires(res)
	if interval == 0 {
		interval, refresher = max(asked, 0), "uac"
	}
	if interval == 0 {
		return
	}
	l.runSession(interval, refresher != "uas")
}

func (l *leg) runSession(interval time.Duration, ours bool) {
	l.session.stop()
	l.session = session{interval: interval, ours: ours}
	if ours {
		l.session.timer = l.mail.after(interval/2, l.refresh)
		return
	}
	// RFC 4028 section 10: a little before the end, so that both sides end it.
	l.session.timer = l.mail.after(interval-min(32*time.Second, interval/3), l.expired)
}

// expired ends a leg that was not refreshed.
func (l *leg) expired() {
	if l.stage != talking {
		return
	}
	l.log.Warn("session was not refreshed", "interval", l.session.interval)
	l.bye()
	l.end(center.CauseMediaLost)
}

// refresh tells the peer that we still live, and learns whether it does: by UPDATE where it can that, else by a re-INVITE that changes
// nothing.
func (l *leg) refresh() {
	if l.stage != talking {
		return
	}
	if l.change || l.unacked != nil || !l.sound.agreed {
		l.session.timer = l.mail.after(time.Second, l.refresh)
		return
	}
	l.change = true
	interval := l.session.interval
	if l.dialog.canUpdate {
		l.ask(l.dialog, methodUpdate, func(req *sip.Request) { l.s.askSession(req, interval, "uac") },
			func(a answer) { l.refreshed(a, interval, false) })
		return
	}
	l.ask(l.dialog, methodInvite, func(req *sip.Request) {
		req.AppendHeader(sip.NewHeader("Allow", allowed))
		l.s.askSession(req, interval, "uac")
		withSDP(req, l.sound.again())
	}, func(a answer) { l.refreshed(a, interval, true) })
}

// refreshed takes the outcome of a refresh. Only an answer that says that the call is gone, or none, ends the leg (RFC 3261 section
// 12.2.1.2); a peer that refuses lives.
func (l *leg) refreshed(a answer, interval time.Duration, invited bool) {
	l.change = false
	status := a.status()
	if invited && status >= 200 && status < 300 {
		l.acknowledge(l.dialog, a.res)
	}
	if l.stage != talking {
		return
	}
	switch {
	case status >= 200 && status < 300:
		if invited {
			if err := l.sound.accept(a.res.Body(), sourceOf(a.res).Addr()); err != nil {
				l.log.Warn("answer to a refresh cannot be used; the session stays as it was", "error", err)
			}
			l.noteHold()
		}
		l.agreeSession(a.res, interval)
	case status == sip.StatusRequestPending: // glare (RFC 3261 section 14.1)
		l.session.timer = l.mail.after(l.glare(), l.refresh)
	case status == intervalTooSmall:
		interval = max(interval, minSE(a.res))
		l.runSession(2*interval, true) // at interval, and not at once: a peer that is never content must not be asked for ever
	case status == 0, status == sip.StatusRequestTimeout, status == sip.StatusCallTransactionDoesNotExists:
		l.log.Warn("session is lost", "status", status, "error", a.err)
		l.bye()
		l.end(center.CauseMediaLost)
	default:
		l.runSession(interval, true)
	}
}

// glare is how long to wait after 491: longer for who made the Call-ID (RFC 3261 section 14.1).
func (l *leg) glare() time.Duration {
	const step = 10 * time.Millisecond
	if l.ring != nil {
		return 2100*time.Millisecond + rand.N(190*step)
	}
	return rand.N(200 * step)
}

// acknowledge sends the ACK of a 2xx to our INVITE.
func (l *leg) acknowledge(d *dialog, res *sip.Response) {
	l.s.write(d.numbered(l.s, methodAck, res.CSeq().SeqNo), d.next(l.s))
}

// lostMedia ends a leg from which nothing has come for long. While the phone holds, the media engine does not mind.
func (l *leg) lostMedia() {
	if l.stage != talking || l.held {
		return
	}
	l.log.Warn("no media")
	l.bye()
	l.end(center.CauseMediaLost)
}
