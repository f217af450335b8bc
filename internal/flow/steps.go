package flow

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// playStep plays; with barge a key ends it, and is kept for the next menu.
type playStep struct {
	sounds []sound
	barge  bool
}

func (s playStep) start(r *Run) {
	if len(r.render(s.sounds)) == 0 {
		return
	}
	r.play(s.sounds, s.barge)
	r.await(playing{})
}

// playing waits for a sound's end.
type playing struct{}

func (playing) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		r.typeAhead(in.Key)
	case Played:
		if in.Why == "" {
			r.proceed()
			return
		}
		r.give(Timer{After: failedSound})
	case TimeUp:
		r.proceed()
	}
}

// pauseStep waits.
type pauseStep struct{ length time.Duration }

func (s pauseStep) start(r *Run) {
	r.give(Timer{After: s.length})
	r.await(pausing{})
}

type pausing struct{}

func (pausing) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		r.typeAhead(in.Key)
	case TimeUp:
		r.proceed()
	}
}

// setStep sets variables.
type setStep []assignment

type assignment struct {
	name  string
	value template
}

func (s setStep) start(r *Run) {
	for _, a := range s {
		r.vars.set(a.name, a.value.render(r.vars, nil), a.value.secret(r.vars))
	}
}

// ifStep branches by a variable.
type ifStep struct {
	name      string
	holds     func(value string) bool
	then, not []step
}

func (s ifStep) start(r *Run) {
	if s.holds(r.vars.Get(s.name)) {
		r.branch(s.then)
		return
	}
	r.branch(s.not)
}

// compare makes the test of an if step; a value that is no number is neither above nor below one.
func compare(operator, operand string) func(string) bool {
	number, _ := strconv.ParseFloat(operand, 64)
	switch operator {
	case "not":
		return func(v string) bool { return v != operand }
	case "above":
		return func(v string) bool { n, err := strconv.ParseFloat(v, 64); return err == nil && n > number }
	case "below":
		return func(v string) bool { n, err := strconv.ParseFloat(v, 64); return err == nil && n < number }
	case "begins":
		return func(v string) bool { return strings.HasPrefix(v, operand) }
	default:
		return func(v string) bool { return v == operand }
	}
}

// hoursStep branches by the time.
type hoursStep struct {
	hours                hours
	then, holiday, other []step
}

func (s hoursStep) start(r *Run) {
	switch {
	case s.hours.holiday(r.now) && s.holiday != nil:
		r.branch(s.holiday)
	case s.hours.isOpen(r.now):
		r.branch(s.then)
	default:
		r.branch(s.other)
	}
}

// callStep goes through another flow and comes back.
type callStep struct{ flow string }

func (s callStep) start(r *Run) {
	r.branch(r.program.flows[s.flow].steps)
	if n := len(r.frames); !r.over {
		r.frames[n-1].root = true
	}
}

// gotoStep goes on in another flow and does not come back.
type gotoStep struct{ flow string }

func (s gotoStep) start(r *Run) {
	n := len(r.frames)
	for n > 0 && !r.frames[n-1].root {
		n--
	}
	r.frames = append(r.frames[:max(n-1, 0)], frame{steps: r.program.flows[s.flow].steps, root: true})
}

// hangUpStep ends the call.
type hangUpStep struct{ cause center.Cause }

func (s hangUpStep) start(r *Run) {
	r.save()
	r.over = true
	r.give(HangUp{Cause: s.cause})
}

// returnStep gives a suspended call back; for another it is the end of the flow.
type returnStep struct{}

func (returnStep) start(r *Run) { r.end() }

// transferStep hands the caller on, and goes on when that comes to nothing.
type transferStep struct {
	to    center.Device
	other []step
}

func (s transferStep) start(r *Run) {
	if r.caller.Suspended { // as with a queue
		r.end()
		return
	}
	r.save()
	r.leave()
	r.give(Transfer{To: s.to})
	r.await(transferring{s})
}

