package main

import (
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// recordsTalks begins the recordings of outbound calls with the talk (callOutRecord 1).
func recordsTalks(cfg *config.Config) { cfg.VCCs[0].RecordingOutbound = "talk" }

// TestTones_RecordedFromRinging is call-model 13 and 14.6 with callOutRecord 0 and 1: what a carrier says before the far side answers is in the
// recording, or is not, also that of a call that comes to nothing.
func TestTones_RecordedFromRinging(t *testing.T) {
	t.Parallel()
	const lifted = "ann: [PhoneAlerting]; [PhoneOffhook]; Busy; "
	calls := func(told string) step {
		return step{what: "Ann calls out, the carrier says something", do: all(callsOut("ann", "$2", "5551234"), lifts("ann"), announces("out", earlyTone)),
			told: []string{lifted + told}, hear: "ann<early"}
	}
	falls := step{what: "the carrier falls silent", do: says("out", 0), hear: ""}
	answers := func(told string) step {
		return step{what: "the outside party answers", do: all(says("out", outsideTone), lifts("out")), told: []string{"ann: " + told}, hear: "ann<out out<ann"}
	}
	hangsUpAtLast := step{what: "it hangs up", do: hangsUp("out"),
		told: []string{"ann: Customer_Release $2 number=5551234; Call_Release $2; [PhoneRelease]; Ready"}, gone: "ann out"}
	fails := step{what: "the number is not known", do: declines("out", 404), told: []string{"ann: [PhoneRelease]; Call_Out_Fail $2; Connect_Fail $2; Ready"}, gone: "ann"}
	givesUp := step{what: "Ann gives up", do: as("ann", (*client.Agent).Release),
		told: []string{"ann: Call_Release $2; Customer_Release $2 number=5551234; [PhoneRelease]; Ready"}, gone: "ann"}
	const alerting = "Customer_Alerting $2 otherPhone=5551234"
	talks := []setting{recordsTalks}
	playStories(t, []story{
		{name: "with the ringing", cast: "ann", steps: []step{calls(outRings), falls, answers(outTalks), hangsUpAtLast}, recorded: []string{"ann $2: early,out | ann"}},
		{name: "with the ringing, refused", cast: "ann", steps: []step{calls(outRings), falls, fails}, recorded: []string{"ann $2: early | ann"}},
		{name: "with the ringing, given up", cast: "ann", steps: []step{calls(outRings), falls, givesUp}, recorded: []string{"ann $2: early | ann"}},
		{name: "with the talk", cast: "ann", setup: talks, steps: []step{calls(alerting), falls, answers(outTalks + "; Record $2"), hangsUpAtLast},
			recorded: []string{"ann $2: out | ann"}},
		{name: "with the talk, refused", cast: "ann", setup: talks, steps: []step{calls(alerting), falls, fails}},
		{name: "with the talk, given up", cast: "ann", setup: talks, steps: []step{calls(alerting), falls, givesUp}},
	})
}
