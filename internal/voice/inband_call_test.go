package voice

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/dtmf"
	"ccgateway/internal/softphone"
	"ccgateway/internal/speech"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// sounded makes a phone whose keys are mere tones.
func sounded(c *softphone.Config) { c.Sounded = true }

// keysHeard tells what keys are in sound, and the level of the loudest pair of their tones in windows of 50 ms, in dBFS.
func keysHeard(pcm []int16) (keys string, loudest float64) {
	const window = wav.SampleRate / 20
	var d dtmf.Detector
	for rest := pcm; len(rest) >= 160; rest = rest[160:] {
		if h := d.Take(rest[:160]); h.Key != 0 {
			keys += string(h.Key)
		}
	}
	loudest = tone.Floor
	for at := 0; at+window <= len(pcm); at += window / 2 {
		for _, key := range []byte(dtmf.Keys) {
			low, high, _ := dtmf.Tones(key)
			loudest = max(loudest, min(tone.Level(pcm[at:at+window], low), tone.Level(pcm[at:at+window], high)))
		}
	}
	return keys, loudest
}

// TestInband_Calls: a caller whose phone knows no telephone-event presses keys, which are tones then. While his keys are nobody's secret the
// center is told and the agent hears them. When they are a flow's, another leg's or nobody's they go there alone, and neither the
// agent's ear, nor an inspector's, nor the recording has anything of them. No key is in the log.
func TestInband_Calls(t *testing.T) {
	var log bytes.Buffer
	var mu sync.Mutex
	flow := make(chan byte, 10)
	d := testDirectory()
	d.phones["40103"] = PhoneAccount{VCC: 1, HA1MD5: hash(MD5, "40103", "secret-40103")}
	d.phones["40104"] = PhoneAccount{VCC: 1, HA1MD5: hash(MD5, "40104", "secret-40104")}
	r := newRig(t, d, func(c *Config) {
		c.FlowDigit = func(_ center.VCCID, _ center.LegID, digit byte) { flow <- digit }
		c.Log = slog.New(slog.NewTextHandler(&lockedBuffer{mu: &mu, Buffer: &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	caller := talkingPhone(r, "o1", "40101", 300, sounded)
	agent, inspector, bank := talkingPhone(r, "o2", "40102", 0), talkingPhone(r, "o3", "40103", 0), talkingPhone(r, "o4", "40104", 0)
	r.carry(center.Room{Call: "c", Rows: []center.Row{
		{Leg: "o1", Hears: []center.LegID{"o2"}}, {Leg: "o2", Hears: []center.LegID{"o1"}}, {Leg: "o3", Hears: []center.LegID{"o1", "o2"}}, {Leg: "o4"},
	}}, center.StartRecording{Recording: "r", Call: "c", Leg: "o2", File: "1/r.wav"})
	must(t, errors.Join(agent.Hear(inTime(t), 300), inspector.Hear(inTime(t), 300)))
	caller.Say(0)
	for _, key := range "5" {
		must(t, caller.Digit(inTime(t), key))
		if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: "o1", Digit: byte(key)}) {
			t.Errorf("%+v", got)
		}
	}
	caller.Say(300)
	must(t, errors.Join(agent.Hear(inTime(t), 300), inspector.Hear(inTime(t), 300)))
	caller.Say(0)
	must(t, errors.Join(agent.Silent(inTime(t), 300), inspector.Silent(inTime(t), 300)))
	ears := map[string]*softphone.Call{"agent": agent, "inspector": inspector}
	began := map[string]int64{}
	for name, call := range ears {
		if keys, loudest := keysHeard(call.Recording()); keys != "5" || loudest < -20 {
			t.Errorf("%s hears %q with %.0f dBFS of what is no secret", name, keys, loudest)
		}
		began[name] = call.Position()
	}
	recorded := recordedNow(t, r, "1/r.wav")

	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsToFlow})
	typed := ""
	for _, key := range "4716" {
		must(t, caller.Digit(inTime(t), key))
	}
	for range 4 {
		typed += string(<-flow)
	}
	if typed != "4716" {
		t.Errorf("the flow was told %q", typed)
	}
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsNowhere})
	for _, key := range "*093" {
		must(t, caller.Digit(inTime(t), key))
	}
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsRelayed, To: "o4"}, center.RouteDigits{Leg: "o4", Route: center.DigitsNowhere})
	for _, key := range "82" {
		must(t, caller.Digit(inTime(t), key))
	}
	must(t, bank.HearDigits(inTime(t), "82"))
	r.c.nothing()
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsToCenter})
	caller.Say(300)
	must(t, errors.Join(agent.Hear(inTime(t), 300), inspector.Hear(inTime(t), 300)))
	caller.Say(0)
	must(t, agent.Silent(inTime(t), 300))
	for name, call := range ears {
		keys, loudest := keysHeard(call.Recording()[began[name]:])
		t.Logf("%s: the loudest tones of keys have %.1f dBFS", name, loudest)
		if keys != "" || loudest > -50 {
			t.Errorf("%s hears secret keys %q with %.0f dBFS", name, keys, loudest)
		}
	}
	must(t, caller.Digit(inTime(t), 'B'))
	if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: "o1", Digit: 'B'}) {
		t.Errorf("%+v", got)
	}
	r.carry(center.StopRecording{Recording: "r"})
	sound, err := wav.ReadFile(filepath.Join(r.cfg.Recordings, "1", "r.wav"), 600*wav.SampleRate)
	must(t, err)
	if keys, _ := keysHeard(sound.Channel(0)); strings.Trim(keys, "5B") != "" {
		t.Errorf("keys in the recording: %q", keys)
	}
	if keys, loudest := keysHeard(sound.Channel(0)[recorded : len(sound.Channel(0))-wav.SampleRate*3/2]); keys != "" || loudest > -50 {
		t.Errorf("secret keys in the recording: %q with %.0f dBFS", keys, loudest)
	}
	mu.Lock()
	defer mu.Unlock()
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "4716") || strings.Contains(line, "*093") || strings.Contains(strings.ToLower(line), "digit") {
			t.Errorf("log: %s", line)
		}
	}
}

