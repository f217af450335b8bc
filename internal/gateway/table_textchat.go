package gateway

// textchatRoutes is the part of the table for textchat.yaml of the catalogue.
func textchatRoutes() []Route {
	return grouped("textchat",
		missing("PUT", "textchat/{agentid}/answer/{callid}", "answer", "Answer a text chat"),
		missing("DELETE", "textchat/{agentid}/reject/{callid}", "reject", "Refuse a text chat"),
		missing("DELETE", "textchat/{agentid}/drop/{callid}", "drop", "End a text chat"),
		missing("PUT", "textchat/{agentid}/chatmessage", "sendMessage", "Send a text"),
		missing("PUT", "textchat/{agentid}/internalcall/{called}", "internalCall", "Start a chat with another agent"),
		missing("POST", "textchat/{agentid}/transfer", "transfer", "Transfer a text chat"),
		missing("POST", "textchat/{agentid}/mediafile", "uploadMediaFile", "Send a file"),
		missing("GET", "textchat/{agentid}/mediafile", "downloadMediaFile", "Fetch a file"),
		missing("PUT", "textchat/{agentid}/confirmmessage", "confirmMessage", "Confirm a received message"),
		missing("POST", "textchat/{agentid}/sendmessagewithoutcall", "sendMessageWithoutCall", "Send a message outside a chat"),
		missing("GET", "textchat/{agentid}/callcontent", "queryCallContent", "Messages of one chat"),
		missing("POST", "textchat/{agentid}/callsession", "queryCallSession", "Search past chats"),
	)
}
