package main

import (
	"context"
	"testing"

	"ccgateway/client"
)

// TestTones_Forced: what an inspector does to agents beyond listening, over real phones: states, queues, the end of a call, the older ways of
// switching and ending, and watching.
func TestTones_Forced(t *testing.T) {
	t.Parallel()
	ivy := func(do func(*client.Agent, context.Context, int) error) func(*play) {
		return withNumber("ivy", 101, do)
	}
	forcesRest := func(a *client.Agent, ctx context.Context, agent int) error { return a.ForceRest(ctx, agent, 60, 3) }
	serves := func(skills ...int) func(*play) {
		return as("ivy", func(a *client.Agent, ctx context.Context) error { return a.AdjustSkills(ctx, 101, skills...) })
	}
	watches := func(do func(*client.Agent, context.Context, string) error) func(*play) {
		return as("ivy", func(a *client.Agent, ctx context.Context) error { return do(a, ctx, "101;102") })
	}
	const notify = "ivy: AgentState_Notify monitoredagent=101 subtype=QC_AgentState_"
	annIsFree := step{what: "Ivy makes Ann idle", do: ivy((*client.Agent).ForceIdle), told: []string{"ann: Force_Ready"}}
	playStories(t, []story{
		{name: "forced states before, in and after a call", cast: "ann ivy", steps: []step{
			{what: "Ivy makes Ann not ready", do: ivy((*client.Agent).ForceBusy), told: []string{"ann: Force_SetNotReady"}},
			annIsFree,
			{what: "Ivy sends her into a rest", do: ivy(forcesRest), told: []string{"ann: SetRest reason=3"}},
			annIsFree,
			amyCalls,
			{what: "Ann cannot be made idle in a call", do: inVain("ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.ForceIdle(ctx, 101) }), hear: "="},
			{what: "Ivy wants her to rest", do: ivy(forcesRest), hear: "="},
			{what: "Ann releases", do: annReleases.do, told: []string{"ann: Call_Release $1; Customer_Release $1; [PhoneRelease]; SetRest reason=3"}, gone: "amy ann"},
			annIsFree,
		}, recorded: []string{"ann $1: amy | ann"}},
		{name: "forced release under insert", cast: "ann ivy", steps: []step{amyCalls, ivyInserts,
			{what: "Ivy ends the call", do: withCall("ivy", "$1", (*client.Agent).ForceDrop), told: []string{
				"ann: Customer_Release $1; Call_Release $1; [PhoneRelease]; Ready"}, gone: "amy ann", hear: "~ann<ivy ~ivy<ann"},
			{what: "Ivy stops", do: ivyStops.do, told: ivyStops.told, gone: "ivy"},
		}, recorded: []string{"ann $1: amy,ivy | ann"}},
		{name: "toggle, and the end of a whisper alone", cast: "ann ivy", steps: []step{amyCalls, ivyListens,
			{what: "Ivy toggles to inserting", do: ivy((*client.Agent).ToggleInspection), told: []string{"ann: " + inserted}, hear: insertRow},
			{what: "and back", do: ivy((*client.Agent).ToggleInspection), told: []string{"ann: " + listened}, hear: listenRow},
			{what: "there is no whisper to end", do: inVain("ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.StopWhisper(ctx, 101) }), hear: "="},
			nowWhispers,
			{what: "a whisper cannot be toggled", do: inVain("ivy", "900-003", func(a *client.Agent, ctx context.Context) error { return a.ToggleInspection(ctx, 101) }), hear: "="},
			{what: "Ivy ends her whisper", do: ivy((*client.Agent).StopWhisper), told: ivyStops.told, gone: "ivy", hear: talkRow},
			annReleases}, recorded: []string{"ann $1: amy,ivy | ann"}},
		{name: "other queues", cast: "ann ivy", once: true, steps: []step{
			{what: "Ivy takes the queue from Ann", do: serves()},
			{what: "Amy waits", do: dials("amy", "1000"), hear: "amy<music"},
			{what: "Ivy gives it back, and Ann gets Amy", do: all(serves(1), lifts("ann")), told: amyCalls.told, hear: talkRow, between: "amy<music"},
			annReleases}, recorded: []string{"ann $1: amy | ann"}},
		{name: "watching", cast: "ann ivy", once: true, steps: []step{
			{what: "Ivy watches", do: watches((*client.Agent).Monitor)},
			{what: "Amy calls", do: amyCalls.do, told: append([]string{notify + "Active"}, amyCalls.told...), hear: talkRow, between: "amy<music"},
			{what: "Ann releases", do: annReleases.do, told: append([]string{notify + "Idle"}, annReleases.told...), gone: "amy ann"},
			{what: "Ivy watches no more", do: watches((*client.Agent).EndMonitor)},
			{what: "Ivy makes Ann not ready", do: ivy((*client.Agent).ForceBusy), told: []string{"ann: Force_SetNotReady"}},
		}, recorded: []string{"ann $1: amy | ann"}},
	})
}
