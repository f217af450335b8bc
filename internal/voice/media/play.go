package media

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

// PlayID names one playing of sound to one leg.
type PlayID string

// Bounds of what is played to single legs: it is in memory while it is played, 16 KB a second.
const (
	// MaxPlaySamples is the length of one playing (one hour): longer is broken talk, or an attack on memory.
	MaxPlaySamples = 60 * 60 * wav.SampleRate
	// maxPlayTotal is what all playings together hold, and what those that are being loaded need (eight hours, 460 MB).
	maxPlayTotal = 8 * MaxPlaySamples
	// maxLoads is how many sounds are loaded at a time: the disk's readers and the speech engine's processes are bounded by it, and so
	// is what cannot be counted before it is there.
	maxLoads = 4
)

// Errors of Play, and of Events.PlayEnded.
var (
	// ErrNothingToPlay: there is no sound in what shall be played.
	ErrNothingToPlay = errors.New("nothing to play")
	// ErrReplaced: another playing has begun on the same leg.
	ErrReplaced = errors.New("replaced by another playing")
	// ErrTooMuchSound: too much is being played at once, or it is longer than MaxPlaySamples.
	ErrTooMuchSound = errors.New("too much sound to play")
)

// Playing is sound for one leg, mixed with what it hears by its row, or in place of it. The row's prompt waits meanwhile.
type Playing struct {
	ID  PlayID
	Leg LegID
	// Needs tells how much memory Load will take, in samples, before it is called and by the same goroutine: it is counted from then
	// on. nil = that is not known before.
	Needs func() (samples int, err error)
	// Load gives the sound, mono, 8000 samples a second. It is called once, by a goroutine of its own, and may wait for disks; ctx
	// ends when the sound is not wanted any more.
	Load    func(ctx context.Context) ([]int16, error)
	Alone   bool          // in place of what the leg hears of others
	Barge   bool          // a key ends it; the key is told before
	Endless bool          // in a loop
	Start   time.Duration // from where in the sound
	Volume  int           // 0..100, 50 = as it is, 100 = twice the amplitude
	Speed   int           // 0..100, 50 = as it is, 100 = twice, 0 = half as fast; the pitch stays
}

// playing is a Playing under way. Its position is moved by the scheduler that drives the leg, and by MovePlayback: who finds it
// moved by the other lets that be.
type playing struct {
	Playing
	leg    *Leg
	gain   int32 // in 1/50
	rate   float64
	cancel context.CancelFunc
	pcm    atomic.Pointer[[]int16] // nil until it is loaded
	at     atomic.Int64            // sample
	paused atomic.Bool
	ended  atomic.Bool
}

