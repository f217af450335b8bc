package gateway

// queuedeviceRoutes is the part of the table for queuedevice.yaml of the catalogue.
func queuedeviceRoutes() []Route {
	return grouped("queuedevice",
		works("GET", "queuedevice/{agentid}/waitnum", "queryQueueLengthOnAgent", "Number of users waiting in the configured skill queues", valueDone,
			ask(queryQueueLengthOnAgent, plainValue)),
		works("GET", "queuedevice/{agentid}/waitnumbyagent", "queryQueueLengthOnAgentSkills", "Number of users waiting in the signed-in skill queues", valueDone,
			ask(queryQueueLengthOnAgentSkills, plainValue)),
		works("GET", "queuedevice/{agentid}/agentvdnskill", "querySkillQueueOnAgentVDN", "Skill queues of the VDN of the agent", valueOnly,
			ask(querySkillQueueOnAgentVDN, list(showQueue))),
		works("GET", "queuedevice/{agentid}/skillwaitnum/{skillid}", "queryQueueLengthBySkillId", "Number of users waiting in one skill queue", valueDone,
			ask(queryQueueLengthBySkillID, plainValue)),
		works("POST", "queuedevice/{agentid}/queryacdstat", "queryStatInfoOfAcd", "Statistics of a set of skill queues", valueOnly,
			ask(queryStatInfoOfAcd, showLoads)),
		works("GET", "queuedevice/{agentid}/ivrinfo", "queryIVRInfoOnVdn", "IVR flows of the VDN of the agent", valueDone,
			ask(queryIVRInfoOnVdn, list(showFlow))),
		works("GET", "queuedevice/{agentid}/innoinfo", "queryInNoOnVDN", "Access codes of the VDN of the agent", valueOnly,
			ask(queryInNoOnVDN, list(showAccessCode))),
		works("GET", "queuedevice/{agentid}/vdnskill/{vdnid}", "querySkillQueueOnVDN", "Skill queues of a named VDN", valueOnly,
			ask(querySkillQueueOnVDN, list(showQueue))),
		works("GET", "queuedevice/{agentid}/agentskill/{workno}", "querySkillQueueOnAgent", "Skill queues of a named agent", valueOnly,
			ask(querySkillQueueOnAgent, list(showAgentsQueue))),
		works("POST", "queuedevice/{agentid}/queryskillstat", "querySkillStatWithVdn", "Statistics of skill queues with the VDN", valueOnly,
			ask(querySkillStatWithVdn, showVDNLoad)),
	)
}
