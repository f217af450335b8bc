package center

import "encoding/json"

// word is the call state for people.
func (s CallState) word() string {
	switch s {
	case CallSettingUp:
		return "setting up"
	case CallWaiting:
		return "waiting"
	case CallAlerting:
		return "alerting"
	case CallTalking:
		return "talking"
	case CallOnHold:
		return "on hold"
	case CallSuspended:
		return "in a flow"
	default:
		return "unknown"
	}
}

// MarshalText writes the word in JSON.
func (s CallState) MarshalText() ([]byte, error) { return []byte(s.word()), nil }

// MarshalJSON adds the state's word.
func (v AgentView) MarshalJSON() ([]byte, error) {
	type plain AgentView
	return json.Marshal(struct {
		plain
		State string `json:"state"`
	}{plain(v), State(v.Status).String()})
}

// MarshalJSON writes the longest wait in milliseconds.
func (v QueueView) MarshalJSON() ([]byte, error) {
	type plain QueueView
	return json.Marshal(struct {
		plain
		LongestMS int64 `json:"longest_ms"`
	}{plain(v), v.Longest.Milliseconds()})
}

// MarshalJSON writes empty lists where there is nobody.
func (v CallView) MarshalJSON() ([]byte, error) {
	type plain CallView
	p := plain(v)
	if p.Agents == nil {
		p.Agents = []AgentID{}
	}
	if p.Legs == nil {
		p.Legs = []LegID{}
	}
	return json.Marshal(p)
}
