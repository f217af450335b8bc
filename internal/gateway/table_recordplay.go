package gateway

import "ccgateway/internal/result"

// recordplayRoutes is the part of the table for recordplay.yaml of the catalogue.
func recordplayRoutes() []Route {
	return grouped("recordplay",
		works("PUT", "recordplay/{agentid}/play", "beginPlay", "Start playing a recording to the agent", done,
			beginPlay),
		works("POST", "recordplay/{agentid}/pauseplay", "pausePlay", "Pause the playback", done,
			ask(pausePlay, nil)),
		works("POST", "recordplay/{agentid}/resumeplay", "resumePlay", "Resume a paused playback", done,
			ask(resumePlay, nil)),
		works("POST", "recordplay/{agentid}/forefast/{time}", "foreFastPlay", "Jump forward in the playback", done,
			ask(foreFastPlay, nil)),
		works("POST", "recordplay/{agentid}/backfast/{time}", "backFastPlay", "Jump back in the playback", done,
			ask(backFastPlay, nil)),
		works("DELETE", "recordplay/{agentid}/stopplay", "stopPlay", "Stop the playback", done,
			ask(stopPlay, nil)),
		refusing(works("PUT", "recordplay/{agentid}/startrecordscreen", "startRecordScreen", "Start recording the agent's screen", done,
			recordScreen(false))),
		refusing(works("DELETE", "recordplay/{agentid}/stoprecordscreen", "stopRecordScreen", "Stop recording the agent's screen", done,
			recordScreen(true))),
		works("PUT", "recordplay/{agentid}/record", "beginRecord", "Start recording the call", done,
			ask(beginRecord, nil)),
		works("DELETE", "recordplay/{agentid}/stoprecord", "stopRecord", "Stop recording the call", done,
			ask(stopRecord, nil)),
		older(works("POST", "recordplay/{agentid}/pauserecord", "pauseRecord", "Keep what is said out of the recording (card data)", done,
			ask(pauseRecord, nil))),
		older(works("POST", "recordplay/{agentid}/resumerecord", "resumeRecord", "Go on recording", done,
			ask(resumeRecord, nil))),
		works("POST", "recordplay/{agentid}/netplay", "beginNetPlay", "Play a recording in a network call centre", done,
			beginNetPlay),
		works("POST", "recordplay/{agentid}/playrelocation", "playRelocation", "Jump to a position in the playback", done,
			ask(playRelocation, nil)),
		refusing(works("GET", "recordplay/{agentid}/getconnecttoken", "getConnectToken", "Get a token for the recording component", valueDone,
			refuses(result.OperationFailed, noScreen, nil))),
	)
}
