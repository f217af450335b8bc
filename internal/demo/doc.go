// Package demo fills a center with life: callers that really call in over SIP, agents that answer by the agent interface with
// real SIP phones, and a view of what happens. Each simulated party says a tone of its own, and each talk is measured: the
// caller must hear the agent's tone and the agent's phone the caller's, or the board shows a fault.
package demo
