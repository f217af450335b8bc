package flow

import (
	"strings"
	"time"
)

// menuStep lets the caller choose by a key.
type menuStep struct {
	sounds, wrong []sound // wrong is played before them after a wrong key
	timeout       time.Duration
	retries       int
	keys          map[byte][]step
	other         []step
}

func (s *menuStep) start(r *Run) { (&choosing{menuStep: s}).ask(r, s.sounds) }

// choosing waits for the key.
type choosing struct {
	*menuStep
	tries int
}

func (s *choosing) ask(r *Run, sounds []sound) {
	r.await(s)
	if len(r.typed) > 0 {
		key := r.typed[0]
		r.typed = r.typed[1:]
		s.choose(r, key)
		return
	}
	r.play(sounds, true)
}

func (s *choosing) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		r.give(Hush{})
		s.choose(r, in.Key)
	case Played:
		r.give(Timer{After: s.timeout})
	case TimeUp:
		s.again(r, s.sounds)
	}
}

func (s *choosing) choose(r *Run, key byte) {
	if steps, ok := s.keys[key]; ok {
		r.proceed()
		r.branch(steps)
		return
	}
	r.typed = nil
	s.again(r, append(s.wrong[:len(s.wrong):len(s.wrong)], s.sounds...))
}

// again asks once more, or gives up.
func (s *choosing) again(r *Run, sounds []sound) {
	if s.tries++; s.tries > s.retries {
		r.proceed()
		r.branch(s.other)
		return
	}
	s.ask(r, sounds)
}

// collectStep reads digits into a variable.
type collectStep struct {
	into           string
	sounds, wrong  []sound
	keys           string // that are taken, "" = the digits
	least, most    int
	end            byte // ends the input, 0 = none
	timeout        time.Duration
	retries        int
	verify         []sound // read out before the digits, to be confirmed by 1; nil = not verified
	secret, keep   bool
	saved          bool // the data is saved at once: a survey's answer outlives a hang-up
	good, notGiven []step
}

func (s *collectStep) start(r *Run) {
	c := &collecting{collectStep: s}
	if s.secret {
		r.typed = nil // keys pressed before were no secret
		r.give(Secret{On: true})
	}
	c.ask(r, s.sounds)
}

// collecting waits for digits.
type collecting struct {
	*collectStep
	got       []byte
	tries     int
	verifying bool
}

func (s *collecting) ask(r *Run, sounds []sound) {
	r.await(s)
	s.got, s.verifying = nil, false
	if len(r.typed) == 0 {
		r.play(sounds, true)
		return
	}
	typed := r.typed
	r.typed = nil
	for i, key := range typed {
		if r.wait != s || s.verifying {
			r.typed = append(r.typed, typed[i:]...)
			return
		}
		s.key(r, key)
	}
}

func (s *collecting) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		if s.verifying {
			s.confirm(r, in.Key)
			return
		}
		if len(s.got) == 0 {
			r.give(Hush{})
		}
		s.key(r, in.Key)
	case Played:
		if len(s.got) == 0 || s.verifying {
			r.give(Timer{After: s.timeout})
		}
	case TimeUp:
		if s.verifying || len(s.got) < s.least {
			s.again(r)
			return
		}
		s.complete(r)
	}
}

// key takes one key of the input.
func (s *collecting) key(r *Run, key byte) {
	taken := s.keys
	if taken == "" {
		taken = "0123456789"
	}
	switch {
	case s.end != 0 && key == s.end:
		if len(s.got) < s.least {
			s.again(r)
			return
		}
		s.complete(r)
	case !oneOf(taken, key):
		s.again(r)
	default:
		s.got = append(s.got, key)
		r.give(Timer{After: s.timeout})
		if len(s.got) == s.most {
			s.complete(r)
		}
	}
}

// complete takes the input, or has it confirmed first.
func (s *collecting) complete(r *Run) {
	r.vars.set(s.into, string(s.got), s.secret && !s.keep)
	if s.verify == nil {
		s.finish(r, s.good)
		return
	}
	s.verifying = true
	r.play(s.verify, true)
}

// confirm takes the answer to the re-reading: 1 is yes.
func (s *collecting) confirm(r *Run, key byte) {
	r.give(Hush{})
	if key == '1' {
		s.finish(r, s.good)
		return
	}
	s.again(r)
}

// again asks once more, or gives up without a value.
func (s *collecting) again(r *Run) {
	r.vars.set(s.into, "", false)
	if s.tries++; s.tries > s.retries {
		s.finish(r, s.notGiven)
		return
	}
	s.ask(r, append(s.wrong[:len(s.wrong):len(s.wrong)], s.sounds...))
}

func (s *collecting) finish(r *Run, steps []step) {
	if s.secret {
		r.give(Secret{})
	}
	if s.saved {
		r.save()
	}
	r.proceed()
	r.branch(steps)
}

// keyNames are the keys of a phone.
const keyNames = "0123456789*#"

func isKey(name string) bool { return len(name) == 1 && strings.Contains(keyNames, name) }
