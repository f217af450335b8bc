package center

import (
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// Agent types that sign-in takes (cec_07_1202).
const (
	agentTypeAudio = 4
	agentTypeVideo = 11
)

// maxNumber is the longest telephone number of the interface (cec_07_1202: at most 24 characters).
const maxNumber = 24

// lingering is a session that somebody else ended: what is left of its events can be fetched with its GUID for a while.
type lingering struct {
	agent   AgentID
	session Session
	guids   guids
	push    bool
	began   time.Time
	timer   timer
}

// applySession applies what an agent does about his session.
func (c *Center) applySession(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case Authenticate:
		return answer(Authenticated{Session: a.session, Rights: a.rights})
	case SignOut:
		return reply(c.signOut(a, cmd))
	case RenewToken:
		return reply(c.renewToken(a, cmd.NewToken))
	case PasswordChanged:
		a.mustChange = false
		c.reindex(a)
		return reply(nil)
	case SyncInfo:
		info := c.agentInfo(a)
		c.emit(ClearEvents{Agent: a.id, Session: a.session})
		return answer(info)
	case BindPhone:
		return reply(c.bindPhone(a, cmd.Phone))
	case SetForwarding:
		return reply(c.setForwarding(a, cmd.Number))
	default:
		return Reply{}, false
	}
}

// signIn opens a session. Everything is checked before an existing one is ended, so a refused sign-in changes nothing.
func (c *Center) signIn(cmd SignIn) Reply {
	account := c.cfg.agents[cmd.Agent]
	old := c.agents[cmd.Agent]
	if err := c.maySignIn(cmd, account, old); err != nil {
		return Reply{Err: err}
	}
	var ousted *guids
	if old != nil {
		ousted = outdated(old.guids, old.ousted)
		c.endSession(old, ending{reason: ReasonForcedElsewhere, tell: true})
	}
	a := c.newAgent(cmd, account)
	a.ousted = ousted
	c.open(a, cmd)
	return Reply{Value: SignedIn{
		VCC: c.cfg.ID, Agent: a.id, Session: a.session, MediaTypes: a.mediaTypes(), At: c.now,
		ForceChange: a.mustChange, ServerName: c.cfg.ServerName, DaysLeft: cmd.DaysLeft,
	}}
}

// maySignIn checks a sign-in, arguments first.
func (c *Center) maySignIn(cmd SignIn, account *Agent, old *agent) *result.Error {
	switch {
	case account == nil: // the account went away after its password was checked
		return result.WrongPassword.Because("agent %d has no account here", cmd.Agent)
	case cmd.AgentType != agentTypeAudio && cmd.AgentType != agentTypeVideo:
		return result.WrongAgentType.Because("agent type %d is neither %d nor %d", cmd.AgentType, agentTypeAudio, agentTypeVideo)
	case old != nil && !cmd.Force:
		return result.AlreadySignedIn.Because("agent %d is signed in already", cmd.Agent)
	}
	if err := checkSignInState(cmd); err != nil {
		return err
	}
	if !cmd.WithoutPhone && (cmd.Phone != "" || !cmd.PlatformOnly) {
		if err := c.checkPhone(cmd.Agent, cmd.Phone); err != nil {
			return err
		}
	}
	if c.draining {
		return result.PlatformUnavailable.Because("the center is being stopped")
	}
	if limit := c.cfg.Limits.Agents; limit > 0 && old == nil && len(c.agents) >= limit {
		return result.PlatformUnavailable.Because("the limit of %d signed-in agents is reached", limit)
	}
	return nil
}

func checkSignInState(cmd SignIn) *result.Error {
	switch State(cmd.Status) {
	case StateBusy, StateIdle, StateWork:
		return nil
	case StateRest:
		if err := checkRest(cmd.RestSeconds, cmd.RestCause); err != nil {
			return result.BadSignInParameter.Because("%s", err.Message)
		}
		return nil
	default:
		return result.BadSignInParameter.Because("status %d is none of 3, 4, 5 and 8", cmd.Status)
	}
}

// checkPhone tells whether the agent may bind the phone: an account of the VCC that no other agent has (DECISIONS 3).
func (c *Center) checkPhone(id AgentID, phone string) *result.Error {
	if !dialable(phone) {
		return result.BadPhone.Because("phone %q is not a number", phone)
	}
	if !c.cfg.isPhone(phone) {
		return result.PhoneOutOfRange.Because("phone %s is not a phone of this VCC", phone)
	}
	if owner := c.byPhone[phone]; owner != nil && owner.id != id {
		return result.BadPhone.Because("phone %s is bound to agent %d", phone, owner.id)
	}
	return nil
}

