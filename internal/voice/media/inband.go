package media

import (
	"sync/atomic"
	"time"

	"ccgateway/internal/dtmf"
)

const (
	// hideTail (200 ms) is for how long keys are hidden, and told to nobody, after the end of their secrecy: what was keyed before it can
	// wait 120 ms in the jitter buffer, and takes 40 ms to be told and 20 ms to be hidden. It is a paused recording's tail too.
	hideTail = pauseTail
	// samePress is how long after a key's tone the same key by signalling counts as the same press: phones send it when it is let go.
	samePress = 2 * time.Second
	// bySignalling in toneKeys.state: keys come by signalling.
	bySignalling = -1
)

// toneKeys are the keys of a party in its sound. They are looked for if nothing better was agreed, and while keys are hidden. But for its
// atomic members it belongs to the scheduler.
type toneKeys struct {
	hide  atomic.Bool
	state atomic.Int64 // bySignalling, or the key told last: when, in ms since the engine was made, times 256, and which

	detector dtmf.Detector
	tail     int   // ticks until keys are told again after they were hidden
	hiding   bool  // what is said is held back for a tick, and left out around suspect sound
	held     frame // what is held back
	heard    bool  // it is more than silence
	suspect  [2]bool
}

// HideKeys keeps the keys that a leg's party presses out of what all others hear and of all recordings, as far as they come as tones, until
// it is called with false. What the party says comes 20 ms later meanwhile, and what sounds like a key is left out of it, also for a short
// while after the end of the time and until the key has ended. An unknown leg is none.
func (e *Engine) HideKeys(leg LegID, on bool) {
	if l := e.Leg(leg); l != nil {
		l.tones.hide.Store(on)
	}
}

// KeyPressed tells of a key that came by signalling instead of RTP: it ends what the leg hears with Barge. From then on no keys are looked for
// in the leg's sound. known says that its tone was told already: a phone that sounds its keys too. An unknown leg is none.
func (e *Engine) KeyPressed(leg LegID, key byte) (known bool) {
	l := e.Leg(leg)
	if l == nil {
		return false
	}
	l.barge()
	last := l.tones.state.Swap(bySignalling)
	if last <= 0 || byte(last) != key {
		return false
	}
	return e.clock()-time.Duration(last>>8)*time.Millisecond <= samePress
}

// tell notes that a key's tone is told; false: keys come by signalling.
func (k *toneKeys) tell(key byte, now time.Duration) bool {
	former := k.state.Load()
	return former != bySignalling && k.state.CompareAndSwap(former, now.Milliseconds()<<8|int64(key))
}

// findKeys looks for keys in what the party says in this tick, tells them, and takes them out of it while they are hidden.
func (l *Leg) findKeys(s *session, t tick) {
	k := &l.tones
	switch {
	case k.hide.Load():
		k.tail = hideTail + 1
	case k.tail > 0:
		k.tail--
	}
	wanted := s.Event == NoPayload && k.state.Load() != bySignalling
	if !wanted && k.tail == 0 && !k.hiding {
		return
	}
	found := k.detector.Take(l.said[:])
	if found.Key != 0 && wanted && (k.tail == 0 || k.tail > hideTail) && k.tell(found.Key, t.now) {
		l.pressed(found.Key)
	}
	l.hideKeys(found.Suspect)
}

// hideKeys holds back what is said for a tick, and leaves out what is suspect, and the frames before and behind that: in these a key may begin
// or end.
func (l *Leg) hideKeys(suspect bool) {
	k := &l.tones
	if !k.hiding && k.tail == 0 {
		return
	}
	before, held := k.suspect[0], k.suspect[1]
	if k.hiding && k.tail == 0 && !suspect && !held && !k.detector.Sounding() {
		k.forget() // the frame that was held back is left out, so that nothing is late any more
		return
	}
	k.hiding = true
	k.suspect = [2]bool{held, suspect}
	l.said, k.held = k.held, l.said
	l.heard, k.heard = k.heard, l.heard
	if before || held || suspect {
		l.said = frame{}
	}
}

// forget ends the hiding.
func (k *toneKeys) forget() {
	k.hiding, k.held, k.heard, k.suspect = false, frame{}, false, [2]bool{}
}

// pressed tells of a key of the party.
func (l *Leg) pressed(key byte) {
	if !l.engine.events.add(happening{kind: happenedDigit, leg: l, digit: key}) {
		l.counts.flooded.Add(1)
	}
	l.barge()
}
