package main

import (
	"context"
	"testing"

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

// agent901 signs the inspector in.
func (s talkOf) agent901() *desk {
	s.t.Helper()
	return s.installation.agent(901)
}