type transferring struct{ transferStep }

func (s transferring) take(r *Run, in Input) {
	switch in := in.(type) {
	case Unanswered, Refused:
		r.proceed()
		r.branch(s.other)
	case Digit:
		r.typeAhead(in.Key)
	}
}

// callBackStep notes the caller's wish to be called.
type callBackStep struct {
	skill  string
	number template
	other  []step
}

func (s callBackStep) start(r *Run) {
	number := s.number.render(r.vars, nil)
	if s.number.secret(r.vars) || !dialable(number) {
		r.branch(s.other)
		return
	}
	r.save()
	r.give(CallBack{Skill: s.skill, Number: number})
	r.give(Timer{After: time.Millisecond}) // a refusal comes before it
	r.await(callingBack{s})
}

type callingBack struct{ callBackStep }

func (s callingBack) take(r *Run, in Input) {
	switch in.(type) {
	case Refused:
		r.proceed()
		r.branch(s.other)
	case TimeUp:
		r.proceed()
	}
}

// dialable tells whether a text is a number that can be dialled.
func dialable(number string) bool {
	return number != "" && len(number) <= 24 && strings.Trim(number, "0123456789*#+") == ""
}

// voicemailStep records a message; the # key ends it, and silence.
type voicemailStep struct {
	skill   string
	longest time.Duration
	silence time.Duration // 0 = does not end it
	other   []step
}

func (s voicemailStep) start(r *Run) {
	r.save()
	r.leave()
	r.give(Record{Skill: s.skill, Longest: s.longest, Silence: s.silence})
	r.give(Timer{After: s.longest + 5*time.Second})
	r.await(recordingMessage{s})
}

type recordingMessage struct{ voicemailStep }

func (s recordingMessage) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		if in.Key == '#' {
			r.give(StopRecord{})
		}
	case Recorded:
		r.proceed()
	case Refused:
		r.proceed()
		r.branch(s.other)
	case TimeUp:
		r.give(StopRecord{})
		r.proceed()
	}
}

// httpStep asks a web service.
type httpStep struct {
	method    string
	url, body template
	headers   []assignment
	shown     string
	timeout   time.Duration
	maxBody   int64
	into      []target
	other     []step
}

// target is a variable and where its value stands in the answer.
type target struct {
	name string
	path []string
}

func (s httpStep) start(r *Run) {
	req := Request{Method: s.method, URL: s.url.render(r.vars, queryEscape), Shown: s.shown, Timeout: s.timeout, MaxBody: s.maxBody}
	if s.body != nil {
		req.Body = s.body.render(r.vars, jsonEscape)
	}
	if len(s.headers) > 0 {
		req.Headers = map[string]string{}
		for _, h := range s.headers {
			req.Headers[h.name] = strings.NewReplacer("\r", "", "\n", "").Replace(h.value.render(r.vars, nil))
		}
	}
	r.give(Fetch{Request: req})
	r.give(Timer{After: s.timeout + time.Second})
	r.await(fetching{s})
}

type fetching struct{ httpStep }

func (s fetching) take(r *Run, in Input) {
	switch in := in.(type) {
	case Digit:
		r.typeAhead(in.Key)
	case TimeUp:
		r.proceed()
		r.branch(s.other)
	case Fetched:
		r.proceed()
		r.vars.set("http_status", strconv.Itoa(in.Status), false)
		if in.Err != nil || in.Status/100 != 2 {
			r.branch(s.other)
			return
		}
		for _, t := range s.into {
			text, _ := scalarOf(dig(in.Value, t.path))
			r.vars.set(t.name, text, false)
		}
	}
}

// dig finds a value in JSON by names of members and numbers of elements.
func dig(value any, path []string) any {
	for _, name := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(v) {
				return nil
			}
			value = v[n]
		default:
			return nil
		}
	}
	return value
}

// oneOf tells whether a key is one of some.
func oneOf(keys string, key byte) bool { return slices.Contains([]byte(keys), key) }
