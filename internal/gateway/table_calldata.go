package gateway

import "ccgateway/internal/result"

// calldataRoutes is the part of the table for calldata.yaml of the catalogue.
func calldataRoutes() []Route {
	return grouped("calldata",
		works("GET", "calldata/{agentid}/callinfo", "queryCallInfo", "Query the current call", valueOnly,
			ask(queryCallInfo, showCallInfo)),
		works("GET", "calldata/{agentid}/appdata", "queryCallAppData", "Query the associated data of a call", valueOnly,
			queryCallAppData),
		works("PUT", "calldata/{agentid}/setcalldataex", "setCallAppDataEx", "Set the associated data of a call", done,
			ask(setCallAppDataEx, nil)),
		works("PUT", "calldata/{agentid}", "setCallAppData", "Set the associated data of a call (older form)", done,
			ask(setCallAppData, nil)),
		works("GET", "calldata/{agentid}/holdlist", "queryHoldListInfo", "Query the held calls", valueOnly,
			noneHeld(ask(queryHoldListInfo, list(listedCall)))),
		works("GET", "calldata/{agentid}/callinfobeforeanswer", "queryCallInfoBeforeAnswer", "Query the offered call before answering", valueOnly,
			ask(queryCallInfoBeforeAnswer, showOffered)),
		works("GET", "calldata/{agentid}/callinfobycallid/{callid}", "queryCallInfoByCallId", "Query a call by its id", valueOnly,
			ask(queryCallInfoByCallID, showNamedCall)),
		works("GET", "calldata/{agentid}/allcallinfoEx/{workno}", "queryAllCallInfoByAgentWorkNoEx", "Query the call ids of an agent", valueOnly,
			instead(result.AgentQueryRefused, result.InspectionNoRight, ask(queryAllCallInfoByAgentWorkNoEx, list(showID)))),
		works("GET", "calldata/{agentid}/allcallid", "queryAllCallID", "Query the call ids of the calling agent", valueOnly,
			ask(queryAllCallID, list(showID))),
		works("GET", "calldata/{agentid}/callnums", "queryCallNumsOnAgent", "Query the number of calls of the agent", valueOnly,
			ask(queryAllCallID, showCount)),
		works("GET", "calldata/{agentid}/statistics", "queryCallStatisticsInfo", "Query the counters of the day", valueOnly,
			ask(queryCallStatisticsInfo, showDay)),
		works("GET", "calldata/{agentid}/statisticsEx", "queryCallStatisticsInfoEx", "Query the counters of the day (light)", valueOnly,
			ask(queryCallStatisticsInfo, showLight)),
		works("GET", "calldata/{agentid}/waitcallinfo/{skillid}", "queryWaitCallInfoBySkillId", "Query the calls that wait in a skill queue", valueOnly,
			ask(queryWaitCallInfoBySkillID, list(listedCall))),
		works("GET", "calldata/{agentid}/holdlistex/{workno}", "queryHoldListInfoEx", "Inspector: query the held calls of another agent", valueOnly,
			noneHeld(ask(queryHoldListInfoEx, list(listedCall)))),
	)
}
