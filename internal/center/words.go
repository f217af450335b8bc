package center

import "strconv"

// The words for numbers, for logs and for those who read what happened.
var (
	causeWords = map[Cause]string{
		CauseUnknown: "unknown", CauseBusy: "busy", CauseRefused: "refused", CauseNoAnswer: "no-answer", CauseUnreachable: "unreachable",
		CauseNotFound: "not-found", CauseForbidden: "forbidden", CauseFailed: "failed", CauseHungUp: "hung-up", CauseMediaLost: "media-lost",
		CauseShutdown: "shutdown",
	}
	leaveWords = map[Leave]string{
		LeaveNormal: "normal", LeaveOverflow: "overflow", LeaveTimeout: "timeout", LeaveNobodyOnDuty: "nobody-on-duty",
		LeaveQueueCancelled: "gave-up-waiting", LeaveAgentNoAnswer: "agent-no-answer", LeaveNoSuchCode: "no-such-code",
		LeaveUser: "user-hung-up", LeaveAgent: "agent-hung-up", LeaveInternalError: "internal-error", LeaveBusy: "busy",
		LeaveUnreachable: "unreachable", LeaveNoSuchNumber: "no-such-number", LeaveNoResource: "no-resource",
		LeaveUserNoAnswer: "user-no-answer", LeaveUserRefused: "user-refused", LeaveAgentRefused: "agent-refused",
		LeaveUserBeforeAgent: "user-hung-up-before-agent", LeaveConnected: "connected", LeaveHelp: "three-party-help",
		LeaveThree: "three-party", LeaveAskerLeft: "asker-hung-up", LeavePickedUp: "picked-up", LeaveTransferred: "transferred",
		LeaveToQueue: "transferred-to-queue", LeaveTransferTimeout: "transfer-timed-out",
	}
	partyWords = map[PartyKind]string{
		PartyUnknown: "unknown", PartyCustomer: "customer", PartyAgent: "agent", PartyOutside: "outside", PartyPhone: "phone",
		PartySystem: "system",
	}
)

func wordFor[K ~int](words map[K]string, k K) string {
	if word, ok := words[k]; ok {
		return word
	}
	return strconv.Itoa(int(k))
}

// String gives the cause's word.
func (c Cause) String() string { return wordFor(causeWords, c) }

// String gives the reason's word.
func (l Leave) String() string { return wordFor(leaveWords, l) }

// String gives the kind's word.
func (p PartyKind) String() string { return wordFor(partyWords, p) }
