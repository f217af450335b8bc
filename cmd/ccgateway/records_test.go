package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// words for what stands in records as a number.
var (
	leaveWords = map[center.Leave]string{
		center.LeaveNormal: "normal", center.LeaveTimeout: "timed out", center.LeaveQueueCancelled: "gave up waiting",
		center.LeaveAgentNoAnswer: "agent did not answer", center.LeaveUser: "user hung up", center.LeaveAgent: "agent hung up",
		center.LeaveBusy: "busy", center.LeaveUnreachable: "unreachable", center.LeaveNoSuchNumber: "no such number",
		center.LeaveUserNoAnswer: "user did not answer", center.LeaveUserRefused: "user refused", center.LeaveAgentRefused: "agent refused",
		center.LeaveUserBeforeAgent: "user hung up before agent", center.LeaveNoResource: "no resource",
		center.LeaveNobodyOnDuty: "nobody on duty",
	}
	partyWords = map[center.PartyKind]string{
		center.PartyCustomer: "customer", center.PartyAgent: "agent", center.PartyOutside: "outside", center.PartyPhone: "phone",
		center.PartySystem: "system",
	}
)

func word[K comparable](words map[K]string, key K) string {
	if w, known := words[key]; known {
		return w
	}
	return fmt.Sprint(key)
}

