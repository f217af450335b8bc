package gateway

import (
	"math"
	"strings"

	"ccgateway/internal/center"
)

// Recording and playing by an agent (recordplay.yaml).

const (
	maxFileName  = 100 // characters (cec_07_0402)
	millisSecond = 1000
	noScreen     = "no screen recorder is connected"
)

func pausePlay(q *request) center.Command  { return center.PausePlay{By: q.by()} }
func resumePlay(q *request) center.Command { return center.ResumePlay{By: q.by()} }
func stopPlay(q *request) center.Command   { return center.EndPlay{By: q.by()} }
func stopRecord(q *request) center.Command { return center.StopRecord{By: q.by()} }

func foreFastPlay(q *request) center.Command {
	return center.MovePlay{By: q.by(), MS: seconds(q.pathNumber("time", 0, math.MaxInt32))}
}

func backFastPlay(q *request) center.Command {
	return center.MovePlay{By: q.by(), MS: -seconds(q.pathNumber("time", 0, math.MaxInt32))}
}

// playRelocation: the members of its body are known nowhere; position, in seconds from the beginning, is our own.
func playRelocation(q *request) center.Command {
	return center.MovePlay{By: q.by(), MS: seconds(q.fromBody().need("position", 0, math.MaxInt32)), Absolute: true}
}

func seconds(n int) int64 { return int64(n) * millisSecond }

// beginRecord: only ordinary voice is recorded. recordMode and recordFormat are read and have no effect: each recording is a file of
// its own, in our one format. fileName is what clients are told; it never becomes a path of ours.
func beginRecord(q *request) center.Command {
	const ordinaryVoice = 5
	body := q.fromBody()
	body.need("mediaType", ordinaryVoice, ordinaryVoice)
	body.integer("recordFormat", 0, 0, 3)
	name := body.text("fileName", maxFileName)
	if strings.Contains(name, "..") || strings.ContainsFunc(name, isControl) {
		body.wrong("fileName", "is not the name of a file")
	}
	return center.BeginRecord{By: q.by(), File: name}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
