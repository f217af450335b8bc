package flow

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// Trial is a flow that is tried at a terminal, without a phone.
type Trial struct {
	Program *Program
	Flow    string
	Caller  Caller
	Vars    map[string]string
	At      time.Time
	// Keys are what the caller presses, one word for each time that the flow waits: digits, "wait" to let time pass, "hangup"; "" =
	// they are read from In.
	Keys   []string
	Given  bool // Keys are given
	In     io.Reader
	Out    io.Writer
	Client *http.Client // nil = web requests are asked for real
}

// maxTrial bounds how often a trial waits.
const maxTrial = 1000

// Run plays the flow and prints what is heard and done until the flow is over, the caller hangs up or the keys are used up.
func (t Trial) Run(ctx context.Context) error {
	run, err := NewRun(t.Program, t.Flow, t.Caller)
	if err != nil {
		return err
	}
	for name, value := range t.Vars {
		run.Set(name, value)
	}
	s := &trying{Trial: t, run: run, now: t.At}
	if !t.Given {
		s.lines = bufio.NewScanner(t.In)
	}
	if s.Client == nil {
		s.Client = plainClient()
	}
	s.next = []Input{Began{}}
	for range maxTrial {
		if done := s.work(ctx); done {
			return nil
		}
		if !s.wait() {
			return nil
		}
	}
	return fmt.Errorf("the flow has waited %d times", maxTrial)
}

// trying is a Trial under way.
type trying struct {
	Trial
	run    *Run
	now    time.Time
	next   []Input
	timer  time.Duration
	lines  *bufio.Scanner
	secret bool
	place  string // where the caller is
}

// work gives the run its inputs; true = it is over.
func (s *trying) work(ctx context.Context) bool {
	for len(s.next) > 0 {
		in := s.next[0]
		s.next = s.next[1:]
		for _, o := range s.run.Step(s.now, in) {
			s.carryOut(ctx, o)
		}
		if s.run.Over() {
			s.say("the flow is over")
			return true
		}
	}
	return false
}

func (s *trying) say(format string, args ...any) {
	fmt.Fprintf(s.Out, "%s  %s\n", s.now.Format("15:04:05"), fmt.Sprintf(format, args...))
}

// carryOut prints an order and answers it as a center would in which nobody is free.
func (s *trying) carryOut(ctx context.Context, o Order) {
	switch o := o.(type) {
	case Timer:
		s.timer = o.After
		return
	case Secret:
		if s.secret == o.On {
			return
		}
		s.secret = o.On
	case Hush:
		return
	case Play:
		s.next = append(s.next, Played{})
	case Queue:
		s.place = "queue"
		s.next = append(s.next, Queued{Place: 1})
	case Leave:
		s.place = ""
	case Record:
		s.place = "voicemail"
	case Transfer:
		s.place = "transfer"
	case Fetch:
		ctx, cancel := context.WithTimeout(ctx, o.Request.Timeout)
		defer cancel()
		s.next = append(s.next, fetch(ctx, s.Client, o.Request))
	}
	s.say("%s", o)
}

// wait takes what the caller does; false = the trial is over.
func (s *trying) wait() bool {
	word, ok := s.word()
	if !ok {
		s.say("the caller hangs up")
		return false
	}
	switch word {
	case "", "wait":
		s.pass()
	case "hangup":
		s.say("the caller hangs up")
		return false
	case "answer":
		s.say("an agent or the called number answers")
		return false
	case "noanswer":
		s.next = append(s.next, Unanswered{Why: "no answer"})
	case "full":
		s.next = append(s.next, Refused{Why: "full"})
	default:
		shown := word
		if s.secret {
			shown = strings.Repeat("*", len(word))
		}
		s.say("the caller presses %s", shown)
		for _, k := range []byte(word) {
			if strings.IndexByte(keyNames, k) >= 0 {
				s.next = append(s.next, Digit{Key: k})
			}
		}
	}
	return true
}

// pass lets the time pass until something happens.
func (s *trying) pass() {
	switch {
	case s.place == "voicemail":
		s.place = ""
		s.next = append(s.next, Recorded{})
	case s.timer > 0:
		s.now = s.now.Add(s.timer)
		s.timer = 0
		s.next = append(s.next, TimeUp{})
	case s.place == "transfer":
		s.place = ""
		s.next = append(s.next, Unanswered{Why: "no answer"})
	default:
		s.say("nothing more happens: the caller waits")
	}
}

// word reads the caller's next word.
func (s *trying) word() (string, bool) {
	if s.Given {
		if len(s.Keys) == 0 {
			return "", false
		}
		word := s.Keys[0]
		s.Keys = s.Keys[1:]
		return strings.TrimSpace(word), true
	}
	fmt.Fprint(s.Out, "keys (Enter = wait, hangup, answer, noanswer, full): ")
	if !s.lines.Scan() {
		return "", false
	}
	return strings.TrimSpace(s.lines.Text()), true
}

// SkillsOf gives the voice skill queues of centers by their names, for a Setup.
func SkillsOf(centers []center.Config) map[center.VCCID]map[string]center.SkillID {
	all := make(map[center.VCCID]map[string]center.SkillID, len(centers))
	for i := range centers {
		names := map[string]center.SkillID{}
		for _, s := range centers[i].Skills {
			if s.Media == center.MediaVoice {
				names[s.Name] = s.ID
			}
		}
		all[centers[i].ID] = names
	}
	return all
}
