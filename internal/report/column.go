package report

import "time"

// Unit says how a figure is written.
type Unit string

// The units.
const (
	UnitText     Unit = "text"
	UnitTime     Unit = "time"
	UnitCount    Unit = "count"
	UnitDuration Unit = "duration" // JSON: milliseconds; CSV: seconds; XLSX: h:mm:ss
	UnitShare    Unit = "share"    // 0 to 1
)

// Column describes one figure of a sheet.
type Column struct {
	Name    string `json:"name"` // as in JSON and CSV
	Title   string `json:"title"`
	Unit    Unit   `json:"unit"`
	Formula string `json:"formula"` // how it comes about
}

// figure is a column with the way to its value.
type figure[F any] struct {
	Column
	value func(*F) any
}

// share divides; nothing of nothing is no figure.
func share(part, whole int) any {
	if whole <= 0 {
		return nil
	}
	return float64(part) / float64(whole)
}

func part(of, whole time.Duration) any {
	if whole <= 0 {
		return nil
	}
	return float64(of) / float64(whole)
}

func average(sum time.Duration, n int) any {
	if n <= 0 {
		return nil
	}
	return sum / time.Duration(n)
}

func count[F any](name, title, formula string, value func(*F) int) figure[F] {
	return figure[F]{Column{name, title, UnitCount, formula}, func(f *F) any { return value(f) }}
}

func duration[F any](name, title, formula string, value func(*F) time.Duration) figure[F] {
	return figure[F]{Column{name, title, UnitDuration, formula}, func(f *F) any { return value(f) }}
}

// queueFigures are the columns of skill queues.
var queueFigures = []figure[Queue]{
	count("offered", "Offered", "stays in the queue that began", func(q *Queue) int { return q.Offered }),
	count("answered", "Answered", "stays that an agent's answer ended", func(q *Queue) int { return q.Answered }),
	count("abandoned", "Abandoned", "stays that the caller ended by hanging up", func(q *Queue) int { return q.Abandoned }),
	count("short_abandons", "Abandoned at once", "abandoned within the time for short ones (5 s unless said otherwise)", func(q *Queue) int { return q.ShortAbandons }),
	count("timed_out", "Timed out", "stays that the queue's longest wait ended", func(q *Queue) int { return q.TimedOut }),
	count("moved", "Moved on", "stays that ended in another queue, flow, agent or number", func(q *Queue) int { return q.Moved }),
	count("closed", "Closed", "stays that ended because the queue or the center closed", func(q *Queue) int { return q.Closed }),
	count("within", "Within level", "answered within the service level's time (20 s unless said otherwise)", func(q *Queue) int { return q.Within }),
	{Column{"service_level", "Service level", UnitShare, "within / (offered - short_abandons)"}, func(q *Queue) any { return share(q.Within, q.Offered-q.ShortAbandons) }},
	{Column{"answer_rate", "Answer rate", UnitShare, "answered / offered"}, func(q *Queue) any { return share(q.Answered, q.Offered) }},
	{Column{"abandon_rate", "Abandonment", UnitShare, "abandoned / offered"}, func(q *Queue) any { return share(q.Abandoned, q.Offered) }},
	{Column{"asa", "Average speed of answer", UnitDuration, "waits of the answered / answered"}, func(q *Queue) any { return average(q.WaitAnswered, q.Answered) }},
	{Column{"average_abandon", "Average time to abandon", UnitDuration, "waits of the abandoned / abandoned"}, func(q *Queue) any { return average(q.WaitAbandoned, q.Abandoned) }},
	duration("wait", "Waited", "sum of all waits", func(q *Queue) time.Duration { return q.Wait }),
	duration("longest_wait", "Longest wait", "longest of all waits", func(q *Queue) time.Duration { return q.LongestWait }),
	count("offers", "Offers to agents", "offers to agents, those that came to nothing included", func(q *Queue) int { return q.Offers }),
	count("handled", "Handled", "stays of agents with a talk", func(q *Queue) int { return q.Handled }),
	duration("talk", "Talk", "sum over agents' stays: end - answer - hold", func(q *Queue) time.Duration { return q.Talk }),
	duration("hold", "Hold", "sum over agents' stays of the time on hold", func(q *Queue) time.Duration { return q.Hold }),
	duration("wrap_up", "Wrap-up", "agents' wrap-up after calls of the queue", func(q *Queue) time.Duration { return q.WrapUp }),
	{Column{"aht", "Average handling time", UnitDuration, "(talk + hold + wrap_up) / handled"}, func(q *Queue) any { return average(q.Talk+q.Hold+q.WrapUp, q.Handled) }},
}

