package center

import (
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// Reasons of not ready (events.yaml, code_tables.not_ready_reason).
const (
	reasonNone       = 0
	reasonUnanswered = 2
	reasonInspector  = 3
	reasonPhone      = 5
	reasonRefused    = 7
	minOwnReason     = 200
	maxOwnReason     = 250
)

// Limits of a rest (cec_07_1213) and of a custom state (cec_07_1228).
const (
	minRestSeconds = 1
	maxRestSeconds = 86399
	maxRestCause   = 255
	maxCustomState = 65534
	noCustomState  = 65535
)

// wish is a state that was asked for during a call or in wrap-up: it takes effect afterwards (call-model 5).
type wish struct {
	state   State // StateBusy, StateRest; 0 = none
	reason  int   // of not ready, or cause of the rest
	seconds int   // of the rest
	forced  bool  // an inspector's
}

// setState is the only way into another state. It closes the record of the past state, tells the desktop and keeps the
// indices and the deadlines of the states right.
func (c *Center) setState(a *agent, state State, reason int, eventType string, content any) {
	c.unindex(a)
	c.recordState(a)
	a.lastBar = a.state.bar() // not a.bar(): the call that brings the next state is there already
	a.state, a.reason, a.since, a.stateCall = state, reason, c.now, ""
	switch state {
	case StateIdle:
		a.idleSince = c.now
	case StateTalking:
		if a.present != nil {
			a.stateCall = a.present.call.id
		}
	}
	if state != StateWork {
		c.disarm(&a.wrapTimer)
	}
	if state != StateRest && state != StateTalking {
		c.disarm(&a.restTimer)
	}
	c.tell(a, eventType, content)
	c.notifyState(a)
	c.reindex(a)
}

// recordState writes down the state that ends now.
func (c *Center) recordState(a *agent) {
	if a.state == StateUnknown || a.state == StateSignedOut {
		return
	}
	c.countState(a)
	c.emit(StateRecord{VCC: c.cfg.ID, Agent: a.id, State: a.state, Reason: a.reason, From: a.since, To: c.now, Call: a.stateCall})
}

// becomeIdle makes the agent idle; nothing is wished for any more.
func (c *Center) becomeIdle(a *agent, eventType string) {
	a.wish = wish{}
	c.setState(a, StateIdle, 0, eventType, nil)
}

func (c *Center) becomeBusy(a *agent, reason int) {
	c.setState(a, StateBusy, reason, EvSetNotReady, ReasonContent{strconv.Itoa(reason)})
}

// beginRest begins a rest, or changes the running one, which is counted by its own length first.
func (c *Center) beginRest(a *agent, seconds, cause int) {
	c.setState(a, StateRest, cause, EvSetRest, ReasonContent{strconv.Itoa(cause)})
	a.restUntil, a.restReminded = c.now.Add(time.Duration(seconds)*time.Second), false
	c.arm(&a.restTimer, a.restUntil)
}

// resumeRest returns to a rest after a call that the agent made in it. A reminder that became due meanwhile comes now.
func (c *Center) resumeRest(a *agent, cause int) {
	c.setState(a, StateRest, cause, EvSetRest, ReasonContent{strconv.Itoa(cause)})
	if !a.restReminded && !c.now.Before(a.restUntil) {
		c.restOver(a)
	}
}

// restOver reminds the agent; the rest goes on until he ends it (cec_07_1350). During a call the reminder waits.
func (c *Center) restOver(a *agent) {
	if a.state != StateRest {
		return
	}
	a.restReminded = true
	c.tell(a, EvRestTimeout, nil)
}

// beginWork enters wrap-up; limit is the queue's longest wrap-up, 0 = the agent ends it himself (DECISIONS 9).
func (c *Center) beginWork(a *agent, limit time.Duration, eventType string) {
	a.wrapUntil = time.Time{}
	c.setState(a, StateWork, 0, eventType, nil)
	if limit > 0 {
		a.wrapUntil = c.now.Add(limit)
		c.arm(&a.wrapTimer, a.wrapUntil)
	}
}

// resumeWork returns to a wrap-up that a call interrupted; what was left of its time goes on.
func (c *Center) resumeWork(a *agent, again bool) {
	if !a.wrapUntil.IsZero() && !c.now.Before(a.wrapUntil) {
		c.becomeIdle(a, EvReady)
		return
	}
	if again {
		c.setState(a, StateWork, 0, EvWork, nil)
	}
	if !a.wrapUntil.IsZero() {
		c.arm(&a.wrapTimer, a.wrapUntil)
	}
}

func (c *Center) wrapUpOver(a *agent) {
	switch {
	case a.state != StateWork || a.inCall():
	case a.wish.state != 0:
		c.grantWish(a)
	default:
		c.becomeIdle(a, EvReady)
	}
}

// enterCall brings the agent into StateTalking, with AgentState_Busy on every call (cec_05_1423, cec_05_1426). What he had
// chosen before is kept.
func (c *Center) enterCall(a *agent) {
	if a.state == StateTalking {
		c.tell(a, EvBusy, nil)
		return
	}
	a.before, a.talked = chosen{a.state, a.reason}, false
	c.setState(a, StateTalking, 0, EvBusy, nil)
}

// settle gives the agent his state when he is through with his last call: a wish first, then what call-model 10 and 15.2 say.
func (c *Center) settle(a *agent) {
	if a.ending || a.inCall() {
		c.reindex(a)
		return
	}
	switch before := a.before; {
	case a.wish.state != 0:
		c.grantWish(a)
	case a.state == StateWork: // his own phone was rung and not lifted: he never left his state
		c.resumeWork(a, false)
	case a.state != StateTalking:
		c.reindex(a)
	case before.state == StateBusy:
		c.becomeBusy(a, before.reason)
	case before.state == StateRest:
		c.resumeRest(a, before.reason)
	case a.talked && !a.autoIdle:
		c.beginWork(a, a.wrapUp, EvWork)
		a.stateCall = a.last.Call // whose wrap-up it is, for the figures of its queue
	case a.talked || before.state == StateIdle:
		c.becomeIdle(a, EvReady)
	default:
		c.resumeWork(a, true)
	}
}

// notReadyAfter makes an agent not ready who did not take an offered call. A rest that he had asked for begins instead: he
// is not available either way.
func (c *Center) notReadyAfter(a *agent, reason int) {
	switch {
	case a.ending:
	case a.wish.state == StateRest:
		c.grantWish(a)
	default:
		a.wish = wish{}
		c.becomeBusy(a, reason)
	}
}

// grantWish makes the kept wish come true.
func (c *Center) grantWish(a *agent) {
	w := a.wish
	a.wish = wish{}
	switch {
	case w.state == StateRest:
		c.beginRest(a, w.seconds, w.reason)
	case w.forced:
		c.setState(a, StateBusy, w.reason, EvForceNotReady, nil)
	default:
		c.becomeBusy(a, w.reason)
	}
}

// situation is the state as far as it matters to what an agent may ask for: a call under way is StateTalking, also while only
// his own phone is being rung for it.
func (a *agent) situation() State {
	if a.inCall() {
		return StateTalking
	}
	return a.state
}

// applyState applies what an agent does about his own state and settings.
func (c *Center) applyState(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case SayFree:
		return reply(c.sayFree(a))
	case SayBusy:
		return reply(c.sayBusy(a, cmd))
	case CancelBusy:
		return reply(c.cancelBusy(a))
	case Rest:
		return reply(c.rest(a, cmd))
	case CancelRest:
		return reply(c.cancelRest(a))
	case SayWork:
		return reply(c.sayWork(a))
	case CancelWork:
		return reply(c.cancelWork(a))
	case SetAutoAnswer:
		a.autoAnswer = cmd.On
	case SetAutoEnterIdle:
		a.autoIdle = cmd.On
	case SetTalkRight:
		a.talkRight = cmd.On
		c.reindex(a)
	case ResetSkill:
		c.resetSkill(a, cmd)
	case SetCustomState:
		return reply(setCustomState(a, cmd.State))
	case CustomState:
		return answer(a.custom)
	case CancelCustomState:
		a.custom = noCustomState
	case SetSelfRecord:
		a.selfRecord, a.recordEarly = cmd.On, cmd.On && cmd.BeforeTalking
	case SendNote:
		return reply(c.sendNote(a, cmd))
	case SendBulletin:
		return reply(c.sendBulletin(a, cmd))
	default:
		return Reply{}, false
	}
	return Reply{}, true
}

