package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// inMenu brings a caller into the menu of the flow welcome.
func inMenu(in *installation) *talk {
	in.t.Helper()
	amy := in.customer("13900", amyTone).calls("1500")
	amy.answered()
	amy.hears(welcomeTone)
	amy.hears(menuTone)
	return amy
}

func (c *talk) presses(key rune) {
	c.line.in.t.Helper()
	c.line.in.try("press "+string(key), func(ctx context.Context) error { return c.Digit(ctx, key) })
}

// TestFlow_Queue: a caller hears the flow's prompts, presses a key, waits with music and is served by an agent.
func TestFlow_Queue(t *testing.T) {
	t.Parallel()
	in := install(t)
	amy := inMenu(in)
	amy.presses('1')
	amy.hears(musicTone)
	ann := in.agent(101)
	phone := ann.lifts()
	ann.until("AgentEvent_Ringing")
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, "") })
	converse(phone, amy)
	ann.ok(ann.Release)
	amy.over()
	ann.until("AgentState_Ready")
}

// TestFlow_Transfer: a key leads to a number outside; when that does not answer, the flow goes on.
func TestFlow_Transfer(t *testing.T) {
	t.Parallel()
	in := install(t)
	amy := inMenu(in)
	amy.presses('2')
	far := in.carrier().rung()
	far.lift()
	converse(far, amy)
	far.hangUp()
	amy.over()

	amy = inMenu(in)
	amy.presses('2')
	must(t, in.carrier().rung().Reject(486))
	amy.hears(menuTone)
	amy.over()
}

// TestFlow_Diverted: a flow knows who was called first and who has sent the caller on; when it sends him on to a number outside, the provider
// is told by which number of ours.
func TestFlow_Diverted(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Trunks[0].Caller.Diversion = true })
	line := in.customer("13900", amyTone)
	ctx, cancel := in.within()
	defer cancel()
	call, err := line.CallWith(ctx, "1504", softphone.Headers{{Name: "Diversion", Value: "<sip:0302@p.example>;reason=no-answer, <sip:0301@p.example>"}})
	must(t, err)
	amy := &talk{Call: call, line: line}
	amy.answered()
	amy.hears(welcomeTone) // for those who have dialled 0301 and were sent on by 0302
	far := in.carrier().rung()
	if got := far.Headers().Get("Diversion"); !strings.HasPrefix(got, "<sip:1504@") || !strings.HasSuffix(got, ";reason=deflection;counter=1") {
		t.Errorf("Diversion: %q", got)
	}
	far.lift()
	converse(far, amy)
	far.hangUp()
	amy.over()
}

// TestTransfer_Diverted: so is the provider when an agent does it.
func TestTransfer_Diverted(t *testing.T) {
	t.Parallel()
	s := beginTalk(t, func(cfg *config.Config) { cfg.Trunks[0].Caller.Diversion = true })
	s.ann.ok(func(ctx context.Context) error {
		return s.ann.Transfer(ctx, client.Transfer{To: client.ToOutside, Address: "5551234", Mode: client.BlindOutside})
	})
	far := s.carrier().rung()
	if got := far.Headers().Get("Diversion"); !strings.HasPrefix(got, "<sip:1000@") || !strings.HasSuffix(got, ";reason=deflection;counter=1") {
		t.Errorf("Diversion: %q", got)
	}
	far.lift()
	converse(far, s.amy)
	far.hangUp()
	s.amy.over()
}

// TestFlow_Voicemail: a message is recorded, from the key until the caller hangs up, and is in the index of recordings.
func TestFlow_Voicemail(t *testing.T) {
	t.Parallel()
	in := install(t)
	amy := inMenu(in)
	amy.presses('3')
	amy.hears()
	amy.listen(50)
	amy.hangUp()
	in.await("the message is in the index", func() (bool, string) {
		all, err := in.store.Recordings(in.ctx, store.Filter{VCC: 1})
		if err != nil || len(all) != 1 {
			return false, ""
		}
		r := all[0]
		return !r.Ended.IsZero() && r.Failed == "" && strings.HasSuffix(r.File, ".wav"), r.File
	})
}

// TestFlow_VoicemailSilence: a message ends by itself after five seconds without a word, and not while there are words; the flow goes on.
func TestFlow_VoicemailSilence(t *testing.T) {
	t.Parallel()
	in := install(t)
	amy := inMenu(in)
	amy.presses('3')
	amy.hears()
	amy.listen(350) // seven seconds
	amy.Say(0)
	silent := time.Now()
	amy.over()
	if took := time.Since(silent); took < 4500*time.Millisecond || took > 10*time.Second {
		t.Errorf("the message went on for %s of silence", took)
	}
	in.await("the message is in the index", func() (bool, string) {
		all, err := in.store.Recordings(in.ctx, store.Filter{VCC: 1})
		if err != nil || len(all) != 1 || all[0].Ended.IsZero() {
			return false, ""
		}
		lasts := all[0].Ended.Sub(all[0].Began)
		return lasts > 11*time.Second && lasts < 18*time.Second && all[0].Failed == "", lasts.String()
	})
}

// TestFlow_CallerLeaves: a caller hangs up while a prompt plays; nothing is left of him.
func TestFlow_CallerLeaves(t *testing.T) {
	t.Parallel()
	in := install(t)
	inMenu(in).hangUp()
}

// TestFlow_Speaks: a text is heard as speech between the prompts before and after it.
func TestFlow_Speaks(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("espeak-ng is not installed: run make tools")
	}
	t.Parallel()
	amy := install(t).customer("13900", amyTone, recordsSound).calls("1502")
	amy.answered()
	amy.over()
	heard := amy.Recording()
	const window = wav.SampleRate / 10
	first, last := len(heard), 0 // of the text
	for at := 0; at+window <= len(heard); at += window {
		switch pcm := heard[at : at+window]; {
		case tone.Level(pcm, welcomeTone) > -30:
			last = at + window
		case tone.Level(pcm, menuTone) > -30:
			first = min(first, at)
		}
	}
	if last == 0 || first == len(heard) || first < last {
		t.Fatalf("the prompts before and after the text end and begin at %d and %d of %d samples", last, first, len(heard))
	}
	text := heard[last:first]
	lasts := time.Duration(len(text)) * time.Second / wav.SampleRate
	if loud := tone.Loudness(text); lasts < time.Second || lasts > 6*time.Second || loud < -35 || loud > -6 {
		t.Errorf("between the prompts there are %s at %.0f dBFS, want speech of some seconds", lasts, loud)
	}
}
