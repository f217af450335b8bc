package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// What agents are told when a talk ends and nothing is left: whose side let go first comes first (call-model 14.1 a and b).
const (
	released   = "Call_Release $1; Customer_Release $1 number=13900; [PhoneRelease phoneState=3]; Ready"
	letGo      = "Call_Release $1; Customer_Release $1 number=13900; [PhoneRelease phoneState=3]; StopRecordDone $1; Ready" // the call goes on without him
	leftByAmy  = "Customer_Release $1 number=13900; Call_Release $1; [PhoneRelease phoneState=3]; Ready"
	offeredAmy = "Busy; [PhoneAlerting $1]; [PhoneOffhook]; "
	queuedAmy  = "Auto_Answer $1 feature=0 transfer=no; Incoming_CallInfo $1; Talking $1 feature=0; Record $1"
	takenOver  = "Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1 feature=0 transfer=yes transfrom=101; Incoming_CallInfo $1; " +
		"Talking $1 feature=0; Record $1"
	outRings = "Customer_Alerting $2 otherPhone=5551234; Record $2" // recorded from the ringing on
	outTalks = "Talking $2 feature=7"
)

// The steps of most stories.
var (
	amyCalls = step{
		what: "Amy calls, Ann's phone is lifted, her desktop answers by itself", do: all(dials("amy", "1000"), lifts("ann")),
		told: []string{"ann: " + offeredAmy + queuedAmy}, hear: "ann<amy amy<ann", between: "amy<music,ring",
	}
	annHolds     = step{what: "Ann holds", do: as("ann", (*client.Agent).Hold), told: []string{"ann: Hold $1"}, hear: "amy<music"}
	annTakesBack = step{
		what: "Ann takes Amy back", do: withCall("ann", "$1", (*client.Agent).GetHold), told: []string{"ann: Talking $1 feature=0"},
		hear: "ann<amy amy<ann",
	}
	amyHangsUp  = step{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: " + leftByAmy}, gone: "amy ann"}
	annReleases = step{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{"ann: " + released}, gone: "amy ann"}
	// With Amy on hold.
	annCallsOut = step{
		what: "Ann calls out meanwhile", do: all(callsOut("ann", "$2", "5551234"), rings("out")),
		told: []string{"ann: Busy; " + outRings}, hear: "ann<ring amy<music",
	}
	outAnswers = step{what: "the outside party answers", do: lifts("out"), told: []string{"ann: " + outTalks}, hear: "ann<out out<ann amy<music"}
	amyAndOut  = step{what: "Amy hangs up, the outside party is let go", do: hangsUp("amy"), gone: "amy out"}
	benLetsGo  = step{
		what: "Ben releases", do: as("ben", (*client.Agent).Release), told: []string{"ben: " + released}, gone: "amy ben",
	}
)

// TestTones_Offer are call-model 14.1 to 14.6 and 14.14: how calls begin and end.
func TestTones_Offer(t *testing.T) {
	t.Parallel()
	offer := step{
		what: "Amy calls, Ann's phone is lifted", do: all(dials("amy", "1000"), lifts("ann")),
		told: []string{"ann: " + offeredAmy + "Ringing $1 feature=0 transfer=no; Incoming_CallInfo $1; Customer_Alerting $1"},
		hear: "amy<ring", between: "amy<music",
	}
	answers := step{
		what: "Ann answers", do: withCall("ann", "$1", (*client.Agent).Answer), told: []string{"ann: Talking $1 feature=0; Record $1"},
		hear: "ann<amy amy<ann",
	}
	playStories(t, []story{
		{name: "14.1 inbound, manual answer, agent releases", cast: "ann ben", hand: true, steps: []step{offer, answers, annReleases},
			recorded: []string{"ann $1: amy | ann"}},
		{name: "14.1 inbound, manual answer, customer hangs up", cast: "ann ben", hand: true, steps: []step{offer, answers, amyHangsUp},
			recorded: []string{"ann $1: amy | ann"}},
		{name: "14.2 inbound, automatic answer", cast: "ann ben", steps: []step{amyCalls, annReleases}, recorded: []string{"ann $1: amy | ann"}},
		{name: "14.3 no answer", cast: "ann ben", hand: true, setup: []setting{shortRing}, steps: []step{offer,
			{what: "nobody answers", told: []string{"ann: No_Answer $1; [PhoneRelease phoneState=3]; SetNotReady reason=2"}, gone: "ann", hear: "amy<music"},
			{what: "Ben serves and is asked", do: all(as("ben", (*client.Agent).ServeAll), lifts("ben")), told: []string{
				"ben: " + offeredAmy + "Ringing $1; Incoming_CallInfo $1 releaseAndReQueueCount=1 lastReleaseAgentId=101; Customer_Alerting $1"}, hear: "amy<ring",
				between: "amy<music"},
			{what: "Ben answers", do: withCall("ben", "$1", (*client.Agent).Answer), told: []string{"ben: Talking $1 feature=0; Record $1"}, hear: "ben<amy amy<ben"},
			benLetsGo,
		}, recorded: []string{"ben $1: amy | ben"}},
		{name: "14.4 reject, mode 1", cast: "ann ben", hand: true, steps: []step{offer,
			{what: "Ann gives it back", do: withCall("ann", "$1", (*client.Agent).GiveBack),
				told: []string{"ann: No_Answer $1; SetNotReady reason=7; [PhoneRelease phoneState=3]"}, gone: "ann", hear: "amy<music"},
			{what: "Amy hangs up in the queue", do: hangsUp("amy"), gone: "amy"},
		}},
		{name: "14.4 reject, mode 2", cast: "ann ben", hand: true, steps: []step{offer,
			{what: "Ann rejects it", do: withCall("ann", "$1", (*client.Agent).Reject),
				told: []string{"ann: No_Answer $1; [PhoneRelease phoneState=3]; Ready"}, gone: "ann amy"},
		}},
		{name: "14.5 internal call, answered by hand", cast: "ann ben cid", hand: true, steps: []step{
			{what: "Ann calls Ben, whose phone is lifted", do: all(callsInner("ann", "$1", "102"), lifts("ann"), lifts("ben")), told: []string{
				"ann: [PhoneAlerting]; [PhoneOffhook]; Busy; Customer_Alerting $1 otherPhone=102",
				"ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Ringing $1 feature=6"}, hear: "ann<ring"},
			{what: "Ben answers", do: withCall("ben", "$1", (*client.Agent).Answer), told: []string{
				"ann: Talking $1 feature=6; Record $1", "ben: Talking $1 feature=6; Record $1"}, hear: "ann<ben ben<ann"},
			{what: "Ben releases", do: as("ben", (*client.Agent).Release), told: []string{
				"ben: Call_Release $1; Customer_Release $1 number=101; [PhoneRelease]; Ready",
				"ann: Customer_Release $1 number=102; Call_Release $1; [PhoneRelease]; Ready"}, gone: "ann ben"},
		}, recorded: []string{"ann $1: ben | ann", "ben $1: ann | ben"}},
		{name: "14.5 internal call, refused", cast: "ann ben", hand: true, steps: []step{
			{what: "Ann calls Ben", do: all(callsInner("ann", "$1", "102"), lifts("ann"), lifts("ben")), told: []string{
				"ann: [PhoneAlerting]; [PhoneOffhook]; Busy; Customer_Alerting $1 otherPhone=102",
				"ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Ringing $1 feature=6"}, hear: "ann<ring"},
			{what: "Ben rejects", do: withCall("ben", "$1", (*client.Agent).Reject), told: []string{
				"ben: No_Answer $1; [PhoneRelease]; Ready", "ann: Inside_Call_Fail $1; [PhoneRelease]; Ready"}, gone: "ann ben"},
		}},
		{name: "14.6 outbound", cast: "ann", steps: []step{
			{what: "Ann calls out", do: all(callsOut("ann", "$2", "5551234"), lifts("ann"), rings("out")),
				told: []string{"ann: [PhoneAlerting]; [PhoneOffhook]; Busy; " + outRings}, hear: "ann<ring"},
			{what: "the outside party answers", do: lifts("out"), told: []string{"ann: " + outTalks}, hear: "ann<out out<ann"},
			{what: "it hangs up", do: hangsUp("out"), told: []string{"ann: Customer_Release $2 number=5551234; Call_Release $2; [PhoneRelease]; Ready"}, gone: "ann out"},
		}, recorded: []string{"ann $2: out | ann"}},
		{name: "14.6 outbound, refused", cast: "ann", steps: []step{
			{what: "Ann calls out, the number is busy", do: all(callsOut("ann", "$2", "5551234"), lifts("ann"), refuses("out", 486)),
				told: []string{"ann: [PhoneAlerting]; [PhoneOffhook]; Busy; [PhoneRelease]; Call_Out_Fail $2; Connect_Fail $2; Ready"}, gone: "ann", between: "ann<ring"},
		}},
		{name: "14.14 pick-up", cast: "ann ben", hand: true, steps: []step{offer,
			{what: "Ben picks it up", do: all(withNumber("ben", 101, (*client.Agent).PickUp), lifts("ben")), told: []string{
				"ann: Customer_Release $1; [PhoneRelease phoneState=3]; Ready", "ben: Busy; [PhoneAlerting]; [PhoneOffhook]; Talking $1 feature=0; Incoming_CallInfo $1; Record $1"},
				gone: "ann", hear: "ben<amy amy<ben", between: "amy<music"},
			benLetsGo,
		}, recorded: []string{"ben $1: amy | ben"}},
	})
}

// TestTones_Hold are call-model 14.7, 14.8, 14.12 and 14.13: several talks at a time, and several parties in one.
func TestTones_Hold(t *testing.T) {
	t.Parallel()
	outReleased := step{what: "Ann releases the second call", do: as("ann", (*client.Agent).Release),
		told: []string{"ann: Call_Release $2; Customer_Release $2 number=5551234"}, gone: "out", hear: "amy<music"}
	asksBen := step{what: "Ann asks Ben", do: all(helped("ann", "$2", 102, false), lifts("ben")), told: []string{
		"ann: Hold $1; Customer_Alerting $2 otherPhone=102; Talking $2 feature=51 type=assistant; Record $2",
		"ben: Busy; [PhoneAlerting $2]; [PhoneOffhook]; Auto_Answer $2 feature=51 type=assistant; Talking $2 feature=51; Record $2"},
		hear: "ann<ben ben<ann amy<music", between: "ann<ring"}
	benDropped := step{what: "Ann drops the consultation", do: withCall("ann", "$2", (*client.Agent).DropCall), told: []string{
		"ann: Call_Release $2; Customer_Release $2", "ben: Customer_Release $2; Call_Release $2; [PhoneRelease]; Ready"}, gone: "ben", hear: "amy<music"}
	allThree := "ann<amy,ben amy<ann,ben ben<ann,amy"
	joinsBen := step{what: "Ann takes Ben in", do: all(helped("ann", "$2", 102, true), lifts("ben")), told: []string{
		"ann: Customer_Alerting $2 otherPhone=102; Conference $1 partner=13900,102",
		"ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1 feature=52 type=assistant; Conference $1; Record $1"},
		hear: allThree, between: "ann<ring amy<music"}
	playStories(t, []story{
		{name: "14.7 hold and retrieve", cast: "ann ben", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers, outReleased, annTakesBack, annHolds, {
			what: "Amy hangs up on hold", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1 number=13900; [PhoneRelease]; Ready"}, gone: "amy ann",
		}}, recorded: []string{"ann $1: amy | ann", "ann $2: out | ann"}},
		{name: "14.8 hold, call out, connect", cast: "ann", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers,
			{what: "Ann connects the two", do: withCall("ann", "$1", (*client.Agent).Connect), told: []string{
				"ann: Call_Release $2; Customer_Release $2 number=5551234; Call_Release $1; Customer_Release $1 number=13900; [PhoneRelease]; StopRecordDone $1; Ready"},
				gone: "ann", hear: "amy<out out<amy"},
			amyAndOut,
		}, recorded: []string{"ann $1: amy | ann", "ann $2: out | ann"}},
		{name: "14.12 consultation, then transfer", cast: "ann ben", steps: []step{amyCalls, asksBen, benDropped, annTakesBack,
			{what: "Ann hands Amy to Ben", do: all(transfers("ann", client.ToAgent, "102", client.Success), lifts("ben")), told: []string{
				"ann: Customer_Alerting $1; SuccTransResult $1 result=0; Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone; Ready",
				"ben: " + takenOver}, gone: "ann", hear: "amy<ben ben<amy", between: "amy<music ann<ring"},
			benLetsGo,
		}, recorded: []string{"ann $1: amy | ann", "ann $2: ben | ann", "ben $2: ann | ben", "ben $1: amy | ben"}},
		{name: "14.13 three-party help, the asker leaves", cast: "ann ben cid", steps: []step{amyCalls, joinsBen,
			{what: "Ann leaves", do: as("ann", (*client.Agent).Release), told: []string{"ann: " + letGo, "ben: Customer_Release $1 number=101; Talking $1"},
				gone: "ann", hear: "amy<ben ben<amy"},
			benLetsGo,
		}, recorded: []string{"ann $1: amy,ben | ann", "ben $1: amy,ann | ben"}},
		{name: "14.13 three-party help, the helper is dropped", cast: "ann ben cid", steps: []step{amyCalls, joinsBen,
			{what: "Ann mutes", do: as("ann", (*client.Agent).Mute), hear: "ann<amy,ben amy<ben ben<amy"},
			{what: "Ann ends mute", do: as("ann", (*client.Agent).Unmute), hear: allThree},
			{what: "Ann drops Ben", do: as("ann", func(a *client.Agent, ctx context.Context) error { return a.Disconnect(ctx, "102") }), told: []string{
				"ann: Customer_Release $2 number=102; Talking $1", "ben: Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone $1; Ready"}, gone: "ben", hear: "ann<amy amy<ann"},
			amyHangsUp,
		}, recorded: []string{"ann $1: amy,ben | ann", "ben $1: amy,ann | ben"}},
		{name: "14.13 three-party help, ended by its id", cast: "ann ben", steps: []step{amyCalls, joinsBen,
			{what: "Ann ends the help", do: withCall("ann", "$2", (*client.Agent).DropCall), told: []string{"ann: Call_Release $2; Customer_Release $2 number=102; Talking $1",
				"ben: Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone $1; Ready"}, gone: "ben", hear: "ann<amy amy<ann"},
			amyHangsUp,
		}, recorded: []string{"ann $1: amy,ben | ann", "ben $1: amy,ann | ben"}},
		{name: "14.13 three-party help, ended while the helper rings", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann asks Ben in, whose phone rings", do: all(helped("ann", "$2", 102, true), rings("ben")),
				told: []string{"ann: Customer_Alerting $2 otherPhone=102", "ben: Busy; PhoneAlerting $1"}, hear: "ann<ring amy<music"},
			{what: "Ann ends the help", do: withCall("ann", "$2", (*client.Agent).DropCall), told: []string{
				"ann: Call_Release $2; Customer_Release $2 number=102; Talking $1", "ben: Customer_Release $1; PhoneRelease; Ready"}, gone: "ben", hear: "ann<amy amy<ann"},
			amyHangsUp,
		}, recorded: []string{"ann $1: amy | ann"}},
		{name: "14.13 hold, call out, join", cast: "ann", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers,
			{what: "Ann joins them", do: withCall("ann", "$1", (*client.Agent).Join), told: []string{"ann: Conference $2 partner=13900,5551234; Customer_Release $1 number=13900"},
				hear: "ann<amy,out amy<ann,out out<ann,amy"},
			{what: "Ann mutes", do: as("ann", (*client.Agent).Mute), hear: "ann<amy,out amy<out out<amy"},
			{what: "Ann ends mute", do: as("ann", (*client.Agent).Unmute), hear: "ann<amy,out amy<ann,out out<ann,amy"},
			{what: "Ann leaves", do: as("ann", (*client.Agent).Release), told: []string{"ann: Call_Release $2; Customer_Release $2; [PhoneRelease]; StopRecordDone $2; Ready"},
				gone: "ann", hear: "amy<out out<amy"},
			amyAndOut,
		}, recorded: []string{"ann $1: amy | ann", "ann $2: amy,out | ann"}},
	})
}
