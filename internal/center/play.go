package center

import "ccgateway/internal/result"

// Volume and speed that leave a sound as it is.
const (
	normalVolume = 50
	normalSpeed  = 50
)

// Causes of AgentMediaEvent_StopPlayDone (cec_07_0536).
const (
	playOver    = 0
	playStopped = 1
	playFailed  = 2
)

// playing is a sound that plays and whose end is awaited: to the caller of a flow, or to an agent.
type playing struct {
	call  *call
	agent *agent
}

// agentPlay is a recording that an agent has himself played. Outside a call it occupies him: his phone is rung first, and he takes
// no calls until it ends (recordplay.yaml).
type agentPlay struct {
	id      PlayID // "" = his phone is still being rung
	leg     LegID  // it plays to
	part    *party // the call in which it plays; nil = outside
	wanted  BeginPlay
	paused  bool
	ringing timer
}

// ringsForPlay tells whether the agent's phone is being rung for a recording that he wants to hear.
func (a *agent) ringsForPlay() bool { return a.play != nil && a.play.id == "" && a.line != nil }

// beginPlay plays a recording to the agent.
func (c *Center) beginPlay(a *agent, cmd BeginPlay) *result.Error {
	p := a.present
	cmd.By = By{} // the proof is not needed any more
	switch {
	case cmd.Path == "":
		return result.BadArgument.Because("the recording's path is empty")
	case a.play != nil:
		return result.CannotPlay.Because("agent %d is being played a recording", a.id)
	case p != nil && cmd.Network && len(p.call.parties) > 2:
		return result.CannotPlay.Because("agent %d is in a call of three parties", a.id)
	case p != nil && p.phase == phaseTalking && a.lineUp():
		a.play = &agentPlay{part: p, wanted: cmd, ringing: timer{kind: timerPlay, agent: a}}
		c.startPlay(a)
		return nil
	case a.inCall() || a.mustChange || c.draining || !c.hasPhone(a):
		return result.CannotPlay.Because("agent %d has a call that is not a talk, or no phone", a.id)
	}
	a.play = &agentPlay{wanted: cmd, ringing: timer{kind: timerPlay, agent: a}}
	c.disarm(&a.wrapTimer)
	c.enterCall(a)
	if a.lineUp() {
		c.startPlay(a)
		return nil
	}
	c.ringOwn(a, Ring{Auto: true}, &a.play.ringing, defaultRing)
	return nil
}

// startPlay begins what the agent wants to hear, his phone being off-hook.
func (c *Center) startPlay(a *agent) {
	w := a.play.wanted
	c.disarm(&a.play.ringing)
	a.play.id, a.play.leg = c.newPlay(), a.line.id
	c.plays[a.play.id] = playing{agent: a}
	c.emit(Play{
		Play: a.play.id, Leg: a.line.id, Sound: []Sound{{File: w.Path}}, StartMS: w.StartMS, Volume: w.Volume, Speed: w.Speed, Endless: w.Endless,
	})
	c.tell(a, EvPlaySucc, nil)
	c.tell(a, EvPlay, nil)
}

// playEnded: a sound has ended by itself, by a key, or has failed.
func (c *Center) playEnded(cmd PlayEnded) {
	p, ok := c.plays[cmd.Play]
	switch {
	case !ok: // nobody waits for its end
		return
	case p.call != nil:
		delete(c.plays, cmd.Play)
		number := p.call.flow.number
		p.call.flow.play = ""
		c.tellFlow(p.call, FlowTold{What: FlowPlayed, Why: cmd.Why, Number: number})
		c.watchFlow(p.call)
	case cmd.Why != "":
		p.agent.play.leg = "" // nothing is to be stopped
		c.stopPlay(p.agent, playFailed)
	default:
		p.agent.play.leg = ""
		c.stopPlay(p.agent, playOver)
	}
}

// stopPlay ends what the agent is played, or is about to be, with the events and their order of recordplay.yaml.
func (c *Center) stopPlay(a *agent, cause int) {
	play := a.play
	if play == nil {
		return
	}
	a.play = nil
	c.disarm(&play.ringing)
	if play.id != "" {
		delete(c.plays, play.id)
		if l := c.legs[play.leg]; l != nil && !l.over {
			c.emit(StopPlay{Play: play.id})
		}
	}
	if play.part == nil {
		c.hangUpPhone(a)
		c.settle(a)
	}
	if play.id == "" && cause == playFailed {
		c.tell(a, EvPlayFail, nil)
	}
	c.tell(a, EvStopPlayDone, StopPlayContent{Cause: cause})
}

func (c *Center) pausePlay(a *agent) *result.Error {
	if a.play == nil || a.play.id == "" || a.play.part != nil || a.play.paused {
		return result.CannotPausePlay.Because("agent %d is not being played a recording outside a call", a.id)
	}
	a.play.paused = true
	c.emit(PausePlayback{Play: a.play.id, On: true})
	c.tell(a, EvPausePlayDone, nil)
	return nil
}

func (c *Center) resumePlay(a *agent) *result.Error {
	if a.play == nil || !a.play.paused {
		return result.CannotResumePlay.Because("agent %d has not paused a recording", a.id)
	}
	a.play.paused = false
	c.emit(PausePlayback{Play: a.play.id})
	c.tell(a, EvResumePlayDone, nil)
	return nil
}

func (c *Center) movePlay(a *agent, cmd MovePlay) *result.Error {
	if a.play == nil || a.play.id == "" {
		if cmd.MS < 0 && !cmd.Absolute {
			return result.CannotRewind.Because("agent %d is not being played a recording", a.id)
		}
		return result.CannotForward.Because("agent %d is not being played a recording", a.id)
	}
	if cmd.Absolute && cmd.MS < 0 {
		return result.BadArgument.Because("place %d ms lies before the beginning", cmd.MS)
	}
	c.emit(MovePlayback{Play: a.play.id, MS: cmd.MS, Absolute: cmd.Absolute})
	c.tell(a, EvJumpPlayDone, nil)
	return nil
}

func (c *Center) endPlay(a *agent) *result.Error {
	if a.play == nil {
		return result.CannotStopPlay.Because("agent %d is not being played a recording", a.id)
	}
	c.stopPlay(a, playStopped)
	return nil
}
