package media

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"ccgateway/internal/dtmf"
	"ccgateway/internal/voice/media/rtpaudio"
)

const (
	// maxKeys is how many keys may wait to be sent to one leg (13 s): a card's or an account's number with all that belongs to it.
	maxKeys = 64
	// keyTicks is a key's length and the pause after it: 100 ms each.
	keyTicks = 5
	// pauseTicks is what a comma among keys stands for: 2 s, as in modems' dial strings (ITU-T V.250 section 6.3.1.2, register S8).
	pauseTicks = 100
	pauseKey   = ','
	// keyEnds is how often a key's end is sent (RFC 4733 section 2.5.1.4).
	keyEnds = 3
	// keyLevel is the amplitude of each of a key's two tones, about -12 dBm0.
	keyLevel = 0.25
)

// ErrKeys: not a key, or too many that wait.
var ErrKeys = errors.New("keys cannot be sent")

// keying is the key that is being sent to a leg. It belongs to the leg's scheduler.
type keying struct {
	active bool
	pause  bool
	tick   int
	event  *rtpaudio.SentDigit // nil: as tones
	tones  *dtmf.Generator
}

// SendKeys sends keys ('0'..'9', '*', '#', 'A'..'D', ',' for 2 s of none) to a leg's far side, one after another, 100 ms each with pauses as long: as
// RFC 4733 events where these are agreed, else as tones. They wait while nothing may be sent to it. They are in no recording and in
// nobody's ear but the far side's. All or none of them are taken. Errors: ErrNoLeg, ErrKeys.
func (e *Engine) SendKeys(leg LegID, keys string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.legs[leg]
	if l == nil {
		return fmt.Errorf("send keys to leg %s: %w", leg, ErrNoLeg)
	}
	for i := range len(keys) {
		if keys[i] != pauseKey && strings.IndexByte(dtmf.Keys, keys[i]) < 0 {
			return fmt.Errorf("send keys to leg %s: %w: not a key", leg, ErrKeys) // which one is nobody's business
		}
	}
	if len(l.keys)+len(keys) > cap(l.keys) {
		return fmt.Errorf("send keys to leg %s: %w: %d wait already", leg, ErrKeys, len(l.keys))
	}
	for i := range len(keys) {
		l.keys <- keys[i]
	}
	return nil
}

// sendKey sends what is due of a key in this tick; false: the tick is free for sound.
func (l *Leg) sendKey(s *session, to netip.AddrPort) bool {
	k := &l.keying
	if !k.active {
		select {
		case key := <-l.keys:
			k.begin(l.sender, key, s.Event)
		default:
			return false
		}
	}
	n := k.tick
	k.tick++
	if k.pause {
		k.active = k.tick < pauseTicks
		return false
	}
	k.active = k.tick < 2*keyTicks
	switch {
	case k.event == nil:
		l.sendTone(s, to, n < keyTicks)
	case n < keyTicks-1:
		l.write(s, k.event.Packet(l.out[:]), to)
	case n == keyTicks-1:
		for range keyEnds {
			l.write(s, k.event.End(l.out[:]), to)
		}
	default:
		return false
	}
	return true
}

// begin begins a key: as an event of the agreed payload type, or as tones; or a pause.
func (k *keying) begin(sender *rtpaudio.Sender, key byte, event uint8) {
	*k = keying{active: true, pause: key == pauseKey}
	if k.pause {
		return
	}
	if event != NoPayload {
		k.event, _ = sender.Digit(key, event) // SendKeys has looked at it
		return
	}
	k.tones = dtmf.NewGenerator(key, keyLevel)
}

// sendTone sends 20 ms of the key's tones, or of the silence after it.
func (l *Leg) sendTone(s *session, to netip.AddrPort, sounds bool) {
	var out frame
	if sounds {
		l.keying.tones.Fill(out[:])
	}
	l.write(s, l.audio(s, &out), to)
}
