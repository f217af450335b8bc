package softphone

import (
	"testing"
)

// TestSRTP_Between: phones of every setting call each other: what is agreed, and that it is heard.
func TestSRTP_Between(t *testing.T) {
	names := map[Encrypt]string{Clear: "clear", Offering: "offering", Encrypted: "encrypted"}
	for _, c := range []struct {
		caller, callee Encrypt
		suites         []string // of the callee
		want           string   // suite; "-" = refused
	}{
		{Clear, Offering, nil, ""},
		{Clear, Encrypted, nil, "-"},
		{Offering, Clear, nil, ""},
		{Offering, Offering, nil, cryptoSuites[0]},
		{Offering, Encrypted, cryptoSuites[1:], cryptoSuites[1]},
		{Encrypted, Clear, nil, "-"},
		{Encrypted, Offering, nil, cryptoSuites[0]},
		{Encrypted, Encrypted, cryptoSuites[1:], cryptoSuites[1]},
	} {
		t.Run(names[c.caller]+" calls "+names[c.callee], func(t *testing.T) {
			t.Parallel()
			caller := newPhone(t, Config{Tone: 400, Encrypt: c.caller})
			callee := newPhone(t, Config{Tone: 600, Encrypt: c.callee, Suites: c.suites, Answer: Immediately})
			out := mustCall(t, caller, callee)
			if c.want == "-" {
				await(t, "refused", out.Ended())
				if end := out.EndReason(); end.Status != 488 {
					t.Errorf("ended by %v, want 488", end)
				}
				return
			}
			in := awaitCall(t, callee)
			await(t, "answered", out.Answered())
			mustHear(t, out, 600)
			mustHear(t, in, 400)
			must(t, out.Hold(testContext(t)))
			mustBeSilent(t, in, 400)
			must(t, out.Resume(testContext(t)))
			mustHear(t, in, 400)
			if out.Suite() != c.want || in.Suite() != c.want || out.Forged() != 0 || in.Forged() != 0 {
				t.Errorf("agreed on %q and %q, want %q; not authentic: %d and %d", out.Suite(), in.Suite(), c.want, out.Forged(), in.Forged())
			}
			if out.Heard().Malformed != 0 || in.Heard().Malformed != 0 {
				t.Errorf("heard %+v and %+v", out.Heard(), in.Heard())
			}
		})
	}
}

// TestSRTP_WrongKey: who encrypts by another key than he says is not heard, and hears.
func TestSRTP_WrongKey(t *testing.T) {
	out, in := talk(t, newPhone(t, Config{Tone: 500, Encrypt: Encrypted, Faults: Faults{WrongKey: true}}), newPhone(t, Config{Tone: 700, Encrypt: Encrypted}))
	mustHear(t, out, 700)
	mustBeSilent(t, in, 500)
	if in.Forged() == 0 || in.Heard().Packets != 0 {
		t.Errorf("heard %+v, not authentic %d", in.Heard(), in.Forged())
	}
}
