package main

import (
	"context"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// TestTones_CallerHangsUp: the caller hangs up in each state of his call. Everybody else hears nothing of it but its end, and goes on.
func TestTones_CallerHangsUp(t *testing.T) {
	t.Parallel()
	alone := []string{"ann $1: amy | ann"}
	asksBen := step{what: "Ann asks Ben", do: all(helped("ann", "$2", 102, false), lifts("ben")), told: []string{
		"ann: Hold $1; Customer_Alerting $2; Talking $2 feature=51; Record $2",
		"ben: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Talking $2; Record $2"}, hear: "ann<ben ben<ann amy<music", between: "ann<ring"}
	playStories(t, []story{
		{name: "in the queue", cast: "ben", steps: []step{
			{what: "Amy calls, nobody serves", do: dials("amy", "1000"), hear: "amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), gone: "amy"}}},
		{name: "while it rings", cast: "ann", once: true, steps: []step{
			{what: "Amy calls, Ann's phone rings", do: all(dials("amy", "1000"), rings("ann")), told: []string{"ann: Busy; PhoneAlerting $1"}, hear: "amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1; PhoneRelease phoneState=3; Ready"}, gone: "amy ann"}}},
		{name: "when it is lifted", cast: "ann", hand: true, steps: []step{
			{what: "Amy calls, Ann's phone is lifted", do: all(dials("amy", "1000"), lifts("ann")),
				told: []string{"ann: " + offeredAmy + "Ringing $1; Incoming_CallInfo $1; Customer_Alerting $1"}, hear: "amy<ring", between: "amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1; [PhoneRelease phoneState=3]; Ready"}, gone: "amy ann"}}},
		{name: "in the talk", cast: "ann", steps: []step{amyCalls, amyHangsUp}, recorded: alone},
		{name: "on hold, with a call out", cast: "ann", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers,
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1"}, gone: "amy", hear: "ann<out out<ann"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{"ann: Call_Release $2; Customer_Release $2; [PhoneRelease]; Ready"}, gone: "ann out"},
		}, recorded: []string{"ann $1: amy | ann", "ann $2: out | ann"}},
		{name: "while the agent consults", cast: "ann ben", steps: []step{amyCalls, asksBen,
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1"}, gone: "amy", hear: "ann<ben ben<ann"},
			{what: "Ben releases", do: as("ben", (*client.Agent).Release), told: []string{
				"ben: Call_Release $2; Customer_Release $2; [PhoneRelease]; Ready", "ann: Customer_Release $2; Call_Release $2; [PhoneRelease]; Ready"}, gone: "ann ben"},
		}, recorded: []string{"ann $1: amy | ann", "ann $2: ben | ann", "ben $2: ann | ben"}},
		{name: "in a talk of three", cast: "ann ben", steps: []step{amyCalls,
			{what: "Ann takes Ben in", do: all(helped("ann", "$2", 102, true), lifts("ben")), told: []string{
				"ann: Customer_Alerting $2; Conference $1", "ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1; Conference $1; Record $1"},
				hear: "ann<amy,ben amy<ann,ben ben<ann,amy", between: "ann<ring amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1 number=13900; Talking $1", "ben: Customer_Release $1 number=13900; Talking $1"},
				gone: "amy", hear: "ann<ben ben<ann"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{
				"ann: Call_Release $1; Customer_Release $1 number=102; [PhoneRelease]; Ready", "ben: Customer_Release $1 number=101; Call_Release $1; [PhoneRelease]; Ready"},
				gone: "ann ben"},
		}, recorded: []string{"ann $1: amy,ben | ann", "ben $1: amy,ann | ben"}},
		{name: "both at once in a talk of three", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann takes Ben in", do: all(helped("ann", "$2", 102, true), lifts("ben")), told: []string{
				"ann: Customer_Alerting $2; Conference $1", "ben: Busy; PhoneAlerting $1; PhoneOffhook; Auto_Answer $1; Conference $1; Record $1"},
				hear: "ann<amy,ben amy<ann,ben ben<ann,amy", between: "ann<ring amy<music"},
			{what: "Amy, Ann and Ben hang up at once", do: all(together(leavesCall("amy"), leavesCall("ann"), leavesCall("ben")), settles("ann", "ben")), gone: "amy ann ben"},
		}, recorded: []string{"ann $1: amy,ben | ann", "ben $1: amy,ann | ben"}},
	})
}

