package client

import "errors"

// Error is a refusal of the gateway.
type Error struct {
	Code      string // as in the reference: "NNN-NNN"
	Message   string // for a developer
	Interface string // method and path
}

// Error gives everything in one line.
func (e *Error) Error() string { return e.Interface + ": " + e.Code + ": " + e.Message }

// CodeOf gives the result code of a refusal; "" for any other error, and for none.
func CodeOf(err error) string {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// Result codes that programs decide by. docs/result-codes.md has them all.
const (
	PushedElsewhere  = "000-001" // the session's events are pushed, they cannot be fetched
	BadArgument      = "000-002"
	NoRight          = "000-003" // GUID missing, wrong or expired
	RepeatedCall     = "000-007"
	AlreadySignedIn  = "100-002"
	WrongPassword    = "100-004"
	NotSignedIn      = "100-006"
	OperationFailed  = "100-007" // also: interface not built
	StateRefused     = "100-009"
	SignInRunning    = "100-021"
	AgentLocked      = "110-016"
	NothingToAnswer  = "200-002"
	NothingToRelease = "200-017"
	NothingToDrop    = "200-025"
	CannotPause      = "500-004" // of a recording: the talk is not recorded, or paused already
	CannotResume     = "500-006" // of a recording: it is not paused
)
