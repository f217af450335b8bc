package main

import (
	"context"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// soonLost frees a party of whom nothing is heard any more after a short time.
func soonLost(cfg *config.Config) { cfg.SIP.NoMedia = 2 * time.Second }

// inspectorsToo lets inspectors be inspected and forced out.
func inspectorsToo(cfg *config.Config) { cfg.VCCs[0].Inspection.InspectInspectors = true }

// Types of inspection in events (cec_07_0542).
const (
	listened   = "BeQcStart qcAgentId=901 qcType=8"
	inserted   = "BeQcStart qcAgentId=901 qcType=9"
	whispered  = "BeQcStart qcAgentId=901 qcType=20172"
	qcOver     = "BeQcStop qcAgentId=901"
	inspecting = "Busy; [PhoneAlerting]; [PhoneOffhook]"
)

// Rows of ARCHITECTURE's table.
const (
	talkRow    = "ann<amy amy<ann"
	listenRow  = "ann<amy amy<ann ivy<ann,amy"
	whisperRow = "ann<amy,ivy amy<ann ivy<ann,amy"
	insertRow  = "ann<amy,ivy amy<ann,ivy ivy<ann,amy"
)

// Modes of SwitchTo.
const toListen, toInsert, toWhisper = 0, 1, 2

var (
	ivyListens = step{what: "Ivy listens", do: all(withNumber("ivy", 101, (*client.Agent).Listen), lifts("ivy")),
		told: []string{"ivy: " + inspecting, "ann: " + listened}, hear: listenRow}
	ivyWhispers = step{what: "Ivy whispers", do: all(withNumber("ivy", 101, (*client.Agent).Whisper), lifts("ivy")),
		told: []string{"ivy: " + inspecting, "ann: " + whispered}, hear: whisperRow}
	ivyInserts = step{what: "Ivy joins in", do: all(withNumber("ivy", 101, (*client.Agent).Insert), lifts("ivy")),
		told: []string{"ivy: " + inspecting, "ann: " + inserted}, hear: insertRow}
	nowListens  = step{what: "Ivy goes back to listening", do: switches("ivy", 101, toListen), told: []string{"ann: " + listened}, hear: listenRow}
	nowWhispers = step{what: "Ivy goes over to whispering", do: switches("ivy", 101, toWhisper), told: []string{"ann: " + whispered}, hear: whisperRow}
	nowInserts  = step{what: "Ivy goes over to inserting", do: switches("ivy", 101, toInsert), told: []string{"ann: " + inserted}, hear: insertRow}
	ivyStops    = step{what: "Ivy stops", do: withNumber("ivy", 101, (*client.Agent).StopInspection), told: []string{"ann: " + qcOver, "ivy: [PhoneRelease]; Ready"},
		gone: "ivy", hear: talkRow}
	reloaded = func(state, inspector int, hear string) step {
		return step{what: "both pages are reloaded", do: all(synced("ivy", state, 0, "101"), synced("ann", 9, inspector, "13900")), hear: hear}
	}
	ivyTakesOver = step{what: "Ivy takes the call over", do: withNumber("ivy", 101, (*client.Agent).Intercept), told: []string{
		"ann: " + qcOver + "; Call_Release $1; Customer_Release $1; [PhoneRelease]; Ready", "ivy: Talking $1 feature=0; Record $1"}, gone: "ann", hear: "ivy<amy amy<ivy"}
	ivyLetsGo = step{what: "Ivy releases", do: as("ivy", (*client.Agent).Release), told: []string{"ivy: " + released}, gone: "amy ivy"}
)

// synced reloads an agent's page: his state in the bar's numbers, who inspects him as far as he may know, and the other party.
func synced(name string, state, inspector int, partner string) func(*play) {
	return func(p *play) {
		p.t.Helper()
		d := p.deskOf(name)
		var info client.Info
		d.ok(func(ctx context.Context) (err error) {
			info, err = d.Sync(ctx)
			return err
		})
		if s := info.State; int(s.State) != state || int(s.Inspector) != inspector || s.Partner != partner {
			p.t.Errorf("%s's reloaded page shows state %d, inspector %d, partner %q; want %d, %d, %q", name, s.State, s.Inspector, s.Partner, state, inspector, partner)
		}
	}
}

// TestTones_Inspection is ARCHITECTURE's table in every order of steps: Amy never hears a listener or a whisperer, Ann never a listener.
func TestTones_Inspection(t *testing.T) {
	t.Parallel()
	playStories(t, []story{
		{name: "listen, whisper, insert, back, intercept", cast: "ann ivy", steps: []step{amyCalls, ivyListens, reloaded(16, 901, listenRow),
			nowWhispers, reloaded(17, 901, whisperRow), nowInserts, reloaded(15, 901, insertRow), nowListens, ivyTakesOver, ivyLetsGo},
			recorded: []string{"ann $1: amy,ivy | ann", "ivy $1: amy | ivy"}},
		{name: "whisper, listen, insert, whisper, stop", cast: "ann ivy", steps: []step{amyCalls, ivyWhispers, nowListens, nowInserts, nowWhispers, ivyStops, annReleases},
			recorded: []string{"ann $1: amy,ivy | ann"}},
		{name: "insert, intercept", cast: "ann ivy", steps: []step{amyCalls, ivyInserts, ivyTakesOver, ivyLetsGo},
			recorded: []string{"ann $1: amy,ivy | ann", "ivy $1: amy | ivy"}},
		{name: "mute and hold under whisper and insert", cast: "ann ivy", steps: []step{amyCalls, ivyWhispers,
			{what: "Ann mutes", do: as("ann", (*client.Agent).Mute), hear: "ann<amy,ivy ivy<amy"},
			{what: "Ivy inserts meanwhile", do: switches("ivy", 101, toInsert), told: []string{"ann: " + inserted}, hear: "ann<amy,ivy ivy<amy amy<ivy"},
			{what: "Ann ends mute", do: as("ann", (*client.Agent).Unmute), hear: insertRow},
			{what: "Ann holds", do: as("ann", (*client.Agent).Hold), told: []string{"ann: Hold $1"}, hear: "amy<music ann<ivy ivy<ann"},
			{what: "Ann takes Amy back", do: withCall("ann", "$1", (*client.Agent).GetHold), told: []string{"ann: Talking $1"}, hear: insertRow},
			ivyStops, annReleases}, recorded: []string{"ann $1: amy,ivy | ann"}},
		{name: "consultation under whisper", cast: "ann ben ivy", steps: []step{amyCalls, ivyWhispers,
			{what: "Ann asks Ben", do: all(helped("ann", "$2", 102, false), lifts("ben")), told: []string{
				"ann: Hold $1; Customer_Alerting $2; Talking $2 feature=51; Record $2",
				"ben: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Talking $2; Record $2"},
				hear: "ann<ben,ivy ben<ann ivy<ann,ben amy<music", between: "ann<ring"},
			{what: "Ben hangs up", do: as("ben", (*client.Agent).Release), told: []string{
				"ben: Call_Release $2; Customer_Release $2; [PhoneRelease]; Ready", "ann: Customer_Release $2; Call_Release $2"}, gone: "ben", hear: "amy<music"},
			{what: "Ann takes Amy back", do: withCall("ann", "$1", (*client.Agent).GetHold), told: []string{"ann: Talking $1"}, hear: whisperRow},
			ivyStops, annReleases}, recorded: []string{"ann $1: amy,ivy | ann", "ann $2: ben,ivy | ann", "ben $2: ann | ben"}},
		{name: "a third joins under whisper", cast: "ann ben cid ivy", steps: []step{amyCalls, ivyWhispers,
			{what: "Ann takes Ben in", do: all(helped("ann", "$2", 102, true), lifts("ben")), told: []string{
				"ann: Customer_Alerting $2; Conference $1", "ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1; Conference $1; Record $1"},
				hear: "ann<amy,ben,ivy amy<ann,ben ben<ann,amy ivy<ann,amy,ben", between: "ann<ring amy<music"},
			{what: "Ivy inserts", do: switches("ivy", 101, toInsert), told: []string{"ann: " + inserted}, hear: "ann<amy,ben,ivy amy<ann,ben,ivy ben<ann,amy,ivy ivy<ann,amy,ben"},
			{what: "Ivy listens", do: switches("ivy", 101, toListen), told: []string{"ann: " + listened}, hear: "ann<amy,ben amy<ann,ben ben<ann,amy ivy<ann,amy,ben"},
			{what: "Ann leaves", do: as("ann", (*client.Agent).Release), told: []string{"ann: " + letGo, "ben: Customer_Release $1 number=101; Talking $1"},
				gone: "ann", hear: "amy<ben ben<amy"},
			benLetsGo,
			{what: "Ivy stops", do: withNumber("ivy", 101, (*client.Agent).StopInspection), told: []string{"ann: " + qcOver, "ivy: [PhoneRelease]; Ready"}, gone: "ivy"},
		}, recorded: []string{"ann $1: amy,ben,ivy | ann", "ben $1: amy,ann,ivy | ben"}},
		{name: "transfer and the next call under insert", cast: "ann ben ivy", steps: []step{amyCalls, ivyInserts,
			{what: "Ann sends Amy to Ben", do: all(transfers("ann", client.ToAgent, "102", client.Blind), lifts("ben")), told: []string{"ann: " + letGo, "ben: " + takenOver},
				gone: "ann", hear: "amy<ben ben<amy ~ann<ivy ~ivy<ann", between: "amy<music"},
			{what: "Bob calls, Ivy is there", do: all(dials("bob", "1000"), lifts("ann")), told: []string{
				"ann: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Incoming_CallInfo $2; Talking $2; Record $2"},
				hear: "amy<ben ben<amy ann<bob,ivy bob<ann,ivy ivy<ann,bob", between: "bob<music ann<ivy ivy<ann"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ben: " + leftByAmy}, gone: "amy ben", hear: "ann<bob,ivy bob<ann,ivy ivy<ann,bob"},
			{what: "Ivy hangs up", do: hangsUp("ivy"), told: []string{"ann: " + qcOver, "ivy: PhoneRelease phoneState=2; Ready"}, gone: "ivy", hear: "ann<bob bob<ann"},
		}, recorded: []string{"ann $1: amy,ivy | ann", "ben $1: amy | ben", "ann $2: bob,ivy | ann"}},
	})
}

// TestTones_InspectionEnds are the ends of inspections, two inspectors, and what is refused.
func TestTones_InspectionEnds(t *testing.T) {
	t.Parallel()
	alone := []string{"ann $1: amy | ann"}
	withIvy := []string{"ann $1: amy,ivy | ann"}
	refused := func(what, who, code string, do func(*client.Agent, context.Context) error) step {
		return step{what: what, do: inVain(who, code, do), hear: "="}
	}
	listensAt := func(number int) func(*client.Agent, context.Context) error {
		return func(a *client.Agent, ctx context.Context) error { return a.Listen(ctx, number) }
	}
	ikeInserts := step{what: "Ike joins in", do: all(withNumber("ike", 101, (*client.Agent).Insert), lifts("ike")), told: []string{
		"ike: " + inspecting, "ann: BeQcStart qcAgentId=903 qcType=9"}, hear: "ann<amy,ike amy<ann,ike ivy<ann,amy,ike ike<ann,amy"}
	playStories(t, []story{
		{name: "the customer hangs up, the next one is heard", cast: "ann ivy", steps: []step{amyCalls, ivyListens,
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: " + leftByAmy}, gone: "amy ann"},
			{what: "Bob calls", do: all(dials("bob", "1000"), lifts("ann")), told: []string{
				"ann: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Incoming_CallInfo $2; Talking $2; Record $2"},
				hear: "ann<bob bob<ann ivy<ann,bob", between: "bob<music"},
			{what: "Ann's phone hangs up", do: hangsUp("ann"), told: []string{"ann: Call_Release $2; Customer_Release $2; PhoneRelease phoneState=2; Ready"}, gone: "ann bob"},
			{what: "Ivy stops", do: withNumber("ivy", 101, (*client.Agent).StopInspection), told: []string{"ann: " + qcOver, "ivy: [PhoneRelease]; Ready"}, gone: "ivy"},
		}, recorded: []string{"ann $1: amy | ann", "ann $2: bob | ann"}},
		{name: "an agent without a call", cast: "ann ivy", steps: []step{
			{what: "Ivy listens at nobody yet", do: all(withNumber("ivy", 101, (*client.Agent).Listen), lifts("ivy")), told: []string{"ivy: " + inspecting, "ann: " + listened}},
			{what: "Amy calls", do: amyCalls.do, told: amyCalls.told, hear: listenRow, between: "amy<music"},
			{what: "Ann releases", do: annReleases.do, told: annReleases.told, gone: "amy ann"},
		}, recorded: alone},
		{name: "the inspector's phone is lost", cast: "ann ivy", setup: []setting{soonLost}, steps: []step{amyCalls, ivyInserts,
			{what: "Ivy's phone is not registered any more", do: deregisters("ivy"), hear: "="},
			{what: "Ivy's phone vanishes", do: vanishes("ivy"), told: []string{"ann: " + qcOver, "ivy: PhoneRelease phoneState=3; Ready"}, hear: talkRow},
			annReleases}, recorded: withIvy},
		{name: "the inspector is forced out", cast: "ann ivy ike", setup: []setting{inspectorsToo}, steps: []step{amyCalls, ivyInserts,
			{what: "Ike signs Ivy out", do: withNumber("ike", 901, (*client.Agent).ForceSignOutAgent), told: []string{"ann: " + qcOver},
				out: "ivy", gone: "ivy", hear: talkRow},
			annReleases}, recorded: withIvy},
		{name: "two inspectors", cast: "ann ivy ike", steps: []step{amyCalls, ivyListens, ikeInserts,
			{what: "Ivy whispers: Ike does not hear it", do: switches("ivy", 101, toWhisper), told: []string{"ann: " + whispered},
				hear: "ann<amy,ike,ivy amy<ann,ike ivy<ann,amy,ike ike<ann,amy"},
			{what: "Ivy joins in", do: switches("ivy", 101, toInsert), told: []string{"ann: " + inserted},
				hear: "ann<amy,ike,ivy amy<ann,ike,ivy ivy<ann,amy,ike ike<ann,amy,ivy"},
			{what: "Ivy takes the call over, Ike stays with Ann", do: ivyTakesOver.do, told: ivyTakesOver.told, gone: "ann", hear: "ivy<amy amy<ivy ~ann<ike ~ike<ann"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ivy: " + leftByAmy}, gone: "amy ivy", hear: "~ann<ike ~ike<ann"},
		}, recorded: []string{"ann $1: amy,ike,ivy | ann", "ivy $1: amy | ivy"}},
		{name: "refusals change no sound", cast: "ann ben ivy", steps: []step{amyCalls,
			refused("Ivy listens at herself", "ivy", "000-005", listensAt(901)),
			refused("at a number of nobody", "ivy", "900-002", listensAt(555)),
			refused("at an agent of another tenant", "ivy", "900-002", listensAt(201)),
			refused("at a colleague who is not signed in", "ivy", "900-003", listensAt(103)),
			refused("Ben, who may not, listens", "ben", "900-002", listensAt(101)),
			refused("Ivy takes over what she does not inspect", "ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.Intercept(ctx, 101) }),
			ivyListens,
			refused("Ivy listens again", "ivy", "900-005", listensAt(101)),
			refused("at another one besides", "ivy", "900-005", listensAt(102)),
			refused("whispers besides", "ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.Whisper(ctx, 101) }),
			refused("goes over to what she does", "ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.SwitchTo(ctx, 101, toListen) }),
			refused("goes over to no mode", "ivy", "000-002", func(a *client.Agent, ctx context.Context) error { return a.SwitchTo(ctx, 101, 7) }),
			ivyStops, annReleases}, recorded: alone},
	})
}
