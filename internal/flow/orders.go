package flow

import (
	"fmt"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// Input is what a Run is told.
type Input interface{ input() }

// What a Run is told.
type (
	Began  struct{}             // the caller is there
	Digit  struct{ Key byte }   // the caller has pressed a key
	Played struct{ Why string } // the sound has ended, or failed
	Queued struct {             // he waits, or his place has changed
		Place, Idle int
		Wait        time.Duration
	}
	Offered     struct{}             // an agent is rung
	Unanswered  struct{ Why string } // the transfer, or the offer, came to nothing
	Recorded    struct{}             // the voicemail has ended
	QueueClosed struct{ Why string } // the queue let him go
	TimeUp      struct{}             // the Timer is over
	Refused     struct{ Why string } // the center refused the order that is waited for
	Fetched     struct {             // the web service has answered, or not
		Status int
		Value  any
		Err    error
	}
)

func (Began) input()       {}
func (Digit) input()       {}
func (Played) input()      {}
func (Queued) input()      {}
func (Offered) input()     {}
func (Unanswered) input()  {}
func (Recorded) input()    {}
func (QueueClosed) input() {}
func (TimeUp) input()      {}
func (Refused) input()     {}
func (Fetched) input()     {}

// Order is what a Run wants done. Its text never shows a secret.
type Order interface {
	fmt.Stringer
	order()
}

// What a Run wants done. Skills are names.
type (
	// Play plays to the caller; Played follows.
	Play struct {
		Sound  []center.Sound
		Barge  bool
		Number uint64
	}
	// Hush ends what plays.
	Hush struct{}
	// Secret begins or ends the time of secret keys.
	Secret struct{ On bool }
	// Data sets the call's data.
	Data struct{ JSON string }
	// Queue lets the caller wait; Queued or Refused follows.
	Queue struct {
		Skill    string
		KeepTime bool
	}
	// Leave takes him out of the queue.
	Leave struct{}
	// Transfer hands him on; Unanswered or Refused follows when that comes to nothing.
	Transfer struct{ To center.Device }
	// CallBack notes his wish to be called; Refused follows when it cannot be.
	CallBack struct{ Skill, Number string }
	// Record records a message; Recorded or Refused follows.
	Record struct {
		Skill   string
		Longest time.Duration
		Silence time.Duration // of which the message ends; 0 = of none
	}
	// StopRecord ends it.
	StopRecord struct{}
	// Return gives the call back to the agent who waits for it.
	Return struct{}
	// HangUp ends the call.
	HangUp struct{ Cause center.Cause }
	// Timer asks for TimeUp after a while, in place of an earlier wish; 0 = no more.
	Timer struct{ After time.Duration }
	// Fetch asks a web service; Fetched follows.
	Fetch struct{ Request Request }
	// Broken says why the flow has ended other than it should. It is for the log; the orders of the fallback stand beside it.
	Broken struct{ Why string }
)

func (Play) order()       {}
func (Hush) order()       {}
func (Secret) order()     {}
func (Data) order()       {}
func (Queue) order()      {}
func (Leave) order()      {}
func (Transfer) order()   {}
func (CallBack) order()   {}
func (Record) order()     {}
func (StopRecord) order() {}
func (Return) order()     {}
func (HangUp) order()     {}
func (Timer) order()      {}
func (Fetch) order()      {}
func (Broken) order()     {}

func (o Play) String() string {
	heard := make([]string, len(o.Sound))
	for i, s := range o.Sound {
		switch {
		case s.Prompt != "":
			heard[i] = "[" + s.Prompt + "]"
		case s.Digits != "":
			heard[i] = strings.Join(strings.Split(s.Digits, ""), " ")
		default:
			heard[i] = fmt.Sprintf("%q", s.Text)
		}
	}
	return "play " + strings.Join(heard, " ")
}
func (Hush) String() string { return "hush" }
func (o Secret) String() string {
	if o.On {
		return "secret keys begin"
	}
	return "secret keys end"
}
func (o Data) String() string { return "data " + o.JSON }
func (o Queue) String() string {
	if o.KeepTime {
		return "queue " + o.Skill + " keeping the time waited"
	}
	return "queue " + o.Skill
}
func (Leave) String() string { return "leave the queue" }
func (o Transfer) String() string {
	return fmt.Sprintf("transfer to %s %s", deviceNames[o.To.Type], o.To.Address)
}
func (o CallBack) String() string { return "call back " + o.Number + " from queue " + o.Skill }
func (o Record) String() string {
	text := fmt.Sprintf("record for %s, at most %s", o.Skill, o.Longest)
	if o.Silence > 0 {
		text += fmt.Sprintf(", until %s of silence", o.Silence)
	}
	return text
}
func (StopRecord) String() string { return "stop recording" }
func (Return) String() string     { return "return to the agent" }
func (HangUp) String() string     { return "hang up" }
func (o Timer) String() string {
	if o.After == 0 {
		return "no timer"
	}
	return "timer " + o.After.String()
}
func (o Fetch) String() string  { return "fetch " + o.Request.Method + " " + o.Request.Shown }
func (o Broken) String() string { return "broken: " + o.Why }

var deviceNames = map[center.DeviceType]string{
	center.DeviceSkill: "skill queue", center.DeviceAgent: "agent", center.DeviceFlow: "flow", center.DeviceCode: "access code", center.DeviceOutside: "number",
}

// Request is a question to a web service.
type Request struct {
	Method, URL, Body string
	Shown             string // the address without what variables put into it, for logs
	Headers           map[string]string
	Timeout           time.Duration
	MaxBody           int64
}
