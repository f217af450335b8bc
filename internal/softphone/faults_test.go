package softphone

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// TestFaults_AnswerLate: CANCEL and 200 cross. The caller's phone must take the answer and end it by BYE.
func TestFaults_AnswerLate(t *testing.T) {
	for _, transport := range []Transport{UDP, TCP} {
		t.Run(transport.String(), func(t *testing.T) {
			caller := newPhone(t, Config{Transport: transport})
			callee := newPhone(t, Config{Transport: transport, Faults: Faults{AnswerLate: true}})
			out := mustCall(t, caller, callee)
			in := awaitCall(t, callee)
			await(t, "ringing", out.Ringing())
			must(t, out.Hangup(testContext(t)))
			await(t, "end there", in.Ended())
			if end := out.EndReason(); end.By != Local || end.Method != "BYE" {
				t.Errorf("ended by %v", end)
			}
			if end := in.EndReason(); end.By != Remote || end.Method != "BYE" || !in.answered.fired() {
				t.Errorf("ended there by %v", end)
			}
			if out.answered.fired() {
				t.Error("the caller, who had hung up, was answered")
			}
		})
	}
	t.Run("answered in time", func(t *testing.T) {
		caller, callee := newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700, Faults: Faults{AnswerLate: true}})
		out, in := talk(t, caller, callee)
		mustHear(t, out, 700)
		mustHear(t, in, 440)
	})
}

// TestFaults_DropACK: the answer is repeated, then the called phone gives up with BYE.
func TestFaults_DropACK(t *testing.T) {
	t.Parallel() // it waits most of the time
	caller, callee := newPhone(t, Config{Tone: 440, Faults: Faults{DropACK: true}}), newPhone(t, Config{Answer: Immediately})
	out := mustCall(t, caller, callee)
	in := awaitCall(t, callee)
	await(t, "answered", out.Answered())
	mustHear(t, in, 440)
	await(t, "end", in.Ended())
	await(t, "end at the caller", out.Ended())
	if end := in.EndReason(); end.By != Local || end.Method != "BYE" || end.Err == nil {
		t.Errorf("ended by %v", end)
	}
	if in.confirmed.fired() || out.confirmed.fired() {
		t.Error("confirmed without ACK")
	}
}

// TestFaults_NoRTP: signalling goes well, nothing is heard.
func TestFaults_NoRTP(t *testing.T) {
	caller, callee := newPhone(t, Config{Tone: 440, Faults: Faults{NoRTP: true}}), newPhone(t, Config{Tone: 700})
	out, in := talk(t, caller, callee)
	mustHear(t, out, 700)
	mustBeSilent(t, in, 440)
	if in.Heard().Packets != 0 {
		t.Error("packets came")
	}
	caller.SetFaults(Faults{})
	mustHear(t, in, 440)
}

// TestFaults_IgnoreINVITE: nobody is there; the caller gives up.
func TestFaults_IgnoreINVITE(t *testing.T) {
	t.Parallel() // it waits most of the time
	callee := newPhone(t, Config{Faults: Faults{IgnoreINVITE: true}})
	out := mustCall(t, newPhone(t, Config{}), callee)
	await(t, "end", out.Ended())
	if end := out.EndReason(); end.By != Nobody || end.Err == nil || len(out.Statuses()) != 0 {
		t.Errorf("ended by %v after %v", end, out.Statuses())
	}
}

// TestFaults_IgnoreBYE: who hangs up is rid of the call all the same.
func TestFaults_IgnoreBYE(t *testing.T) {
	t.Parallel() // it waits most of the time
	out, in := talk(t, newPhone(t, Config{}), newPhone(t, Config{Faults: Faults{IgnoreBYE: true}}))
	if err := out.Hangup(testContext(t)); err == nil {
		t.Error("nobody answered BYE, and that was all right")
	}
	await(t, "end", out.Ended())
	if in.ended.fired() {
		t.Error("the call ended by a BYE that was to be ignored")
	}
}

// TestFaults_WrongSource: sound comes from a port that was not announced.
func TestFaults_WrongSource(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440, Faults: Faults{WrongSource: true}}), newPhone(t, Config{Tone: 700}))
	mustHear(t, in, 440)
	mustHear(t, out, 700)
	if source := in.Heard().Source.String(); source == in.RemoteMedia() || source == out.MediaAddr() {
		t.Errorf("sound comes from %s, as announced", source)
	}
	if in.RemoteMedia() != out.MediaAddr() {
		t.Errorf("sends to %s, announced was %s", in.RemoteMedia(), out.MediaAddr())
	}
}

// TestFaults_Announce: the address in the session description is not the true one.
func TestFaults_Announce(t *testing.T) {
	fake := netip.MustParseAddrPort("127.0.0.77:0")
	out, in := talk(t, newPhone(t, Config{Tone: 440, Faults: Faults{Announce: fake}}), newPhone(t, Config{Tone: 700}))
	mustHear(t, in, 440)
	mustBeSilent(t, out, 700)
	if !strings.HasPrefix(in.RemoteMedia(), "127.0.0.77:") {
		t.Errorf("sends to %s", in.RemoteMedia())
	}
}

