package voice

import (
	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// causeOf says what the final response to an INVITE means; rang tells whether a 180 or 183 came before (the comments at
// center.Cause are the rule).
func causeOf(status int, rang bool) center.Cause {
	switch status {
	case sip.StatusBusyHere, sip.StatusGlobalBusyEverywhere:
		if rang {
			return center.CauseRefused
		}
		return center.CauseBusy
	case sip.StatusGlobalDecline:
		return center.CauseRefused
	case sip.StatusRequestTimeout, sip.StatusTemporarilyUnavailable:
		if rang {
			return center.CauseNoAnswer
		}
		return center.CauseUnreachable
	case sip.StatusNotFound, sip.StatusGone, sip.StatusAddressIncomplete, sip.StatusGlobalDoesNotExistAnywhere:
		return center.CauseNotFound
	case sip.StatusUnauthorized, sip.StatusForbidden, sip.StatusProxyAuthRequired:
		return center.CauseForbidden
	}
	if status >= 500 && status < 600 {
		return center.CauseUnreachable
	}
	return center.CauseFailed
}

// statusOf is the final response that tells a caller a cause.
func statusOf(cause center.Cause) (int, string) {
	switch cause {
	case center.CauseBusy:
		return sip.StatusBusyHere, "Busy Here"
	case center.CauseRefused:
		return sip.StatusGlobalDecline, "Decline"
	case center.CauseNoAnswer, center.CauseUnreachable:
		return sip.StatusTemporarilyUnavailable, "Temporarily Unavailable"
	case center.CauseNotFound:
		return sip.StatusNotFound, "Not Found"
	case center.CauseForbidden:
		return sip.StatusForbidden, "Forbidden"
	case center.CauseFailed, center.CauseMediaLost:
		return sip.StatusInternalServerError, "Server Internal Error"
	case center.CauseShutdown:
		return sip.StatusServiceUnavailable, "Service Unavailable"
	default: // the center lets the caller go without a fault of anybody
		return sip.StatusTemporarilyUnavailable, "Temporarily Unavailable"
	}
}

// weight orders the causes by which several attempts of one leg have ended: what a person did counts more than what a device did,
// and a device that is gone counts least.
func weight(c center.Cause) int {
	for i, cause := range []center.Cause{center.CauseUnreachable, center.CauseNotFound, center.CauseForbidden, center.CauseFailed,
		center.CauseNoAnswer, center.CauseBusy, center.CauseRefused} {
		if c == cause {
			return i + 1
		}
	}
	return 0
}
