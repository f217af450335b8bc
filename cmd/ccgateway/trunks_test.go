package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/admin"
	"ccgateway/internal/config"
)

// account is the provider's phone account at which the customer's trunk registers.
const account = "40106"

// trunkTo is the setting of a trunk that registers at another installation. Numbers that begin with 9 go out by it, without the 9; what
// comes in by it leads to queue support, and its callers' numbers get a prefix.
func trunkTo(provider *installation, change ...func(*config.Trunk)) setting {
	return func(cfg *config.Config) {
		t := config.Trunk{
			Name: "sibling", Address: provider.address("sip"), Transport: "udp", Username: account, Password: "phone-secret-" + account,
			Numbers: []string{"9*"}, Called: []config.Rewrite{{Strip: "9"}}, SRTP: "optional",
			Register: config.TrunkRegister{On: true, Expires: 2 * time.Minute},
			Incoming: config.TrunkIncoming{Caller: []config.Rewrite{{Prefix: "0800"}}, Called: []config.Rewrite{{Strip: account, Prefix: "1000"}}},
		}
		for _, f := range change {
			f(&t)
		}
		cfg.Trunks = append(cfg.Trunks, t)
	}
}

// registered waits until the trunk is registered at the provider.
func (in *installation) registered(trunk string) {
	in.t.Helper()
	in.await("registration of "+trunk, func() (bool, string) {
		for _, t := range in.voice.TrunkStates() {
			if t.Name == trunk {
				return t.Registered, fmt.Sprintf("%+v", t)
			}
		}
		return false, "no such trunk"
	})
}

// TestTrunk_Provider: two installations, one of which is the other's provider. Calls go out by the registered trunk, with the account's
// password, and come in by it, with both sides heard; numbers are as the trunk's rules write them; figures and "why" tell of it.
func TestTrunk_Provider(t *testing.T) {
	t.Parallel()
	provider := install(t)
	in := install(t, trunkTo(provider), func(cfg *config.Config) {
		for i := range cfg.VCCs[0].Roles {
			cfg.VCCs[0].Roles[i].Rights = append(cfg.VCCs[0].Roles[i].Rights, "call_out")
		}
	})
	in.registered("sibling")
	ann, ben := in.agent(101), provider.agent(102)

	out := party{"$out", "101", "91000"}
	own := callOut(ann, out, client.CallOut{})
	own.lift()
	ann.expect(offhook, busy)
	atProvider := party{"$call", account, "1000"}
	ben.expect(busy)
	bens := ben.Phone.rung()
	ben.expect(atProvider.alerting())
	in.sees("ccgateway_sip_trunk_registered{trunk=\"sibling\"} 1", "ccgateway_sip_trunk_calls{direction=\"out\",trunk=\"sibling\"} 1")
	bens.lift()
	ben.expect(atProvider.offered()[2:]...)
	ben.ok(func(ctx context.Context) error { return ben.Answer(ctx, provider.bound("$call")) })
	ben.expect(atProvider.talking("0"), atProvider.record())
	ann.until("AgentEvent_Talking")
	converse(own, bens)
	ann.ok(ann.Release)
	own.over()
	bens.over()
	ann.until("AgentState_Ready")
	ben.until("AgentState_Ready")

	back := callOut(ben, party{"$back", "102", account}, client.CallOut{})
	back.lift()
	ann.until("AgentState_Busy")
	anns := ann.Phone.rung()
	ann.until("AgentOther_PhoneAlerting")
	anns.lift()
	fromBen := party{"$in", "0800102", "1000"}
	ann.expect(fromBen.offered()[2:]...)
	ann.ok(func(ctx context.Context) error { return ann.Answer(ctx, in.bound("$in")) })
	ann.expect(fromBen.talking("0"), fromBen.record())
	converse(anns, back)
	all, err := admin.Why(in.ctx, in.address("admin"), in.token)
	must(t, err)
	if text := printed(t, whyCommand{}, all); !strings.Contains(text, "sibling: up, registered until ") || !strings.Contains(text, "1 calls in, 0 out") {
		t.Errorf("why says\n%s", text)
	}
	ben.ok(ben.Release)
	anns.over()
	back.over()
}

// sees waits until the scrape has lines.
func (in *installation) sees(lines ...string) {
	in.t.Helper()
	in.await("metrics", func() (bool, string) {
		text := in.metricsText()
		for _, line := range lines {
			if !strings.Contains(text, line) {
				return false, line + " is not in\n" + onlyWith(text, "trunk")
			}
		}
		return true, ""
	})
}

// TestTrunk_Full: a call that finds all trunks for its number full fails as one to a number that cannot be reached.
func TestTrunk_Full(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Trunks[0].Limits.Out = 1 })
	ann, ben := in.agent(101), in.agent(102)
	own := callOut(ann, toOutside, client.CallOut{})
	own.lift()
	ann.expect(offhook, busy)
	far := in.carrier().called()
	must(t, far.Ring())
	ann.expect(toOutside.otherAlerting(""), toOutside.record())
	second := party{"$second", "102", "5559999"}
	bens := callOut(ben, second, client.CallOut{})
	bens.liftInVain()
	ben.expect(offhook, busy)
	ben.expect(slices.Concat([]string{platformHungUp}, second.outFailed(), []string{ready})...)
	bens.over()
	in.recorded("$second", "call 102 to 5559999, feature 7: unreachable (outside)", "agent 102 at 40102: unreachable", "outside 5559999: unreachable")
	in.sees(`ccgateway_sip_trunk_refused_total{direction="out",limit="calls",trunk="provider"} 1`)
	ann.ok(ann.Release)
	far.over()
	own.over()
}
