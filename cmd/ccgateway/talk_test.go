package main

import (
	"context"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// everyRight gives the agents of the bank all that there is for calls, and its inspector all for inspection.
func everyRight(cfg *config.Config) {
	bank := &cfg.VCCs[0]
	for i := range bank.Roles {
		switch bank.Roles[i].Name {
		case "agent":
			bank.Roles[i].Rights = append(bank.Roles[i].Rights, "mute", "connect_held", "transfer_inner", "take_transfers", "three_party", "transfer_out", "transfer_flow", "pick_up")
		case "inspector":
			bank.Roles[i].Rights = append(bank.Roles[i].Rights, "listen", "intercept")
		}
	}
}

// until takes events until one of the type comes, and gives its content.
func (d *desk) until(name string) string {
	d.in.t.Helper()
	for {
		if event := d.next(name); event.Type == name {
			return string(event.Content)
		}
	}
}

// lifts waits for the phone to ring, lets it be lifted and, where the desktop is asked, answers.
func (d *desk) lifts() *talk {
	d.in.t.Helper()
	phone := d.Phone.rung()
	phone.lift()
	return phone
}

// takes answers an offered call: the phone is lifted, the desktop answers.
func (d *desk) takes() *talk {
	d.in.t.Helper()
	phone := d.lifts()
	d.until("AgentEvent_Ringing")
	d.ok(func(ctx context.Context) error { return d.Answer(ctx, "") })
	return phone
}

// talkOf is a bank with Ann in a talk with Amy, and Ben who is free.
type talkOf struct {
	*installation
	ann, ben   *desk
	agent, amy *talk
}

func beginTalk(t *testing.T, change ...setting) talkOf {
	t.Helper()
	in := install(t, append([]setting{everyRight}, change...)...)
	ann := in.agent(101)
	amy := in.customer("13900", amyTone).calls("1000")
	amy.answered()
	agent := answerByHand(in, ann, amy, fromAmy)
	converse(agent, amy)
	return talkOf{installation: in, ann: ann, ben: in.agent(102), agent: agent, amy: amy}
}

// holdsAndCallsOut lets Ann hold Amy and talk with somebody outside.
func (s talkOf) holdsAndCallsOut() (far *talk) {
	s.t.Helper()
	s.ann.ok(s.ann.Hold)
	callOutOnHold(s.ann, toOutside)
	far = s.carrier().rung()
	far.lift()
	s.ann.until("AgentEvent_Talking")
	return far
}

// TestMuteAndKeys: mute is one-way; the agent's keys arrive at the other side (RFC 4733) and nowhere else.
func TestMuteAndKeys(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	s.ann.ok(s.ann.Mute)
	s.amy.hears()
	s.agent.hears(amyTone)
	s.ann.do("200-004", s.ann.Mute)
	s.ann.ok(s.ann.Unmute)
	converse(s.agent, s.amy)
	s.ann.ok(func(ctx context.Context) error { return s.ann.Keys(ctx, "12#") })
	s.try("Amy's phone gets the keys", func(ctx context.Context) error { return s.amy.HearDigits(ctx, "12#") })
	s.ann.quiet()
}

// TestConsult is call-model 14.12: two-party help, then a watched transfer to the helper.
func TestConsult(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	var help string
	s.ann.ok(func(ctx context.Context) (err error) { help, err = s.ann.Help(ctx, 102, false); return err })
	s.ann.until("AgentEvent_Hold")
	s.amy.hears(musicTone)
	helper := s.ben.takes()
	s.ben.until("AgentEvent_Talking")
	s.ann.until("AgentEvent_Talking")
	converse(s.agent, helper)
	s.amy.hears(musicTone)
	s.ann.ok(func(ctx context.Context) error { return s.ann.DropCall(ctx, help) })
	helper.over()
	s.ben.until("AgentState_Ready")
	s.amy.hears(musicTone)
	s.agent.hears()
	s.ann.ok(func(ctx context.Context) error { return s.ann.GetHold(ctx, "") })
	converse(s.agent, s.amy)

	s.ann.ok(func(ctx context.Context) error {
		return s.ann.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: "102", Mode: client.Success})
	})
	s.amy.hears(musicTone)
	target := s.ben.takes()
	s.ann.until("AgentEvent_SuccTransResult")
	s.agent.over()
	s.ann.until("AgentState_Ready")
	converse(target, s.amy)
	s.ben.ok(s.ben.Release)
	s.amy.over()
	s.ben.until("AgentState_Ready")
}

