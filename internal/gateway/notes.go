package gateway

import (
	"strconv"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Notes and bulletins (onlineagent.yaml).

const (
	maxNote          = 1023 // bytes (cec_07_1205)
	maxNoteReceivers = 100
	maxTargetName    = 64 // characters, not documented
)

// sendNoteletEx answers BadSignIn for wrong arguments, the only code for them on its page.
func sendNoteletEx(q *request) center.Command {
	body := q.fromBody().as(result.BadSignIn)
	value, present := q.members().find("agentIds")
	if !present {
		body.wrong("agentIds", "is missing")
	}
	to := receivers(q, body.list(value, "agentIds"))
	text, present := body.raw("content", maxNote)
	if !present { // it may be empty, but not missing
		body.wrong("content", "is missing")
	}
	return center.SendNote{By: q.by(), To: to, Text: text}
}

// sendNotelet is the older form; its receiver may be a list as in the newer.
func sendNotelet(q *request) center.Command {
	text, _ := q.fromQuery().as(result.BadSignIn).raw("content", maxNote)
	return center.SendNote{By: q.by(), To: receivers(q, splitList(q.path("receiver"))), Text: text}
}

// receivers reads the work numbers of a note.
func receivers(q *request, texts []string) []center.AgentID {
	if len(texts) == 0 || len(texts) > maxNoteReceivers {
		q.refuse(result.BadSignIn.Because("a note has 1 to %d receivers", maxNoteReceivers))
		return nil
	}
	agents := make([]center.AgentID, 0, len(texts))
	for _, text := range texts {
		n, err := strconv.Atoi(text)
		if err != nil || !center.AgentID(n).Valid() {
			q.refuse(result.BadSignIn.Because("a receiver is not a number from %d to %d", center.MinAgentID, center.MaxAgentID))
			return nil
		}
		agents = append(agents, center.AgentID(n))
	}
	return agents
}

func notifyBulletin(q *request) center.Command {
	body := q.fromBody()
	text, _ := body.raw("bulletindata", maxNote)
	if text == "" {
		body.wrong("bulletindata", "is missing")
	}
	return center.SendBulletin{
		By: q.by(), TargetType: body.need("targettype", 0, 1), Target: body.required("targetname", maxTargetName), Text: text,
	}
}
