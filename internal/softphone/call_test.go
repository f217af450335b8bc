package softphone

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/dtmf"
	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
)

// TestCall is the whole of an ordinary call, over both transports, hung up from either side.
func TestCall(t *testing.T) {
	for _, transport := range []Transport{UDP, TCP} {
		for _, by := range []Party{Local, Remote} {
			t.Run(transport.String()+"/hung up by "+by.String(), func(t *testing.T) {
				caller := newPhone(t, Config{User: "1001", Display: "Ann", Transport: transport, Tone: 440})
				callee := newPhone(t, Config{User: "1002", Transport: transport, Tone: 700, Local: "127.0.0.2:0"})
				out := mustCall(t, caller, callee)
				in := awaitCall(t, callee)
				if in.Number() != "1001" || out.Number() != callee.URI() || in.Outgoing() || !out.Outgoing() || in.ID() != out.ID() {
					t.Errorf("called by %q, calls %q", in.Number(), out.Number())
				}
				if from := in.Headers().Get("from"); !strings.Contains(from, `"Ann" <sip:1001@`) {
					t.Errorf("From: %s", from)
				}
				must(t, in.Ring())
				await(t, "ringing", out.Ringing())
				must(t, in.Answer(testContext(t)))
				await(t, "answered", out.Answered())
				await(t, "confirmed", out.Confirmed())
				mustHear(t, out, 700)
				mustHear(t, in, 440)
				mustBeSilent(t, out, 440)
				mustBeSilent(t, in, 700)
				if level := out.Levels(700)[0]; level < -13 || level > -7 {
					t.Errorf("700 Hz is heard at %.1f dBFS, said at -10", level)
				}
				hangUpAndCheck(t, out, in, by)
			})
		}
	}
}

func hangUpAndCheck(t *testing.T, out, in *Call, by Party) {
	t.Helper()
	first, second := out, in
	if by == Remote {
		first, second = in, out
	}
	must(t, first.Hangup(testContext(t)))
	await(t, "end here", first.Ended())
	await(t, "end there", second.Ended())
	if end := first.EndReason(); end.By != Local || end.Method != "BYE" || end.Err != nil {
		t.Errorf("who hung up: %v", end)
	}
	if end := second.EndReason(); end.By != Remote || end.Method != "BYE" || end.Err != nil {
		t.Errorf("who was hung up on: %v", end)
	}
	must(t, first.Hangup(testContext(t))) // again: nothing more happens
	for _, c := range []*Call{out, in} {
		heard, sent := c.Heard(), c.Sent()
		if heard.Packets == 0 || sent.Packets == 0 || heard.Streams != 1 || heard.Malformed != 0 || heard.Lost != 0 || sent.Failed != 0 {
			t.Errorf("heard %+v, sent %+v", heard, sent)
		}
	}
	if calls := append(first.phone.Calls(), second.phone.Calls()...); len(calls) != 0 {
		t.Errorf("%d calls are left", len(calls))
	}
	if err := first.Hear(testContext(t), 440); !errors.Is(err, ErrEnded) {
		t.Errorf("hearing in an ended call: %v", err)
	}
}

// TestCall_Laws: each law, and a caller who must take the callee's.
func TestCall_Laws(t *testing.T) {
	mu, a := []g711.Law{g711.MuLaw}, []g711.Law{g711.ALaw}
	both := []g711.Law{g711.ALaw, g711.MuLaw}
	for _, c := range []struct {
		name           string
		caller, callee []g711.Law
		want           g711.Law
	}{
		{"mu", mu, nil, g711.MuLaw},
		{"a", a, both, g711.ALaw},
		{"the callee has one", nil, a, g711.ALaw},
		{"the caller's order counts", both, nil, g711.ALaw},
	} {
		t.Run(c.name, func(t *testing.T) {
			caller := newPhone(t, Config{Laws: c.caller, Tone: 400})
			callee := newPhone(t, Config{Laws: c.callee, Tone: 600})
			out, in := talk(t, caller, callee)
			mustHear(t, out, 600)
			mustHear(t, in, 400)
			if out.Heard().Law != c.want || in.Heard().Law != c.want {
				t.Errorf("heard %v and %v, want %v", out.Heard().Law, in.Heard().Law, c.want)
			}
		})
	}
	t.Run("none in common", func(t *testing.T) {
		caller := newPhone(t, Config{Laws: mu})
		callee := newPhone(t, Config{Laws: a, Answer: Immediately})
		out := mustCall(t, caller, callee)
		await(t, "refused", out.Ended())
		if end := out.EndReason(); end.Status != 488 || end.By != Remote {
			t.Errorf("ended by %v, want 488", end)
		}
	})
}

