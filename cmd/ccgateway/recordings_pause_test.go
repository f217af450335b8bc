package main

import (
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// TestRecording_PausedForCardData: what is said while the agent has paused the recording is in neither side of its file, and what is said before and
// after is; the pause ends when the agent resumes, or by itself after recording_pause. The file stays as long as the talk, which goes on unheard of
// the pause, and no event tells of it. Without anything to pause, or to resume, the two are refused.
func TestRecording_PausedForCardData(t *testing.T) {
	t.Parallel()
	const longest = 6 * time.Second
	in := install(t, everyRight, func(cfg *config.Config) { cfg.VCCs[0].RecordingPause = longest })
	ann := in.agent(101)
	ann.do(client.CannotPause, ann.PauseRecord)
	ann.do(client.CannotResume, ann.ResumeRecord)
	amy := in.customer("13900", amyTone).calls("1000")
	amy.answered()
	agent := offerByHand(in, ann, amy, fromAmy)
	ann.do(client.CannotPause, ann.PauseRecord) // offered, not yet answered
	ann.ok(ann.PhonePickUp)
	ann.expect(fromAmy.talking("0"), fromAmy.record())
	ben := in.agent(102)
	ben.do(client.CannotPause, ben.PauseRecord)

	const card = 25 // packets: half a second, so that no pause ends by itself too early on a busy machine
	say := func(customer, agents float64, packets uint64) {
		amy.Say(customer)
		agent.Say(agents)
		agent.hears(customer)
		amy.hears(agents)
		agent.listen(packets)
	}
	say(amyTone, annTone, passage)
	ann.do(client.CannotResume, ann.ResumeRecord)
	began := time.Now()
	ann.ok(ann.PauseRecord)
	ann.do(client.CannotPause, ann.PauseRecord)
	say(bobTone, benTone, card) // the card's number: they hear each other all the same
	say(cleoTone, cidTone, 1)
	ann.ok(ann.ResumeRecord)
	paused := time.Since(began)
	ann.do(client.CannotResume, ann.ResumeRecord)
	agent.listen(passage)

	ann.ok(ann.PauseRecord)
	say(bobTone, benTone, card)
	say(outsideTone, danTone, 1)
	agent.listen(packetsIn(longest)) // the pause has ended by itself meanwhile
	ann.do(client.CannotResume, ann.ResumeRecord)
	ann.ok(ann.PauseRecord) // it can be paused again, and ends with the talk
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.do(client.CannotPause, ann.PauseRecord)
	ann.do(client.CannotResume, ann.ResumeRecord)
	ann.quiet()
	ben.quiet()
	agent.over()
	amy.over()

	must(t, in.store.Flush(in.ctx))
	found, err := in.store.Recordings(in.ctx, store.Filter{VCC: 1})
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d recordings", len(found))
	}
	sound := in.recordingFile(found[0]) // once it is as long as the talk, pauses included
	if sound.Channels != 2 {
		t.Fatalf("%d channels", sound.Channels)
	}
	for side, said := range [][]float64{{amyTone, cleoTone, outsideTone}, {annTone, cidTone, danTone}} {
		pcm := sound.Channel(side)
		heardOnlyAround(t, side, pcm, said)
		silent := silences(pcm, time.Second)
		if len(silent) != 2 {
			t.Fatalf("side %d is silent at %v", side, silent)
		}
		const late = time.Second // a busy machine, and the tail of a pause
		for i, want := range []time.Duration{paused, longest} {
			if got := silent[i].length(); got < want-late/2 || got > want+late {
				t.Errorf("side %d: pause %d took %s and is silent for %s", side, i, want, got)
			}
		}
	}
}

// packetsIn is how many packets of sound a phone receives in a time.
func packetsIn(d time.Duration) uint64 { return uint64(d / (20 * time.Millisecond)) }

// stretch is a part of a recording, in samples.
type stretch struct{ from, to int }

func (s stretch) length() time.Duration {
	return time.Duration(s.to-s.from) * time.Second / wav.SampleRate
}

// silences finds the stretches of at least so long in which there is nothing at all.
func silences(pcm []int16, least time.Duration) []stretch {
	var found []stretch
	for i := 0; i < len(pcm); i++ {
		from := i
		for i < len(pcm) && pcm[i] == 0 {
			i++
		}
		if s := (stretch{from, i}); s.length() >= least {
			found = append(found, s)
		}
	}
	return found
}

// heardOnlyAround checks that the tones are heard one after the other, with a silence of a second or more between, and none of the other tones
// anywhere.
func heardOnlyAround(t *testing.T, side int, pcm []int16, said []float64) {
	t.Helper()
	parts, from := []stretch{}, 0
	for _, s := range silences(pcm, time.Second) {
		parts = append(parts, stretch{from, s.from})
		from = s.to
	}
	parts = append(parts, stretch{from, len(pcm)})
	if len(parts) != len(said) {
		t.Fatalf("side %d has sound in %v, want %d stretches", side, parts, len(said))
	}
	for i, part := range parts {
		for _, freq := range allTones {
			heard, all := tone.HeardWindows(pcm[part.from:part.to], freq)
			if want := freq == said[i]; want && (all < 5 || heard < all/2) || !want && heard > 0 {
				t.Errorf("side %d, stretch %d: %.0f Hz in %d of %d windows, said was %.0f Hz", side, i, freq, heard, all, said[i])
			}
		}
	}
}
