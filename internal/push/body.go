package push

import (
	"strconv"
	"unicode/utf8"

	"ccgateway/internal/delivery"
)

// Bounds of one push of the present form. The reference has none; these keep a receiver's request limits (often 1 MB) and the time
// of one request in sight.
const (
	maxEvents = 50
	maxBytes  = 256 << 10
)

// render makes the body of a push out of the oldest events and tells how many of them are in it. An event that cannot be
// rendered is passed over: it would stop the queue for ever.
func (w *worker) render(events []*delivery.Event) (body []byte, n int) {
	if w.to.Old {
		return w.renderOld(events)
	}
	body = append(body, `{"workNo":"`...)
	body = strconv.AppendInt(body, int64(w.key.Agent), 10)
	body = append(body, `","eventList":[`...)
	some := false
	for _, event := range events {
		one, ok := w.renderEvent(event)
		if ok && some && len(body)+len(one) > maxBytes {
			break
		}
		if n++; !ok {
			continue
		}
		if some {
			body = append(body, ',')
		}
		body = append(body, one...)
		some = true
	}
	if !some {
		return nil, n
	}
	return append(body, "]}"...), n
}

// renderOld makes the body of the older form: exactly these members (client-rules.md 35).
func (w *worker) renderOld(events []*delivery.Event) (body []byte, n int) {
	one, ok := w.renderEvent(events[0])
	if !ok {
		return nil, 1
	}
	body = append(body, `{"message":"","retcode":"0","event":`...)
	body = append(body, one...)
	return append(body, '}'), 1
}

func (w *worker) renderEvent(event *delivery.Event) ([]byte, bool) {
	text, err := event.JSON()
	if err != nil {
		w.log.Error("event left out of a push", "error", err.Error())
		return nil, false
	}
	return ascii(text), true
}

// ascii writes JSON with everything outside ASCII as \u and four digits: a receiver in use reads 1024 bytes at a time and decodes each piece
// alone (client-rules.md 36). Such characters stand in strings only, where an escape means the same.
func ascii(text []byte) []byte {
	const hex = "0123456789abcdef"
	out := make([]byte, 0, len(text)+len(text)/8)
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			out = append(out, text[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		units := []rune{r}
		if r > 0xffff {
			r -= 0x10000
			units = []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff}
		}
		for _, u := range units {
			out = append(out, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
		}
	}
	return out
}
