package voice

import (
	"sync/atomic"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/voice/media"
)

// countedMethods are the methods that are counted by name; all others, which anybody can make up, are "other".
var countedMethods = [...]sip.RequestMethod{
	sip.INVITE, sip.ACK, sip.BYE, sip.CANCEL, sip.UPDATE, sip.INFO, sip.OPTIONS, sip.REGISTER, sip.NOTIFY, sip.PRACK, sip.SUBSCRIBE,
	sip.MESSAGE, sip.REFER, sip.PUBLISH, "other",
}

// statusClasses is how many classes of status codes there are, 1xx to 6xx; others count as the last.
const statusClasses = 6

// verdictWords name what came of looking at credentials.
var verdictWords = [...]string{refused: "wrong", unknown: "challenged", staleNonce: "stale", known: "right", tooManyMore: "locked"}

// sipCounts count messages since the start.
type sipCounts struct {
	requestsIn, requestsOut   [len(countedMethods)]atomic.Uint64
	responsesIn, responsesOut [statusClasses]atomic.Uint64
	verdicts                  [len(verdictWords)]atomic.Uint64
}

// SIPCounts are figures of the signalling since the start. All names are known beforehand, whatever comes in.
type SIPCounts struct {
	RequestsIn, RequestsOut   map[string]uint64 // by method; retransmissions that came in count, those that we sent do not
	ResponsesIn, ResponsesOut map[string]uint64 // by class: "1xx" to "6xx"
	Credentials               map[string]uint64 // what came of those that were looked at: right, wrong, locked, stale, challenged (there were none)
}

func methodIndex(method sip.RequestMethod) int {
	for i, m := range countedMethods {
		if m == method {
			return i
		}
	}
	return len(countedMethods) - 1
}

func classIndex(status int) int {
	if class := status/100 - 1; class >= 0 && class < statusClasses {
		return class
	}
	return statusClasses - 1
}

// received counts a message that came in.
func (c *sipCounts) received(msg sip.Message) {
	switch m := msg.(type) {
	case *sip.Request:
		c.requestsIn[methodIndex(m.Method)].Add(1)
	case *sip.Response:
		c.responsesIn[classIndex(m.StatusCode)].Add(1)
	}
}

func (c *sipCounts) requested(method sip.RequestMethod) { c.requestsOut[methodIndex(method)].Add(1) }

func (c *sipCounts) responded(status int) { c.responsesOut[classIndex(status)].Add(1) }

func (c *sipCounts) judged(v verdict) { c.verdicts[v].Add(1) }

// SIPCounts reads the figures.
func (s *Server) SIPCounts() SIPCounts {
	c := &s.counts
	all := SIPCounts{RequestsIn: map[string]uint64{}, RequestsOut: map[string]uint64{}, ResponsesIn: map[string]uint64{},
		ResponsesOut: map[string]uint64{}, Credentials: map[string]uint64{}}
	for i, m := range countedMethods {
		all.RequestsIn[string(m)] = c.requestsIn[i].Load()
		all.RequestsOut[string(m)] = c.requestsOut[i].Load()
	}
	for i := range statusClasses {
		class := string(rune('1'+i)) + "xx"
		all.ResponsesIn[class] = c.responsesIn[i].Load()
		all.ResponsesOut[class] = c.responsesOut[i].Load()
	}
	for i, word := range verdictWords {
		all.Credentials[word] = c.verdicts[i].Load()
	}
	return all
}

// Figures are all figures of the signalling.
func (s *Server) Figures() (Stats, SIPCounts) { return s.Stats(), s.SIPCounts() }

// MediaStats tells how the sound fares: the engine, and the sum of all legs that ever were.
func (s *Server) MediaStats() (media.EngineStats, media.Stats) {
	return s.engine.Stats(), s.engine.Totals()
}
