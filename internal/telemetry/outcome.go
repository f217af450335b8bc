package telemetry

import "ccgateway/internal/center"

// outcome says whose doing it is that a call ended as it did. Every ended call has exactly one.
type outcome string

const (
	success  outcome = "success"  // it was talked
	ours     outcome = "ours"     // the center, its staffing or this program
	client   outcome = "client"   // the caller or the called person
	upstream outcome = "upstream" // a line or a phone that cannot be reached
	unknown  outcome = "unknown"
)

// ending is a reason's word with whose doing it is, where the call was not answered.
type ending struct {
	word string
	who  outcome
}

var endings = map[center.Leave]ending{
	center.LeaveNormal:          {"normal", unknown},
	center.LeaveOverflow:        {"overflow", ours},
	center.LeaveTimeout:         {"timeout", ours},
	center.LeaveNobodyOnDuty:    {"nobody_on_duty", ours},
	center.LeaveQueueCancelled:  {"abandoned", client},
	center.LeaveAgentNoAnswer:   {"agent_no_answer", ours},
	center.LeaveNoSuchCode:      {"no_such_code", client},
	center.LeaveUser:            {"user_hung_up", client},
	center.LeaveAgent:           {"agent_hung_up", ours},
	center.LeaveInternalError:   {"internal_error", ours},
	center.LeaveBusy:            {"busy", client},
	center.LeaveUnreachable:     {"unreachable", upstream},
	center.LeaveNoSuchNumber:    {"no_such_number", client},
	center.LeaveNoResource:      {"no_resource", ours},
	center.LeaveUserNoAnswer:    {"user_no_answer", client},
	center.LeaveUserRefused:     {"user_refused", client},
	center.LeaveAgentRefused:    {"agent_refused", ours},
	center.LeaveUserBeforeAgent: {"user_before_agent", client},
	center.LeaveConnected:       {"connected", unknown},
	center.LeaveHelp:            {"help", unknown},
	center.LeaveThree:           {"three_party", unknown},
	center.LeaveAskerLeft:       {"asker_hung_up", ours},
	center.LeaveIntercepted:     {"intercepted", unknown},
	center.LeavePickedUp:        {"picked_up", unknown},
	center.LeaveTransferred:     {"transferred", unknown},
	center.LeaveToQueue:         {"transferred_to_queue", unknown},
	center.LeaveThreeToQueue:    {"three_transferred_to_queue", unknown},
	center.LeaveTransferTimeout: {"transfer_timed_out", ours},
	center.LeaveThreeTimeout:    {"three_transfer_timed_out", ours},
}

// outcomeOf gives a call's outcome and the word of its reason. A talk that was cut off by the program or a line is no success.
func outcomeOf(c center.CallRecord) (outcome, string) {
	end, known := endings[c.Reason]
	if !known {
		return unknown, "other"
	}
	talked := !c.Answered.IsZero()
	switch {
	case !talked:
		return end.who, end.word
	case c.Reason == center.LeaveInternalError || c.Reason == center.LeaveNoResource || c.Reason == center.LeaveUnreachable:
		return end.who, end.word
	default:
		return success, end.word
	}
}

// queueEnd says how a caller left his queue.
func queueEnd(c center.CallRecord) string {
	switch {
	case !c.Answered.IsZero():
		return "answered"
	case c.Reason == center.LeaveQueueCancelled || c.Reason == center.LeaveUserBeforeAgent || c.Reason == center.LeaveUser:
		return "abandoned"
	case c.Reason == center.LeaveTimeout:
		return "timeout"
	case c.Reason == center.LeaveOverflow:
		return "overflow"
	case c.Reason == center.LeaveNobodyOnDuty:
		return "nobody"
	default:
		return "other"
	}
}

// directions are the call types (cec_07_0582).
var directions = map[int]string{0: "inbound", 6: "internal", 7: "outbound"}

func directionOf(feature int) string {
	if word, known := directions[feature]; known {
		return word
	}
	return "other"
}

// signOutReasons are the words of sessions' ends (cec_07_0838).
var signOutReasons = map[int]string{
	center.ReasonOwnWish: "own", center.ReasonLostConnection: "lost_connection", center.ReasonInspector: "inspector",
	center.ReasonForcedElsewhere: "taken_over", center.ReasonBeforeNewSignIn: "replaced",
}

func signOutReason(reason int) string {
	if word, known := signOutReasons[reason]; known {
		return word
	}
	return "client"
}