// wrongState is the refusal of a change that the state does not allow.
func wrongState(a *agent, what string) *result.Error {
	return result.StateRefused.Because("%s is not possible: agent %d is %s", what, a.id, a.situation())
}

// sayFree leaves not ready or wrap-up, and takes back wishes. Being idle already is no error: desktops say it to be sure.
func (c *Center) sayFree(a *agent) *result.Error {
	switch a.situation() {
	case StateIdle:
	case StateBusy:
		c.becomeIdle(a, EvCancelNotReady)
	case StateWork:
		c.becomeIdle(a, EvCancelWork)
	case StateTalking:
		a.wish = wish{}
		c.comeBackIdle(a, StateBusy, StateWork)
	default:
		return wrongState(a, "sayfree")
	}
	return nil
}

// comeBackIdle lets an agent in a call be idle afterwards if he was in one of the states before it. While only his own phone
// is being rung he still has that state, so it ends at once.
func (c *Center) comeBackIdle(a *agent, states ...State) (was bool) {
	for _, s := range states {
		if a.state == StateTalking && a.before.state == s {
			a.before, was = chosen{state: StateIdle}, true
			continue
		}
		if a.state == s {
			was = true
			c.becomeIdle(a, leaveEvents[s])
		}
	}
	return was
}

// leaveEvents are the events that answer an agent's own request to leave a state.
var leaveEvents = map[State]string{StateBusy: EvCancelNotReady, StateWork: EvCancelWork, StateRest: EvCancelRest}