// TestFaults_Body: garbage in place of a session description, from either side.
func TestFaults_Body(t *testing.T) {
	garbage := Faults{Body: []byte("v=0\r\nthis is none\r\n")}
	callee := newPhone(t, Config{Answer: Immediately})
	out := mustCall(t, newPhone(t, Config{Faults: garbage}), callee)
	await(t, "refused", out.Ended())
	if end := out.EndReason(); end.Status != 488 {
		t.Errorf("ended by %v, want 488", end)
	}
	callee.SetFaults(garbage)
	out = mustCall(t, newPhone(t, Config{}), callee)
	in := awaitCall(t, callee)
	await(t, "end", out.Ended())
	await(t, "end there", in.Ended())
	if end := out.EndReason(); end.By != Local || end.Method != "BYE" || end.Err == nil {
		t.Errorf("ended by %v", end)
	}
}

// TestFaults_DelayedOffer: the INVITE has no session description; the answer travels in the ACK.
func TestFaults_DelayedOffer(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440, Faults: Faults{DelayedOffer: true}}), newPhone(t, Config{Tone: 700}))
	mustHear(t, in, 440)
	mustHear(t, out, 700)
	if body := out.invite.Body(); len(body) != 0 {
		t.Errorf("INVITE has a body: %s", body)
	}
	must(t, in.Hold(testContext(t)))
	mustBeSilent(t, in, 440)
}

// TestFaults_Repeat180: many a 180 is still one ringing, and the call can be answered.
func TestFaults_Repeat180(t *testing.T) {
	callee := newPhone(t, Config{Answer: OnRequest, Faults: Faults{Repeat180: 2 * time.Millisecond}})
	out := mustCall(t, newPhone(t, Config{}), callee)
	in := awaitCall(t, callee)
	must(t, in.listen(testContext(t), func([]int16, int64) bool { return len(out.Statuses()) > 20 }))
	must(t, in.Answer(testContext(t)))
	await(t, "answered", out.Answered())
}

// TestPhone_Unplug: a phone vanishes in the middle of a call; plugged in again it is back.
func TestPhone_Unplug(t *testing.T) {
	t.Parallel() // it waits most of the time
	caller, callee := newPhone(t, Config{Tone: 440}), newPhone(t, Config{Tone: 700})
	out, in := talk(t, caller, callee)
	mustHear(t, out, 700)
	callee.Unplug()
	mustBeSilent(t, out, 700)
	mustBeSilent(t, in, 440)
	nobody := mustCall(t, caller, callee)
	callee.Plug()
	mustHear(t, out, 700)
	mustHear(t, in, 440)
	must(t, awaitCall(t, callee).Answer(testContext(t))) // the INVITE was repeated
	await(t, "answered", nobody.Answered())
	callee.Unplug()
	_ = out.Hangup(testContext(t)) // nobody answers
	await(t, "end", out.Ended())
	if in.ended.fired() {
		t.Error("an unplugged phone took BYE in")
	}
	callee.Plug()
}

// TestStrangerIsHeard: a phone hears whoever sends to its port, and counts them, so that a test can see the intruder.
func TestStrangerIsHeard(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 440}), newPhone(t, Config{}))
	mustHear(t, in, 440)
	out.Mute(true)
	mustBeSilent(t, in, 440)
	stranger, err := net.Dial("udp", in.MediaAddr())
	must(t, err)
	defer stranger.Close()
	_, err = stranger.Write([]byte("no RTP at all"))
	must(t, err)
	must(t, in.listen(testContext(t), func([]int16, int64) bool { return in.Heard().Malformed == 1 }))
}

// TestUnknownRequests: what a phone does not know or has no call for is refused as RFC 3261 says.
func TestUnknownRequests(t *testing.T) {
	asker, asked := newPhone(t, Config{}), newPhone(t, Config{})
	target, err := asker.target(asked.URI())
	must(t, err)
	for _, c := range []struct {
		method sip.RequestMethod
		tag    string
		want   int
	}{
		{sip.OPTIONS, "", 200}, {sip.MESSAGE, "", 405}, {sip.SUBSCRIBE, "", 405}, {sip.REGISTER, "", 405}, {"GARBAGE", "", 405},
		{sip.BYE, "x", 481}, {sip.INFO, "x", 481}, {sip.UPDATE, "x", 481}, {sip.NOTIFY, "x", 481}, {sip.CANCEL, "", 481}, {sip.NOTIFY, "", 489},
	} {
		d := &dialog{callID: newID(), localTag: newTag(), remoteTag: c.tag, local: asker.self(), remote: target}
		res, err := asker.transact(testContext(t), asker.newRequest(c.method, target, d, 1))
		if err != nil {
			t.Errorf("%s: %v", c.method, err)
		} else if res.StatusCode != c.want {
			t.Errorf("%s was answered %d, want %d", c.method, res.StatusCode, c.want)
		}
	}
}
