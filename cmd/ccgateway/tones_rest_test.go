package main

import (
	"context"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/softphone"
	"ccgateway/internal/store"
	"ccgateway/internal/tone"
)

// TestTones_Rest are the calls of an agent that have no sequence in call-model 14: callInnerSkill, requestAppointedCall, reportSound and
// mediaSwitch. thirdPartyConfTransmitNum is TestRelayedKeys.
func TestTones_Rest(t *testing.T) {
	t.Parallel()
	callsSkill := func(name, call string, skill int) func(*play) {
		return starts(name, call, func(a *client.Agent, ctx context.Context) (string, error) { return a.CallInnerSkill(ctx, skill) })
	}
	skillInVain := func(name, code string, skill int) func(*play) {
		return inVain(name, code, func(a *client.Agent, ctx context.Context) error {
			_, err := a.CallInnerSkill(ctx, skill)
			return err
		})
	}
	fetches := func(name, call string, skill int, code string) func(*play) {
		return func(p *play) {
			p.t.Helper()
			inVain(name, code, func(a *client.Agent, ctx context.Context) error { return a.RequestCall(ctx, p.bound(call), skill) })(p)
		}
	}
	switchesTo := func(video bool) func(*play) {
		return as("ann", func(a *client.Agent, ctx context.Context) error { return a.SwitchMedia(ctx, video) })
	}
	const menuOver = "Amy does not hear the menu any more"
	playStories(t, []story{
		{name: "callInnerSkill", cast: "ann ben cid", hand: true, steps: []step{
			{what: "Ben calls a queue that nobody serves", do: skillInVain("ben", "100-007", 2)},
			{what: "Ben calls a queue that is not there", do: skillInVain("ben", "000-002", 77)},
			{what: "Ben calls support, where Ann is the best; both phones are lifted", do: all(callsSkill("ben", "$1", 1), lifts("ben"), lifts("ann")), told: []string{
				"ben: [PhoneAlerting]; [PhoneOffhook]; Busy; Customer_Alerting $1 otherPhone=101 otherPhoneWorkno=101",
				"ann: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Ringing $1 feature=6 caller=102"}, hear: "ben<ring"},
			{what: "Cid finds nobody idle there", do: skillInVain("cid", "100-007", 1), hear: "="},
			{what: "Ann answers", do: withCall("ann", "$1", (*client.Agent).Answer), told: []string{
				"ben: Talking $1 feature=6; Record $1", "ann: Talking $1 feature=6; Record $1"}, hear: "ann<ben ben<ann", between: "ben<ring"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{
				"ann: Call_Release $1; Customer_Release $1 number=102; [PhoneRelease]; Ready",
				"ben: Customer_Release $1 number=101; Call_Release $1; [PhoneRelease]; Ready"}, gone: "ann ben"},
		}, recorded: []string{"ann $1: ben | ann", "ben $1: ann | ben"}},
		{name: "requestAppointedCall", cast: "ben cid", steps: []step{
			{what: "Amy calls, then Bob, and nobody serves", do: all(dials("amy", "1000"), dials("bob", "1000"), waitsAs("amy", "13900", "$1"), waitsAs("bob", "13901", "$2")),
				hear: "amy<music bob<music"},
			{what: "Ben wants Bob out of another queue", do: fetches("ben", "$2", 2, "100-007"), hear: "="},
			{what: "Ben fetches Bob, who came later", do: all(fetches("ben", "$2", 1, ""), lifts("ben")),
				told: []string{"ben: Busy; [PhoneAlerting]; [PhoneOffhook]; Talking $2 feature=0; Incoming_CallInfo $2 caller=13901; Record $2"},
				hear: "ben<bob bob<ben amy<music"},
			{what: "Cid is too late for Bob", do: fetches("cid", "$2", 1, "100-007"), hear: "="},
			{what: "Bob hangs up", do: hangsUp("bob"), told: []string{"ben: Customer_Release $2 number=13901; Call_Release $2; [PhoneRelease phoneState=3]; Ready"},
				gone: "bob ben", hear: "amy<music"},
			{what: "Cid fetches Amy", do: all(fetches("cid", "$1", 1, ""), lifts("cid")),
				told: []string{"cid: Busy; [PhoneAlerting]; [PhoneOffhook]; Talking $1 feature=0; Incoming_CallInfo $1 caller=13900; Record $1"},
				hear: "cid<amy amy<cid", between: "amy<music"},
			{what: "Cid releases", do: as("cid", (*client.Agent).Release), told: []string{"cid: " + released}, gone: "amy cid"},
		}, recorded: []string{"ben $2: bob | ben", "cid $1: amy | cid"}},
		{name: "reportSound", cast: "ann", steps: []step{
			{what: "there is no talk", do: inVain("ann", "200-009", func(a *client.Agent, ctx context.Context) error {
				return a.ReportSound(ctx, client.Report{Prompt: "menu"})
			})},
			amyCalls,
			{what: "nothing is to be said", do: inVain("ann", "000-002", func(a *client.Agent, ctx context.Context) error {
				return a.ReportSound(ctx, client.Report{})
			}), hear: "="},
			{what: "Ann lets Amy hear the menu", do: as("ann", func(a *client.Agent, ctx context.Context) error {
				return a.ReportSound(ctx, client.Report{Prompt: "menu"})
			}), hear: "ann<amy amy<ann,menu"},
			{what: menuOver, do: fallsSilent("amy", menuTone), hear: talkRow},
			annReleases,
		}, recorded: []string{"ann $1: amy | ann"}},
		{name: "mediaSwitch", cast: "ann", steps: []step{
			{what: "there is no talk", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error { return a.SwitchMedia(ctx, true) })},
			amyCalls,
			{what: "Ann wants video, which there is none of", do: switchesTo(true), told: []string{"ann: MediaSwith $1 reason=1 mediaType=3 caller=13900 called=1000"}, hear: "="},
			{what: "Ann wants voice alone, which it is", do: switchesTo(false), told: []string{"ann: MediaSwith $1 reason=0 mediaType=1"}, hear: "="},
			annHolds,
			{what: "Ann wants video for a held call", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error { return a.SwitchMedia(ctx, true) }), hear: "="},
			annTakesBack, amyHangsUp,
		}, recorded: []string{"ann $1: amy | ann"}},
	})
}