// TestCall_SayAndMute: what is said changes while it is said.
func TestCall_SayAndMute(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 500}), newPhone(t, Config{}))
	mustHear(t, in, 500)
	out.Say(900)
	mustHear(t, in, 900)
	mustBeSilent(t, in, 500)
	out.Mute(true)
	mustBeSilent(t, in, 500, 900)
	packets := in.Heard().Packets
	out.Mute(false)
	mustHear(t, in, 900)
	if in.Heard().Packets == packets {
		t.Error("nothing came")
	}
	out.Say(0)
	mustBeSilent(t, in, 900)
}

// TestCall_Hold: each side holds and resumes, also both at once.
func TestCall_Hold(t *testing.T) {
	for _, transport := range []Transport{UDP, TCP} {
		t.Run(transport.String(), func(t *testing.T) {
			caller, callee := newPhone(t, Config{Tone: 440, Transport: transport}), newPhone(t, Config{Tone: 700, Transport: transport})
			out, in := talk(t, caller, callee)
			for _, side := range []struct{ holder, held *Call }{{out, in}, {in, out}} {
				must(t, side.holder.Hold(testContext(t)))
				mustBeSilent(t, out, 700)
				mustBeSilent(t, in, 440)
				must(t, side.holder.Resume(testContext(t)))
				mustHear(t, out, 700)
				mustHear(t, in, 440)
			}
			must(t, out.Hold(testContext(t)))
			must(t, in.Hold(testContext(t)))
			must(t, out.Resume(testContext(t)))
			mustBeSilent(t, out, 700)
			must(t, in.Resume(testContext(t)))
			mustHear(t, out, 700)
			mustHear(t, in, 440)
		})
	}
}

// TestCall_HoldAtOnce: both sides offer in the same instant; the glare is resolved and both get what they want.
func TestCall_HoldAtOnce(t *testing.T) {
	t.Parallel() // it waits most of the time
	out, in := talk(t, newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700}))
	results := make(chan error, 2)
	for _, c := range []*Call{out, in} {
		go func() { results <- c.Hold(testContext(t)) }()
	}
	must(t, <-results)
	must(t, <-results)
	mustBeSilent(t, out, 700)
	mustBeSilent(t, in, 440)
}

// TestCall_HoldAtRefresh: a phone holds in the instant in which the other one refreshes the session or holds; it is refused, and gets what
// it wants afterwards.
func TestCall_HoldAtRefresh(t *testing.T) {
	t.Parallel() // it waits most of the time
	out, in := talk(t, newPhone(t, Config{Tone: 440, Faults: Faults{HoldAtRefresh: true, NoUpdate: true}}), newPhone(t, Config{Tone: 700}))
	if allow := in.Headers().Get("Allow"); !strings.HasSuffix(allow, "NOTIFY") {
		t.Errorf("it says that it knows %s", allow)
	}
	must(t, in.Hold(testContext(t)))
	await(t, "hold that crossed", out.Crossed())
	mustBeSilent(t, out, 700)
	mustBeSilent(t, in, 440)
	must(t, in.Resume(testContext(t))) // once in a call
	must(t, out.Resume(testContext(t)))
	mustHear(t, out, 700)
	mustHear(t, in, 440)
}

// TestCall_HoldRefused: a refusal leaves the call as it was.
func TestCall_HoldRefused(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700, Faults: Faults{NoHold: true}}))
	var refusal *StatusError
	if err := out.Hold(testContext(t)); !errors.As(err, &refusal) || refusal.Status != 488 {
		t.Errorf("hold: %v, want 488", err)
	}
	mustHear(t, out, 700)
	mustHear(t, in, 440)
}

// TestCall_Digits: each digit arrives once, in order, and the tone is back afterwards.
func TestCall_Digits(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440}), newPhone(t, Config{}))
	if err := out.Digit(testContext(t), 'x'); err == nil {
		t.Error("x is no digit")
	}
	for _, digit := range "159*#D" {
		must(t, out.Digit(testContext(t), digit))
	}
	must(t, in.HearDigits(testContext(t), "159*#D"))
	mustHear(t, in, 440)
}

