package gateway

import (
	"context"
	"math"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Recording and playing by an agent (recordplay.yaml).

const (
	millisSecond = 1000
	noScreen     = "no screen recorder is connected"

	normalSound = 50  // volume and speed of a sound as it is (cec_07_4202)
	mostSound   = 100 // the loudest, and the fastest
	mostDigits  = 5   // of volume and speed
)

// beginPlay plays a recording to the agent. times is only read: any number counts as 1 (cec_07_4202).
func beginPlay(ctx context.Context, g *Gateway, q *request) (any, error) {
	body := q.fromBody()
	name := recordName(body, "voicepath")
	cmd := center.BeginPlay{
		By: q.by(), StartMS: seconds(body.integer("startpostion", 0, 0, math.MaxInt32)),
		Volume: loudness(body, "volumechange"), Speed: loudness(body, "speedchange"),
	}
	body.integer("times", 1, math.MinInt32, math.MaxInt32)
	body.integer("codeformat", 0, 0, 0)
	body.integer("locationId", 0, 0, maxLocation)
	return g.play(ctx, q, name, cmd)
}

// beginNetPlay is beginPlay for several call centres that work as one (cec_07_4212). There is one here, which holds all recordings, so ccId and
// locationId are only read. playTime 0 plays without end.
func beginNetPlay(ctx context.Context, g *Gateway, q *request) (any, error) {
	body := q.fromBody()
	name := recordName(body, "fileName")
	body.need("ccId", 0, math.MaxInt32)
	body.integer("fileFormat", 0, 0, 2)
	body.integer("locationId", 0, 0, maxLocation)
	return g.play(ctx, q, name, center.BeginPlay{
		By: q.by(), StartMS: seconds(body.integer("position", 0, 0, math.MaxInt32)), Volume: normalSound, Speed: normalSound,
		Endless: body.integer("playTime", 1, math.MinInt32, math.MaxInt32) == 0, Network: true,
	})
}

// loudness reads volume or speed: a number of up to five digits, of which what is above the most counts as the most.
func loudness(body fields, name string) int {
	most := int(math.Pow10(mostDigits)) - 1
	return min(body.integer(name, normalSound, 0, most), mostSound)
}

// play lets the center play a recording that the agent may hear, and writes that down.
func (g *Gateway) play(ctx context.Context, q *request, name string, cmd center.BeginPlay) (any, error) {
	if err := g.decoded(ctx, q); err != nil {
		return nil, err
	}
	r, err := g.hearable(ctx, q, name)
	if err != nil {
		return nil, err
	}
	cmd.Path = r.File
	if _, err := g.do(ctx, q, cmd); err != nil {
		return nil, err
	}
	if err := g.config.Recordings.Used(ctx, q.vcc, q.agent, q.route.Name, r); err != nil {
		g.log.Error("playing of a recording is not written down", "agent", int(q.agent), "recording", string(r.ID), "error", err)
	}
	return nil, nil
}

func pausePlay(q *request) center.Command  { return center.PausePlay{By: q.by()} }
func resumePlay(q *request) center.Command { return center.ResumePlay{By: q.by()} }
func stopPlay(q *request) center.Command   { return center.EndPlay{By: q.by()} }
func stopRecord(q *request) center.Command { return center.StopRecord{By: q.by()} }

// pauseRecord and resumeRecord are known from the route table of older servers; the codes of their refusals, 500-004 and 500-006, are still in the
// tables of today.
func pauseRecord(q *request) center.Command  { return center.PauseRecord{By: q.by()} }
func resumeRecord(q *request) center.Command { return center.ResumeRecord{By: q.by()} }

func foreFastPlay(q *request) center.Command {
	return center.MovePlay{By: q.by(), MS: seconds(q.pathNumber("time", 0, math.MaxInt32))}
}

func backFastPlay(q *request) center.Command {
	return center.MovePlay{By: q.by(), MS: -seconds(q.pathNumber("time", 0, math.MaxInt32))}
}

// playRelocation: the members of its body are known nowhere; position, in seconds from the beginning, is our own. startpostion, which beginPlay
// has for the same, is taken as well.
func playRelocation(q *request) center.Command {
	body := q.fromBody()
	name := "position"
	if _, present := body.get(name); !present {
		if _, present = body.get("startpostion"); present {
			name = "startpostion"
		}
	}
	return center.MovePlay{By: q.by(), MS: seconds(body.need(name, 0, math.MaxInt32)), Absolute: true}
}

func seconds(n int) int64 { return int64(n) * millisSecond }

// beginRecord: only ordinary voice is recorded. recordMode and recordFormat are read and have no effect: each recording is a file of
// its own, in our one format. fileName is what clients are told; it never becomes a path of ours.
func beginRecord(q *request) center.Command {
	const ordinaryVoice = 5
	body := q.fromBody()
	body.need("mediaType", ordinaryVoice, ordinaryVoice)
	body.integer("recordFormat", 0, 0, 3)
	name := body.text("fileName", maxRecordName)
	if badRecordName(name) || othersName(name, q.agent) {
		body.wrong("fileName", "is not a name that a recording of this agent can have")
	}
	return center.BeginRecord{By: q.by(), File: name}
}

// recordScreen asks for the recording of the agent's screen, or for its end. There is no recorder: the agent is told of the failure by the event of the
// page, and the answer is the page's code for it (cec_07_4208, cec_07_4209).
func recordScreen(stop bool) handler {
	wish := ask(func(q *request) center.Command { return center.RecordScreen{By: q.by(), Stop: stop} }, nil)
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		if _, err := wish(ctx, g, q); err != nil {
			return nil, err
		}
		return nil, result.OperationFailed.Because("%s", noScreen)
	}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
