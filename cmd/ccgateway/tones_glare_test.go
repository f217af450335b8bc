package main

import (
	"context"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/softphone"
)

// refreshesOften lets the center refresh each session after a second.
func refreshesOften(cfg *config.Config) { cfg.SIP.SessionTimer = 2 * time.Second }

// TestTones_Glare: two sides want the same at once. An agent calls while he is being called, in either order; two agents call each other; a phone
// holds in the instant in which the center changes the session itself.
func TestTones_Glare(t *testing.T) {
	t.Parallel()
	const gotAmy = "Busy; PhoneAlerting $1; PhoneOffhook; " + queuedAmy
	mute := softphone.Faults{NoUpdate: true}
	playStories(t, []story{
		{name: "a customer calls while the agent's own phone rings for his call", cast: "ann", once: true, steps: []step{
			{what: "Ann wants to call out, her phone rings", do: all(callsOut("ann", "$2", "5551234"), rings("ann")), told: []string{"ann: PhoneAlerting"}},
			{what: "Amy calls and waits", do: dials("amy", "1000"), hear: "amy<music"},
			{what: "Ann lifts: it is her own call", do: all(lifts("ann"), rings("out")), told: []string{"ann: PhoneOffhook; Busy; " + outRings}, hear: "ann<ring amy<music"},
			{what: "the outside party answers", do: lifts("out"), told: []string{"ann: " + outTalks}, hear: "ann<out out<ann amy<music"},
			{what: "it hangs up, Ann is given Amy", do: all(hangsUp("out"), settled("ann", "$2"), lifts("ann")), told: []string{"ann: " + gotAmy}, gone: "out", hear: talkRow, between: "amy<ring"},
			annReleases}, recorded: []string{"ann $2: out | ann", "ann $1: amy | ann"}},
		{name: "the agent calls out while his phone rings for a customer", cast: "ann", once: true, steps: []step{
			{what: "Amy calls, Ann's phone rings", do: all(dials("amy", "1000"), rings("ann")), told: []string{"ann: Busy; PhoneAlerting $1"}, hear: "amy<music"},
			{what: "Ann cannot call out now", do: inVain("ann", "100-007", func(a *client.Agent, ctx context.Context) error {
				_, err := a.CallOut(ctx, client.CallOut{Called: "5551234"})
				return err
			}), hear: "="},
			{what: "nor at her phone", do: dialsInVain("ann", "1000", 403), hear: "="},
			{what: "Ann lifts: it is Amy", do: lifts("ann"), told: []string{"ann: PhoneOffhook; " + queuedAmy}, hear: talkRow, between: "amy<ring"},
			annReleases}, recorded: []string{"ann $1: amy | ann"}},
		{name: "two agents call each other", cast: "ann ben", once: true, steps: []step{
			{what: "Ann and Ben want to call each other, both phones ring",
				do:   all(callsInner("ann", "$2", "102"), callsInner("ben", "$1", "101"), rings("ann"), rings("ben")),
				told: []string{"ann: PhoneAlerting", "ben: PhoneAlerting"}},
			{what: "Ann lifts first: Ben cannot be reached, he is calling", do: liftsInVain("ann"),
				told: []string{"ann: PhoneOffhook; Busy; Inside_Call_Fail $2; PhoneRelease; Ready"}, gone: "ann"},
			{what: "Ben lifts: Ann is called", do: all(lifts("ben"), lifts("ann")), told: []string{
				"ben: PhoneOffhook; Busy; Customer_Alerting $1 otherPhone=101; Talking $1 feature=6; Record $1",
				"ann: Busy; PhoneAlerting $1; PhoneOffhook; Auto_Answer $1 feature=6; Talking $1 feature=6; Record $1"}, hear: "ann<ben ben<ann", between: "ben<ring"},
			{what: "Ann releases", do: as("ann", (*client.Agent).Release), told: []string{
				"ann: Call_Release $1; Customer_Release $1 number=102; PhoneRelease; Ready", "ben: Customer_Release $1 number=101; Call_Release $1; PhoneRelease; Ready"},
				gone: "ann ben"},
		}, recorded: []string{"ann $1: ben | ann", "ben $1: ann | ben"}},
		{name: "phones hold when the center refreshes", cast: "ann", once: true, setup: []setting{refreshesOften}, steps: []step{
			{what: "Amy calls by a phone that knows no UPDATE", do: all(withFaults("amy", mute), amyCalls.do), told: amyCalls.told, hear: amyCalls.hear, between: amyCalls.between},
			{what: "Ann's phone holds when an UPDATE comes", do: crosses("ann", softphone.Faults{}), hear: "amy<music"},
			{what: "Ann's phone resumes", do: all(together(resumes("ann")), hearsAgain("ann")), hear: talkRow},
			{what: "Amy's phone holds when a re-INVITE comes, and both are refused", do: crosses("amy", mute), hear: "ann<music"},
			{what: "Amy's phone resumes", do: all(together(resumes("amy")), hearsAgain("amy")), hear: talkRow},
			{what: "the sessions are refreshed further on", do: lasts("amy", 3*time.Second), hear: "="},
			annReleases}, recorded: []string{"ann $1: amy,music | ann"}},
	})
}
