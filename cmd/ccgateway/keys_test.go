package main

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/dtmf"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
)

// soundsKeys makes a phone whose keys are tones in the sound, as phones and providers without telephone-event send them.
func soundsKeys(c *softphone.Config) { c.Sounded = true }

// journaled gives the keys that the journal has of VCC 1.
func (in *installation) journaled() (keys string) {
	in.t.Helper()
	var out bytes.Buffer
	must(in.t, replayCommand{Data: in.cfg.Data, VCC: 1}.play(in.ctx, &out))
	for line := range strings.Lines(out.String()) {
		if _, digit, ok := strings.Cut(line, " Digit="); ok && strings.Contains(line, " Digit Leg=") {
			keys += strings.Fields(digit)[0] + " "
		}
	}
	return strings.TrimSpace(keys)
}

// keysIn gives the keys whose tones are in sound.
func keysIn(pcm []int16) (keys string) {
	var d dtmf.Detector
	for ; len(pcm) >= 160; pcm = pcm[160:] {
		if h := d.Take(pcm[:160]); h.Key != 0 {
			keys += string(h.Key)
		}
	}
	return keys
}

// TestFlow_SoundedKeys: a caller whose phone knows no telephone-event chooses in a menu, and keys in a secret number, of which the flow alone
// knows.
func TestFlow_SoundedKeys(t *testing.T) {
	t.Parallel()
	in := install(t)
	amy := in.customer("13900", amyTone, soundsKeys).calls("1503")
	amy.answered()
	amy.hears(menuTone)
	amy.Say(0)
	amy.presses('7')
	amy.hears(welcomeTone) // asks for the secret
	for _, key := range "5809" {
		amy.presses(key)
	}
	amy.hears(menuTone) // what is played for 5809 only
	amy.over()
	if got := in.journaled(); got != "55" { // a byte: the 7 of the menu
		t.Errorf("keys in the journal: %q", got)
	}
	if strings.Contains(in.log.String(), "5809") {
		t.Error("the secret is in the log")
	}
}

// TestRecording_PausedKeys: what a caller keys in while the recording of his talk is paused, as for the number of a card, is in no journal,
// no event, no log, no recording and, as far as it sounds, not in the agent's ear, however his phone sends keys.
func TestRecording_PausedKeys(t *testing.T) {
	for name, phone := range map[string]func(*softphone.Config){"tones": soundsKeys, "events": func(*softphone.Config) {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := install(t, everyRight)
			ann := in.agentAt(in.phone("40101", recordsSound), 101)
			amy := in.customer("13900", amyTone, phone).calls("1000")
			amy.answered()
			agent := answerByHand(in, ann, amy, fromAmy)
			converse(agent, amy)
			by := center.By{Agent: 101, Token: sha256.Sum256([]byte(ann.GUID()))}
			does := func(cmd center.Command) {
				t.Helper()
				reply, err := in.host.Do(in.ctx, 1, cmd)
				must(t, err)
				if reply.Err != nil {
					t.Fatal(reply.Err)
				}
			}
			amy.Say(0)
			amy.presses('2')
			does(center.PauseRecord{By: by})
			from := agent.Position()
			for _, key := range "58090" {
				amy.presses(key)
			}
			amy.listen(20)
			does(center.ResumeRecord{By: by})
			amy.listen(30)
			amy.presses('3')
			amy.listen(10)
			heard := keysIn(agent.Recording()[from:])
			ann.ok(ann.Release)
			amy.over()
			ann.until("AgentState_Ready")
			if events := ann.history(); strings.Contains(events, "58090") || strings.Contains(strings.ToLower(events), "digit") {
				t.Errorf("keys are in the events:\n%s", events)
			}
			want := map[string]string{"tones": "3", "events": ""}[name]
			if heard != want {
				t.Errorf("the agent has heard the keys %q, want %q", heard, want)
			}
			if got := in.journaled(); got != "50 51" { // 2 and 3
				t.Errorf("keys in the journal: %q", got)
			}
			must(t, in.store.Flush(in.ctx))
			found, err := in.store.Recordings(in.ctx, store.Filter{Agent: 101})
			must(t, err)
			if len(found) != 1 {
				t.Fatalf("%d recordings", len(found))
			}
			sound := in.recordingFile(found[0])
			for _, side := range []int{0, 1} {
				if got := strings.Trim(keysIn(sound.Channel(side)), "23"); got != "" {
					t.Errorf("keys in the recording: %q", got)
				}
			}
			if strings.Contains(in.log.String(), "Digit") {
				t.Error("keys are in the log")
			}
		})
	}
}
