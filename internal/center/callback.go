package center

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/result"
)

// Bounds of call-backs: a customer is not called without end, nor is an agent kept by a number that he does not dial.
const (
	maxBacks     = 1000             // in one queue
	backTries    = 3                // offers and calls that came to nothing
	backAgain    = 5 * time.Minute  // from one try to the next
	previewShown = 60 * time.Second // until an agent must have dialled
	maxPreviews  = 5                // numbers of one customer
	longestBack  = 24 * time.Hour   // afterwards nobody waits for the call any more
)

// callBack is a customer who is to be called, and who waits in a queue for it without being on the line: his place is that of the
// time since when he waits. One stands in his queue, or in the hands of an agent (agent.preview, call.back).
type callBack struct {
	id      int64
	queue   *queue
	numbers []string
	data    string
	auto    bool // the number is dialled for the agent, without his looking at it
	entered time.Time
	feature int
	tries   int
	agent   *agent // to whom it is shown; nil = nobody
	born    time.Time
	ready   bool      // may be tried
	again   timer     // when it is ready; when it is given up; how long it is shown
	to      AgentID   // who has it, to look at or to dial; 0 = nobody
	given   time.Time // since when
}

// offerPreview gives a customer to be called into a queue.
func (c *Center) offerPreview(cmd OfferPreview) (int64, *result.Error) {
	entered := plainTime(cmd.Waiting)
	if cmd.Waiting.IsZero() || entered.After(c.now) {
		entered = c.now
	}
	return c.newBack(callBack{numbers: slices.Clone(cmd.Numbers), data: cmd.Data, auto: cmd.Auto, entered: entered, feature: featurePreview}, cmd.Skill)
}

// flowCallBack keeps the caller's place: he waits for a call from now on, also when he hangs up.
func (c *Center) flowCallBack(cl *call, p *party, cmd FlowCallBack) *result.Error {
	switch {
	case cl.suspended() != nil:
		return result.OperationFailed.Because("call %s belongs to the agent who waits for it", cl.id)
	case p.phase != phaseInFlow && !cl.queued:
		return result.OperationFailed.Because("somebody is being rung for call %s", cl.id)
	}
	if q := c.queues[cmd.Skill]; q == nil || !q.owes(cmd.Number) {
		entered := c.now
		if !cl.firstWait.IsZero() {
			entered = cl.firstWait
		}
		if _, err := c.newBack(callBack{
			numbers: []string{cmd.Number}, data: cl.data, auto: true, entered: entered, feature: featureCallBack,
		}, cmd.Skill); err != nil {
			return err
		}
	}
	if cl.queued { // nobody stands in a queue twice
		c.unqueue(cl, p)
		c.backToFlow(cl, p)
	}
	return nil
}

// owes tells whether a caller has had the number noted in the queue already. He keeps that place: nobody is called more often for asking
// more often, nor fills the queue.
func (q *queue) owes(number string) bool {
	return slices.ContainsFunc(q.backs, func(b *callBack) bool { return b.feature == featureCallBack && slices.Contains(b.numbers, number) })
}

// newBack checks a customer's numbers and lets him wait.
func (c *Center) newBack(b callBack, skill SkillID) (int64, *result.Error) {
	q := c.queues[skill]
	switch {
	case len(b.numbers) == 0 || len(b.numbers) > maxPreviews:
		return 0, result.BadArgument.Because("%d numbers are not 1 to %d", len(b.numbers), maxPreviews)
	case len(b.data) > maxCallData:
		return 0, result.BadArgument.Because("call data of %d bytes is longer than %d", len(b.data), maxCallData)
	case q == nil || q.gone || c.draining:
		return 0, result.OperationFailed.Because("skill queue %d takes nobody", skill)
	case len(q.backs) >= maxBacks:
		return 0, result.OperationFailed.Because("skill queue %d has %d call-backs", skill, maxBacks)
	}
	for _, number := range b.numbers {
		if !dialable(number) {
			return 0, result.BadArgument.Because("number %q is not 1 to %d of digits, * and #", number, maxNumber)
		}
		if _, ok := c.cfg.trunk(number); !ok || c.cfg.isPhone(number) {
			return 0, result.OperationFailed.Because("no line takes the number %s", number)
		}
		if !c.cfg.allows(number) {
			c.refuseOutside(0, number, BarNumber)
			return 0, result.NumberNotAllowed.Because("calls to %s are not allowed by the VCC's numbering", number)
		}
	}
	c.backSeq++
	b.id, b.queue = c.backSeq, q
	kept := &b
	kept.again = timer{kind: timerBack, back: kept}
	kept.born = c.now
	q.insertBack(kept)
	c.backReady(kept)
	return kept.id, nil
}

