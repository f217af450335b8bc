package center

import (
	"slices"
	"strconv"

	"ccgateway/internal/result"
)

// Bounds of watching.
const (
	maxMonitor = 500  // agents in one command (events.yaml, QC_AgentState_Notify)
	maxWatched = 5000 // agents whom one inspector watches: he gets an event for each change of each of them
)

// stateSubtypes are the changes that a watching inspector is told of (events.yaml, code_tables.qc_subtype: client_only).
var stateSubtypes = map[State]string{
	StateBusy: "QC_AgentState_Busy", StateIdle: "QC_AgentState_Idle", StateWork: "QC_AgentState_Work", StateRest: "QC_AgentState_Rest",
	StateTalking: "QC_AgentState_Active",
}

// beginMonitor begins to watch agents, signed in or not.
func (c *Center) beginMonitor(a *agent, cmd BeginMonitor) *result.Error {
	if len(cmd.Agents) == 0 || len(cmd.Agents) > maxMonitor {
		return result.BadArgument.Because("%d agents are named, not 1 to %d", len(cmd.Agents), maxMonitor)
	}
	fresh := 0
	for _, id := range cmd.Agents {
		if err := c.mayWatch(a, id); err != nil {
			return err
		}
		if !slices.Contains(a.watches, id) {
			fresh++
		}
	}
	if len(a.watches)+fresh > maxWatched {
		return result.OperationFailed.Because("agent %d watches %d agents and may watch %d", a.id, len(a.watches), maxWatched)
	}
	for _, id := range cmd.Agents {
		c.watch(a, id)
	}
	return nil
}

// mayWatch: who may ask about others' calls may watch them (query_calls.go), within the VCC and the relations of inspection.
func (c *Center) mayWatch(a *agent, id AgentID) *result.Error {
	account := c.cfg.agents[id]
	switch {
	case id == a.id:
		return result.SelfInspection.Because("agent %d named himself", id)
	case !a.rights.Has(RightMonitor) && !a.rights.Has(RightListen) && !a.rights.Has(RightForceState):
		return result.InspectionNoRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightMonitor])
	case account == nil:
		return result.InspectionNoRight.Because("agent %d is not an agent of this VCC", id)
	case !c.cfg.Inspection.joins(a.account, account):
		return result.InspectionNoRight.Because("no relation lets agent %d inspect agent %d", a.id, id)
	}
	return nil
}

func (c *Center) endMonitor(a *agent, cmd EndMonitor) *result.Error {
	if len(cmd.Agents) == 0 || len(cmd.Agents) > maxMonitor {
		return result.BadArgument.Because("%d agents are named, not 1 to %d", len(cmd.Agents), maxMonitor)
	}
	for _, id := range cmd.Agents {
		c.unwatch(a, id)
	}
	return nil
}

func (c *Center) watch(a *agent, id AgentID) {
	at, found := slices.BinarySearch(a.watches, id)
	if !found {
		a.watches = slices.Insert(a.watches, at, id)
		c.watchers[id] = insertByNumber(c.watchers[id], a)
	}
}

func (c *Center) unwatch(a *agent, id AgentID) {
	at, found := slices.BinarySearch(a.watches, id)
	if !found {
		return
	}
	a.watches = slices.Delete(a.watches, at, at+1)
	if len(a.watches) == 0 {
		a.watches = nil
	}
	if c.watchers[id] = removeByNumber(c.watchers[id], a); len(c.watchers[id]) == 0 {
		delete(c.watchers, id)
	}
}

// unwatchAll ends all that an inspector watches: he signs out.
func (c *Center) unwatchAll(a *agent) {
	for len(a.watches) > 0 {
		c.unwatch(a, a.watches[len(a.watches)-1])
	}
}

// reviseWatches ends what a new configuration does not allow any more.
func (c *Center) reviseWatches(a *agent) {
	for _, id := range slices.Clone(a.watches) {
		if c.mayWatch(a, id) != nil {
			c.unwatch(a, id)
		}
	}
}

// notifyInspectors tells those who watch an agent, and those who asked for all, of his sign-in or sign-out (cec_07_0541).
func (c *Center) notifyInspectors(a *agent, subtype string) {
	told := slices.Clone(c.listeners)
	for _, watcher := range c.watchers[a.id] {
		told = insertByNumber(told, watcher)
	}
	c.notify(told, a, subtype)
}

// notifyState tells those who watch an agent of the state that he is in now.
func (c *Center) notifyState(a *agent) {
	if c.entering != a { // his sign-in is told first
		c.notify(c.watchers[a.id], a, stateSubtypes[a.state])
	}
}

func (c *Center) notify(told []*agent, a *agent, subtype string) {
	if len(told) == 0 {
		return
	}
	number := strconv.Itoa(int(a.id))
	name := a.account.Name
	if name == "" {
		name = number
	}
	for _, inspector := range told {
		if inspector != a && !inspector.ending {
			c.tell(inspector, EvQCNotify, QCNotifyContent{Subtype: subtype, Monitored: number, AgentName: name, MediaServer: ctiServer})
		}
	}
}
