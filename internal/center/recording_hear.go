package center

import (
	"slices"

	"ccgateway/internal/result"
)

// mayHear tells whether an agent may play and download a recording (roles.md, "Who may inspect whom": right 16, 104-002 without it). His
// own talks are no inspection, so they need no right. A voicemail may also be heard by those whose queue it was left for: they were told of it.
func (c *Center) mayHear(a *agent, cmd MayHear) *result.Error {
	switch {
	case cmd.Owner == a.id:
		return nil
	case cmd.Owner == 0 && cmd.Skill != 0 && slices.ContainsFunc(a.account.Skills, func(s AgentSkill) bool { return s.Skill == cmd.Skill }):
		return nil
	case !a.rights.Has(RightInspectRecordings):
		return result.NoRecordRight.Because("the role of agent %d lacks the right %q", a.id, RightNames[RightInspectRecordings])
	}
	// Of an account that is gone no group is known, so that only inspectors whom no relation binds may hear it.
	owner := c.cfg.agents[cmd.Owner]
	if owner == nil {
		owner = &Agent{Group: -1}
	}
	if cmd.Owner != 0 && !c.cfg.Inspection.joins(a.account, owner) {
		return result.NoRecordRight.Because("no relation lets agent %d inspect agent %d", a.id, cmd.Owner)
	}
	return nil
}
