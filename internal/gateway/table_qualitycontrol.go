package gateway

import "ccgateway/internal/center"

// qualitycontrolRoutes is the part of the table for qualitycontrol.yaml of the catalogue.
func qualitycontrolRoutes() []Route {
	return grouped("qualitycontrol",
		works("PUT", "qualitycontrol/{agentid}/addinsert/{workNo}", "addInsert", "Join the call of an agent (insert, barge in)", doneQuietly,
			ask(inspect(center.InspectInsert), nil)),
		works("PUT", "qualitycontrol/{agentid}/addsupervise/{workNo}", "addSupervise", "Listen to an agent", doneQuietly,
			ask(inspect(center.InspectListen), nil)),
		works("PUT", "qualitycontrol/{agentid}/intercept/{workNo}", "intercept", "Take over the call of an inspected agent", doneQuietly,
			ask(intercept, nil)),
		works("PUT", "qualitycontrol/{agentid}/intercept/{workNo}/{callId}", "intercept", "Take over one named call of an inspected agent", doneQuietly,
			ask(intercept, nil)),
		works("DELETE", "qualitycontrol/{agentid}/{workNo}", "stopSuperviseOrInsert", "Stop listening or inserting", doneQuietly,
			ask(stopSuperviseOrInsert, nil)),
		works("POST", "qualitycontrol/{agentid}/forcebusy/{workNo}", "forceBusy", "Force an agent busy", doneQuietly,
			ask(forceBusy, nil)),
		works("POST", "qualitycontrol/{agentid}/forceidle/{workNo}", "forceIdle", "Force an agent idle", doneQuietly,
			ask(forceIdle, nil)),
		works("POST", "qualitycontrol/{agentid}/forcelogout/{workNo}", "forceLogOutAgent", "Force an agent to sign out", doneQuietly,
			ask(forceLogOutAgent, nil)),
		works("POST", "qualitycontrol/{agentid}/forcedropcall/{callid}", "forceDropCall", "Force a call to be released", doneQuietly,
			ask(forceDropCall, nil)),
		works("POST", "qualitycontrol/{agentid}/adjustskill", "adjustSkill", "Change the skill queues of another agent", doneQuietly,
			ask(adjustSkill, nil)),
		works("POST", "qualitycontrol/{agentid}/switch/{workNo}", "switchSuperviseOrInsert", "Toggle between listening and inserting", doneQuietly,
			ask(switchSuperviseOrInsert, nil)),
		works("POST", "qualitycontrol/{agentid}/forcerest/{workNo}/{time}/{reason}", "forceRest", "Force an agent to rest", doneQuietly,
			ask(forceRest, nil)),
		works("POST", "qualitycontrol/{agentid}/requestwhisperagent", "requestWhisperAgent", "Start whispering to an agent", doneQuietly,
			ask(requestWhisperAgent, nil)),
		works("POST", "qualitycontrol/{agentid}/requeststopwhisperagent", "requestStopWhisperAgent", "Stop whispering", doneQuietly,
			ask(requestStopWhisperAgent, nil)),
		works("POST", "qualitycontrol/{agentid}/requestswitchinsertwhisperagent", "requestSwitchInsertWhisperAgent", "Switch between whispering, listening and inserting", doneQuietly,
			ask(requestSwitchInsertWhisperAgent, nil)),
		works("GET", "qualitycontrol/{agentid}/allagent", "queryAllMonitoredAgents", "List the agents that may be inspected", valueOnly,
			queryAllMonitoredAgents),
		missing("GET", "qualitycontrol/{agentid}/localrecordpath", "localRecordPath", "Get the local path and a token of a recording"),
		missing("GET", "qualitycontrol/{agentid}/recordfile", "recordFile", "Download a recording by token"),
	)
}
