package voice

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/softphone"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// inTime is a context that lasts as long as a test's patience.
func inTime(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// talkingPhone is a soft phone that registers, is rung as that leg, answers, and says a tone.
func talkingPhone(r *rig, leg center.LegID, number string, freq float64, change ...func(*softphone.Config)) *softphone.Call {
	t := r.t
	t.Helper()
	ctx := inTime(t)
	cfg := softphone.Config{Registrar: r.addr().String(), User: number, Password: "secret-" + number, Tone: freq,
		Answer: softphone.Immediately, RingFor: time.Millisecond, Record: time.Minute}
	for _, f := range change {
		f(&cfg)
	}
	phone, err := softphone.New(ctx, cfg)
	must(t, err)
	t.Cleanup(phone.Close)
	must(t, phone.Register(ctx))
	next[center.PhoneState](r.c)
	r.carry(center.Ring{Leg: leg, Phone: number, Caller: "0301234567", Call: "1"})
	for cmd := r.c.any(); cmd != (center.LegAnswered{Leg: leg}); cmd = r.c.any() {
		if cmd != (center.LegRinging{Leg: leg}) {
			t.Fatalf("center was told %#v", cmd)
		}
	}
	select {
	case call := <-phone.Incoming():
		return call
	case <-ctx.Done():
		t.Fatal("no call came in")
	}
	panic("not reached")
}

// tonesFile makes a sound file of tones one after another, each so long. With two channels the tones are in the right one.
func tonesFile(t *testing.T, path string, channels int, length time.Duration, freqs ...float64) {
	t.Helper()
	w, err := wav.Create(path, channels)
	must(t, err)
	for _, freq := range freqs {
		pcm := tone.Sine(freq, 0.25, int(length.Seconds()*wav.SampleRate))
		if channels == 2 {
			both := make([]int16, 2*len(pcm))
			for i, sample := range pcm {
				both[2*i+1] = sample
			}
			pcm = both
		}
		must(t, w.Write(pcm))
	}
	must(t, w.Close())
}

// play is a Play as it is, to leg o1.
func play(id center.PlayID, sounds ...center.Sound) center.Play {
	return center.Play{Play: id, Leg: "o1", Sound: sounds, Alone: true, Volume: 50, Speed: 50}
}

// TestCarry_PlaySequence: prompts and a recording's file are heard whole and in their order, and then their end is told.
func TestCarry_PlaySequence(t *testing.T) {
	prompts := t.TempDir()
	tonesFile(t, filepath.Join(prompts, "first.wav"), 1, time.Second, 700)
	tonesFile(t, filepath.Join(prompts, "last.wav"), 1, time.Second, 1500)
	r := newRig(t, testDirectory(), func(c *Config) { c.Prompts = prompts })
	tonesFile(t, filepath.Join(r.cfg.Recordings, "r.wav"), 2, time.Second, 1100)
	call := talkingPhone(r, "o1", "40101", 0)
	r.carry(play("p", center.Sound{Prompt: "first"}, center.Sound{File: "r.wav"}, center.Sound{Prompt: "last"}))
	if got, _ := next[center.PlayEnded](r.c); got != (center.PlayEnded{Play: "p"}) {
		t.Fatalf("%+v", got)
	}
	must(t, call.Silent(inTime(t), 700, 1100, 1500))
	var order []float64
	windows := map[float64]int{}
	for window := range slices.Chunk(call.Recording(), tone.MinWindow) {
		for _, freq := range []float64{700, 1100, 1500} {
			if tone.Hears(window, freq) {
				windows[freq]++
				order = append(order, freq)
			}
		}
	}
	if !slices.IsSorted(order) {
		t.Errorf("heard in the order %v", order)
	}
	for _, freq := range []float64{700, 1100, 1500} {
		if windows[freq] < 6 || windows[freq] > 15 { // a busy machine stutters; twice would be 20
			t.Errorf("%v Hz heard for %d tenths of a second", freq, windows[freq])
		}
	}
}

// TestCarry_Playback: what is played is paused, goes on, is moved, and is stopped, of which no end is told; moved beyond its end it ends.
func TestCarry_Playback(t *testing.T) {
	r := newRig(t, testDirectory())
	tonesFile(t, filepath.Join(r.cfg.Recordings, "r.wav"), 1, time.Minute, 700, 1500)
	call := talkingPhone(r, "o1", "40101", 0)
	hear := func(freq, not float64) {
		t.Helper()
		must(t, call.Hear(inTime(t), freq))
		must(t, call.Silent(inTime(t), not))
	}
	r.carry(play("p", center.Sound{File: "r.wav"}))
	hear(700, 1500)
	r.carry(center.PausePlayback{Play: "p", On: true})
	must(t, call.Silent(inTime(t), 700, 1500))
	r.carry(center.PausePlayback{Play: "p"})
	hear(700, 1500)
	r.carry(center.MovePlayback{Play: "p", MS: 61_000, Absolute: true})
	hear(1500, 700)
	r.carry(center.MovePlayback{Play: "p", MS: -40_000})
	hear(700, 1500)
	r.carry(center.StopPlay{Play: "p"})
	must(t, call.Silent(inTime(t), 700, 1500))
	r.c.nothing()
	r.carry(play("q", center.Sound{File: "r.wav"}))
	hear(700, 1500)
	r.carry(center.MovePlayback{Play: "q", MS: 120_000})
	if got, _ := next[center.PlayEnded](r.c); got != (center.PlayEnded{Play: "q"}) {
		t.Errorf("%+v", got)
	}
	must(t, call.Silent(inTime(t), 700, 1500))
}

// TestCarry_Digits: keys that are sent to a leg, and those of another that are relayed to it, are heard by its far side and by nobody else;
// neither the center nor a flow is told of the relayed ones.
func TestCarry_Digits(t *testing.T) {
	d := testDirectory()
	d.phones["40103"] = PhoneAccount{VCC: 1, HA1MD5: hash(MD5, "40103", "secret-40103")}
	r := newRig(t, d, func(c *Config) {
		c.FlowDigit = func(center.VCCID, center.LegID, byte) { t.Error("a flow was told a key") }
	})
	legs := []center.LegID{"o1", "o2", "o3"}
	calls := map[center.LegID]*softphone.Call{}
	var rows []center.Row
	for i, leg := range legs {
		calls[leg] = talkingPhone(r, leg, []string{"40101", "40102", "40103"}[i], []float64{700, 1100, 1500}[i])
		others := slices.DeleteFunc(slices.Clone(legs), func(other center.LegID) bool { return other == leg })
		rows = append(rows, center.Row{Leg: leg, Hears: others})
	}
	r.carry(center.Room{Call: "c", Rows: rows})
	must(t, calls["o3"].Hear(inTime(t), 700))
	r.carry(center.SendDigits{Leg: "o2", Digits: "12#"})
	must(t, calls["o2"].HearDigits(inTime(t), "12#"))
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsRelayed, To: "o2"})
	for _, digit := range "7*" {
		must(t, calls["o1"].Digit(inTime(t), digit))
	}
	must(t, calls["o2"].HearDigits(inTime(t), "12#7*"))
	must(t, calls["o3"].Hear(inTime(t), 700)) // the keys are over
	for _, leg := range []center.LegID{"o1", "o3"} {
		if got := calls[leg].Heard().Digits; got != "" {
			t.Errorf("%s was sent keys too: %q", leg, got)
		}
	}
	r.c.nothing()
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsToCenter})
	must(t, calls["o1"].Digit(inTime(t), '9'))
	if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: "o1", Digit: '9'}) {
		t.Errorf("%+v", got)
	}
}