// dialable tells whether the text is a number as the interface means it: 1 to 24 of digits, "*" and "#".
func dialable(number string) bool {
	if number == "" || len(number) > maxNumber {
		return false
	}
	for i := range len(number) {
		if b := number[i]; (b < '0' || b > '9') && b != '*' && b != '#' {
			return false
		}
	}
	return true
}

func (c *Center) newAgent(cmd SignIn, account *Agent) *agent {
	c.sessionSeq++
	a := &agent{
		id: cmd.Agent, account: account, rights: c.cfg.rights[account.Role], session: Session(c.sessionSeq),
		guids: guids{current: cmd.Token, since: c.now}, began: c.now, seen: c.now,
		push: cmd.Push, autoAnswer: cmd.AutoAnswer, autoIdle: cmd.AutoEnterIdle, releasePhone: cmd.ReleasePhone,
		platformOnly: cmd.PlatformOnly, chat: cmd.Chat, listen: cmd.ListenStatus, signInMode: cmd.SignInMode,
		mustChange: cmd.ForceChange, talkRight: true, custom: noCustomState, lastBar: barAbnormal,
	}
	if !cmd.WithoutPhone {
		a.phone = cmd.Phone
	}
	a.silence = timer{kind: timerSilence, agent: a}
	a.wrapTimer = timer{kind: timerWrapUp, agent: a}
	a.restTimer = timer{kind: timerRest, agent: a}
	return a
}

// open puts the new session in its places and raises the events of sign-in (cec_07_1202): in service, ready, and then the
// state that was asked for.
func (c *Center) open(a *agent, cmd SignIn) {
	if l := c.lingering[a.id]; l != nil {
		a.ousted = outdated(l.guids, nil)
		c.disarm(&l.timer)
		delete(c.lingering, a.id)
	}
	c.agents[a.id] = a
	c.roster = insertByNumber(c.roster, a)
	if a.phone != "" {
		c.byPhone[a.phone] = a
		c.boundAnew(a.phone)
	}
	c.emit(SessionBegan{Agent: a.id, Session: a.session, Push: a.push, Phone: a.phone, IP: cmd.IP, At: c.now})
	c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: a.id, Act: signInName(cmd), Target: a.id, Detail: a.phone})
	c.tell(a, EvInService, nil)
	c.entering = a
	c.becomeIdle(a, EvReady)
	switch State(cmd.Status) {
	case StateBusy:
		c.becomeBusy(a, reasonNone)
	case StateWork:
		c.beginWork(a, 0, EvWork)
	case StateRest:
		c.beginRest(a, cmd.RestSeconds, cmd.RestCause)
	}
	c.watchSilence(a)
	c.entering = nil
	c.notifyInspectors(a, qcLogin)
	c.notifyState(a)
	if a.listen && a.rights.Inspector() {
		c.listeners = insertByNumber(c.listeners, a)
	}
}

// signInName is the interface's log name.
func signInName(cmd SignIn) string {
	switch {
	case cmd.PlatformOnly && cmd.Force && cmd.WithoutPhone:
		return "forceLoginExWithoutPhone"
	case cmd.PlatformOnly && cmd.Force:
		return "forceLoginEx"
	case cmd.PlatformOnly:
		return "loginEx"
	case cmd.Force:
		return "forceLogin"
	default:
		return "login"
	}
}

// mediaTypes says which media servers the session has: voice, text chat, mail.
func (a *agent) mediaTypes() string {
	if a.chat && !a.platformOnly {
		return "TTF"
	}
	return "TFF"
}

// ending says how a session ends.
type ending struct {
	reason int
	by     AgentID // the inspector; 0 = the system, or the agent himself
	tell   bool    // the desktop is told (AgentOther_ShutdownService); not after the agent's own wish (cec_07_1219)
	linger bool
	act    string // log name for the audit
}

func (c *Center) signOut(a *agent, cmd SignOut) *result.Error {
	if cmd.Reason < 0 || cmd.Reason > 255 {
		return result.BadSignOut.Because("reason %d is not within 1..255", cmd.Reason)
	}
	if a.inCall() && !cmd.Force {
		return result.WrongStateAtSignOut.Because("agent %d has a call", a.id)
	}
	e := ending{reason: ReasonOwnWish, by: a.id, act: "logout"}
	if cmd.Force {
		e.act = "forceLogout"
	}
	if cmd.Reason > 0 {
		e.reason, e.act = cmd.Reason, "forceLogoutWithReason"
	}
	c.endSession(a, e)
	return nil
}