// insertBack puts a call-back in its place: by the time since when the customer waits.
func (q *queue) insertBack(b *callBack) {
	at, _ := slices.BinarySearchFunc(q.backs, b, func(x, y *callBack) int {
		return cmp.Or(x.entered.Compare(y.entered), cmp.Compare(x.id, y.id))
	})
	q.backs = slices.Insert(q.backs, at, b)
}

func (q *queue) removeBack(b *callBack) {
	q.backs = slices.DeleteFunc(q.backs, func(other *callBack) bool { return other == b })
}

// nextBack is the call-back that is to be served before all callers of the queue, and the best idle agent who may dial it. The place
// is that of a caller who came at the same time.
func (c *Center) nextBack(q *queue) (*callBack, *agent) {
	if limit := c.cfg.Limits.Calls; len(q.backs) == 0 || len(q.idle) == 0 || limit > 0 && len(c.calls) >= limit {
		return nil, nil
	}
	for _, b := range q.backs {
		if q.first != nil && (q.first.requeued > 0 || q.first.entered.Before(b.entered)) {
			return nil, nil
		}
		if !b.ready {
			continue
		}
		a := c.dialler(q, b)
		if a != nil && c.ceiling(a.id) == BarNone {
			return b, a
		}
		if a != nil {
			c.backBarredNow(b)
		}
	}
	return nil, nil
}

// dialler is the best idle agent whose role lets him call all numbers of the customer; one who is below the ceilings, if there is any.
func (c *Center) dialler(q *queue, b *callBack) *agent {
	best, below := -1, false
	for i, m := range q.idle {
		if !c.mayDial(m.agent, b) {
			continue
		}
		free := c.ceiling(m.agent.id) == BarNone
		if best < 0 || free && !below || free == below && q.idle.Less(i, best) {
			best, below = i, free
		}
	}
	if best < 0 {
		return nil
	}
	return q.idle[best].agent
}

func (c *Center) mayDial(a *agent, b *callBack) bool {
	return !slices.ContainsFunc(b.numbers, func(n string) bool {
		return !a.rights.Has(RightCallOut) || !a.rights.Has(c.cfg.rightFor(n)) || !c.cfg.allows(n)
	})
}

// serveBack gives a call-back to an agent: he is shown it, or it is dialled for him.
func (c *Center) serveBack(a *agent, b *callBack) {
	b.queue.removeBack(b)
	c.disarm(&b.again)
	b.to, b.given = a.id, c.now
	if b.auto {
		c.tell(a, EvAgentOccupied, nil)
		c.dialBack(a, b, b.numbers[0])
		return
	}
	a.preview, b.agent = b, a
	c.enterCall(a)
	c.arm(&b.again, c.now.Add(previewShown))
	name := EvPreviewCallOut
	if len(b.numbers) > 1 {
		name = EvPreviewCallOutEx
	}
	c.tell(a, name, PreviewContent{Control: strconv.FormatInt(b.id, 10), Digits: strings.Join(b.numbers, ","), Data: b.data})
}

// dialBack calls the customer for the agent.
func (c *Center) dialBack(a *agent, b *callBack, number string) CallID {
	c.disarm(&b.again)
	b.agent = nil
	cl := c.newOwnCall(b.feature, number, b.queue.skill.ID, b.data)
	cl.caller, cl.back = c.shownNumber(a, ""), b
	at, ok := c.route(number)
	cl.target, cl.trunk = at, at.trunk
	p := c.makeCall(a, cl)
	if !ok { // the line to it has been taken away
		c.endCall(cl, finish{reason: LeaveNoSuchNumber, by: PartySystem, cause: CauseNotFound, failed: true})
		return cl.id
	}
	c.dial(p, "")
	return cl.id
}

