package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// TestTones_InterceptByID: an inspector takes over the call that he names, the present one or one on hold, while the agent goes on with the other.
func TestTones_InterceptByID(t *testing.T) {
	t.Parallel()
	takes := func(call string) func(*play) {
		return withCall("ivy", call, func(a *client.Agent, ctx context.Context, id string) error { return a.InterceptCall(ctx, 101, id) })
	}
	inVainBy := func(what, code, id string) step {
		return step{what: what, do: inVain("ivy", code, func(a *client.Agent, ctx context.Context) error { return a.InterceptCall(ctx, 101, id) }), hear: "="}
	}
	byNumberInVain := step{what: "by the number of the agent alone there is nothing to take over", hear: "=",
		do: inVain("ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.Intercept(ctx, 101) })}
	const taken = "Call_Release $1; Customer_Release $1 number=13900; "
	const gotAmy = "ivy: Talking $1 feature=0; Record $1"
	twoTalks := "ann<out out<ann ivy<amy amy<ivy"
	outHangsUp := step{what: "the outside party hangs up", do: hangsUp("out"),
		told: []string{"ann: Customer_Release $2 number=5551234; Call_Release $2; [PhoneRelease]; Ready"}, gone: "ann out", hear: "ivy<amy amy<ivy"}
	playStories(t, []story{
		{name: "the present call", cast: "ann ivy", steps: []step{amyCalls, ivyListens,
			inVainBy("Ivy names a call of nobody", "900-003", "1-1"),
			{what: "Ivy takes Amy over", do: takes("$1"), told: []string{"ann: " + qcOver + "; " + taken + "[PhoneRelease]; Ready", gotAmy}, gone: "ann", hear: "ivy<amy amy<ivy"},
			ivyLetsGo}, recorded: []string{"ann $1: amy | ann", "ivy $1: amy | ivy"}},
		{name: "the held one of two", cast: "ann ivy", steps: []step{amyCalls, ivyListens,
			{what: "Ann holds", do: annHolds.do, told: annHolds.told, hear: annHolds.hear},
			annCallsOut,
			{what: "the outside party answers, Ivy is there", do: lifts("out"), told: []string{"ann: " + outTalks}, hear: "ann<out out<ann ivy<ann,out amy<music"},
			{what: "Ivy takes Amy over", do: takes("$1"), told: []string{"ann: " + qcOver + "; " + taken[:len(taken)-2], gotAmy}, hear: twoTalks},
			outHangsUp, ivyLetsGo}, recorded: []string{"ann $1: amy | ann", "ann $2: out | ann", "ivy $1: amy | ivy"}},
		{name: "the present one of two", cast: "ann ivy", steps: []step{amyCalls, annHolds, annCallsOut, outAnswers,
			{what: "Ivy whispers", do: ivyWhispers.do, told: ivyWhispers.told, hear: "ann<out,ivy out<ann ivy<ann,out amy<music"},
			{what: "Ivy takes the outside party over", do: takes("$2"), told: []string{
				"ann: " + qcOver + "; Call_Release $2; Customer_Release $2 number=5551234", "ivy: Talking $2 feature=7; Record $2"}, hear: "ivy<out out<ivy amy<music"},
			{what: "Ann takes Amy back", do: annTakesBack.do, told: annTakesBack.told, hear: "ivy<out out<ivy ann<amy amy<ann"},
			{what: "the outside party hangs up", do: hangsUp("out"), told: []string{"ivy: Customer_Release $2 number=5551234; Call_Release $2; [PhoneRelease]; Ready"},
				gone: "ivy out", hear: talkRow},
			annReleases}, recorded: []string{"ann $1: amy | ann", "ann $2: ivy,out | ann", "ivy $2: out | ivy"}},
		{name: "the held one, without another", cast: "ann ivy", steps: []step{amyCalls, annHolds,
			{what: "Ivy joins in, and talks with Ann alone", do: ivyInserts.do, told: ivyInserts.told, hear: "ann<ivy ivy<ann amy<music"},
			byNumberInVain,
			{what: "Ivy takes Amy over", do: takes("$1"), told: []string{"ann: " + qcOver + "; " + taken + "[PhoneRelease]; Ready", gotAmy}, gone: "ann", hear: "ivy<amy amy<ivy"},
			ivyLetsGo}, recorded: []string{"ann $1: amy | ann", "ivy $1: amy | ivy"}}, // what is said beside the call is not in its recording
	})
}
