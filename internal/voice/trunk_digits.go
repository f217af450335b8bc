package voice

import (
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// infoKeyTime is how long a key sent by INFO says that it was pressed, in milliseconds; the keys of RFC 4733 last as long.
const infoKeyTime = 160

// infoPause is what a comma among keys stands for, as in the sound.
const (
	infoPause = 2 * time.Second
	pauseKey  = ','
)

// maxInfoKeys bounds the keys that wait to be sent by INFO, one request after another.
const maxInfoKeys = 128

// infoKeys are a leg's keys on their way by INFO. They may be secret and are never logged.
type infoKeys struct {
	queue   []byte
	asking  bool // an INFO is under way
	pausing bool // a comma is
	refused bool // the far side does not take them: they go by RFC 4733
}

// keysByInfo takes keys for a leg whose trunk wants them by SIP INFO. It returns false if the leg is no such one.
func (s *Server) keysByInfo(vcc center.VCCID, e center.SendDigits) bool {
	l := s.legs.find(legKey{vcc, e.Leg})
	if l == nil || !l.informs.Load() {
		return false
	}
	l.mail.post(func() { l.sendKeys(e.Digits) })
	return true
}

// sendKeys sends keys by INFO, in their order: the next one when the one before has been answered.
func (l *leg) sendKeys(keys string) {
	if l.stage == ending {
		return
	}
	for _, k := range []byte(keys) {
		if _, ok := keyOf(string(k)); !ok && k != pauseKey {
			continue
		}
		if len(l.info.queue) >= maxInfoKeys {
			l.log.Warn("keys not sent: too many at a time")
			break
		}
		l.info.queue = append(l.info.queue, k)
	}
	l.nextKey()
}

func (l *leg) nextKey() {
	if l.info.asking || l.info.pausing || len(l.info.queue) == 0 || l.stage != talking {
		return
	}
	if l.info.refused {
		keys := string(l.info.queue)
		l.info.queue = nil
		if err := l.s.engine.SendKeys(l.sound.leg.ID(), keys); err != nil {
			l.log.Warn("keys not sent", "error", err)
		}
		return
	}
	key := l.info.queue[0]
	if key == pauseKey {
		l.info.queue, l.info.pausing = l.info.queue[1:], true
		l.mail.after(infoPause, func() {
			l.info.pausing = false
			l.nextKey()
		})
		return
	}
	l.info.asking = true
	l.open++
	l.ask(l.dialog, methodInfo, func(req *sip.Request) {
		contentType := sip.ContentTypeHeader("application/dtmf-relay")
		req.AppendHeader(&contentType)
		req.SetBody(fmt.Appendf(nil, "Signal=%c\r\nDuration=%d\r\n", key, infoKeyTime))
	}, func(a answer) {
		l.open--
		l.keyTold(a.status())
	})
}

// keyTold takes the answer to one key. A far side that knows no such INFO gets this key and the others in the sound.
func (l *leg) keyTold(status int) {
	l.info.asking = false
	switch status {
	case sip.StatusUnsupportedMediaType, sip.StatusMethodNotAllowed, sip.StatusNotImplemented, sip.StatusBadRequest:
		l.log.Warn("trunk does not take keys by INFO; they go in the sound", "status", status)
		l.info.refused = true
	default:
		if len(l.info.queue) > 0 {
			l.info.queue = l.info.queue[1:]
		}
		if status < 200 || status >= 300 {
			l.log.Warn("key not sent", "status", status)
		}
	}
	l.nextKey()
}
