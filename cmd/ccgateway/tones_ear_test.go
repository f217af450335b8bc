package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/tone"
)

const (
	// hearWithin is how long after the step's last event whoever must hear somebody may not hear him yet, and whoever must not hear
	// somebody any more may still hear him (issue 5).
	hearWithin = 300 * time.Millisecond
	// dwell is how long a situation is listened to after that.
	dwell = 120 * time.Millisecond
	// hop is one packet; the windows in which an ear is judged lie two of them apart.
	hop = tone.SampleRate / 50
	// hush is what a packet may have at most, in dBFS, at an ear that must hear nothing at all: G.711's own silence lies far below.
	hush = -50.0
	// calm is how long the machine may stand still at worst for a missing sound to be the program's fault: a machine that is far too
	// busy loses packets. What must not be heard must not be heard then either.
	calm = 40 * time.Millisecond
)

// sounds is what is to be heard, in Hz.
type sounds []float64

func (s sounds) has(f float64) bool { return slices.Contains(s, f) }

// span is what one step was for one ear: a piece of its time line, in samples, and what it was to hear in it.
type span struct {
	who               *actor
	at                *ear
	begin, event, end int64 // before the step's request, at its last event, at its end
	was, between, is  sounds
	stall             time.Duration // how long the machine stood still at worst meanwhile
	over              bool          // the connection has ended in the step: what was heard before may go on to its end
}

// verdict judges a span of what was heard: never, not even in the moment of change, a tone that belongs neither to the situation
// before nor to that after; none of the old after hearWithin, and all of the new by then. It also gives how long the change took.
func (s span) verdict(pcm []int16) (slowest time.Duration, wrong []string) {
	limit := s.event + samplesOf(hearWithin+2*s.stall)
	if s.over {
		limit = s.end
	}
	first := map[float64]int64{}
	for at := s.begin; at+tone.MinWindow <= min(s.end, int64(len(pcm))); at += 2 * hop {
		center := at + tone.MinWindow/2
		for _, f := range heardIn(pcm[at : at+tone.MinWindow]) {
			switch {
			case s.is.has(f):
				if _, known := first[f]; !known {
					first[f] = center
				}
			case !s.was.has(f) && !s.between.has(f):
				wrong = append(wrong, fmt.Sprintf("%s is heard at %s", toneName(f), s.when(center)))
			case center > limit:
				wrong = append(wrong, fmt.Sprintf("%s is still heard at %s", toneName(f), s.when(center)))
			default:
				slowest = max(slowest, durationOf(center-s.event))
			}
		}
	}
	if len(s.was)+len(s.between)+len(s.is) == 0 {
		wrong = append(wrong, s.loudIn(pcm)...)
	}
	if s.over {
		return 0, wrong
	}
	for _, f := range s.is {
		switch at := first[f]; {
		case at == 0 && f == ringTone && s.was.has(f): // it pauses, and was heard when it began
		case at == 0:
			wrong = append(wrong, toneName(f)+" is not heard at all")
		case at > limit && s.stall < calm:
			wrong = append(wrong, fmt.Sprintf("%s is not heard before %s", toneName(f), s.when(at)))
		case !s.was.has(f):
			slowest = max(slowest, durationOf(at-s.event))
		}
	}
	return slowest, wrong
}

// loudIn looks at an ear that must hear nothing: not even one packet of anything.
func (s span) loudIn(pcm []int16) (wrong []string) {
	for at := s.begin; at+hop <= min(s.end, int64(len(pcm))); at += hop {
		if loud := tone.Loudness(pcm[at : at+hop]); loud > hush {
			wrong = append(wrong, fmt.Sprintf("%.0f dBFS at %s", loud, s.when(at)))
		}
	}
	return wrong
}

func (s span) when(at int64) string {
	return fmt.Sprintf("%+d ms of the event (the step began at %d, ends at %d ms)",
		durationOf(at-s.event).Milliseconds(), durationOf(s.begin-s.event).Milliseconds(), durationOf(s.end-s.event).Milliseconds())
}

// heardIn lists the tones of a window.
func heardIn(window []int16) (heard sounds) {
	if tone.Loudness(window) < tone.HearLevel {
		return nil
	}
	for f := range toneNames {
		if tone.Hears(window, f) {
			heard = append(heard, f)
		}
	}
	return heard
}

func samplesOf(d time.Duration) int64  { return int64(d * tone.SampleRate / time.Second) }
func durationOf(n int64) time.Duration { return time.Duration(n) * time.Second / tone.SampleRate }

const (
	ikeTone   = 3200.0 // what the second inspector says
	earlyTone = 3450.0 // what a carrier says before the far side answers
)

// toneNames are the names of tones in stories.
var toneNames = map[float64]string{
	annTone: "ann", benTone: "ben", cidTone: "cid", danTone: "dan", amyTone: "amy", bobTone: "bob", cleoTone: "cleo", outsideTone: "out",
	strangerTone: "stranger", musicTone: "music", ringTone: "ring", ivyTone: "ivy", ikeTone: "ike", earlyTone: "early", welcomeTone: "welcome", menuTone: "menu",
}

func toneName(f float64) string {
	if name, known := toneNames[f]; known {
		return name
	}
	return fmt.Sprintf("%.0f Hz", f)
}

// toneOf gives the tone of a name; 0 = there is none.
func toneOf(name string) float64 {
	for f, n := range toneNames {
		if n == name {
			return f
		}
	}
	return 0
}

// hearing reads who hears whom: "ann<amy,ivy amy<ann". Whoever is not named hears nothing.
func hearing(text string) (map[string]sounds, error) {
	ears := map[string]sounds{}
	for _, row := range strings.Fields(text) {
		who, whom, ok := strings.Cut(row, "<")
		if !ok || who == "" {
			return nil, fmt.Errorf("%q is not of the form who<whom", row)
		}
		for name := range strings.SplitSeq(whom, ",") {
			f := toneOf(name)
			if f == 0 {
				return nil, fmt.Errorf("%q: nobody is called %q", row, name)
			}
			ears[who] = append(ears[who], f)
		}
	}
	return ears, nil
}
