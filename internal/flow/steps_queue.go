package flow

import (
	"time"
)

// queueStep lets the caller wait for an agent.
type queueStep struct {
	skill    string
	every    time.Duration // between announcements, 0 = none
	announce []sound
	after    time.Duration // overflow after so long, 0 = none
	length   int           // overflow for who has a later place than this, 0 = none
	overflow []step
	full     []step // when the queue takes nobody; nil = overflow
	keys     map[byte][]step
	keyed    bool // a branch of keys may be taken
}

func (s *queueStep) start(r *Run) {
	if r.caller.Suspended { // a flow must not pass such a call to agents (call-model 12)
		r.end()
		return
	}
	r.save()
	r.typed = nil
	r.give(Queue{Skill: s.skill, KeepTime: r.waited})
	r.await(&queueing{queueStep: s, began: r.now, next: s.every})
	r.waited, r.queue = true, s.skill
	r.wait.(*queueing).plan(r) //nolint:forcetypeassert // just set
}

// queueing waits beside the queue until an agent answers, which ends the run.
type queueing struct {
	*queueStep
	began   time.Time
	next    time.Duration // since began: the next announcement
	playing bool
	ringing bool
	placed  bool
}

// plan sets the timer to what is due first.
func (s *queueing) plan(r *Run) {
	waited := r.now.Sub(s.began)
	var due time.Duration
	if s.every > 0 {
		due = s.next
	}
	if s.after > 0 && (due == 0 || s.after < due) {
		due = s.after
	}
	if due == 0 {
		r.give(Timer{})
		return
	}
	r.give(Timer{After: max(due-waited, time.Millisecond)})
}

func (s *queueing) take(r *Run, in Input) {
	switch in := in.(type) {
	case Queued:
		first := !s.placed
		s.placed, s.ringing = true, false
		if first && s.length > 0 && in.Place > s.length {
			s.flow(r, s.overflow)
		}
	case Offered:
		s.ringing = true
	case Unanswered:
		s.ringing = false
	case Played:
		s.playing = false
	case TimeUp:
		s.due(r)
	case Digit:
		s.key(r, in.Key)
	case Refused:
		r.queue = ""
		if s.full != nil {
			r.proceed()
			r.branch(s.full)
			return
		}
		s.flow(r, s.overflow)
	case QueueClosed:
		r.queue = ""
		s.flow(r, s.overflow)
	}
}

// due overflows or announces.
func (s *queueing) due(r *Run) {
	waited := r.now.Sub(s.began)
	if s.after > 0 && waited >= s.after && !s.ringing {
		s.flow(r, s.overflow)
		return
	}
	if s.every > 0 && waited >= s.next {
		for s.next <= waited {
			s.next += s.every
		}
		if sounds := r.render(s.announce); s.placed && !s.ringing && !s.playing && len(sounds) > 0 {
			r.playing++
			s.playing = true
			r.give(Play{Sound: sounds, Barge: s.keyed, Number: r.playing})
		}
	}
	if s.after > 0 && waited >= s.after { // an agent is rung: look again soon
		r.give(Timer{After: time.Second})
		return
	}
	s.plan(r)
}

func (s *queueing) key(r *Run, key byte) {
	steps, ok := s.keys[key]
	if !ok || s.ringing {
		return
	}
	if s.playing {
		r.give(Hush{})
	}
	s.flow(r, steps)
}

// flow goes on with other steps: in the queue still if they begin by changing it or by asking for a call-back, out of it otherwise.
func (s *queueing) flow(r *Run, steps []step) {
	r.proceed()
	if len(steps) > 0 {
		switch steps[0].(type) {
		case *queueStep, callBackStep:
		default:
			r.leave()
		}
	} else {
		r.leave()
	}
	r.branch(steps)
}
