package center

import (
	"time"

	"ccgateway/internal/result"
)

// usualPause is the longest pause of a recording where the tenant does not say it.
const usualPause = 5 * time.Minute

// maxRecordName is the longest file name of a recording that a client may choose (recordplay beginRecord).
const maxRecordName = 100

// applyMedia applies what an agent does with recordings, playing and previews.
func (c *Center) applyMedia(a *agent, cmd Command) (Reply, bool) {
	switch cmd := cmd.(type) {
	case PreviewCallOut:
		return made(c.previewCallOut(a, cmd))
	case CancelPreview:
		return reply(c.cancelPreview(a, cmd.Control))
	case BeginRecord:
		return reply(c.beginRecord(a, cmd.File))
	case StopRecord:
		return reply(c.stopRecord(a))
	case PauseRecord:
		return reply(c.pauseRecord(a))
	case ResumeRecord:
		return reply(c.resumeRecord(a))
	case RecordScreen:
		if cmd.Stop {
			c.tell(a, EvStopScreenFail, nil)
		} else {
			c.tell(a, EvStartScreenFail, nil)
		}
		return Reply{}, true
	case BeginPlay:
		return reply(c.beginPlay(a, cmd))
	case PausePlay:
		return reply(c.pausePlay(a))
	case ResumePlay:
		return reply(c.resumePlay(a))
	case MovePlay:
		return reply(c.movePlay(a, cmd))
	case EndPlay:
		return reply(c.endPlay(a))
	default:
		return Reply{}, false
	}
}

// beginRecord records a talk that the tenant's rule does not record. A second recording of the same talk is a further take.
func (c *Center) beginRecord(a *agent, name string) *result.Error {
	p := a.present
	switch {
	case len(name) > maxRecordName:
		return result.BadArgument.Because("file name of %d bytes is longer than %d", len(name), maxRecordName)
	case p == nil || p.phase != phaseTalking || !a.lineUp():
		return result.CannotRecord.Because("agent %d is not in a talk", a.id)
	case p.record != nil:
		return result.CannotRecord.Because("recording %s of agent %d runs", p.record.id, a.id)
	}
	c.beginRecording(p, a.line.id, name)
	p.record.asked = true
	return nil
}

// stopRecord ends what beginRecord began; the tenant's own recordings are not the agent's to end.
func (c *Center) stopRecord(a *agent) *result.Error {
	p := a.present
	if p == nil || p.record == nil || !p.record.asked {
		return result.CannotStopRecord.Because("agent %d has begun no recording", a.id)
	}
	r := p.record
	c.stopRecording(p, "")
	c.tell(a, EvStopRecordDone, c.doneContent(r))
	return nil
}

// pauseRecord keeps what is said from now on out of all recordings of the agent's call, his own and those of other agents in it:
// a card number must be in none.
func (c *Center) pauseRecord(a *agent) *result.Error {
	p := a.present
	if p == nil || p.record == nil || p.record.paused {
		return result.CannotPauseRecord.Because("agent %d is not being recorded, or has paused", a.id)
	}
	longest := c.cfg.Pause
	if longest <= 0 {
		longest = usualPause
	}
	for _, other := range p.call.parties {
		if r := other.record; r != nil && !r.paused {
			c.pause(r, c.now.Add(longest))
		}
	}
	return nil
}

func (c *Center) pause(r *record, until time.Time) {
	r.paused = true
	c.routeKeys(r.party.call) // before the talk goes on unrecorded
	c.emit(PauseRecording{Recording: r.id, On: true})
	c.arm(&r.resume, until)
}

// pauseAlso lets a recording that begins while another one of the call is paused begin paused, and end its pause with that one:
// what is to be in none is not to be in that of an agent who joins either.
func (c *Center) pauseAlso(r *record) {
	for _, other := range r.party.call.parties {
		if o := other.record; o != nil && o != r && o.paused {
			c.pause(r, o.resume.due)
			return
		}
	}
}

func (c *Center) resumeRecord(a *agent) *result.Error {
	p := a.present
	if p == nil || p.record == nil || !p.record.paused {
		return result.CannotResumeRecord.Because("agent %d has paused no recording", a.id)
	}
	for _, other := range p.call.parties {
		if other.record != nil {
			c.pauseOver(other.record)
		}
	}
	return nil
}

// pauseOver lets a recording go on, by wish or because the longest pause is over.
func (c *Center) pauseOver(r *record) {
	if !r.paused {
		return
	}
	r.paused = false
	c.disarm(&r.resume)
	c.emit(PauseRecording{Recording: r.id})
	c.routeKeys(r.party.call)
}