// recorded checks the records of a call, by its id or its name in expectations: first the call's, then those of its parties, in
// alphabetical order. Each is a line, see callLine and legLine.
func (in *installation) recorded(call string, want ...string) {
	in.t.Helper()
	id := in.callID(call)
	var got []string
	in.await("records of call "+call, func() (bool, string) {
		must(in.t, in.store.Flush(in.ctx))
		calls, err := in.store.Calls(in.ctx, store.Filter{Call: id})
		must(in.t, err)
		legs, err := in.store.Legs(in.ctx, store.Filter{Call: id})
		must(in.t, err)
		got = nil
		for _, leg := range legs {
			got = append(got, legLine(leg))
		}
		slices.Sort(got)
		for _, c := range calls {
			got = append([]string{callLine(c)}, got...)
		}
		return len(calls) > 0, "none"
	})
	if !slices.Equal(got, want) {
		in.t.Errorf("records of call %s:\n  %s\nnot\n  %s", call, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func (in *installation) callID(call string) center.CallID {
	if strings.HasPrefix(call, "$") {
		call = in.bound(call)
	}
	return center.CallID(call)
}

// callLine writes a call's record.
func callLine(r center.CallRecord) string {
	line := fmt.Sprintf("call %s to %s", r.Caller, r.Called)
	if r.Feature != 0 {
		line += fmt.Sprintf(", feature %d", r.Feature)
	}
	if r.Skill != 0 {
		line += fmt.Sprintf(", queue %d", r.Skill)
	}
	if r.Requeued != 0 {
		line += fmt.Sprintf(", requeued %d", r.Requeued)
	}
	if !r.Answered.IsZero() {
		line += ", answered"
	}
	if r.Agent != 0 {
		line += fmt.Sprintf(" by %d", r.Agent)
	}
	return line + fmt.Sprintf(": %s (%s)", word(leaveWords, r.Reason), word(partyWords, r.Released))
}

// legLine writes the record of one party.
func legLine(r center.LegRecord) string {
	who := r.Number
	if r.Party == center.PartyAgent {
		who = fmt.Sprintf("%d at %s", r.Agent, r.Number)
	}
	line := fmt.Sprintf("%s %s", word(partyWords, r.Party), who)
	if !r.Answered.IsZero() {
		line += ", answered"
	}
	if r.Held > 0 {
		line += ", held"
	}
	return line + ": " + word(leaveWords, r.Reason)
}

// states checks an agent's past states since his sign-in, oldest first: "idle", "talking $call", "busy 2".
func (in *installation) states(agent center.AgentID, want ...string) {
	in.t.Helper()
	must(in.t, in.store.Flush(in.ctx))
	records, err := in.store.States(in.ctx, store.Filter{Agent: agent})
	must(in.t, err)
	slices.Reverse(records)
	var got []string
	for i, r := range records {
		line := r.State.String()
		if r.Reason != 0 {
			line += fmt.Sprint(" ", r.Reason)
		}
		if r.Call != "" {
			line += " " + string(r.Call)
		}
		got = append(got, line)
		if i > 0 && !records[i-1].To.Equal(r.From) {
			in.t.Errorf("agent %d: a gap between %s and %s", agent, got[i-1], line)
		}
	}
	for i, line := range want {
		if state, call, named := strings.Cut(line, " $"); named {
			want[i] = state + " " + string(in.callID("$"+call))
		}
	}
	if !slices.Equal(got, want) {
		in.t.Errorf("agent %d has been %q, not %q", agent, got, want)
	}
}

// recording checks an agent's recording of a call: its place in the index, its length, and what is heard on both sides: left what
// the agent heard, right what he said. A tone of 0 is silence.
func (in *installation) recording(call string, agent center.AgentID, left, right float64) {
	in.t.Helper()
	id := in.callID(call)
	must(in.t, in.store.Flush(in.ctx))
	found, err := in.store.Recordings(in.ctx, store.Filter{Call: id, Agent: agent})
	must(in.t, err)
	if len(found) != 1 {
		in.t.Fatalf("call %s, agent %d: %d recordings", call, agent, len(found))
	}
	r := found[0]
	if r.Failed != "" || r.Ended.IsZero() {
		in.t.Errorf("recording %s: failed %q, ended %s", r.ID, r.Failed, r.Ended)
	}
	sound := in.recordingFile(r)
	if sound.Channels != 2 {
		in.t.Errorf("recording %s has %d channels", r.ID, sound.Channels)
	}
	in.sounds(r, "left", sound.Channel(0), left, right)
	in.sounds(r, "right", sound.Channel(1), right, left)
}

// recordingFile reads a recording once it is as long as what it is of: the phone side closes the file a moment after the call's end.
func (in *installation) recordingFile(r store.Recording) (sound wav.Sound) {
	in.t.Helper()
	const tenMinutes = 600 * wav.SampleRate
	talked := in.recordedFor(r)
	allowed := 400*time.Millisecond + talked/5 // the machine may be busy when it is begun and ended, and all the time
	in.await("every recording is on the disk to its end", func() (bool, string) {
		engine, _ := in.voice.MediaStats()
		return engine.Recordings == 0, fmt.Sprintf("%d recordings", engine.Recordings)
	})
	in.await("recording "+r.File, func() (bool, string) {
		var err error
		if sound, err = wav.ReadFile(filepath.Join(in.cfg.Data, recordingsFolder, filepath.FromSlash(r.File)), tenMinutes); err != nil {
			return false, err.Error()
		}
		length := time.Duration(sound.Frames()) * time.Second / wav.SampleRate
		return (length - talked).Abs() < allowed, fmt.Sprintf("%s long where the talk took %s", length, talked)
	})
	return sound
}

// recordedFor gives how long an agent's part of a call took from its answer or, where the recording began before, from the moment in which the
// other side rang. Where he has lifted once, other stays are on hold without a phone.
func (in *installation) recordedFor(r store.Recording) time.Duration {
	in.t.Helper()
	legs, err := in.store.Legs(in.ctx, store.Filter{Call: r.Call})
	must(in.t, err)
	var own, rang *center.LegRecord
	for i := range legs {
		switch l := &legs[i]; {
		case l.Agent == r.Agent && own != nil && l.Answered.IsZero():
		case l.Agent == r.Agent && (own == nil || own.Answered.IsZero()):
			own = l
		case l.Agent == r.Agent:
			in.t.Fatalf("agent %d has two parts in call %s", r.Agent, r.Call)
		case l.Ringing.Equal(r.Began):
			rang = l
		}
	}
	switch {
	case own == nil:
		in.t.Fatalf("agent %d has no part in call %s: %+v", r.Agent, r.Call, legs)
	case own.Answered.IsZero() || r.Began.Before(own.Answered):
		if rang == nil || !own.Maker {
			in.t.Fatalf("recording %s begins before the talk at %s, where nobody rings: %+v", r.ID, r.Began, legs)
		}
		return own.Ended.Sub(rang.Ringing)
	}
	return own.Ended.Sub(own.Answered)
}

// sounds checks one channel of a recording: the tone is in it for most of its time, the other never.
func (in *installation) sounds(r store.Recording, side string, pcm []int16, want, not float64) {
	in.t.Helper()
	if want == 0 {
		if loud := tone.Loudness(pcm); loud > tone.HearLevel {
			in.t.Errorf("recording %s, %s: not silent, %.0f dBFS", r.ID, side, loud)
		}
		return
	}
	// The beginning of a talk is silence until the first packets have come, and a machine that is far too busy loses some. What must
	// not be there is not there in any window.
	const most = 0.25
	if heard, all := tone.HeardWindows(pcm, want); all == 0 || float64(heard) < most*float64(all) {
		in.t.Errorf("recording %s, %s: %.0f Hz in %d of %d windows", r.ID, side, want, heard, all)
	}
	if heard, _ := tone.HeardWindows(pcm, not); not != 0 && heard > 0 {
		in.t.Errorf("recording %s, %s: %.0f Hz in %d windows", r.ID, side, not, heard)
	}
}
