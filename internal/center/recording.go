package center

import (
	"fmt"
	"time"
)

// location is the site that keeps recordings, as the interface names it; there is one.
const location = "0"

// record is a recording that runs.
type record struct {
	id     RecordingID
	task   int
	party  *party
	began  time.Time
	file   string
	asked  bool   // by the agent, not by the tenant's rule
	name   string // that clients are to see; "" = made of date, agent and time
	paused bool
	resume timer
}

// startRecording begins the recording of an agent's talk if the tenant's rule wants it (forceVdnSelfRecord, cec_07_1035).
// Each agent has a recording of his own, from his answer, or the ringing of a call that he makes, until he leaves the call, over holds.
func (c *Center) startRecording(p *party) {
	if p.record != nil || !c.wantsRecording(p) {
		return
	}
	c.beginRecording(p, p.agent.line.id, "")
}

// startRingingRecording begins the recording of an agent's own call while the other side rings, if that is wished for: by the tenant for calls
// to the outside (callOutRecord, cec_07_1035), or by the agent himself where he may choose (setselfrecord). What does not ring before it
// answers is recorded from the talk on.
func (c *Center) startRingingRecording(maker *party) {
	if maker.phase != phaseCalling {
		return
	}
	rule := c.cfg.Recording
	if maker.call.outbound() && rule.CallOut == RecordFromRinging || rule.Mode == RecordChosen && c.choice(maker.agent).early {
		c.startRecording(maker)
	}
}

// wantsRecording tells whether the agent's part in the call is recorded.
func (c *Center) wantsRecording(p *party) bool {
	switch c.cfg.Recording.Mode {
	case RecordAll:
		return true
	case RecordChosen:
		return c.choice(p.agent).on
	case RecordShare:
		if p.draw == drawNone {
			p.draw = c.drawShare()
		}
		return p.draw == drawRecorded
	}
	return false
}

// draw says whether an agent's part in a call belongs to the recorded share. It is found out once: a call that is not in the share does
// not get into it when its talk begins, or when it is taken back from hold.
type draw int

const (
	drawNone     draw = iota // not found out
	drawRecorded             // it does
	drawPassed               // it does not
)

// drawShare spreads the recorded calls evenly; their number is exact over every hundred.
func (c *Center) drawShare() draw {
	c.shared += c.cfg.Recording.Share
	if c.shared < 100 {
		return drawPassed
	}
	c.shared -= 100
	return drawRecorded
}

// newRecord names a recording of a party; of is the agent whose it is, 0 = a caller's.
func (c *Center) newRecord(p *party, of AgentID) *record {
	cl := p.call
	c.taskSeq++
	cl.takes++
	r := &record{id: RecordingID(fmt.Sprintf("%s-%d", cl.id, of)), task: c.taskSeq, party: p, began: c.now}
	if cl.takes > 1 {
		r.id = RecordingID(fmt.Sprintf("%s-%d-%d", cl.id, of, cl.takes))
	}
	r.file = fmt.Sprintf("%d/%s/%s.wav", c.cfg.ID, c.now.UTC().Format("20060102"), r.id)
	r.resume = timer{kind: timerPause, rec: r}
	p.record = r
	c.records[r.id] = r
	return r
}

func (c *Center) beginRecording(p *party, leg LegID, name string) {
	cl, a := p.call, p.agent
	r := c.newRecord(p, a.id)
	r.name = name
	c.emit(StartRecording{
		Recording: r.id, Call: cl.id, Leg: leg, Agent: a.id, Caller: cl.caller, Called: cl.called, File: r.file,
	})
	c.emit(RecordingBegan{
		VCC: c.cfg.ID, Recording: r.id, Call: cl.id, Agent: a.id, Caller: cl.caller, Called: cl.called, File: r.file, At: c.now,
		Name: c.fileName(r),
	})
	c.pauseAlso(r)
	c.tell(a, EvRecord, c.recordContent(r))
}

// stopRecording ends the recording of a party's talk; failed says why it broke off, "" = it did not.
func (c *Center) stopRecording(p *party, failed string) {
	r := p.record
	if r == nil {
		return
	}
	p.record = nil
	delete(c.records, r.id)
	c.disarm(&r.resume)
	if failed == "" {
		c.emit(StopRecording{Recording: r.id})
	}
	c.emit(RecordingEnded{VCC: c.cfg.ID, Recording: r.id, At: c.now, Failed: failed})
	if r.paused {
		c.routeKeys(p.call)
	}
}

// recordingFailed: the phone side could not begin a recording, or had to break it off.
func (c *Center) recordingFailed(cmd RecordingFailed) {
	r := c.records[cmd.Recording]
	if r == nil {
		return
	}
	why := cmd.Why
	if why == "" {
		why = "unknown"
	}
	if r.party.agent == nil {
		c.voicemailOver(r.party, why)
		return
	}
	c.stopRecording(r.party, why)
	c.tell(r.party.agent, EvRecordFail, c.recordContent(r))
}

// doneContent tells of a recording that ends now.
func (c *Center) doneContent(r *record) RecordDoneContent {
	return RecordDoneContent{
		Begin: millis(r.began), End: millis(c.now), Task: r.task, FileMediaType: audioFile, RecordFormat: audioFormat, Call: r.party.call.id,
	}
}

// recordContent names the recording as clients store it.
func (c *Center) recordContent(r *record) RecordContent {
	cl := r.party.call
	return RecordContent{
		Task: r.task, Caller: cl.caller, Called: cl.called, Location: location, Recording: r.id,
		FileName: c.fileName(r), Call: cl.id, FileMediaType: audioFile,
	}
}

// fileName is an agent's recording as clients know it: what the agent chose, or drive:/vdn/media/date/agent/time.V3 with media 0 (cec_07_0529).
func (c *Center) fileName(r *record) string {
	if r.name != "" {
		return r.name
	}
	at := r.began.UTC()
	return fmt.Sprintf("Y:/%d/0/%s/%d/%s.V3", c.cfg.ID, at.Format("20060102"), r.party.agent.id, at.Format("150405"))
}