// TestCarry_PauseRecording: while a recording is paused its file gets silence on both sides, and the talk before and after.
func TestCarry_PauseRecording(t *testing.T) {
	r := newRig(t, testDirectory())
	a, b := talkingPhone(r, "o1", "40101", 700), talkingPhone(r, "o2", "40102", 1100)
	r.carry(center.Room{Call: "c", Rows: []center.Row{{Leg: "o1", Hears: []center.LegID{"o2"}}, {Leg: "o2", Hears: []center.LegID{"o1"}}}})
	must(t, errors.Join(a.Hear(inTime(t), 1100), b.Hear(inTime(t), 700)))
	path := filepath.Join(r.cfg.Recordings, "1", "r.wav")
	reaches := func(length time.Duration) {
		t.Helper()
		r.until("the recording is "+length.String()+" long", func() bool {
			now, err := wav.Length(path)
			return err == nil && now >= length
		})
	}
	r.carry(center.StartRecording{Recording: "r", Call: "c", Leg: "o1", File: "1/r.wav"})
	reaches(time.Second)
	r.carry(center.PauseRecording{Recording: "r", On: true})
	reaches(2500 * time.Millisecond)
	must(t, errors.Join(a.Hear(inTime(t), 1100), b.Hear(inTime(t), 700))) // the talk itself goes on
	r.carry(center.PauseRecording{Recording: "r"})
	reaches(4 * time.Second)
	r.carry(center.StopRecording{Recording: "r"})
	sound, err := wav.ReadFile(path, 60*wav.SampleRate)
	must(t, err)
	for side, freq := range []float64{1100, 700} {
		pcm := sound.Channel(side)
		from, to := longestSilence(pcm)
		if length := to - from; length < wav.SampleRate*9/10 || length > 3*wav.SampleRate {
			t.Errorf("silent for %d samples", length)
		}
		for _, part := range [][]int16{pcm[:from], pcm[to:]} {
			// phones on a machine that is busy stutter; half of the windows are talk all the same
			if heard, all := tone.HeardWindows(part, freq); all < 7 || heard < all/2 {
				t.Errorf("side %d: the talk is in %d of %d windows beside the pause", side, heard, all)
			}
		}
	}
}

