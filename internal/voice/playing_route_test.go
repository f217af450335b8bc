package voice

import (
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// press sends a key by INFO.
func (c *call) press(key string) {
	c.u.t.Helper()
	req := c.next(sip.INFO, "")
	kind := sip.ContentTypeHeader("application/dtmf")
	req.AppendHeader(&kind)
	req.SetBody([]byte(key))
	c.u.send(req).want(200)
}

// TestRouteDigits: keys that are the flow's are told to it and not to the center, those that are relayed to nobody here, until the
// route is the center's again.
func TestRouteDigits(t *testing.T) {
	type flowKey struct {
		leg   center.LegID
		digit byte
	}
	flow := make(chan flowKey, 10)
	r := newRig(t, testDirectory(), func(c *Config) {
		c.FlowDigit = func(_ center.VCCID, leg center.LegID, digit byte) { flow <- flowKey{leg, digit} }
	})
	c := lifted(r, newUA(r, transportUDP, "40101"))
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsToFlow})
	c.press("7")
	if got := <-flow; got != (flowKey{"o1", '7'}) {
		t.Errorf("%+v", got)
	}
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsRelayed, To: "gone"})
	c.press("8")
	r.c.nothing()
	r.carry(center.RouteDigits{Leg: "o1", Route: center.DigitsToCenter})
	c.press("9")
	if got, _ := next[center.Digit](r.c); got != (center.Digit{Leg: "o1", Digit: '9'}) {
		t.Errorf("%+v", got)
	}
	if len(flow) != 0 {
		t.Error("the flow was told a key that is not its")
	}
}

// TestCarryPlay: an end with its reason is told for each playing that cannot be: no such leg, prompt or file, or text without a
// speech engine; a prompt is played to its end.
func TestCarryPlay(t *testing.T) {
	r := newRig(t, testDirectory())
	lifted(r, newUA(r, transportUDP, "40101"))
	for name, play := range map[string]center.Play{
		"leg":    {Leg: "nobody", Sound: []center.Sound{{Prompt: "ringback"}}},
		"prompt": {Leg: "o1", Sound: []center.Sound{{Prompt: "no such prompt"}}},
		"file":   {Leg: "o1", Sound: []center.Sound{{File: "../x.wav"}}},
		"text":   {Leg: "o1", Sound: []center.Sound{{Text: "hello"}}},
		"many":   {Leg: "o1", Sound: make([]center.Sound, maxSounds+1)},
		"none":   {Leg: "o1"},
	} {
		play.Play = center.PlayID(name)
		r.carry(play)
		if got, _ := next[center.PlayEnded](r.c); got.Play != play.Play || got.Why == "" || got.Key {
			t.Errorf("%s: %+v", name, got)
		}
	}
	r.carry(center.Play{Play: "p", Leg: "o1", Sound: []center.Sound{{Prompt: "ringback"}}, StartMS: 4900, Volume: 50, Speed: 50})
	if got, _ := next[center.PlayEnded](r.c); got != (center.PlayEnded{Play: "p"}) {
		t.Errorf("%+v", got)
	}
}
