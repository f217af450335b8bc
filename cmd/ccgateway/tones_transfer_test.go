package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// TestTones_Transfer are call-model 14.9 to 14.11.
func TestTones_Transfer(t *testing.T) {
	t.Parallel()
	const handedOver = "SuccTransResult $1 result=0; Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone; Ready"
	benTakes := func(what string, do func(*play)) step {
		return step{what: what, do: all(do, lifts("ben")), told: []string{"ann: " + letGo, "ben: " + takenOver}, gone: "ann", hear: "amy<ben ben<amy",
			between: "amy<music"}
	}
	recorded := []string{"ann $1: amy | ann", "ben $1: amy | ben"}
	alone := []string{"ann $1: amy | ann"}
	outside := func(mode int, hear string) step {
		return step{what: "Ann brings the outside party in", do: all(transfers("ann", client.ToOutside, "5551234", mode), lifts("out")),
			told: []string{"ann: Customer_Alerting $1 otherPhone=5551234; Conference $1 partner=13900,5551234"}, hear: hear, between: "ann<ring amy<music"}
	}
	const allThree = "ann<amy,out amy<ann,out out<ann,amy"
	talks := outside(client.TalkOutside, "ann<out out<ann amy<music")
	three := outside(client.ThreeOutside, allThree)
	const joinsThem = "Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1 transfer=yes transfrom=101; Incoming_CallInfo $1; Conference $1 partner=13900,5551234; Record $1"
	benServes := step{what: "Ben serves", do: as("ben", (*client.Agent).ServeAll), hear: "="}
	annLeaves := step{what: "Ann leaves", do: as("ann", (*client.Agent).Release), told: []string{"ann: " + letGo}, gone: "ann", hear: "amy<out out<amy"}
	withAll := []string{"ann $1: amy,out | ann"}
	playStories(t, []story{
		{name: "14.9 blind to an agent", cast: "ann ben", steps: []step{amyCalls,
			benTakes("Ann sends Amy to Ben", transfers("ann", client.ToAgent, "102", client.Blind)), benLetsGo}, recorded: recorded},
		{name: "14.9 blind to a queue", cast: "ann ben", steps: []step{amyCalls,
			{what: "Ann sends Amy to sales, where nobody serves", do: transfers("ann", client.ToSkill, "2", client.Blind), told: []string{"ann: " + letGo},
				gone: "ann", hear: "amy<music"},
			{what: "Amy hangs up there", do: hangsUp("amy"), gone: "amy"},
		}, recorded: alone},
		{name: "14.9 blind to a flow", cast: "ann", once: true, steps: []step{amyCalls,
			{what: "Ann sends Amy to the menu", do: transfers("ann", client.ToCode, "1500", client.Blind), told: []string{"ann: " + letGo},
				gone: "ann", hear: "amy<welcome", between: "amy<music,menu"},
			{what: "Amy hangs up there", do: hangsUp("amy"), gone: "amy"},
		}, recorded: alone},
		{name: "14.9 blind to a flow by devicetype 3", cast: "ann", once: true, steps: []step{amyCalls,
			{what: "Ann sends Amy to the flow", do: transfers("ann", client.ToFlow, "1500", client.Blind), told: []string{"ann: " + letGo},
				gone: "ann", hear: "amy<welcome", between: "amy<music,menu"},
			{what: "Amy hangs up there", do: hangsUp("amy"), gone: "amy"},
		}, recorded: alone},
		{name: "14.9 blind to an access code of a queue", cast: "ann ben", steps: []step{amyCalls, benServes,
			benTakes("Ann sends Amy to the code of support", transfers("ann", client.ToCode, "1000", client.Blind)), benLetsGo}, recorded: recorded},
		{name: "14.10 success transfer to an access code of a queue", cast: "ann ben", steps: []step{amyCalls, benServes,
			{what: "Ann hands Amy to the code of support", do: all(transfers("ann", client.ToCode, "1000", client.Success), lifts("ben")),
				told: []string{"ann: Customer_Alerting $1 otherPhone=1000; " + handedOver, "ben: " + takenOver}, gone: "ann", hear: "amy<ben ben<amy", between: "amy<music ann<ring"},
			benLetsGo}, recorded: recorded},
		{name: "14.9 named: to an agent's own queue", cast: "ann ben", steps: []step{amyCalls,
			benTakes("Ann sends Amy to Ben", transfers("ann", client.ToAgent, "102", client.Named)), benLetsGo}, recorded: recorded},
		{name: "12 a talk of three, held, then handed to an agent", cast: "ann ben", steps: []step{amyCalls, three,
			{what: "Ann steps aside", do: as("ann", (*client.Agent).Hold), told: []string{"ann: Hold $1"}, hear: "amy<out out<amy"},
			{what: "Ann comes back", do: withCall("ann", "$1", (*client.Agent).GetHold), told: []string{"ann: Talking $1; Conference $1 partner=13900,5551234"}, hear: allThree},
			{what: "Ann is mute", do: as("ann", (*client.Agent).Mute), hear: "ann<amy,out amy<out out<amy"},
			{what: "Ann hands the two to Ben", do: all(transfers("ann", client.ToAgent, "102", client.Success), lifts("ben")),
				told: []string{"ann: Customer_Alerting $1; " + handedOver, "ben: " + joinsThem}, gone: "ann", hear: "amy<ben,out ben<amy,out out<amy,ben", between: "ann<ring"},
			{what: "Ben leaves", do: as("ben", (*client.Agent).Release), told: []string{"ben: Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone $1; Ready"},
				gone: "ben", hear: "amy<out out<amy"},
			amyAndOut}, recorded: []string{"ann $1: amy,out | ann", "ben $1: amy,out | ben"}},
		{name: "12 a talk of three, handed on blind", cast: "ann ben", steps: []step{amyCalls, three,
			{what: "Ann sends the two to Ben", do: all(transfers("ann", client.ToAgent, "102", client.Blind), lifts("ben")),
				told: []string{"ann: " + letGo, "ben: " + joinsThem}, gone: "ann", hear: "amy<ben,out ben<amy,out out<amy,ben"},
			{what: "the outside party hangs up", do: hangsUp("out"), told: []string{"ben: Customer_Release $1 number=5551234; Talking $1"}, gone: "out", hear: "ben<amy amy<ben"},
			benLetsGo}, recorded: []string{"ann $1: amy,out | ann", "ben $1: amy,out | ben"}},
		{name: "12 suspended to a flow and back", cast: "ann", steps: []step{amyCalls,
			{what: "Ann lets Amy hear a flow", do: transfers("ann", client.ToFlow, "1501", client.Suspend), hear: "amy<welcome", between: "amy<music"},
			{what: "the flow is over", told: []string{"ann: ReturnFromIvr $1; Talking $1 feature=0"}, hear: talkRow},
			{what: "Ann lets Amy hear it again", do: transfers("ann", client.ToFlow, "1501", client.Suspend), hear: "amy<welcome", between: "amy<music"},
			{what: "Amy hangs up in it", do: hangsUp("amy"), told: []string{"ann: " + leftByAmy}, gone: "amy ann"},
		}, recorded: alone},
		{name: "14.9 blind to an outside number", cast: "ann", steps: []step{amyCalls,
			{what: "Ann sends Amy away", do: all(transfers("ann", client.ToOutside, "5551234", client.BlindOutside), rings("out")), told: []string{"ann: " + letGo},
				gone: "ann", hear: "amy<music"},
			{what: "the outside party answers", do: lifts("out"), hear: "amy<out out<amy"},
			amyAndOut,
		}, recorded: alone},
		{name: "14.9 blind, the target does not answer", cast: "ann ben", setup: []setting{shortRing}, once: true, steps: []step{amyCalls,
			{what: "Ann wants to be not ready afterwards", do: as("ann", func(a *client.Agent, ctx context.Context) error { return a.SayBusy(ctx, 201, false) }), hear: "="},
			{what: "Ann sends Amy to Ben, whose phone rings", do: all(transfers("ann", client.ToAgent, "102", client.Blind), rings("ben")), told: []string{
				"ann: Call_Release $1; Customer_Release $1; PhoneRelease; StopRecordDone $1; SetNotReady reason=201", "ben: Busy; PhoneAlerting $1"},
				gone: "ann", hear: "amy<music"},
			{what: "Ben does not lift", told: []string{"ben: No_Answer $1; PhoneRelease; SetNotReady reason=2"}, gone: "ben", hear: "amy<music"},
			{what: "Amy hangs up in the queue", do: hangsUp("amy"), gone: "amy"},
		}, recorded: alone},
		{name: "14.10 success transfer to an agent", cast: "ann ben", steps: []step{amyCalls,
			{what: "Ann hands Amy to Ben", do: all(transfers("ann", client.ToAgent, "102", client.Success), lifts("ben")),
				told: []string{"ann: Customer_Alerting $1; " + handedOver, "ben: " + takenOver}, gone: "ann", hear: "amy<ben ben<amy", between: "amy<music ann<ring"},
			benLetsGo}, recorded: recorded},
		{name: "14.10 success transfer fails", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann wants to hand Amy to Ben, whose phone rings", do: all(transfers("ann", client.ToAgent, "102", client.Success), rings("ben")),
				told: []string{"ann: Customer_Alerting $1 otherPhone=102", "ben: Busy; PhoneAlerting $1"}, hear: "ann<ring amy<music"},
			{what: "Ben's phone refuses", do: func(p *play) { must(p.t, p.actors["ben"].ear.Reject(603)) }, told: []string{
				"ann: Connect_Fail $1; SuccTransResult $1; Talking $1", "ben: No_Answer $1; PhoneRelease; SetNotReady reason=7"}, gone: "ben", hear: "ann<amy amy<ann"},
			amyHangsUp}, recorded: alone},
		{name: "14.10 success transfer, the customer leaves", cast: "ann ben", once: true, steps: []step{amyCalls,
			{what: "Ann wants to hand Amy to Ben, whose phone rings", do: all(transfers("ann", client.ToAgent, "102", client.Success), rings("ben")),
				told: []string{"ann: Customer_Alerting $1 otherPhone=102", "ben: Busy; PhoneAlerting $1"}, hear: "ann<ring amy<music"},
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{
				"ann: " + leftByAmy, "ben: Customer_Release $1; PhoneRelease; Ready"}, gone: "amy ann ben"},
		}, recorded: alone},
		{name: "14.10 success transfer to a queue", cast: "ann ben", steps: []step{amyCalls,
			benServes,
			{what: "Ann hands Amy to support", do: all(transfers("ann", client.ToSkill, "1", client.Success), lifts("ben")),
				told: []string{"ann: Customer_Alerting $1; " + handedOver, "ben: " + takenOver}, gone: "ann", hear: "amy<ben ben<amy", between: "amy<music ann<ring"},
			benLetsGo}, recorded: recorded},
		{name: "14.10 success transfer to an outside number", cast: "ann", steps: []step{amyCalls,
			{what: "Ann wants to hand Amy away", do: all(transfers("ann", client.ToOutside, "5551234", client.Success), rings("out")),
				told: []string{"ann: Customer_Alerting $1 otherPhone=5551234"}, hear: "ann<ring amy<music"},
			{what: "the outside party answers", do: lifts("out"), told: []string{
				"ann: SuccTransResult $1 result=0; TransOutResult result=0; Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone; Ready"},
				gone: "ann", hear: "amy<out out<amy"},
			amyAndOut}, recorded: alone},
		{name: "14.11 talk transfer, agent leaves", cast: "ann", steps: []step{amyCalls, talks, annLeaves, amyAndOut}, recorded: withAll},
		{name: "14.11 talk transfer, cancelled", cast: "ann", steps: []step{amyCalls, talks,
			{what: "Ann cancels", do: as("ann", (*client.Agent).CancelTransfer), told: []string{"ann: Customer_Release $1 number=5551234; Talking $1"}, gone: "out",
				hear: "ann<amy amy<ann"},
			amyHangsUp}, recorded: withAll},
		{name: "14.11 talk transfer, the held customer leaves", cast: "ann", steps: []step{amyCalls, talks,
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1 number=13900; Talking $1"}, gone: "amy", hear: "ann<out out<ann"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{"ann: Call_Release $1; Customer_Release $1 number=5551234; [PhoneRelease]; Ready"},
				gone: "ann out"}}, recorded: withAll},
		{name: "14.11 three-party transfer, agent leaves", cast: "ann", steps: []step{amyCalls, three, annLeaves, amyAndOut}, recorded: withAll},
		{name: "14.11 three-party transfer, target leaves", cast: "ann", steps: []step{amyCalls, three,
			{what: "the outside party hangs up", do: hangsUp("out"), told: []string{"ann: Customer_Release $1 number=5551234; Talking $1"}, gone: "out", hear: "ann<amy amy<ann"},
			annReleases}, recorded: withAll},
		{name: "14.11 three-party transfer, the customer leaves", cast: "ann", steps: []step{amyCalls, three,
			{what: "Amy hangs up", do: hangsUp("amy"), told: []string{"ann: Customer_Release $1 number=13900; Talking $1"}, gone: "amy", hear: "ann<out out<ann"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{"ann: Call_Release $1; Customer_Release $1 number=5551234; [PhoneRelease]; Ready"},
				gone: "ann out"}}, recorded: withAll},
		{name: "14.11 no answer", cast: "ann", steps: []step{amyCalls,
			{what: "the number does not exist", do: all(transfers("ann", client.ToOutside, "5551234", client.ThreeOutside), refuses("out", 404)),
				told: []string{"ann: Customer_Alerting $1; Connect_Fail $1; TransOutResult result=1; Talking $1"}, hear: "ann<amy amy<ann", between: "amy<music ann<ring"},
			annReleases}, recorded: alone},
	})
}