// TestCall_Record: what is kept is what was said, for as long as was asked for.
func TestCall_Record(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440}), newPhone(t, Config{Record: 400 * time.Millisecond}))
	awaitRecorded(t, in, 1600)
	out.Say(900)
	awaitRecorded(t, in, 3200)
	mustHear(t, in, 900)
	pcm := in.Recording()
	if len(pcm) != 3200 {
		t.Errorf("kept %d samples, want 3200", len(pcm))
	}
	if heard, all := tone.HeardWindows(pcm[:1600], 440); heard != 2 || all != 2 {
		t.Errorf("440 Hz is in %d of %d windows", heard, all)
	}
	if !tone.Hears(pcm[2400:], 900) {
		t.Error("900 Hz is not at the end")
	}
	if out.Recording() != nil {
		t.Error("a phone that was not told to recorded")
	}
}

// awaitRecorded waits until so many samples were kept.
func awaitRecorded(t *testing.T, c *Call, samples int) {
	t.Helper()
	must(t, c.listen(testContext(t), func([]int16, int64) bool { return len(c.Recording()) >= samples }))
}

// TestCall_Reject: the status reaches the caller.
func TestCall_Reject(t *testing.T) {
	caller, callee := newPhone(t, Config{}), newPhone(t, Config{})
	for _, status := range []int{480, 486, 603} {
		out := mustCall(t, caller, callee)
		in := awaitCall(t, callee)
		if err := in.Reject(200); err == nil {
			t.Error("200 refuses nothing")
		}
		must(t, in.Reject(status))
		await(t, "end", out.Ended())
		if end := out.EndReason(); end.By != Remote || end.Status != status || end.Method != "" {
			t.Errorf("ended by %v, want %d", end, status)
		}
		if end := in.EndReason(); end.By != Local || end.Status != status {
			t.Errorf("ended there by %v, want %d", end, status)
		}
		if err := in.Answer(testContext(t)); !errors.Is(err, ErrDecided) {
			t.Errorf("answering what was refused: %v", err)
		}
	}
}

// TestCall_Lines: a phone whose lines are all taken is busy.
func TestCall_Lines(t *testing.T) {
	caller, callee := newPhone(t, Config{}), newPhone(t, Config{Lines: 1})
	out, _ := talk(t, caller, callee)
	second := mustCall(t, caller, callee)
	await(t, "busy", second.Ended())
	if end := second.EndReason(); end.Status != 486 {
		t.Errorf("ended by %v, want 486", end)
	}
	must(t, out.Hangup(testContext(t)))
	third := mustCall(t, caller, callee)
	must(t, awaitCall(t, callee).Answer(testContext(t)))
	await(t, "answered", third.Answered())
}

// TestCall_Cancel: the caller gives up while it rings, and before anything came back.
func TestCall_Cancel(t *testing.T) {
	for _, transport := range []Transport{UDP, TCP} {
		t.Run(transport.String(), func(t *testing.T) {
			caller, callee := newPhone(t, Config{Transport: transport}), newPhone(t, Config{Transport: transport})
			out := mustCall(t, caller, callee)
			in := awaitCall(t, callee)
			must(t, in.Ring())
			await(t, "ringing", out.Ringing())
			must(t, out.Hangup(testContext(t)))
			await(t, "end", in.Ended())
			if end := out.EndReason(); end.By != Local || end.Method != "CANCEL" || end.Status != 487 {
				t.Errorf("ended by %v", end)
			}
			if end := in.EndReason(); end.By != Remote || end.Method != "CANCEL" {
				t.Errorf("ended there by %v", end)
			}
			early := mustCall(t, caller, callee)
			must(t, early.Hangup(testContext(t)))
			await(t, "end", awaitCall(t, callee).Ended())
		})
	}
}

// TestCall_HangupOfRinging: the called side hangs up what it has not answered.
func TestCall_HangupOfRinging(t *testing.T) {
	out := mustCall(t, newPhone(t, Config{}), newPhone(t, Config{Answer: OnRequest}))
	await(t, "ringing", out.Ringing())
	callee := newPhone(t, Config{})
	out = mustCall(t, newPhone(t, Config{}), callee)
	must(t, awaitCall(t, callee).Hangup(testContext(t)))
	await(t, "end", out.Ended())
	if end := out.EndReason(); end.Status != 486 {
		t.Errorf("ended by %v, want 486", end)
	}
}