// TestTones_Failures: somebody is not there, does not want to, vanishes, or answers too late, while others talk or are held.
func TestTones_Failures(t *testing.T) {
	t.Parallel()
	alone := []string{"ann $1: amy | ann"}
	outFails := func(what string, do func(*play)) step {
		return step{what: what, do: all(callsOut("ann", "$2", "5551234"), do), told: []string{"ann: Busy; Call_Out_Fail $2; Connect_Fail $2"}, hear: "amy<music", between: "ann<ring"}
	}
	late := step{what: "the outside party answers what was cancelled", told: []string{"ann: Call_Release $2; Customer_Release $2"}, hear: "amy<music",
		do: all(withCall("ann", "$2", (*client.Agent).DropCall), wasLetGo("out")), gone: "out", between: "ann<ring"}
	asksBen := step{what: "Ann asks Ben", do: all(helped("ann", "$2", 102, false), lifts("ben")), told: []string{
		"ann: Hold $1; Customer_Alerting $2; Talking $2 feature=51; Record $2",
		"ben: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Talking $2; Record $2"}, hear: "ann<ben ben<ann amy<music", between: "ann<ring"}
	consulted := []string{"ann $1: amy | ann", "ann $2: ben | ann", "ben $2: ann | ben"}
	playStories(t, []story{
		{name: "the number does not exist, the customer stays on hold", cast: "ann", steps: []step{amyCalls, annHolds,
			outFails("no such number", refuses("out", 404)), annTakesBack, annReleases}, recorded: alone},
		{name: "answer after CANCEL", cast: "ann", once: true, steps: []step{amyCalls, annHolds,
			{what: "Ann calls out to a phone that will answer late", do: all(withFaults("out", softphone.Faults{AnswerLate: true}), annCallsOut.do),
				told: annCallsOut.told, hear: annCallsOut.hear},
			late, annTakesBack, amyHangsUp}, recorded: []string{"ann $1: amy | ann", "ann $2: - | ann"}},
		{name: "nobody to ask", cast: "ann ben", steps: []step{amyCalls,
			{what: "Ben is not ready", do: as("ben", func(a *client.Agent, ctx context.Context) error { return a.SayBusy(ctx, 201, false) }),
				told: []string{"ben: SetNotReady reason=201"}, hear: "="},
			{what: "Ann asks Ben in vain", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error { _, err := a.Help(ctx, 102, false); return err }), hear: "="},
			{what: "Ann hands Amy to Ben in vain", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error {
				return a.Transfer(ctx, client.Transfer{To: client.ToAgent, Address: "102", Mode: client.Success})
			}), hear: "="},
			annReleases}, recorded: alone},
		{name: "the helper's phone refuses", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann asks Ben, who refuses at his phone", do: all(helped("ann", "$2", 102, false), refuses("ben", 603)), told: []string{
				"ann: Hold $1; Customer_Alerting $2; Consult_Fail $2", "ben: Busy; No_Answer $2; SetNotReady reason=7"}, hear: "amy<music", between: "ann<ring"},
			annTakesBack, annReleases}, recorded: alone},
		{name: "the helper hangs up", cast: "ann ben", steps: []step{amyCalls, asksBen,
			{what: "Ben's phone hangs up", do: hangsUp("ben"), told: []string{
				"ben: Call_Release $2; Customer_Release $2; PhoneRelease phoneState=2; Ready", "ann: Customer_Release $2; Call_Release $2"}, gone: "ben", hear: "amy<music"},
			annTakesBack, annReleases}, recorded: consulted},
		{name: "the helper vanishes", cast: "ann ben", setup: []setting{soonLost}, steps: []step{amyCalls, asksBen,
			{what: "Ben's phone vanishes", do: vanishes("ben"), told: []string{
				"ben: Call_Release $2; Customer_Release $2; PhoneRelease phoneState=3; Ready", "ann: Customer_Release $2; Call_Release $2"}, hear: "amy<music"},
			annTakesBack, annReleases}, recorded: consulted},
		{name: "the agent vanishes from a talk of three", cast: "ann", setup: []setting{soonLost}, steps: []step{amyCalls,
			{what: "Ann brings the outside party in", do: all(transfers("ann", client.ToOutside, "5551234", client.ThreeOutside), lifts("out")),
				told: []string{"ann: Customer_Alerting $1; Conference $1"}, hear: "ann<amy,out amy<ann,out out<ann,amy", between: "ann<ring amy<music"},
			{what: "Ann's phone is not registered any more", do: deregisters("ann"), hear: "="},
			{what: "Ann's phone vanishes", do: vanishes("ann"), told: []string{"ann: Call_Release $1; Customer_Release $1; PhoneRelease phoneState=3; StopRecordDone $1; Ready"},
				hear: "amy<out out<amy"},
			amyAndOut}, recorded: []string{"ann $1: amy,out | ann"}},
		{name: "one's own phone cannot be rung", cast: "ann ivy", once: true, steps: []step{amyCalls,
			{what: "Ivy listens, and her phone refuses after it has rung", do: all(withNumber("ivy", 101, (*client.Agent).Listen), refuses("ivy", 603)),
				told: []string{"ivy: Busy; Ready"}, hear: "="},
			{what: "Ivy's phone is engaged", do: all(withNumber("ivy", 101, (*client.Agent).Listen), refuses("ivy", 486)), told: []string{"ivy: Busy; PhoneBusy; Ready"}, hear: "="},
			{what: "Ivy's phone is not registered any more", do: deregisters("ivy"), hear: "="},
			{what: "Ivy listens in vain", do: withNumber("ivy", 101, (*client.Agent).Listen), told: []string{"ivy: Busy; PhoneUnknow; Ready"}, hear: "="},
			annHolds,
			{what: "Ann's phone hangs up", do: hangsUp("ann"), told: []string{"ann: PhoneRelease phoneState=2"}, gone: "ann", hear: "amy<music"},
			{what: "Ann takes Amy back, and her phone is engaged", do: all(withCall("ann", "$1", (*client.Agent).GetHold), refuses("ann", 486)),
				told: []string{"ann: PhoneBusy"}, hear: "amy<music"},
			{what: "Ann's phone is not registered any more", do: deregisters("ann"), hear: "amy<music"},
			{what: "Ann takes Amy back in vain", do: withCall("ann", "$1", (*client.Agent).GetHold), told: []string{"ann: PhoneUnknow"}, hear: "amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1; Ready"}, gone: "amy"},
		}, recorded: alone},
		{name: "second calls", cast: "ann", steps: []step{amyCalls,
			{what: "Ann calls out in the talk", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error {
				_, err := a.CallOut(ctx, client.CallOut{Called: "5551234"})
				return err
			}), hear: "="},
			{what: "Bob calls and waits", do: dials("bob", "1000"), hear: talkRow + " bob<music"},
			{what: "Ann's phone dials by itself", do: dialsInVain("ann", "1000", 403), hear: talkRow + " bob<music"},
			{what: "Amy hangs up, Ann gets Bob", do: all(hangsUp("amy"), settled("ann", "$1"), lifts("ann")), told: []string{
				"ann: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2; Incoming_CallInfo $2; Talking $2; Record $2"}, gone: "amy", hear: "ann<bob bob<ann",
				between: "bob<music,ring"},
		}, recorded: []string{"ann $1: amy | ann", "ann $2: bob | ann"}},
		{name: "the outside party never answers a transfer", cast: "ann", once: true, setup: []setting{func(cfg *config.Config) { cfg.SIP.MaxRinging = 2 * time.Second }},
			steps: []step{amyCalls,
				{what: "Ann wants to hand Amy away", do: all(transfers("ann", client.ToOutside, "5551234", client.Success), rings("out")),
					told: []string{"ann: Customer_Alerting $1"}, hear: "ann<ring amy<music"},
				{what: "nobody answers", told: []string{"ann: Connect_Fail $1; SuccTransResult $1; TransOutResult; Talking $1"}, gone: "out", hear: "ann<amy amy<ann"},
				annReleases}, recorded: alone},
		{name: "the target of a transfer signs out", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann wants to hand Amy to Ben, whose phone rings", do: all(transfers("ann", client.ToAgent, "102", client.Success), rings("ben")),
				told: []string{"ann: Customer_Alerting $1", "ben: Busy; PhoneAlerting $1"}, hear: "ann<ring amy<music"},
			{what: "Ben signs out", do: as("ben", func(a *client.Agent, ctx context.Context) error { return a.ForceSignOut(ctx, 0) }),
				told: []string{"ann: Connect_Fail $1; SuccTransResult $1; Talking $1"}, out: "ben", gone: "ben", hear: "ann<amy amy<ann"},
			annReleases}, recorded: alone},
		{name: "both sides hold at their phones at once", cast: "ann", steps: []step{amyCalls,
			{what: "Ann and Amy hold", do: together(holds("ann"), holds("amy")), between: "ann<music amy<music"},
			{what: "both resume", do: all(together(resumes("ann"), resumes("amy")), hearsAgain("ann", "amy")), hear: talkRow, between: "ann<music amy<music"},
			annReleases}, recorded: []string{"ann $1: amy(,music) | ann"}},
	})
}