// TestTransfer_Blind is call-model 14.9: the agent is free at once, the caller hears music until the target answers.
func TestTransfer_Blind(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	s.ann.ok(func(ctx context.Context) error {
		return s.ann.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: "102", Mode: client.Blind})
	})
	s.agent.over()
	s.ann.until("AgentState_Ready")
	phone := s.ben.lifts()
	if ringing := s.ben.until("AgentEvent_Ringing"); !s.matches([]byte(ringing), `{"caller":"13900","called":"1000","callid":"$call","type":"main","feature":"0",
		"mediaAbility":"1","transfer":"yes","transfrom":"101","mediaType":"5"}`) {
		t.Errorf("Ben is told %s", ringing)
	}
	s.ben.ok(func(ctx context.Context) error { return s.ben.Answer(ctx, "") })
	converse(phone, s.amy)
	s.amy.hangUp()
	s.ben.until("AgentState_Ready")
}

// TestTransfer_Outside is call-model 14.11: the target talks with the agent while the customer is held, all three talk, and each of the
// ways in which it goes on.
func TestTransfer_Outside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		mode int
		then func(s talkOf, far *talk)
	}{
		{"talk, cancelled", client.TalkOutside, func(s talkOf, far *talk) {
			converse(s.agent, far)
			s.amy.hears(musicTone)
			s.ann.ok(s.ann.CancelTransfer)
			far.over()
			converse(s.agent, s.amy)
		}},
		{"talk, agent leaves", client.TalkOutside, func(s talkOf, far *talk) {
			s.ann.ok(s.ann.Release)
			s.agent.over()
			converse(far, s.amy)
			s.ann.until("AgentState_Ready")
			s.amy.hangUp()
			far.over()
		}},
		{"three-party, agent leaves", client.ThreeOutside, func(s talkOf, far *talk) {
			allHear(s.agent, s.amy, far)
			s.ann.ok(s.ann.Release)
			s.agent.over()
			converse(far, s.amy)
			far.hangUp()
			s.amy.over()
		}},
		{"three-party, target leaves", client.ThreeOutside, func(s talkOf, far *talk) {
			allHear(s.agent, s.amy, far)
			far.hangUp()
			s.ann.until("AgentEvent_Talking")
			converse(s.agent, s.amy)
		}},
		{"three-party, customer leaves", client.ThreeOutside, func(s talkOf, far *talk) {
			s.amy.hangUp()
			s.ann.until("AgentEvent_Talking")
			converse(s.agent, far)
			s.ann.ok(s.ann.Release)
			far.over()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := beginTalk(t)
			s.ann.ok(func(ctx context.Context) error {
				return s.ann.Transfer(ctx, client.Transfer{To: client.ToOutside, Address: "5551234", Mode: c.mode})
			})
			far := s.carrier().rung()
			s.amy.hears(musicTone)
			far.lift()
			s.ann.until("AgentEvent_Conference")
			c.then(s, far)
		})
	}
}

// allHear checks that each hears all others.
func allHear(talks ...*talk) {
	for _, one := range talks {
		one.line.in.t.Helper()
		var others []float64
		for _, other := range talks {
			if other != one {
				others = append(others, other.line.Tone)
			}
		}
		one.hears(others...)
	}
}

// TestConference is call-model 14.13: hold, call out, join; drop the second party.
func TestConference(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	far := s.holdsAndCallsOut()
	converse(s.agent, far)
	s.ann.ok(func(ctx context.Context) error { return s.ann.Join(ctx, s.bound("$call")) })
	s.ann.until("AgentEvent_Conference")
	allHear(s.agent, s.amy, far)
	s.ann.ok(s.ann.Mute)
	far.hears(amyTone)
	s.amy.hears(outsideTone)
	s.agent.hears(amyTone, outsideTone)
	s.ann.ok(s.ann.Unmute)
	allHear(s.agent, s.amy, far)
	s.ann.ok(func(ctx context.Context) error { return s.ann.Disconnect(ctx, "5551234") })
	far.over()
	converse(s.agent, s.amy)
	s.amy.hangUp()
	s.agent.over()
	s.ann.until("AgentState_Ready")
}

// TestConnectHold is call-model 14.8, the attended transfer: hold, call out, connect.
func TestConnectHold(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	far := s.holdsAndCallsOut()
	s.ann.ok(func(ctx context.Context) error { return s.ann.Connect(ctx, s.bound("$call")) })
	s.agent.over()
	converse(far, s.amy)
	s.ann.until("AgentState_Ready")
	far.hangUp()
	s.amy.over()
}

