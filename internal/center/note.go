package center

import (
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// Limits of a note (cec_07_1205).
const (
	maxNoteReceivers = 100
	maxNoteBytes     = 1023
)

// Kinds of receivers of a bulletin.
const (
	bulletinToGroup = 0
	bulletinToSkill = 1
)

// sendNote sends a text to agents of the VCC. A receiver who is no agent of the VCC refuses all; one who is not signed in does
// not get it.
func (c *Center) sendNote(a *agent, cmd SendNote) *result.Error {
	switch {
	case len(cmd.To) == 0 || len(cmd.To) > maxNoteReceivers:
		return result.BadSignIn.Because("%d receivers are not 1 to %d", len(cmd.To), maxNoteReceivers)
	case len(cmd.Text) > maxNoteBytes:
		return result.BadSignIn.Because("a text of %d bytes is longer than %d", len(cmd.Text), maxNoteBytes)
	}
	for _, id := range cmd.To {
		if c.cfg.agents[id] == nil {
			return result.BadSignIn.Because("receiver %d is not an agent of this VCC", id)
		}
	}
	content := c.noteContent(a, cmd.Text)
	for i, id := range cmd.To {
		if to := c.agents[id]; to != nil && !slices.Contains(cmd.To[:i], id) {
			c.tell(to, EvNote, content)
		}
	}
	return nil
}

func (c *Center) noteContent(a *agent, text string) NoteContent {
	return NoteContent{
		Sender: strconv.Itoa(int(a.id)), SenderName: a.account.Name,
		ReceiveTime: strconv.FormatInt(millis(c.now), 10), TimeString: c.now.UTC().Format(time.DateTime), Context: text,
	}
}

// sendBulletin sends a text to all signed-in agents of a group, or to all who serve a skill queue.
func (c *Center) sendBulletin(a *agent, cmd SendBulletin) *result.Error {
	receives, err := c.audience(cmd)
	if err != nil {
		return err
	}
	content := c.noteContent(a, cmd.Text)
	for _, to := range c.roster {
		if receives(to) {
			c.tell(to, EvBulletin, content)
		}
	}
	return nil
}

// audience tells who gets a bulletin.
func (c *Center) audience(cmd SendBulletin) (func(*agent) bool, *result.Error) {
	switch cmd.TargetType {
	case bulletinToGroup:
		for _, g := range c.cfg.Groups {
			if g.Name == cmd.Target {
				return func(to *agent) bool { return to.account.Group == g.ID }, nil
			}
		}
		return nil, result.NoSuchGroup.Because("group %q is not configured", cmd.Target)
	case bulletinToSkill:
		for _, s := range c.cfg.Skills {
			if s.Name == cmd.Target {
				q := c.queues[s.ID]
				return func(to *agent) bool { return to.serves(q) }, nil
			}
		}
		return nil, result.BadArgument.Because("skill queue %q is not configured", cmd.Target)
	default:
		return nil, result.BadArgument.Because("target type %d is neither 0 nor 1", cmd.TargetType)
	}
}
