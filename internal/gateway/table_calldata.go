package gateway

// calldataRoutes is the part of the table for calldata.yaml of the catalogue.
func calldataRoutes() []Route {
	return grouped("calldata",
		works("GET", "calldata/{agentid}/callinfo", "queryCallInfo", "Query the current call", valueOnly,
			ask(queryCallInfo, showCallInfo)),
		works("GET", "calldata/{agentid}/appdata", "queryCallAppData", "Query the associated data of a call", valueOnly,
			queryCallAppData),
		works("PUT", "calldata/{agentid}/setcalldataex", "setCallAppDataEx", "Set the associated data of a call", done,
			ask(setCallAppDataEx, nil)),
		missing("PUT", "calldata/{agentid}", "setCallAppData", "Set the associated data of a call (older form)"),
		missing("GET", "calldata/{agentid}/holdlist", "queryHoldListInfo", "Query the held calls"),
		works("GET", "calldata/{agentid}/callinfobeforeanswer", "queryCallInfoBeforeAnswer", "Query the offered call before answering", valueOnly,
			ask(queryCallInfoBeforeAnswer, showCallInfo)),
		works("GET", "calldata/{agentid}/callinfobycallid/{callid}", "queryCallInfoByCallId", "Query a call by its id", valueOnly,
			ask(queryCallInfoByCallID, showCallInfo)),
		missing("GET", "calldata/{agentid}/allcallinfoEx/{workno}", "queryAllCallInfoByAgentWorkNoEx", "Query the call ids of an agent"),
		missing("GET", "calldata/{agentid}/allcallid", "queryAllCallID", "Query the call ids of the calling agent"),
		missing("GET", "calldata/{agentid}/callnums", "queryCallNumsOnAgent", "Query the number of calls of the agent"),
		missing("GET", "calldata/{agentid}/statistics", "queryCallStatisticsInfo", "Query the counters of the day"),
		missing("GET", "calldata/{agentid}/statisticsEx", "queryCallStatisticsInfoEx", "Query the counters of the day (light)"),
		missing("GET", "calldata/{agentid}/waitcallinfo/{skillid}", "queryWaitCallInfoBySkillId", "Query the calls that wait in a skill queue"),
		missing("GET", "calldata/{agentid}/holdlistex/{workno}", "queryHoldListInfoEx", "Inspector: query the held calls of another agent"),
	)
}