// TestThreePartyHelp: the helper hears and is heard by all, and the call goes on when the asking agent leaves.
func TestThreePartyHelp(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	s.ann.ok(func(ctx context.Context) error { _, err := s.ann.Help(ctx, 102, true); return err })
	helper := s.ben.takes()
	s.ann.until("AgentEvent_Conference")
	allHear(s.agent, s.amy, helper)
	s.ann.ok(s.ann.Release)
	s.agent.over()
	s.ann.until("AgentState_Ready")
	converse(helper, s.amy)
	s.ben.ok(s.ben.Release)
	s.amy.over()
	s.ben.until("AgentState_Ready")
}

// TestInspection is ARCHITECTURE's table over real phones: each party has its own tone, and whoever should hear one hears no other.
func TestInspection(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	ivy := s.agent901()
	s.step("listen", ivy, func(ctx context.Context) error { return ivy.Listen(ctx, 101) })
	inspector := ivy.lifts()
	s.hear(inspector, annTone, amyTone)
	s.hear(s.agent, amyTone)
	s.hear(s.amy, annTone)
	s.ann.until("AgentOther_BeQcStart")

	s.step("whisper", ivy, func(ctx context.Context) error { return ivy.SwitchTo(ctx, 101, 2) })
	s.hear(inspector, annTone, amyTone)
	s.hear(s.agent, amyTone, ivyTone)
	s.hear(s.amy, annTone)

	s.step("insert", ivy, func(ctx context.Context) error { return ivy.SwitchTo(ctx, 101, 1) })
	allHear(inspector, s.agent, s.amy)

	s.step("listen again", ivy, func(ctx context.Context) error { return ivy.SwitchTo(ctx, 101, 0) })
	s.hear(s.agent, amyTone)
	s.hear(s.amy, annTone)
	s.hear(inspector, annTone, amyTone)

	s.ann.ok(s.ann.Hold) // the customer hears music, the agent nobody; the inspector follows
	s.hear(s.amy, musicTone)
	s.hear(s.agent)
	s.ann.ok(func(ctx context.Context) error { return s.ann.GetHold(ctx, "") })
	converse(s.agent, s.amy)
	s.hear(inspector, annTone, amyTone)

	s.step("intercept", ivy, func(ctx context.Context) error { return ivy.Intercept(ctx, 101) })
	s.agent.over()
	converse(inspector, s.amy)
	s.ann.until("AgentState_Ready")
	s.amy.hangUp()
	inspector.over()
	ivy.until("AgentState_Ready")
}

// TestInspection_Stopped: the talk goes on as if there had been no listener, also when the listener's phone goes down.
func TestInspection_Stopped(t *testing.T) {
	t.Parallel()
	s := beginTalk(t)
	ivy := s.agent901()
	s.step("listen", ivy, func(ctx context.Context) error { return ivy.Listen(ctx, 101) })
	inspector := ivy.lifts()
	s.hear(inspector, annTone, amyTone)
	s.step("stop", ivy, func(ctx context.Context) error { return ivy.StopInspection(ctx, 101) })
	inspector.over()
	ivy.until("AgentState_Ready")
	converse(s.agent, s.amy)

	s.step("whisper", ivy, func(ctx context.Context) error { return ivy.Whisper(ctx, 101) })
	inspector = ivy.lifts()
	s.hear(s.agent, amyTone, ivyTone)
	s.hear(s.amy, annTone)
	inspector.hangUp()
	converse(s.agent, s.amy)
	ivy.until("AgentState_Ready")
	ivy.do("000-005", func(ctx context.Context) error { return ivy.Listen(ctx, 901) })
	ivy.do("900-002", func(ctx context.Context) error { return ivy.Listen(ctx, 201) })
	s.ann.do("900-002", func(ctx context.Context) error { return s.ann.Listen(ctx, 102) })
	converse(s.agent, s.amy)
}

// agent901 signs the inspector in.
func (s talkOf) agent901() *desk {
	s.t.Helper()
	return s.installation.agent(901)
}

func (s talkOf) step(name string, d *desk, do func(ctx context.Context) error) {
	s.t.Helper()
	s.t.Log(name)
	d.ok(do)
}

// hear checks one party's ear.
func (s talkOf) hear(one *talk, tones ...float64) {
	s.t.Helper()
	one.hears(tones...)
	s.t.Logf("%s hears %v", one.line.Number, tones)
}
