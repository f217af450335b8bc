package gateway

// conferenceRoutes is the part of the table for conference.yaml of the catalogue.
func conferenceRoutes() []Route {
	return grouped("conference",
		missing("POST", "agentconf/{agentid}/requestagentconf", "requestAgentConf", "Ask for an agent conference"),
		missing("POST", "agentconf/{agentid}/answeragentconf", "answerAgentConf", "Answer a conference invitation"),
		missing("POST", "agentconf/{agentid}/rejectagentconf", "rejectAgentConf", "Refuse a conference invitation"),
		missing("POST", "agentconf/{agentid}/requestleaveagentconf", "requestLeaveAgentConf", "Leave a conference"),
		missing("POST", "agentconf/{agentid}/releaseagentconf", "releaseAgentConf", "End the conference"),
		missing("POST", "agentconf/{agentid}/holdparticipant", "holdParticipant", "Put a participant on hold"),
		missing("POST", "agentconf/{agentid}/unholdparticipant", "unholdParticipant", "Take a participant off hold"),
		missing("POST", "agentconf/{agentid}/prolongtime", "prolongTime", "Make the conference longer"),
		missing("POST", "agentconf/{agentid}/applytoshiftpresident", "applyToShiftPresident", "Hand over the chair"),
		missing("POST", "agentconf/{agentid}/batchaddparticipant", "batchAddParticipant", "Invite participants"),
		missing("POST", "agentconf/{agentid}/batchremoveparticipant", "batchRemoveParticipant", "Remove participants"),
		missing("POST", "agentconf/{agentid}/changeparticipantmode", "changeParticipantMode", "Set what a participant may do"),
		missing("POST", "agentconf/{agentid}/playvoicetoconf", "playVoiceToConf", "Play an announcement to the conference"),
		missing("POST", "agentconf/{agentid}/stopvoicetoconf", "stopVoiceToConf", "Stop the announcement"),
		missing("POST", "agentconf/{agentid}/playvoicetoparticipant", "playVoiceToParticipant", "Play an announcement to one participant"),
		missing("POST", "agentconf/{agentid}/stopvoicetoparticipant", "stopVoiceToParticipant", "Stop the announcement to one participant"),
		missing("POST", "agentconf/{agentid}/modifyconfresource", "modifyConfResource", "Change the size of the conference"),
		missing("POST", "agentconf/{agentid}/queryconfinfos", "queryConfInfos", "Look up conferences"),
		missing("GET", "agentconf/{agentid}/queryvdnconfid", "queryAllConfIds", "List running conferences"),
		missing("PUT", "multimediaconf/{agentid}/requestconf", "requestConf", "Ask for a multimedia conference"),
		missing("PUT", "multimediaconf/{agentid}/inviteconf", "inviteConf", "Invite to a multimedia conference"),
		missing("POST", "multimediaconf/{agentid}/joinconfresult", "joinConfResult", "Report whether joining worked"),
		missing("DELETE", "multimediaconf/{agentid}/stopconf", "stopConf", "End a multimedia conference"),
		missing("POST", "multimediaconf/{agentid}/getconfstate", "getConfState", "Look up a multimedia conference"),
	)
}
