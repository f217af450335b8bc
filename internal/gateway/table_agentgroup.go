package gateway

// agentgroupRoutes is the part of the table for agentgroup.yaml of the catalogue.
func agentgroupRoutes() []Route {
	return grouped("agentgroup",
		works("GET", "agentgroup/{agentid}/agentbyskill/{skillid}", "queryAgentInfoBySkillId", "Agents signed in to a skill queue", valueOnly,
			queryAgentInfoBySkillID),
		works("GET", "agentgroup/{agentid}/agentbyworkno/{workno}", "queryAgentInfoByWorkNo", "One agent by work number", valueOnly,
			ask(queryAgentInfoByWorkNo, showOneAgent)),
		works("GET", "agentgroup/{agentid}/allonlineagents", "queryAllOnlineAgents", "All online agents with their skill queues", valueOnly,
			ask(queryAllOnlineAgents, list(showAgent))),
		works("GET", "agentgroup/{agentid}/agentbylist", "queryAgentInfoBySkillId", "Agents of a list of skill queues", valueOnly,
			ask(queryAgentInfoByList, list(showAgent))),
		works("GET", "agentgroup/{agentid}/allagentstatus", "getAllStatusAgents", "All agents of the VDN with their state", valueOnly,
			ask(getAllStatusAgents, list(showAgent))),
		works("GET", "agentgroup/{agentid}/idleagent", "getIdleStatusAgents", "Idle agents of the VDN", valueOnly,
			ask(getAllStatusAgents, listIf(isIdle, showAgent))),
		works("GET", "agentgroup/{agentid}/onlineagentonvdn", "queryAllLoginedAgentInfoOnVdn", "Online agents of the VDN", valueOnly,
			ask(getAllStatusAgents, listIf(isSignedIn, showAgent))),
		works("GET", "agentgroup/{agentid}/restreason", "getAgentRestReason", "Rest reasons of the VDN", valueOnly,
			ask(getAgentRestReason, list(showRestReason))),
		works("GET", "agentgroup/{agentid}/groupbyagent/{workno}", "queryGroupInfoByWorkNo", "Work group of an agent", valueOnly,
			ask(queryGroupInfoByWorkNo, showOneGroup)),
		works("GET", "agentgroup/{agentid}/grouponvdn", "queryGroupInfoOnVdn", "Work groups of the VDN", valueOnly,
			ask(queryGroupInfoOnVdn, list(showGroup))),
		works("GET", "agentgroup/{agentid}/agentongroupex", "queryAllAgentInfoOnMyGroupEx", "Agents of a work group", valueOnly,
			ask(queryAllAgentInfoOnMyGroupEx, list(showAgent))),
		works("GET", "agentgroup/{agentid}/iscensor", "isCensor", "Is the caller an inspector", valueOnly,
			ask(isCensor, plainValue)),
		works("GET", "agentgroup/{agentid}/ispickup", "isPickUp", "May the caller pick up calls of the group", valueOnly,
			ask(isPickUp, plainValue)),
	)
}
