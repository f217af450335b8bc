package gateway

import (
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Recording is an entry of the index of recordings.
type Recording struct {
	ID    center.RecordingID
	Call  center.CallID
	Owner center.AgentID // whose talk it is; 0 = a voicemail
	Skill center.SkillID // whose agents were told of a voicemail; 0 = none
	File  string         // path below the recordings' folder, with slashes
	Ended time.Time      // zero = is still being made
	Kept  bool           // its file has not been deleted
}

// Recordings is the index of recordings and their files. A *result.Error among its errors is the answer; any other one is a failure of the house.
type Recordings interface {
	// Named finds a VCC's recordings by id, or by the fileName that clients were told, the newest first. A name is a key and never a path.
	Named(ctx context.Context, vcc center.VCCID, name string) ([]Recording, error)
	// OfCall finds those of a call and an agent, the newest first.
	OfCall(ctx context.Context, vcc center.VCCID, call center.CallID, agent center.AgentID) ([]Recording, error)
	// Open opens a recording's file: NoRecording when it is gone.
	Open(r Recording) (io.ReadSeekCloser, error)
	// Convert gives a recording in another format ("mp3", "ogg"), as it is made. The caller closes it, which ends the conversion. Its end
	// is io.EOF only when the whole recording was converted. BadRecordFormat: there is no such format; NoRecordFormat: nothing here
	// makes it; ConversionFailed; RepeatedCall: too many conversions run.
	Convert(ctx context.Context, r Recording, format string) (io.ReadCloser, error)
	// Used writes down that an agent is given a recording; act is the interface's log name. Without that nobody gets one.
	Used(ctx context.Context, vcc center.VCCID, agent center.AgentID, act string, r Recording) error
}

// maxRecordName bounds what a client names a recording by: its id, or a path of at most 100 characters (cec_07_4202).
const maxRecordName = 100

// recordName reads the name of a recording. It only ever is a key of the index; that it must look like a path's text all the same shows a client
// its mistake.
func recordName(from fields, name string) string {
	text := from.required(name, maxRecordName)
	if text != "" && badRecordName(text) {
		from.q.refuse(result.BadRecordName.Because("%s member %s is not the name of a recording", from.where, name))
		return ""
	}
	return text
}

func badRecordName(text string) bool {
	return strings.Contains(text, "..") || strings.ContainsFunc(text, isControl)
}

// hearable finds the recording of a name, if the asking agent may hear it: of several the newest that he may. He is authenticated by it.
func (g *Gateway) hearable(ctx context.Context, q *request, name string) (Recording, error) {
	if _, err := g.authenticate(ctx, q); err != nil {
		return Recording{}, err
	}
	if g.config.Recordings == nil {
		return Recording{}, result.NoRecording.Because("nothing is recorded here")
	}
	found, err := g.config.Recordings.Named(ctx, q.vcc, name)
	if err != nil {
		return Recording{}, err
	}
	return g.choose(ctx, q, found, ownName(name, q.agent))
}

// choose takes the first recording that the agent may hear. Who may hear his own alone is told the same of others' recordings and of those
// that do not exist (104-002); own says that he asks for one of his.
func (g *Gateway) choose(ctx context.Context, q *request, found []Recording, own bool) (Recording, error) {
	var refusal error
	for _, r := range found {
		err := g.mayHear(ctx, q, r)
		if err == nil {
			return r, r.ready()
		}
		if result.Of(err) != result.NoRecordRight {
			return Recording{}, err
		}
		refusal = err
	}
	if refusal == nil && !own {
		refusal = g.mayHear(ctx, q, Recording{})
	}
	if refusal == nil {
		refusal = result.NoRecording.Because("no such recording")
	}
	return Recording{}, refusal
}

// mayHear asks the center, which knows the agent's rights and whom he may inspect.
func (g *Gateway) mayHear(ctx context.Context, q *request, r Recording) error {
	_, err := g.do(ctx, q, center.MayHear{By: q.by(), Owner: r.Owner, Skill: r.Skill})
	return err
}

// ready tells why a recording cannot be given out.
func (r Recording) ready() error {
	switch {
	case !r.Kept:
		return result.NoRecording.Because("recording %s has been deleted", r.ID)
	case r.Ended.IsZero():
		return result.NoRecording.Because("recording %s is still being made", r.ID)
	default:
		return nil
	}
}

// givenName is the form of names that the center gives: drive:/vdn/media/date/agent/time.V3 (cec_07_0529).
var givenName = regexp.MustCompile(`^[A-Za-z]:[/\\][0-9]+[/\\][0-9]+[/\\][0-9]{8}[/\\]([0-9]+)[/\\]`)

// ownName tells whether a name is one that only a recording of this agent can have been given.
func ownName(name string, agent center.AgentID) bool {
	parts := givenName.FindStringSubmatch(name)
	return parts != nil && parts[1] == strconv.Itoa(int(agent))
}

// othersName tells whether a name has the form of one that a recording of another agent is given. Nobody may choose such a one: he would
// stand before the other's recording.
func othersName(name string, agent center.AgentID) bool {
	return givenName.MatchString(name) && !ownName(name, agent)
}
