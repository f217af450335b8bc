package center

import "time"

// Changed tells whether the last command has changed anything: state, deadlines, or that it had effects. What has not changed
// anything need not be journaled; a journal of all the others, at their times, gives the same center again. It may be true for a
// command that has changed nothing, never false for one that has.
//
// A command that is refused changes nothing but, maybe, the sign of life and what was due before it.
func (c *Center) Changed() bool { return c.changed }

// Now is the time of the last command, which is that given to Do or, where that went back, the one before.
func (c *Center) Now() time.Time { return c.now }

// Config is the present configuration. It is not to be written to.
func (c *Center) Config() Config { return c.cfg.Config }

// reads tells whether an agent's command asks without changing anything, the sign of life aside.
func reads(cmd Command) bool {
	switch cmd.(type) {
	case Status, ConfiguredSkills, SignedInSkills, VCCSkills, OnlineAgents, AgentByNumber, IsInspector, Waiting, SkillWaiting,
		CallData, CurrentCall, OfferedCall, CallByID, CustomState, Authenticate, CallIDs, HeldCalls, WaitingCalls, MayHear,
		AllAgents, WorkGroups, WorkGroupOf, GroupAgents, MayPickUp, SignedInWaiting, SkillsOfVCC, AccessNumbers, FlowNumbers, SkillAgents, RestCauses, SkillFigures:
		return true
	default:
		return false
	}
}
