package flow

// builders make the steps by their names.
var builders map[string]func(c *compiler, n node) step

func init() { //nolint:gochecknoinits // the table's functions come back to it for their branches
	builders = map[string]func(c *compiler, n node) step{
		"play": buildPlay, "say": buildSay, "pause": buildPause, "menu": buildMenu, "collect": buildCollect, "survey": buildSurvey,
		"hours": buildHours, "queue": buildQueue, "callback": buildCallBack, "voicemail": buildVoicemail, "transfer": buildTransfer,
		"http": buildHTTP, "set": buildSet, "if": buildIf, "goto": buildGoto, "flow": buildFlow, "hangup": buildHangUp, "return": buildReturn,
	}
}
