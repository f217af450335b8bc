package client

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Number is a whole number that a gateway writes as a number or as a text.
type Number int64

// UnmarshalJSON reads both forms; null and "" are 0.
func (n *Number) UnmarshalJSON(data []byte) error {
	text, err := unquoted(data)
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a whole number", data)
	}
	*n = Number(value)
	return nil
}

// Flag is a boolean that a gateway writes as a boolean or as a text.
type Flag bool

// UnmarshalJSON reads both forms; null and "" are false.
func (f *Flag) UnmarshalJSON(data []byte) error {
	text, err := unquoted(data)
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%s is not a boolean", data)
	}
	*f = Flag(value)
	return nil
}

// unquoted gives the text of a plain JSON value; "" for null.
func unquoted(data []byte) (string, error) {
	if string(data) == "null" {
		return "", nil
	}
	if len(data) > 0 && data[0] == '"' {
		var text string
		err := json.Unmarshal(data, &text)
		return text, err
	}
	return string(data), nil
}

// Skill is a skill queue.
type Skill struct {
	ID        Number `json:"id"`
	Name      string `json:"name"`
	MediaType Number `json:"mediatype"` // 5 voice, 1 text chat ...
}

// Status is an agent's present state.
type Status struct {
	State   Number `json:"agentState"` // 3 busy, 4 idle, 5 wrap-up, 7 talking, 8 rest
	Working Flag   `json:"isWorking"`  // a call goes on
}

// The states of Status and View.
const (
	StateSignedOut = 2
	StateBusy      = 3
	StateIdle      = 4
	StateWork      = 5
	StateTalking   = 7
	StateRest      = 8
)

// View is an agent as others see him.
type View struct {
	Agent      Number  `json:"workno"`
	Name       string  `json:"name"`
	Status     Number  `json:"status"`
	CTIStatus  Number  `json:"ctiStatus"`
	Group      Number  `json:"groupid"`
	GroupName  string  `json:"groupname"`
	Skills     []Skill `json:"skilllist"`
	MediaTypes string  `json:"mediatype"`
	VCC        Number  `json:"vdnid"`
	Phone      string  `json:"phonenumber"`
	StateSince Number  `json:"currentstatetime"` // ms since 1970
	SignedIn   Number  `json:"logindate"`        // ms since 1970, 0 = signed out
}

// Call is what is known of a call.
type Call struct {
	ID             string `json:"callid"`
	Feature        Number `json:"callfeature"` // 0 inbound, 6 internal, 7 outbound
	Caller         string `json:"caller"`
	Called         string `json:"called"`
	SkillName      string `json:"callskill"`
	Skill          Number `json:"callskillid"`
	OriginalCalled string `json:"orgicallednum"`
	Data           string `json:"calldata"`
	Began          Number `json:"begintime"`  // ms since 1970
	Ended          Number `json:"endtime"`    // ms since 1970, 0 = goes on
	Age            Number `json:"logontimes"` // seconds
	Waited         Number `json:"waitTime"`   // seconds
	MediaType      Number `json:"mediaType"`
}

// Info is what a reloaded desktop needs (syncagentinfo).
type Info struct {
	Call  json.RawMessage `json:"callinfo"`
	State struct {
		Agent       Number `json:"workNo"`
		Inspector   Number `json:"qcWorkNo"`  // who inspects this agent; 0 = nobody
		State       Number `json:"state"`     // 1 idle, 2 wrap-up, 3 rest, 4 busy, 8 asked to answer, 9 talking, 11 hold, 15 inserting, 16 listening, 17 whispering ...
		LastState   Number `json:"lastState"` // 255 = none
		PreBusy     Flag   `json:"preBusy"`
		PreRest     Flag   `json:"preRest"`
		Caller      string `json:"callerNo"`
		Called      string `json:"calledNo"`
		Partner     string `json:"partner"`
		MainCall    string `json:"mainCallId"`
		CurrentCall string `json:"curCallId"`
		HeldCall    string `json:"holdCallId"`
		Data        string `json:"callData"`
		Feature     Number `json:"callFeature"`
		TalkBegan   Number `json:"beginTalkingTime"` // ms since 1970, 0 = no talk
		HoldBegan   Number `json:"beginHoldTime"`
		Since       Number `json:"agentStateBeginTime"`
		Now         Number `json:"currentTime"`
	} `json:"agentStateInfo"`
}
