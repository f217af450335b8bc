package center

import "time"

// silenceSteps says how finely signs of life are kept: in steps of MAXTIME/silenceSteps. A sign that comes within a step of the last
// one changes nothing, so an agent who polls every ten seconds does not make a change of the center, to be journaled, of each poll.
// Nobody is signed out early for that: the deadline lies a step later.
const silenceSteps = 8

// alive notes a sign of life.
func (c *Center) alive(a *agent) {
	if c.cfg.Silence > 0 && c.now.Sub(a.seen) >= c.cfg.Silence/silenceSteps {
		a.seen, c.changed = c.now, true
	}
}

// patience is how long after the sign of life that was kept last an agent is signed out: MAXTIME and a step.
func (c *Center) patience() time.Duration { return c.cfg.Silence + c.cfg.Silence/silenceSteps }

// watchSilence sets the deadline of an agent's silence. A sign of life does not move it; when it comes it looks how long the
// agent has been silent, so that commands stay cheap.
func (c *Center) watchSilence(a *agent) {
	if c.cfg.Silence > 0 {
		c.arm(&a.silence, a.seen.Add(c.patience()))
		return
	}
	c.disarm(&a.silence)
}

// silent signs an agent out from whom nothing came for MAXTIME (cec_05_4012).
func (c *Center) silent(a *agent) {
	if c.now.Sub(a.seen) < c.patience() {
		c.watchSilence(a)
		return
	}
	c.endSession(a, ending{reason: ReasonLostConnection, tell: true, linger: true})
}