// waitsAs binds the call of a caller who waits.
func waitsAs(name, number, call string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		for _, c := range p.look(1).Calls {
			if c.Caller == number {
				p.bind(call, string(c.Call))
				return
			}
		}
		p.t.Fatalf("%s is in no call", name)
	}
}

// fallsSilent waits until a party does not hear a tone any more.
func fallsSilent(name string, freq float64) func(*play) {
	return func(p *play) {
		p.t.Helper()
		e := p.actors[name].ear
		p.try(name+" does not hear it any more", func(ctx context.Context) error { return e.Silent(ctx, freq) })
		e.began = e.Position()
	}
}

// Keys of TestRelayedKeys with their tones (ITU-T Q.23), which lie apart from all voices.
const (
	relayedKey       = '9'
	keyLow, keyUpper = 852.0, 1477.0
)

// keyTones counts how often a key's tones are heard in a sound.
func keyTones(pcm []int16) (times int) {
	before := false
	for at := 0; at+tone.MinWindow <= len(pcm); at += hop {
		window := pcm[at : at+tone.MinWindow]
		heard := tone.Hears(window, keyLow) && tone.Hears(window, keyUpper)
		if heard && !before {
			times++
		}
		before = heard
	}
	return times
}

// TestRelayedKeys: with thirdPartyConfTransmitNum the customer keys a number into a third party's menu, which hears tones. They are heard by
// nobody else, and in no recording; keys that come before and afterwards reach no third party. The talk goes on all the while.
func TestRelayedKeys(t *testing.T) {
	t.Parallel()
	in := install(t, stage)
	in.outside.SetFaults(softphone.Faults{NoEvents: true}) // keys come as tones, which can be measured
	phone := in.phone("40101", recordsSound)
	ann := in.agentAt(phone, 101)
	amy := in.customer("13900", amyTone, recordsSound)
	customer := amy.calls("1000")
	agent := answerByHand(in, ann, customer, fromAmy)
	converse(agent, customer)
	relay := func(code string) { ann.do(code, ann.TransmitKeys) }
	relay("10001") // there is no third party
	ann.ok(func(ctx context.Context) error {
		return ann.Transfer(ctx, client.Transfer{To: client.ToOutside, Address: "5551234", Mode: client.ThreeOutside})
	})
	menu := in.carrier().rung()
	ann.expect(`AgentEvent_Customer_Alerting {"callid":"$call","otherPhoneWorkno":"","otherPhone":"5551234","type":"main"}`)
	relay("10001") // it does not talk yet
	menu.lift()
	ann.expect(`AgentEvent_Conference {"callid":"$call","partner":"13900,5551234"}`)
	everybody := func() {
		agent.hears(amyTone, outsideTone)
		customer.hears(annTone, outsideTone)
		menu.hears(annTone, amyTone)
	}
	everybody()
	customer.presses(relayedKey)
	everybody()
	if n := keyTones(menu.Recording()); n > 0 {
		t.Errorf("the menu hears %d keys before they are relayed", n)
	}
	relay("")
	const keys = 3
	for range keys {
		customer.presses(relayedKey)
	}
	in.await("the menu has heard the keys", func() (bool, string) {
		n := keyTones(menu.Recording())
		return n == keys, string(rune('0'+n)) + " keys"
	})
	everybody()
	menu.hangUp()
	ann.expect(fromAmy.left("5551234"), fromAmy.talking("0"))
	converse(agent, customer)
	customer.presses(relayedKey) // to the center again, where it means nothing
	relay("10001")
	converse(agent, customer)
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	ann.quiet()
	for who, call := range map[string]*talk{"Ann": agent, "Amy": customer} {
		if n := keyTones(call.Recording()); n > 0 || call.Heard().Digits != "" {
			t.Errorf("%s hears %d keys as tones and %q as events", who, n, call.Heard().Digits)
		}
	}
	must(t, in.store.Flush(in.ctx))
	recordings, err := in.store.Recordings(in.ctx, store.Filter{Call: in.callID("$call")})
	must(t, err)
	if len(recordings) != 1 {
		t.Fatalf("%d recordings, not Ann's alone", len(recordings))
	}
	sound := in.recordingFile(recordings[0])
	heard, said := sound.Channel(0), sound.Channel(1)
	if n := keyTones(heard) + keyTones(said); n > 0 {
		t.Errorf("the recording has %d keys", n)
	}
	if left, right := inAll(heard), inAll(said); left != "amy,out" || right != "ann" {
		t.Errorf("the recording has %q | %q", left, right)
	}
}
