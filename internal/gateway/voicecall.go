package gateway

import "ccgateway/internal/center"

// Calls (voicecall.yaml). Each reply only says that the request was taken; what becomes of it comes as events.

const (
	maxNumber   = 24       // digits of a telephone number (cec_07_1232)
	maxCallData = 16 << 10 // bytes of callappdata and calldata (cec_07_1232, cec_07_0421)
	maxUUI      = 1024     // bytes of uuiData; not documented
)

// Wanted media, and who sends a picture (cec_07_1232).
const (
	mediaVoice        = 0
	mediaBest         = 2 // the best that both ends can do
	directionReceives = 1 // the customer only receives
	directionNone     = 4 // not set
)

func callOut(q *request) center.Command {
	body := q.fromBody()
	data, _ := body.raw("callappdata", maxCallData)
	uui, _ := body.raw("uuiData", maxUUI)
	body.integer("mediaability", mediaVoice, mediaVoice, mediaBest) // only voice can be had
	body.integer("userVideoDirection", directionNone, directionReceives, directionNone)
	return center.CallOut{
		By: q.by(), Caller: body.number("caller"), Called: called(body), Skill: skill(body), Data: data, UUI: uui,
	}
}

func callInner(q *request) center.Command {
	body := q.fromBody()
	data, _ := body.raw("callappdata", maxCallData)
	return center.CallInner{
		By: q.by(), Caller: body.number("caller"), Called: called(body), Skill: skill(body), Data: data,
	}
}

func called(body fields) string { return body.needNumber("called") }

// skill gives the queue that a call is booked on; 0 = the platform's default.
func skill(body fields) center.SkillID {
	return center.SkillID(body.integer("skillid", 0, 0, maxSkill))
}

// showCallID writes the id of a new call; always a string (client-rules.md 23).
func showCallID(value any) any {
	id, _ := value.(center.CallID)
	return string(id)
}

func answer(q *request) center.Command {
	return center.Answer{By: q.by(), Call: q.fromQuery().callID("callid")}
}

// reject: mode 1 gives the call back to its queue, 2 ends it (cec_07_1253).
func reject(q *request) center.Command {
	body := q.fromBody()
	return center.Reject{By: q.by(), Call: body.callID("callid"), Mode: body.need("mode", 1, 2)}
}

func hold(q *request) center.Command { return center.Hold{By: q.by()} }

func getHold(q *request) center.Command {
	return center.GetHold{By: q.by(), Call: q.fromQuery().callID("callid")}
}

func release(q *request) center.Command { return center.Release{By: q.by()} }

func dropCall(q *request) center.Command {
	return center.DropCall{By: q.by(), Call: q.pathCall("callid")}
}

func phonePickUp(q *request) center.Command { return center.PhonePickUp{By: q.by()} }
func phoneHangUp(q *request) center.Command { return center.PhoneHangUp{By: q.by()} }
