package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// TestTones_ChangesUnderInspection: what the inspected agent does with his calls while an inspector is there, and what the phones do
// by themselves.
func TestTones_ChangesUnderInspection(t *testing.T) {
	t.Parallel()
	const benJoined = "Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1; Conference $1; Record $1"
	withIvy := []string{"ann $1: amy,ivy | ann"}
	takesBenIn := func(hear string) step {
		return step{what: "Ann takes Ben in", do: all(helped("ann", "$2", 102, true), lifts("ben")),
			told: []string{"ann: Customer_Alerting $2; Conference $1", "ben: " + benJoined}, hear: hear, between: "ann<ring amy<music"}
	}
	playStories(t, []story{
		{name: "watched transfer that fails, under insert", cast: "ann ben ivy", once: true, steps: []step{amyCalls, ivyInserts,
			{what: "Ann wants to hand Amy to Ben, whose phone rings", do: all(transfers("ann", client.ToAgent, "102", client.Success), rings("ben")),
				told: []string{"ann: Customer_Alerting $1", "ben: Busy; PhoneAlerting $1"}, hear: "ann<ring amy<music"},
			{what: "Ben's phone refuses", do: func(p *play) { must(p.t, p.actors["ben"].ear.Reject(603)) }, told: []string{
				"ann: Connect_Fail $1; SuccTransResult $1; Talking $1", "ben: No_Answer $1; PhoneRelease; SetNotReady reason=7"}, gone: "ben", hear: insertRow},
			ivyStops, annReleases}, recorded: withIvy},
		{name: "outside talk transfer under insert, cancelled", cast: "ann ivy", steps: []step{amyCalls, ivyInserts,
			{what: "Ann talks with the outside party first", do: all(transfers("ann", client.ToOutside, "5551234", client.TalkOutside), lifts("out")),
				told: []string{"ann: Customer_Alerting $1; Conference $1"}, hear: "ann<out,ivy out<ann,ivy ivy<ann,out amy<music", between: "ann<ring"},
			{what: "Ann cancels", do: as("ann", (*client.Agent).CancelTransfer), told: []string{"ann: Customer_Release $1 number=5551234; Talking $1"}, gone: "out",
				hear: insertRow},
			ivyStops, annReleases}, recorded: []string{"ann $1: amy,ivy,out | ann"}},
		{name: "hold, call out, join under whisper, then intercepted", cast: "ann ivy", steps: []step{amyCalls, ivyWhispers, annHolds, annCallsOut,
			{what: "the outside party answers", do: lifts("out"), told: []string{"ann: " + outTalks}, hear: "ann<out,ivy out<ann ivy<ann,out amy<music"},
			{what: "Ann joins them", do: withCall("ann", "$1", (*client.Agent).Join), told: []string{"ann: Conference $2; Customer_Release $1"},
				hear: "ann<amy,out,ivy amy<ann,out out<ann,amy ivy<ann,amy,out"},
			{what: "Ivy takes Ann's place", do: withNumber("ivy", 101, (*client.Agent).Intercept), told: []string{
				"ann: " + qcOver + "; Call_Release $2; Customer_Release $2; [PhoneRelease]; Ready", "ivy: Talking $2; Record $2"}, gone: "ann",
				hear: "ivy<amy,out amy<ivy,out out<ivy,amy"},
			{what: "Ivy leaves", do: as("ivy", (*client.Agent).Release), told: []string{"ivy: Call_Release $2; Customer_Release $2; [PhoneRelease]; StopRecordDone $2; Ready"},
				gone: "ivy", hear: "amy<out out<amy"},
			amyAndOut}, recorded: []string{"ann $1: amy,ivy | ann", "ann $2: amy,ivy,out | ann", "ivy $2: amy,out | ivy"}},
		{name: "connected under insert", cast: "ann ivy", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers,
			{what: "Ivy joins in", do: ivyInserts.do, told: ivyInserts.told, hear: "ann<out,ivy out<ann,ivy ivy<ann,out amy<music"},
			{what: "Ann connects the two", do: withCall("ann", "$1", (*client.Agent).Connect), told: []string{
				"ann: Call_Release $2; Customer_Release $2; Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone $1; Ready"}, gone: "ann",
				hear: "amy<out out<amy ~ann<ivy ~ivy<ann"},
			{what: "Amy hangs up", do: hangsUp("amy"), gone: "amy out", hear: "~ann<ivy ~ivy<ann"},
			{what: "Ivy stops", do: ivyStops.do, told: ivyStops.told, gone: "ivy"}}, recorded: []string{"ann $1: amy | ann", "ann $2: ivy,out | ann"}},
		{name: "two inspectors at two agents of one talk", cast: "ann ben cid ivy ike", steps: []step{amyCalls, ivyWhispers,
			takesBenIn("ann<amy,ben,ivy amy<ann,ben ben<ann,amy ivy<ann,amy,ben"),
			{what: "Ike whispers to Ben", do: all(withNumber("ike", 102, (*client.Agent).Whisper), lifts("ike")), told: []string{
				"ike: " + inspecting, "ben: BeQcStart qcAgentId=903 qcType=20172"},
				hear: "ann<amy,ben,ivy amy<ann,ben ben<ann,amy,ike ivy<ann,amy,ben ike<ann,amy,ben"},
			{what: "Ben leaves", do: as("ben", (*client.Agent).Release), told: []string{
				"ben: Call_Release $1; Customer_Release $1; [PhoneRelease]; StopRecordDone $1; Ready", "ann: Customer_Release $2 number=102; Talking $1"}, gone: "ben",
				hear: whisperRow},
			ivyStops, annReleases}, recorded: []string{"ann $1: amy,ben,ivy | ann", "ben $1: amy,ann,ike | ben"}},
		{name: "an internal call under whisper", cast: "ann ben ivy", steps: []step{
			{what: "Ann calls Ben", do: all(callsInner("ann", "$1", "102"), lifts("ann"), lifts("ben")), told: []string{
				"ann: [PhoneAlerting]; [PhoneOffhook]; Busy; Customer_Alerting $1; Talking $1; Record $1",
				"ben: Busy; [PhoneAlerting $1]; [PhoneOffhook]; Auto_Answer $1; Talking $1; Record $1"}, hear: "ann<ben ben<ann", between: "ann<ring"},
			{what: "Ivy whispers to Ann", do: ivyWhispers.do, told: ivyWhispers.told, hear: "ann<ben,ivy ben<ann ivy<ann,ben"},
			{what: "Ivy cannot take over what is no customer's", do: inVain("ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.Intercept(ctx, 101) }), hear: "="},
			{what: "Ben releases", do: as("ben", (*client.Agent).Release), told: []string{
				"ben: Call_Release $1; Customer_Release $1; [PhoneRelease]; Ready", "ann: Customer_Release $1; Call_Release $1; [PhoneRelease]; Ready"}, gone: "ann ben"},
		}, recorded: []string{"ann $1: ben,ivy | ann", "ben $1: ann | ben"}},
		{name: "holds at the phones under insert", cast: "ann ivy", once: true, steps: []step{amyCalls, ivyInserts,
			{what: "Amy holds at her phone", do: together(holds("amy")), hear: "ann<ivy ivy<ann", between: "ann<music"},
			{what: "Amy resumes", do: all(together(resumes("amy")), hearsAgain("amy")), hear: insertRow},
			{what: "Ivy holds at her phone", do: together(holds("ivy")), hear: talkRow},
			{what: "Ivy resumes", do: all(together(resumes("ivy")), hearsAgain("ivy")), hear: insertRow},
			{what: "Ann holds at her phone", do: together(holds("ann")), hear: "amy<ivy ivy<amy", between: "amy<music"},
			{what: "Ann resumes", do: all(together(resumes("ann")), hearsAgain("ann")), hear: insertRow},
			ivyStops, annReleases}, recorded: withIvy},
		{name: "the inspected agent signs out", cast: "ann ivy", steps: []step{amyCalls, ivyListens,
			{what: "Ann signs out in the talk", do: as("ann", func(a *client.Agent, ctx context.Context) error { return a.ForceSignOut(ctx, 0) }),
				told: []string{"ivy: [PhoneRelease]; Ready"}, out: "ann", gone: "amy ann ivy"},
		}, recorded: []string{"ann $1: amy | ann"}},
	})
}
