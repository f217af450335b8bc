package gateway

// recordplayRoutes is the part of the table for recordplay.yaml of the catalogue.
func recordplayRoutes() []Route {
	return grouped("recordplay",
		missing("PUT", "recordplay/{agentid}/play", "beginPlay", "Start playing a recording to the agent"),
		missing("POST", "recordplay/{agentid}/pauseplay", "pausePlay", "Pause the playback"),
		missing("POST", "recordplay/{agentid}/resumeplay", "resumePlay", "Resume a paused playback"),
		missing("POST", "recordplay/{agentid}/forefast/{time}", "foreFastPlay", "Jump forward in the playback"),
		missing("POST", "recordplay/{agentid}/backfast/{time}", "backFastPlay", "Jump back in the playback"),
		missing("DELETE", "recordplay/{agentid}/stopplay", "stopPlay", "Stop the playback"),
		missing("PUT", "recordplay/{agentid}/startrecordscreen", "startRecordScreen", "Start recording the agent's screen"),
		missing("DELETE", "recordplay/{agentid}/stoprecordscreen", "stopRecordScreen", "Stop recording the agent's screen"),
		missing("PUT", "recordplay/{agentid}/record", "beginRecord", "Start recording the call"),
		missing("DELETE", "recordplay/{agentid}/stoprecord", "stopRecord", "Stop recording the call"),
		missing("POST", "recordplay/{agentid}/netplay", "beginNetPlay", "Play a recording in a network call centre"),
		missing("POST", "recordplay/{agentid}/playrelocation", "playRelocation", "Jump to a position in the playback"),
		missing("GET", "recordplay/{agentid}/getconnecttoken", "getConnectToken", "Get a token for the recording component"),
	)
}
