package gateway

// agenteventRoutes is the part of the table for agentevent.yaml of the catalogue.
func agenteventRoutes() []Route {
	return grouped("agentevent",
		works("GET", "agentevent/{agentid}", "getAgentEvent", "Poll the next event of one agent", eventShape,
			pollEvent),
		made("POST", "{callBackUri of the sign-in}", "pushEvent", "Receive pushed events (call-back the third party implements)"),
		made("POST", "{pushUrl of the sign-in}", "pushEventOld", "Receive pushed events, older form"),
		older(works("GET", "agentevent/allagentevent", "getAllAgentEvent", "Poll the events of several agents", eventShape,
			pollAll)),
	)
}
