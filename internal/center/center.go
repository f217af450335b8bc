package center

import (
	"time"

	"ccgateway/internal/result"
)

// Center is one VCC. The zero Center is not usable; see New.
type Center struct {
	cfg     *settings
	now     time.Time // of the command that is being applied
	effects []Effect  // of the command that is being applied
	changed bool      // by the command that was applied last; see Changed

	agents      map[AgentID]*agent      // signed in
	roster      []*agent                // the same, by number
	watchers    map[AgentID][]*agent    // inspectors who are told of each change of an agent, by number
	entering    *agent                  // whose sign-in is under way
	listeners   []*agent                // those of them that are told of sign-ins and sign-outs, by number
	byPhone     map[string]*agent       // whose bound phone it is
	lingering   map[AgentID]*lingering  // sessions that somebody else ended and whose events can still be fetched
	queues      map[SkillID]*queue      // one for every configured skill queue
	dirty       []*queue                // in which a waiting caller and an idle agent may now meet; see match
	calls       map[CallID]*call        // those that go on
	legs        map[LegID]*leg          // those that the phone side has
	phones      map[string]bool         // all phone accounts, and whether they have a registration
	records     map[RecordingID]*record // recordings that run
	plays       map[PlayID]playing      // sounds whose end is awaited
	picks       map[AgentID]pick        // agents about whose recording an inspector has decided, signed in or not
	inspections []*inspection           // that go on, in the order of their beginning; nil = none
	out         outgoing                // calls to the outside, for their ceilings

	timers   timerHeap
	timerSeq uint64 // orders deadlines of the same instant by when they were set

	sessionSeq uint64
	callSeq    uint64
	legSeq     uint64
	taskSeq    int    // taskId of recordings
	runSeq     uint64 // of flows
	playSeq    uint64
	backSeq    int64 // control numbers of call-backs
	shared     int   // percent points gathered towards the next recording, with RecordShare
	draining   bool
}

// New makes a center with its first configuration and nobody signed in.
func New(now time.Time, cfg Config) *Center {
	c := &Center{
		cfg:       compile(cfg),
		now:       plainTime(now),
		agents:    map[AgentID]*agent{},
		watchers:  map[AgentID][]*agent{},
		byPhone:   map[string]*agent{},
		lingering: map[AgentID]*lingering{},
		queues:    map[SkillID]*queue{},
		calls:     map[CallID]*call{},
		legs:      map[LegID]*leg{},
		phones:    map[string]bool{},
		records:   map[RecordingID]*record{},
		plays:     map[PlayID]playing{},
		out:       newOutgoing(),
		picks:     map[AgentID]pick{},
	}
	for _, s := range c.cfg.Skills {
		c.queues[s.ID] = newQueue(s)
	}
	for _, phone := range c.cfg.Phones {
		c.phones[phone] = false
	}
	return c
}

// Do applies one command at the time now, which never goes back. It returns the reply for whoever sent it and the effects for
// everybody else, in order. What it returns is not to be written to and stays valid.
//
// What was due before now happens first, whatever the command is, so that the order of time is kept even when the Tick is
// late. A time that lies before that of an earlier command counts as the time of that command.
func (c *Center) Do(now time.Time, cmd Command) (Reply, []Effect) {
	c.effects, c.changed = nil, false
	if now = plainTime(now); now.After(c.now) {
		c.now = now
	}
	switch cmd := cmd.(type) {
	case LegEnded:
		c.legIsOver(cmd.Leg)
	case Restarted: // what became due while nobody could answer must not be held against anybody
		c.restarted(cmd)
	}
	c.fireDue()
	reply := c.apply(cmd)
	c.match()
	c.fireDue() // the longest wait of a caller who came back from an offer may be over
	c.followTargets()
	effects := c.effects
	c.effects = nil
	c.changed = c.changed || len(effects) > 0
	return reply, effects
}

// plainTime is the form in which a center keeps times, so that one that comes from a journal is the same.
func plainTime(t time.Time) time.Time { return t.Round(0).UTC() }

// emit adds an effect to those of the command.
func (c *Center) emit(e Effect) { c.effects = append(c.effects, e) }

// apply finds out who asks and what for.
func (c *Center) apply(cmd Command) Reply {
	if touch, ok := cmd.(Touch); ok {
		return c.touch(touch)
	}
	asked, ok := cmd.(proven)
	if !ok {
		return c.applyWorld(cmd)
	}
	a, err := c.authenticate(asked.by())
	if err != nil {
		return Reply{Err: err}
	}
	c.alive(a)
	for _, family := range families {
		if reply, ok := family(c, a, cmd); ok {
			c.changed = c.changed || reply.Err == nil && !reads(cmd)
			return reply
		}
	}
	return unknownCommand(cmd)
}

// families are the groups of an agent's commands; each answers false for a command that is not its own. The most frequent
// stand first.
var families = []func(*Center, *agent, Command) (Reply, bool){
	(*Center).applyQuery, (*Center).applyCall, (*Center).applyState, (*Center).applySession, (*Center).applyInspection,
	(*Center).applyMedia, (*Center).applyLists, (*Center).applyGroups,
}

// proven is a command that an agent sends and proves.
type proven interface{ by() By }

// by gives the identity that a command carries.
func (b By) by() By { return b }

// applyWorld applies what does not come from a signed-in agent.
func (c *Center) applyWorld(cmd Command) Reply {
	switch cmd := cmd.(type) {
	case SignIn:
		return c.signIn(cmd)
	case Look:
		return Reply{Value: c.look()}
	case Sessions:
		return Reply{Value: c.sessions()}
	case Count:
		return Reply{Value: c.count()}
	case Survey:
		return Reply{Value: c.survey(cmd)}
	case Why:
		return Reply{Value: c.why()}
	case Tick: // what was due has happened already
		return Reply{}
	case Restarted: // Do has dealt with it
		return Reply{}
	case CallArrived:
		c.arrived(cmd)
	case LegRinging:
		c.legRinging(cmd.Leg, cmd.Early)
	case LegAnswered:
		c.legAnswered(cmd.Leg)
	case LegEnded:
		c.legEnded(cmd.Leg, cmd.Cause)
	case LegHeld:
		c.legHeld(cmd.Leg, cmd.On)
	case Digit:
		c.digit(cmd)
	case PhoneState:
		c.phoneState(cmd)
	case RecordingFailed:
		c.recordingFailed(cmd)
	case RecordingQuiet:
		c.recordingQuiet(cmd)
	case Configure:
		c.configure(cmd.Config)
	case Drain:
		c.drain()
	case Expel:
		c.expel(cmd)
	default:
		return c.applyFlow(cmd)
	}
	c.changed = true // nearly always; a needless entry in the journal does no harm
	return Reply{}
}

func unknownCommand(cmd Command) Reply {
	return Reply{Err: result.OperationFailed.Because("unknown command %T", cmd)}
}

// reply makes a Reply of what most handlers return.
func reply(err *result.Error) (Reply, bool) { return Reply{Err: err}, true }

// answer makes a Reply with a value.
func answer(value any) (Reply, bool) { return Reply{Value: value}, true }
