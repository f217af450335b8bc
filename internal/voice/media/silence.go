package media

import (
	"math"
	"sync/atomic"
	"time"

	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media/rtpaudio"
)

// Who speaks is at least speechOver above what his line sounds like when he does not. That floor is at once as low as the quietest frame and
// rises slowly, so that a long vowel is no noise, and a noise that begins is one after some seconds. What is louder than highestFloor and
// speechOver together is speech for ever: nobody leaves a message beside an engine of that noise and waits for its silence.
const (
	speechOver   = 8.0         // dB
	lowestFloor  = -60.0       // dBFS, for lines that send true silence
	highestFloor = -35.0       // dBFS
	floorRise    = 2.0 / 50    // dB in a tick: 2 dB in a second
	speechTicks  = 3           // 60 ms in a row: less is a click
	noSilence    = math.MaxInt // ticks
)

// silenceWatch tells when a party has said nothing for long. But for after it belongs to the scheduler of the leg.
type silenceWatch struct {
	after atomic.Int64 // ticks; 0 = not watched
	floor float64
	loud  int // ticks of speech in a row
	quiet int // ticks since the last speech
}

// WatchSilence lets Events.RecordingQuiet tell, once, when the party that is recorded has said nothing for so long. An unknown id is none.
func (e *Engine) WatchSilence(id RecordingID, after time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.recordings[id]; r != nil {
		r.silence.after.Store(max(1, int64(after/tickLength)))
	}
}

// over takes the next 20 ms of what the party says and tells, once, that the silence is long enough.
func (w *silenceWatch) over(said *frame) bool {
	after := w.after.Load()
	if after == 0 || w.quiet == noSilence {
		return false
	}
	level := loudness(said)
	if w.floor == 0 {
		w.floor = lowestFloor
	}
	w.floor = max(lowestFloor, min(level, highestFloor, w.floor+floorRise))
	if level >= w.floor+speechOver {
		w.loud++
	} else {
		w.loud = 0
	}
	if w.quiet++; w.loud >= speechTicks {
		w.quiet = 0
	}
	if int64(w.quiet) < after {
		return false
	}
	w.quiet = noSilence
	return true
}

// loudness is the level of a frame in dBFS, where a sine of full scale has 0.
func loudness(pcm *frame) float64 {
	var energy float64
	for _, s := range pcm {
		energy += float64(s) * float64(s)
	}
	if energy == 0 {
		return tone.Floor
	}
	return 10 * math.Log10(energy*2/rtpaudio.FrameSize/math.MaxInt16/math.MaxInt16)
}