// previewCallOut dials a number that the agent is shown; "" = the first.
func (c *Center) previewCallOut(a *agent, cmd PreviewCallOut) (CallID, *result.Error) {
	b := a.preview
	switch {
	case b == nil || b.id != cmd.Control:
		return "", result.OperationFailed.Because("agent %d is not offered preview %d", a.id, cmd.Control)
	case cmd.Called != "" && !slices.Contains(b.numbers, cmd.Called):
		return "", result.BadArgument.Because("number %q does not belong to preview %d", cmd.Called, b.id)
	case !c.mayDial(a, b):
		return "", result.NumberNotAllowed.Because("the role of agent %d may not call it", a.id)
	case !c.hasPhone(a):
		return "", result.OperationFailed.Because("agent %d has no phone", a.id)
	case c.draining:
		return "", result.OperationFailed.Because("the center is being stopped")
	case c.cfg.Limits.Calls > 0 && len(c.calls) >= c.cfg.Limits.Calls:
		return "", result.OperationFailed.Because("the limit of %d calls is reached", c.cfg.Limits.Calls)
	}
	number := cmp.Or(cmd.Called, b.numbers[0])
	if err := c.checkOutside(a.id, number); err != nil {
		return "", err
	}
	a.preview = nil
	return c.dialBack(a, b, number), nil
}

func (c *Center) cancelPreview(a *agent, control int64) *result.Error {
	if a.preview == nil || a.preview.id != control {
		return result.OperationFailed.Because("agent %d is not offered preview %d", a.id, control)
	}
	c.endPreview(a, TryGivenBack)
	return nil
}

// takePreview takes the preview from an agent.
func (c *Center) takePreview(a *agent) {
	b := a.preview
	a.preview, b.agent = nil, nil
	c.disarm(&b.again)
	c.tell(a, EvReleasePreview, nil)
	c.settle(a)
}

// endPreview takes the preview from an agent, if he has one. What he, or the time, has done counts as a try; that his session, or the
// program, ends (TryTakenAway) is not held against the customer.
func (c *Center) endPreview(a *agent, outcome TryOutcome) {
	b := a.preview
	if b == nil {
		return
	}
	c.takePreview(a)
	if outcome != TryTakenAway || b.queue.gone {
		c.backFailed(b, outcome, "", "")
		return
	}
	c.backTried(b, outcome, "", "", false)
	b.queue.insertBack(b)
	c.backReady(b)
}

// backFailed lets the customer wait again, in his place, until he is tried the next time; or gives him up.
func (c *Center) backFailed(b *callBack, outcome TryOutcome, number string, in CallID) {
	b.tries++
	final := b.tries >= backTries || b.queue.gone
	c.backTried(b, outcome, number, in, final)
	if final {
		return
	}
	b.ready = false
	b.queue.insertBack(b)
	c.arm(&b.again, c.now.Add(backAgain))
}

// backReady lets agents have the call-back, until nobody waits for it any more.
func (c *Center) backReady(b *callBack) {
	b.ready = true
	c.arm(&b.again, b.born.Add(longestBack))
	c.mark(b.queue)
}

// backDue: a call-back may be tried again, has been shown long enough, or has waited for too long.
func (c *Center) backDue(b *callBack) {
	switch {
	case b.agent != nil:
		c.endPreview(b.agent, TryNotDialled)
	case !b.ready:
		c.backReady(b)
	default:
		b.queue.removeBack(b)
		c.backTried(b, TryGivenUp, "", "", true)
	}
}

// dropBacks forgets the call-backs of a queue that is no longer configured.
func (c *Center) dropBacks(q *queue) {
	for _, b := range q.backs {
		c.disarm(&b.again)
		c.backTried(b, TryTakenAway, "", "", true)
	}
	q.backs = nil
	for _, a := range c.roster {
		if a.preview != nil && a.preview.queue == q {
			c.endPreview(a, TryTakenAway)
		}
	}
}