// endSession signs an agent out in whatever state. His talks end, what was only offered to him goes back to its queue
// (DECISIONS 6), his phone is hung up; SessionEnded is the last that is heard of the session.
func (c *Center) endSession(a *agent, e ending) {
	a.ending = true
	c.unindex(a)
	c.endInspections(a, "signed out")
	c.leaveAllCalls(a, e.reason)
	c.hangUpPhone(a)
	for _, t := range []*timer{&a.silence, &a.wrapTimer, &a.restTimer} {
		c.disarm(t)
	}
	c.leaveQueues(a)
	c.recordState(a)
	if e.tell {
		c.tell(a, EvShutdown, ShutdownContent{LoginTime: strconv.FormatInt(millis(a.began), 10)})
	}
	delete(c.agents, a.id)
	c.roster = removeByNumber(c.roster, a)
	c.listeners = removeByNumber(c.listeners, a)
	c.unwatchAll(a)
	if c.byPhone[a.phone] == a {
		delete(c.byPhone, a.phone)
		c.boundAnew(a.phone)
	}
	if e.linger {
		c.linger(a)
	}
	by := e.by
	if by == a.id {
		by = 0
	}
	c.emit(SessionEnded{Agent: a.id, Session: a.session, Linger: e.linger, Reason: e.reason, By: by, Began: a.began, At: c.now})
	c.auditSignOut(a, e)
	c.notifyInspectors(a, qcLogout)
}

// boundAnew looks again at those who forward to a phone that somebody has bound or let go: they have a phone now, or none.
func (c *Center) boundAnew(phone string) {
	for _, other := range c.roster {
		if phone != "" && other.forward == phone {
			c.reindex(other)
		}
	}
}

func (c *Center) auditSignOut(a *agent, e ending) {
	act := e.act
	if act == "" {
		act = "SignedOut"
	}
	c.emit(Audit{VCC: c.cfg.ID, At: c.now, Actor: e.by, Act: act, Target: a.id, Detail: "reason " + strconv.Itoa(e.reason)})
}

// linger keeps what is needed to let the signed-out desktop fetch its last events.
func (c *Center) linger(a *agent) {
	l := &lingering{agent: a.id, session: a.session, guids: a.guids, push: a.push != Push{}, began: a.began}
	l.timer = timer{kind: timerLinger, ended: l}
	c.lingering[a.id] = l
	c.arm(&l.timer, c.now.Add(lingerTime))
}

// bindPhone binds a phone to a session. The connection to another phone that was kept is hung up.
func (c *Center) bindPhone(a *agent, phone string) *result.Error {
	if a.inCall() {
		return result.OperationFailed.Because("agent %d has a call; a phone cannot be bound now", a.id)
	}
	if err := c.checkPhone(a.id, phone); err != nil {
		return err
	}
	if phone == a.phone {
		return nil
	}
	former := a.phone
	if c.byPhone[former] == a {
		delete(c.byPhone, former)
	}
	a.phone = phone
	c.byPhone[phone] = a
	c.boundAnew(former)
	c.boundAnew(phone)
	c.reviseLine(a)
	c.reindex(a)
	return nil
}

// setForwarding rings another number instead of the agent's phone. An outside number needs the right to call it: otherwise
// forwarding would be a way out of the center without one.
func (c *Center) setForwarding(a *agent, number string) *result.Error {
	if number != "" {
		if err := c.checkForwarding(a, number); err != nil {
			return err
		}
	}
	a.forward = number
	c.reviseLine(a)
	c.reindex(a)
	return nil
}

func (c *Center) checkForwarding(a *agent, number string) *result.Error {
	if !dialable(number) {
		return result.BadArgument.Because("number %q is not 1 to %d digits", number, maxNumber)
	}
	if c.cfg.isPhone(number) {
		if owner := c.byPhone[number]; owner != nil && owner != a {
			return result.BadPhone.Because("phone %s is bound to agent %d", number, owner.id)
		}
		return nil
	}
	if right := c.cfg.rightFor(number); !a.rights.Has(right) {
		return result.NumberNotAllowed.Because("the role of agent %d lacks the right %q", a.id, RightNames[right])
	}
	if _, ok := c.cfg.trunk(number); !ok {
		return result.NumberNotAllowed.Because("no line takes the number %s", number)
	}
	if !c.cfg.allows(number) {
		c.refuseOutside(a.id, number, BarNumber)
		return result.NumberNotAllowed.Because("calls to %s are not allowed by the VCC's numbering", number)
	}
	return nil
}
