package gateway

// ownRoutes are interfaces of our own beside the published ones: further ways to get events. The paths of agentevent have no third
// segment in the reference, so these cannot clash with it.
func ownRoutes() []Route {
	return grouped("of our own",
		own(works("GET", "agentevent/{agentid}/stream", "streamEvents", "Get events as a stream of server-sent events", valueDone,
			openEventStream)),
		own(works("GET", "agentevent/{agentid}/socket", "socketEvents", "Get events by WebSocket", valueDone,
			openSocket)),
		own(works("POST", "agentevent/{agentid}/ticket", "eventTicket", "Get a ticket that opens one stream, for browsers", valueDone,
			giveTicket)),
		own(works("POST", "agentevent/{agentid}/ack", "ackEvents", "Say which events of a stream have arrived", bare,
			acknowledge)),
	)
}