// recordedNow is how many samples a recording has now.
func recordedNow(t *testing.T, r *rig, file string) int {
	t.Helper()
	length, err := wav.Length(filepath.Join(r.cfg.Recordings, file))
	must(t, err)
	return int(length.Seconds() * wav.SampleRate)
}

// lockedBuffer is a log in memory.
type lockedBuffer struct {
	mu *sync.Mutex
	*bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// TestInband_TalkOff: a minute of speech, by three callers at the same time, has no key in it; a key afterwards is told.
func TestInband_TalkOff(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("espeak-ng is not installed: run make tools")
	}
	d := testDirectory()
	d.phones["40103"] = PhoneAccount{VCC: 1, HA1MD5: hash(MD5, "40103", "secret-40103")}
	r := newRig(t, d)
	calls := []*softphone.Call{}
	for i, leg := range []center.LegID{"o1", "o2", "o3"} {
		calls = append(calls, talkingPhone(r, leg, []string{"40101", "40102", "40103"}[i], 0, sounded))
	}
	var speaking sync.WaitGroup
	for i, voice := range []string{"en-us", "de+f2", "en-gb+m3"} {
		voices, err := speech.New(speech.Config{Voice: voice, Cache: t.TempDir()})
		must(t, err)
		pcm, err := voices.Speak(inTime(t), strings.Repeat("Hello, my order of 9 4 1 Georgia Avenue has not arrived. Oh really? I would like to ask where it is. ", 8))
		must(t, err)
		if len(pcm) < 20*wav.SampleRate {
			t.Fatalf("only %d samples of speech", len(pcm))
		}
		speaking.Go(func() {
			if err := calls[i].Speak(t.Context(), pcm[:20*wav.SampleRate]); err != nil {
				t.Error(err)
			}
		})
	}
	speaking.Wait()
	r.c.nothing()
	for i, leg := range []center.LegID{"o1", "o2", "o3"} {
		must(t, calls[i].Digit(inTime(t), '3'))
		if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: leg, Digit: '3'}) {
			t.Errorf("%+v", got)
		}
	}
}