// TestCall_Race: answer, cancel and hang-up at the same moment end cleanly whoever wins.
func TestCall_Race(t *testing.T) {
	caller, callee := newPhone(t, Config{}), newPhone(t, Config{})
	for range 30 {
		out := mustCall(t, caller, callee)
		in := awaitCall(t, callee)
		must(t, in.Ring())
		await(t, "ringing", out.Ringing())
		go func() { _ = in.Answer(testContext(t)) }()
		go func() { _ = out.Hangup(testContext(t)) }()
		await(t, "end here", out.Ended())
		await(t, "end there", in.Ended())
	}
}

// TestCall_Immediately: a phone answers by itself, after ringing if told to.
func TestCall_Immediately(t *testing.T) {
	caller := newPhone(t, Config{Tone: 440})
	at := mustCall(t, caller, newPhone(t, Config{Answer: Immediately}))
	await(t, "answered", at.Answered())
	if at.ringing.fired() {
		t.Error("it rang")
	}
	later := mustCall(t, caller, newPhone(t, Config{Answer: Immediately, RingFor: 50 * time.Millisecond}))
	await(t, "ringing", later.Ringing())
	await(t, "answered", later.Answered())
}

// TestPhone_Close ends calls and tells the other side.
func TestPhone_Close(t *testing.T) {
	caller, callee := newPhone(t, Config{}), newPhone(t, Config{})
	out, in := talk(t, caller, callee)
	ringing := mustCall(t, caller, callee)
	awaitCall(t, callee)
	callee.Close()
	await(t, "end", out.Ended())
	await(t, "end there", in.Ended())
	await(t, "end of what rang", ringing.Ended())
	if end := out.EndReason(); end.By != Remote || end.Method != "BYE" {
		t.Errorf("ended by %v", end)
	}
	if _, err := callee.Call(testContext(t), caller.URI()); err == nil {
		t.Error("a closed phone calls")
	}
	callee.Close()
}

// TestPhone_Many: many phones of one process call each other at once, and each hears its own partner.
func TestPhone_Many(t *testing.T) {
	const pairs = 40
	calls := make([]*Call, 0, 2*pairs)
	freqs := make([]float64, 0, 2*pairs)
	for i := range pairs {
		a, b := 300+float64(40*i), 320+float64(40*i)
		callee := newPhone(t, Config{Tone: b, Answer: Immediately})
		out := mustCall(t, newPhone(t, Config{Tone: a}), callee)
		calls, freqs = append(calls, out, awaitCall(t, callee)), append(freqs, b, a)
	}
	results := make(chan error, len(calls))
	for i, c := range calls {
		go func() { results <- c.Hear(testContext(t), freqs[i]) }()
	}
	for range calls {
		must(t, <-results)
	}
	for _, c := range calls {
		must(t, c.Hangup(testContext(t)))
	}
}

// TestCall_SoundedDigits: between phones of which one knows no telephone-event, digits are tones in the sound, each once, whoever of
// them says them and whoever called; what is spoken is heard in between, and the tone is back afterwards.
func TestCall_SoundedDigits(t *testing.T) {
	plain := newPhone(t, Config{Record: time.Minute, Tone: 700})
	sounded := newPhone(t, Config{Record: time.Minute, Tone: 440, Sounded: true})
	for _, pair := range [][2]*Phone{{plain, sounded}, {sounded, plain}} {
		out, in := talk(t, pair[0], pair[1])
		for said, heard := range map[*Call]*Call{out: in, in: out} {
			must(t, said.Digit(testContext(t), '7'))
			must(t, said.Speak(testContext(t), tone.Sine(1000, 0.3, 4800)))
			must(t, said.Digit(testContext(t), '#'))
			mustHear(t, heard, map[*Phone]float64{plain: 700, sounded: 440}[said.phone])
			var d dtmf.Detector
			keys := ""
			pcm := heard.Recording()
			for at := 0; at+frameSamples <= len(pcm); at += frameSamples {
				if h := d.Take(pcm[at : at+frameSamples]); h.Key != 0 {
					keys += string(h.Key)
				}
			}
			if spoken, _ := tone.HeardWindows(pcm, 1000); keys != "7#" || spoken < 4 || heard.Heard().Digits != "" {
				t.Errorf("heard the tones of %q, speech in %d windows, events %q", keys, spoken, heard.Heard().Digits)
			}
		}
		must(t, out.Hangup(testContext(t)))
	}
}
