package softphone

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxAnswerAfter bounds the delay that a header may ask for; a longer one is taken for this.
const maxAnswerAfter = time.Minute

// valueOf gives the first value of a header, empty if there is none.
func valueOf(m sip.Message, name string) string {
	if headers := m.GetHeaders(name); len(headers) > 0 {
		return headers[0].Value()
	}
	return ""
}

// autoAnswer tells whether an INVITE asks the phone to answer by itself, and after which time. There is one standard (RFC
// 5373) and several customs of makers; each is understood by some phones, so callers send more than one.
func autoAnswer(req *sip.Request) (after time.Duration, ok bool) {
	for _, name := range []string{"Answer-Mode", "Priv-Answer-Mode"} {
		mode, _, _ := strings.Cut(valueOf(req, name), ";")
		if strings.EqualFold(strings.TrimSpace(mode), "Auto") {
			return 0, true
		}
	}
	for _, h := range req.GetHeaders("Call-Info") {
		if after, ok := secondsParameter(h.Value(), "answer-after"); ok {
			return after, true
		}
	}
	for _, h := range req.GetHeaders("Alert-Info") {
		if saysAutoAnswer(h.Value()) {
			after, _ := secondsParameter(h.Value(), "delay")
			return after, true
		}
	}
	return 0, false
}

// saysAutoAnswer tells whether an Alert-Info is one of those that makers take for auto answer: info=alert-autoanswer, "Auto
// Answer", "Ring Answer".
func saysAutoAnswer(alert string) bool {
	alert = strings.ToLower(alert)
	for _, word := range []string{"autoanswer", "auto answer", "auto-answer", "ring answer", "ring-answer"} {
		if strings.Contains(alert, word) {
			return true
		}
	}
	return false
}

// secondsParameter reads ;name=seconds out of a header's value.
func secondsParameter(value, name string) (time.Duration, bool) {
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == ';' || r == ',' }) {
		key, seconds, ok := strings.Cut(part, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), name) {
			continue
		}
		n, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(seconds), `"`), 10, 31)
		if err != nil {
			continue
		}
		return min(time.Duration(n)*time.Second, maxAnswerAfter), true
	}
	return 0, false
}