// longestSilence finds the longest stretch in which there is nothing at all.
func longestSilence(pcm []int16) (from, to int) {
	for i := 0; i < len(pcm); {
		end := i
		for end < len(pcm) && pcm[end] == 0 {
			end++
		}
		if end-i > to-from {
			from, to = i, end
		}
		i = end + 1
	}
	return from, to
}

// TestCarry_Barge: the key that ends a sound is told before the end, however long the leg takes for other work; also one by INFO.
func TestCarry_Barge(t *testing.T) {
	told := make(chan byte, 1)
	r := newRig(t, testDirectory(), func(c *Config) {
		c.FlowDigit = func(_ center.VCCID, _ center.LegID, digit byte) { told <- digit }
	})
	call := talkingPhone(r, "o1", "40101", 0)
	menu := play("menu", center.Sound{Prompt: "ringback"})
	menu.Barge, menu.Endless = true, true
	for _, route := range []center.DigitRoute{center.DigitsToCenter, center.DigitsToFlow} {
		r.carry(center.RouteDigits{Leg: "o1", Route: route}, menu)
		mail, free := r.legs.find(legKey{1, "o1"}).mail, make(chan struct{})
		must(t, call.Hear(inTime(t), 425))
		busy := make(chan struct{})
		mail.post(func() {
			close(busy)
			<-free
		})
		<-busy
		err := call.Digit(inTime(t), '5')
		r.until("the key and the end wait for the leg", func() bool {
			mail.mu.Lock()
			defer mail.mu.Unlock()
			return len(mail.queue) == 2
		})
		close(free)
		must(t, err)
		if route == center.DigitsToCenter {
			if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: "o1", Digit: '5'}) {
				t.Errorf("%+v", got)
			}
		}
		if got, _ := next[center.PlayEnded](r.c); got != (center.PlayEnded{Play: "menu", Key: true}) {
			t.Errorf("%+v", got)
		}
		if route == center.DigitsToFlow && len(told) != 1 {
			t.Error("the flow does not know the key when the end is told")
		}
	}
}

// TestCarry_BargeByInfo: a key by INFO ends a sound as one by RTP does.
func TestCarry_BargeByInfo(t *testing.T) {
	r := newRig(t, testDirectory())
	c := lifted(r, newUA(r, transportUDP, "40101"))
	menu := play("menu", center.Sound{Prompt: "ringback"})
	menu.Barge, menu.Endless = true, true
	r.carry(menu)
	c.press("5")
	next[center.Digit](r.c)
	if got, _ := next[center.PlayEnded](r.c); got != (center.PlayEnded{Play: "menu", Key: true}) {
		t.Errorf("%+v", got)
	}
}
