package center

import (
	"fmt"
	"strings"
)

// reasonWords are the reasons for people, said of n agents.
var reasonWords = map[ReasonKind]string{
	ReasonNoAgent: "no agent is signed in to the queue", ReasonTalking: "talking", ReasonRinging: "being rung for a call",
	ReasonCalling: "making a call", ReasonWrapUp: "in wrap-up", ReasonNotReady: "not ready", ReasonRest: "at rest",
	ReasonStopping: "idle, but the center is being stopped", ReasonNoInbound: "idle, but the role takes no inbound calls",
	ReasonNoTalkRight:    "idle, but without the right to talk (settalkright)",
	ReasonChangePassword: "idle, but must change the password first", ReasonNoPhone: "idle, but no phone is bound",
	ReasonNoQueue: "signed in to no skill queue (resetskill)", ReasonNoCaller: "nobody waits",
	ReasonPhoneDown: "phone is not registered", ReasonNotServing: "fit, but not signed in to this queue (resetskill)",
	ReasonSignedOut: "fit, but signed out", ReasonUnknown: "in a state unknown to this program",
}

// notReadyWords are the reasons that the center itself gives to not ready.
var notReadyWords = map[int]string{
	reasonUnanswered: "did not answer the last call", reasonInspector: "set by an inspector",
	reasonPhone: "phone could not be rung", reasonRefused: "refused the last call",
}

// String says the reason in words: "2 not ready (phone could not be rung): 101 Ann, 102 Ben".
func (r Reason) String() string {
	words := reasonWords[r.Why]
	if words == "" {
		words = string(r.Why)
	}
	var b strings.Builder
	if len(r.Agents) > 0 {
		fmt.Fprintf(&b, "%d ", len(r.Agents))
	}
	b.WriteString(words)
	switch {
	case r.Why == ReasonNotReady && notReadyWords[r.Code] != "":
		fmt.Fprintf(&b, " (%s)", notReadyWords[r.Code])
	case r.Code != 0:
		fmt.Fprintf(&b, " (reason %d)", r.Code)
	case r.Queue != "":
		fmt.Fprintf(&b, " for queue %s", r.Queue)
	case len(r.Queues) > 0:
		b.WriteString(" in " + strings.Join(r.Queues, ", "))
	}
	if len(r.Agents) > 0 {
		b.WriteString(": " + agentNames(r.Agents))
	}
	return b.String()
}

// mostNamed is how many agents a line for people names.
const mostNamed = 5

func agentNames(agents []AgentName) string {
	names := make([]string, 0, mostNamed+1)
	for i, a := range agents {
		if i == mostNamed {
			names = append(names, fmt.Sprintf("and %d more", len(agents)-i))
			break
		}
		names = append(names, strings.TrimSpace(fmt.Sprintf("%d %s", a.Agent, a.Name)))
	}
	return strings.Join(names, ", ")
}

// Short says in one line why callers of the queue wait: what keeps its agents, without names and hints.
func (q QueueWhy) Short() string {
	var parts []string
	for _, r := range q.Reasons {
		if !r.Hint {
			short := r
			short.Agents = nil
			text := short.String()
			if n := len(r.Agents); n > 0 {
				text = fmt.Sprintf("%d %s", n, text)
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}
