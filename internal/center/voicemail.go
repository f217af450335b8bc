package center

import (
	"fmt"
	"strconv"
	"time"

	"ccgateway/internal/result"
)

// How long a voicemail is where the flow does not say it, and at most.
const (
	usualVoicemail   = 3 * time.Minute
	longestVoicemail = 10 * time.Minute
)

// flowRecord records the caller.
func (c *Center) flowRecord(cl *call, p *party, cmd FlowRecord) *result.Error {
	if p.record != nil || p.phase != phaseInFlow || cl.suspended() != nil {
		return result.OperationFailed.Because("call %s is being recorded, or is not in the flow alone", cl.id)
	}
	longest := min(cmd.Longest, longestVoicemail)
	if longest <= 0 {
		longest = usualVoicemail
	}
	c.receive(cl, p)
	cl.flow.skill = cmd.Skill
	c.beginVoicemail(p, cmd.Silence)
	c.arm(&cl.flow.limit, c.now.Add(longest))
	return nil
}

func (c *Center) beginVoicemail(p *party, silence time.Duration) {
	cl := p.call
	r := c.newRecord(p, 0)
	c.emit(StartRecording{
		Recording: r.id, Call: cl.id, Leg: p.leg.id, Caller: cl.caller, Called: cl.called, File: r.file, Silence: max(silence, 0),
	})
	c.emit(RecordingBegan{
		VCC: c.cfg.ID, Recording: r.id, Call: cl.id, Caller: cl.caller, Called: cl.called, File: r.file, At: c.now, Skill: cl.flow.skill,
	})
}

func (c *Center) flowStopRecord(cl *call, p *party) *result.Error {
	if p.record == nil {
		return result.OperationFailed.Because("call %s is not being recorded", cl.id)
	}
	c.voicemailOver(p, "")
	return nil
}

// recordingQuiet: a caller who leaves a message has stopped speaking. That an agent's talk is quiet is nobody's business.
func (c *Center) recordingQuiet(cmd RecordingQuiet) {
	if r := c.records[cmd.Recording]; r != nil && r.party.agent == nil {
		c.voicemailOver(r.party, "")
	}
}

// voicemailOver ends the recording; the flow goes on. failed says why it broke off, "" = it did not.
func (c *Center) voicemailOver(p *party, failed string) {
	if failed == "" {
		c.endVoicemail(p)
	} else {
		c.stopRecording(p, failed)
	}
	c.tellFlow(p.call, FlowTold{What: FlowRecorded, Why: failed})
	c.watchFlow(p.call)
}

// endVoicemail ends the recording of a caller, if one runs, and tells the signed-in agents of the queue that it is for.
func (c *Center) endVoicemail(p *party) {
	r := p.record
	if r == nil {
		return
	}
	c.stopRecording(p, "")
	q := c.queues[p.call.flow.skill]
	if q == nil {
		return
	}
	content := NoteContent{
		Sender: strconv.Itoa(0), SenderName: q.skill.Name, ReceiveTime: strconv.FormatInt(millis(c.now), 10),
		TimeString: c.now.UTC().Format(time.DateTime), Context: fmt.Sprintf("voicemail of %s: recording %s", p.call.caller, r.id),
	}
	for _, a := range c.roster {
		if a.serves(q) {
			c.tell(a, EvNote, content)
		}
	}
}