func (c *Center) sayBusy(a *agent, cmd SayBusy) *result.Error {
	if cmd.Reason != reasonNone && (cmd.Reason < minOwnReason || cmd.Reason > maxOwnReason) {
		return result.BadArgument.Because("reason %d is neither 0 nor within %d..%d", cmd.Reason, minOwnReason, maxOwnReason)
	}
	if !a.rights.Has(RightBusy) {
		return result.StateRefused.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightBusy])
	}
	switch a.situation() {
	case StateTalking, StateWork:
		a.wish = wish{state: StateBusy, reason: cmd.Reason}
		return nil
	case StateBusy:
		if !cmd.Prolong || cmd.Reason == reasonNone {
			return result.StateRefused.Because("agent %d is busy already; another reason needs prolong=true and a reason", a.id)
		}
	}
	c.becomeBusy(a, cmd.Reason)
	return nil
}

func (c *Center) cancelBusy(a *agent) *result.Error {
	switch a.situation() {
	case StateBusy:
		c.becomeIdle(a, EvCancelNotReady)
		return nil
	case StateTalking, StateWork: // since AICC 26.100 a not ready that is only wished for as well (cec_07_0333)
		if a.wish.state == StateBusy {
			a.wish = wish{}
			return nil
		}
		if c.comeBackIdle(a, StateBusy) {
			return nil
		}
	}
	return wrongState(a, "cancelbusy")
}

func checkRest(seconds, cause int) *result.Error {
	if seconds < minRestSeconds || seconds > maxRestSeconds {
		return result.BadArgument.Because("rest time %d is not within %d..%d seconds", seconds, minRestSeconds, maxRestSeconds)
	}
	if cause < 0 || cause > maxRestCause {
		return result.BadArgument.Because("rest cause %d is not within 0..%d", cause, maxRestCause)
	}
	return nil
}

func (c *Center) rest(a *agent, cmd Rest) *result.Error {
	if err := checkRest(cmd.Seconds, cmd.Cause); err != nil {
		return err
	}
	switch a.situation() {
	case StateTalking, StateWork:
		a.wish = wish{state: StateRest, reason: cmd.Cause, seconds: cmd.Seconds}
		return nil
	case StateRest:
		if !cmd.Prolong {
			return result.StateRefused.Because("agent %d rests already; another length needs prolong=true", a.id)
		}
	}
	c.beginRest(a, cmd.Seconds, cmd.Cause)
	return nil
}

func (c *Center) cancelRest(a *agent) *result.Error {
	switch a.situation() {
	case StateRest:
		c.becomeIdle(a, EvCancelRest)
		return nil
	case StateTalking, StateWork:
		if a.wish.state == StateRest {
			a.wish = wish{}
			return nil
		}
		if c.comeBackIdle(a, StateRest) {
			return nil
		}
	}
	return wrongState(a, "cancelrest")
}

func (c *Center) sayWork(a *agent) *result.Error {
	switch a.situation() {
	case StateIdle, StateBusy, StateRest:
		c.beginWork(a, 0, EvSetWork)
		return nil
	default:
		return wrongState(a, "work")
	}
}

func (c *Center) cancelWork(a *agent) *result.Error {
	if a.situation() != StateWork {
		return wrongState(a, "cancelwork")
	}
	if a.wish.state != 0 {
		c.tell(a, EvCancelWork, nil)
		c.grantWish(a)
		return nil
	}
	c.becomeIdle(a, EvCancelWork)
	return nil
}

func setCustomState(a *agent, state int) *result.Error {
	if state < 0 || state > maxCustomState {
		return result.BadArgument.Because("custom state %d is not within 0..%d", state, maxCustomState)
	}
	a.custom = state
	return nil
}
