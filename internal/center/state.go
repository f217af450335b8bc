package center

// State is an agent's state in the numbering of the gateway (cec_07_0581, connection.md section 7).
type State int

// The states. Rest that is asked for and not begun (9) is a wish, not a state; see AgentInfo.PreRest.
const (
	StateUnknown   State = 0
	StateSignedOut State = 2
	StateBusy      State = 3 // not ready
	StateIdle      State = 4
	StateWork      State = 5 // wrap-up
	StateTalking   State = 7 // reserved, ringing, talking, holding
	StateRest      State = 8
)

// String gives the state's word.
func (s State) String() string {
	switch s {
	case StateSignedOut:
		return "signed out"
	case StateBusy:
		return "busy"
	case StateIdle:
		return "idle"
	case StateWork:
		return "wrap-up"
	case StateTalking:
		return "talking"
	case StateRest:
		return "rest"
	default:
		return "unknown"
	}
}