// agentFigures are the columns of agents.
var agentFigures = []figure[Agent]{
	count("offered", "Offered", "calls that were offered", func(a *Agent) int { return a.Offered }),
	count("answered", "Answered", "offered calls that he answered", func(a *Agent) int { return a.Answered }),
	count("unanswered", "Unanswered", "offered calls that rang too long", func(a *Agent) int { return a.Unanswered }),
	count("refused", "Refused", "offered calls that he refused", func(a *Agent) int { return a.Refused }),
	count("called_out", "Called out", "calls that he made to the outside", func(a *Agent) int { return a.CalledOut }),
	count("reached", "Reached", "called_out that were answered", func(a *Agent) int { return a.Reached }),
	count("called_inner", "Called agents", "calls that he made to agents, help included", func(a *Agent) int { return a.CalledInner }),
	count("conferences", "Conferences", "stays in talks of three and more, or as their helper", func(a *Agent) int { return a.Conferences }),
	duration("talk", "Talk", "talk_inbound + talk_outbound + talk_inner + talk_three", (*Agent).Talk),
	duration("talk_inbound", "Talk, inbound", "end - answer - hold of stays in calls from customers", func(a *Agent) time.Duration { return a.TalkInbound }),
	duration("talk_outbound", "Talk, outbound", "the same of calls to the outside", func(a *Agent) time.Duration { return a.TalkOutbound }),
	duration("talk_inner", "Talk, with agents", "the same of internal calls and two-party help: busy, but not with a customer", func(a *Agent) time.Duration { return a.TalkInner }),
	duration("talk_three", "Talk, three-party", "the same of talks of three and more", func(a *Agent) time.Duration { return a.TalkThree }),
	duration("hold", "Hold", "time in which he held the other side", func(a *Agent) time.Duration { return a.Hold }),
	duration("ring", "Ring", "his phone's ringing until answer or end", func(a *Agent) time.Duration { return a.Ring }),
	duration("signed_in", "Signed in", "idle + busy + rest + wrap_up + in_use", (*Agent).SignedIn),
	duration("idle", "Idle", "time in the state idle", func(a *Agent) time.Duration { return a.Idle }),
	duration("in_use", "In use", "time from reservation to the end of calls", func(a *Agent) time.Duration { return a.InUse }),
	duration("wrap_up", "Wrap-up", "time in the state wrap-up", func(a *Agent) time.Duration { return a.WrapUp }),
	duration("busy", "Not ready", "time in the state not ready", func(a *Agent) time.Duration { return a.Busy }),
	duration("rest", "Rest", "time in the state rest", func(a *Agent) time.Duration { return a.Rest }),
	{Column{"occupancy", "Occupancy", UnitShare, "(in_use + wrap_up) / (in_use + wrap_up + idle)"}, func(a *Agent) any { return part(a.InUse+a.WrapUp, a.InUse+a.WrapUp+a.Idle) }},
}

// callFigures are the columns of all calls of a VCC.
var callFigures = []figure[Calls]{
	count("inbound", "Inbound", "calls that came from the outside", func(c *Calls) int { return c.Inbound }),
	count("outbound", "Outbound", "calls to the outside", func(c *Calls) int { return c.Outbound }),
	count("inner", "Internal", "calls between agents", func(c *Calls) int { return c.Inner }),
	count("calls_answered", "Answered", "calls of all kinds that were answered", func(c *Calls) int { return c.Answered }),
}

var reasonFigures = []figure[Reason]{
	duration("time", "Time", "time in the state for the reason", func(r *Reason) time.Duration { return r.Time }),
}