// Play begins a playing; one that the leg hears already ends with ErrReplaced. Events.PlayEnded follows unless StopPlay or the
// leg's end comes first. Errors: ErrNoLeg, ErrExists, ErrClosed.
func (e *Engine) Play(p Playing) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.legs[p.Leg]
	var err error
	switch {
	case e.closed:
		err = ErrClosed
	case l == nil:
		err = ErrNoLeg
	case e.plays[p.ID] != nil:
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("play %s to leg %s: %w", p.ID, p.Leg, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	next := &playing{Playing: p, leg: l, gain: int32(min(max(p.Volume, 0), 100)), rate: speedRate(p.Speed), cancel: cancel}
	next.at.Store(next.place(p.Start))
	e.plays[p.ID] = next
	if former := l.play.Swap(next); former != nil {
		former.end(false, ErrReplaced)
	}
	e.loading.Go(func() { e.load(ctx, next) })
	return nil
}

// speedRate gives how many seconds of the sound are played in one.
func speedRate(speed int) float64 { return math.Pow(2, float64(min(max(speed, 0), 100)-50)/50) }

// place translates a time in the sound to a sample of what is played.
func (p *playing) place(at time.Duration) int64 {
	return int64(at.Seconds() * wav.SampleRate / p.rate)
}

// load gets the sound. What is held in memory is counted until the playing has ended.
func (e *Engine) load(ctx context.Context, p *playing) {
	defer p.cancel()
	select {
	case e.loads <- struct{}{}:
		defer func() { <-e.loads }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil { // stopped while it waited for its turn; its end has been told, or shall not be
		return
	}
	reserved, err := e.reserve(p)
	var pcm []int16
	if err == nil {
		pcm, err = p.sound(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.played -= reserved
	if err == nil && e.played+len(pcm) > maxPlayTotal {
		err = ErrTooMuchSound
	}
	switch {
	case e.plays[p.ID] != p: // stopped meanwhile
	case err != nil:
		p.end(false, err)
	default:
		e.played += len(pcm)
		p.pcm.Store(&pcm)
	}
}

// reserve counts what the loading of a sound takes. Who calls it takes that back.
func (e *Engine) reserve(p *playing) (samples int, err error) {
	if p.Needs == nil {
		return 0, nil
	}
	if samples, err = p.Needs(); err != nil {
		return 0, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.played+samples > maxPlayTotal {
		return 0, ErrTooMuchSound
	}
	e.played += samples
	return samples, nil
}

// sound loads what is played, as fast as it shall be.
func (p *playing) sound(ctx context.Context) ([]int16, error) {
	pcm, err := p.Load(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(pcm) == 0:
		return nil, ErrNothingToPlay
	case len(pcm) > MaxPlaySamples:
		return nil, ErrTooMuchSound
	}
	return stretch(pcm, p.rate), nil
}

// barge ends what a key ends. It is called by readers, schedulers and signalling.
func (l *Leg) barge() {
	if p := l.play.Load(); p != nil && p.Barge {
		p.end(true, nil)
	}
}

// end ends a playing once and lets it be told.
func (p *playing) end(key bool, err error) {
	if !p.ended.CompareAndSwap(false, true) {
		return
	}
	p.leg.play.CompareAndSwap(p, nil)
	p.leg.engine.events.add(happening{kind: happenedPlayEnded, playing: p, key: key, err: err})
}

// forgetPlay drops a playing; false: it was dropped before. The caller holds e.mu.
func (e *Engine) forgetPlay(p *playing) bool {
	if e.plays[p.ID] != p {
		return false
	}
	delete(e.plays, p.ID)
	p.ended.Store(true)
	p.leg.play.CompareAndSwap(p, nil)
	p.cancel()
	if pcm := p.pcm.Load(); pcm != nil {
		e.played -= len(*pcm)
	}
	return true
}

// StopPlay ends a playing; Events.PlayEnded does not follow. An unknown one is none.
func (e *Engine) StopPlay(id PlayID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.plays[id]; p != nil {
		e.forgetPlay(p)
	}
}

// PausePlay halts a playing, or lets it go on; the leg hears silence of it meanwhile.
func (e *Engine) PausePlay(id PlayID, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.plays[id]; p != nil {
		p.paused.Store(on)
	}
}

// MovePlay moves within a playing's sound: by a time (before the beginning is the beginning), or to one. Beyond the end it ends.
func (e *Engine) MovePlay(id PlayID, by time.Duration, absolute bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.plays[id]
	if p == nil {
		return
	}
	for {
		at := p.at.Load()
		to := p.place(by)
		if !absolute {
			to += at
		}
		if p.at.CompareAndSwap(at, max(0, to)) {
			return
		}
	}
}

// stopPlays ends what a closed leg hears, untold. The caller holds e.mu.
func (e *Engine) stopPlays(l *Leg) {
	for _, p := range e.plays {
		if p.leg == l {
			e.forgetPlay(p)
		}
	}
}

// Prompt gives a prompt's sound, which must not be changed; false: there is none of that name.
func (e *Engine) Prompt(name string) ([]int16, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.prompts.find(name)
}

// add adds the next frame. It is called by the scheduler that drives the leg.
func (p *playing) add(sum *[rtpaudio.FrameSize]int32) {
	loaded := p.pcm.Load()
	if loaded == nil || p.paused.Load() || p.ended.Load() {
		return
	}
	pcm, began := *loaded, p.at.Load()
	at := began
	for i := range sum {
		if at >= int64(len(pcm)) {
			if !p.Endless {
				break
			}
			at %= int64(len(pcm))
		}
		sum[i] += int32(pcm[at]) * p.gain / unchanged
		at++
	}
	if p.at.CompareAndSwap(began, at) && at >= int64(len(pcm)) && !p.Endless {
		p.end(false, nil)
	}
}

// unchanged is the volume and the speed of sound as it is.
const unchanged = 50
