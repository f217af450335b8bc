package client

import (
	"encoding/json"
	"fmt"
)

// Event is something that an agent is told.
type Event struct {
	Type    string          // one of the names below, or another of the reference
	Agent   Number          // for whom
	Content json.RawMessage // an object, a text, or null; Value gives it typed
	Seq     uint64          // number in its session, from 1; 0 where the event was polled
}

// UnmarshalJSON reads the wire's form.
func (e *Event) UnmarshalJSON(data []byte) error {
	var wire struct {
		Type    string          `json:"eventType"`
		Agent   Number          `json:"workNo"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.Type == "" {
		return fmt.Errorf("event without eventType")
	}
	*e = Event{Type: wire.Type, Agent: wire.Agent, Content: wire.Content}
	return nil
}

// Gap is the type of an event that Follow makes itself: events before the next one could not be had any more, so the program has to
// read its state anew (Sync).
const Gap = "client.Gap"

// Names of events that a voice desktop handles.
const (
	InService        = "AgentOther_InService"
	Shutdown         = "AgentOther_ShutdownService"
	NoteReceived     = "AgentOther_Note"
	BulletinReceived = "AgentOther_Bulletin"
	AllAgentsBusy    = "AgentOther_All_Agent_Busy"
	PhoneAlerting    = "AgentOther_PhoneAlerting"
	PhoneOffhook     = "AgentOther_PhoneOffhook"
	PhoneRelease     = "AgentOther_PhoneRelease"
	PhoneBusy        = "AgentOther_PhoneBusy"
	PhoneUnknown     = "AgentOther_PhoneUnknow" // spelled so
	Ready            = "AgentState_Ready"
	InUse            = "AgentState_Busy" // reserved for a call; not "not ready"
	Work             = "AgentState_Work"
	NotReady         = "AgentState_SetNotReady_Success"
	ReadyAgain       = "AgentState_CancelNotReady_Success"
	Resting          = "AgentState_SetRest_Success"
	RestEnded        = "AgentState_CancelRest_Success"
	RestTimeout      = "AgentState_Rest_Timeout"
	WorkBegan        = "AgentState_SetWork_Success"
	WorkEnded        = "AgentState_CancelWork_Success"
	ForcedReady      = "AgentState_Force_Ready"
	ForcedNotReady   = "AgentState_Force_SetNotReady"
	Ringing          = "AgentEvent_Ringing"
	AutoAnswer       = "AgentEvent_Auto_Answer"
	Incoming         = "AgentEvent_Incoming_CallInfo"
	CustomerAlerting = "AgentEvent_Customer_Alerting"
	Talking          = "AgentEvent_Talking"
	Held             = "AgentEvent_Hold"
	CallReleased     = "AgentEvent_Call_Release"
	CustomerReleased = "AgentEvent_Customer_Release"
	NoAnswer         = "AgentEvent_No_Answer"
	CallOutFailed    = "AgentEvent_Call_Out_Fail"
	ConnectFailed    = "AgentEvent_Connect_Fail"
	InnerCallFailed  = "AgentEvent_Inside_Call_Fail"
	Recording        = "AgentMediaEvent_Record"
	RecordingFailed  = "AgentMediaEvent_Record_Fail"
	RecordingEnded   = "AgentMediaEvent_StopRecordDone"
	ScreenFailed     = "AgentMediaEvent_StartRecordScreen_Fail" // the screen is not recorded
	ScreenStopFailed = "AgentMediaEvent_StopRecordScreen_Fail"  // there was nothing to stop
	AgentNotified    = "QC_AgentState_Notify"
)

// Offer is the content of Ringing, AutoAnswer and Talking.
type Offer struct {
	Call         string `json:"callid"`
	Caller       string `json:"caller"`
	Called       string `json:"called"`
	Feature      Number `json:"feature"`   // 0 inbound, 6 internal, 7 outbound
	Type         string `json:"type"`      // main, or assistant for a help call
	Transfer     string `json:"transfer"`  // yes or no
	TransFrom    string `json:"transfrom"` //nolint:misspell // the member's name
	MediaAbility Number `json:"mediaAbility"`
	MediaType    Number `json:"mediaType"`
}

// IncomingInfo is the content of Incoming: which queue a call comes from, and its history there.
type IncomingInfo struct {
	Call        string `json:"callId"`
	SkillName   string `json:"skillName"`
	Skill       Number `json:"skillId"`
	Caller      string `json:"caller"`
	Called      string `json:"called"`
	LastRelease Number `json:"lastReleaseAgentId"` // 65535 = nobody
	Requeued    Number `json:"releaseAndReQueueCount"`
}

// OtherSide is the content of CustomerAlerting.
type OtherSide struct {
	Call   string `json:"callid"`
	Phone  string `json:"otherPhone"`
	Agent  string `json:"otherPhoneWorkno"`
	CallAs string `json:"type"`
}

// Left is the content of CustomerReleased.
type Left struct {
	Call   string `json:"callid"`
	Number string `json:"number"`
}

// Reason is the content of NotReady and Resting.
type Reason struct {
	Reason Number `json:"reason"`
}

// PhoneState is the content of PhoneRelease.
type PhoneState struct {
	State Number `json:"phoneState"` // 2 the agent hung up, 3 the platform did
}

// PhoneCall is the content of PhoneAlerting; empty for the agent's own calls.
type PhoneCall struct {
	Call   string `json:"callid"`
	Caller string `json:"caller"`
}

// Recorded is the content of Recording and RecordingFailed.
type Recorded struct {
	Call      string `json:"callId"`
	Recording string `json:"recordID"`
	Location  string `json:"locationId"`
	File      string `json:"fileName"`
	Caller    string `json:"caller"`
	Called    string `json:"called"`
}

// Note is the content of NoteReceived and BulletinReceived.
type Note struct {
	Sender     Number `json:"sender"`
	SenderName string `json:"sendername"`
	Received   Number `json:"receivetime"` // ms since 1970
	Text       string `json:"context"`
}

// Notice is the content of AgentNotified: another agent has signed in or out.
type Notice struct {
	Kind  string `json:"subtype"` // QC_AgentState_Login, QC_AgentState_Logout
	Agent Number `json:"monitoredagent"`
	Name  string `json:"agentname"`
}

// contents makes the empty content of an event's type.
var contents = map[string]func() any{
	Ringing: func() any { return new(Offer) }, AutoAnswer: func() any { return new(Offer) }, Talking: func() any { return new(Offer) },
	Incoming: func() any { return new(IncomingInfo) }, CustomerAlerting: func() any { return new(OtherSide) },
	CustomerReleased: func() any { return new(Left) }, NotReady: func() any { return new(Reason) },
	Resting: func() any { return new(Reason) }, PhoneRelease: func() any { return new(PhoneState) },
	PhoneAlerting: func() any { return new(PhoneCall) }, Recording: func() any { return new(Recorded) },
	RecordingFailed: func() any { return new(Recorded) }, NoteReceived: func() any { return new(Note) },
	BulletinReceived: func() any { return new(Note) }, AgentNotified: func() any { return new(Notice) },
}

// Value gives the content by its type: *Offer, *IncomingInfo and so on, string for a call id alone, nil for none, and a
// json.RawMessage for events that have no type here.
func (e Event) Value() (any, error) {
	if make, known := contents[e.Type]; known && len(e.Content) > 0 {
		content := make()
		if err := json.Unmarshal(e.Content, content); err != nil {
			return nil, fmt.Errorf("content of %s: %w", e.Type, err)
		}
		return content, nil
	}
	switch {
	case len(e.Content) == 0 || string(e.Content) == "null":
		return nil, nil
	case e.Content[0] == '"':
		var text string
		err := json.Unmarshal(e.Content, &text)
		return text, err
	default:
		return e.Content, nil
	}
}

// CallID gives the id of the call that an event is about, "" for none: voice events spell the member callid, chat and recording
// events callId, and some have nothing but the id.
func (e Event) CallID() string {
	if len(e.Content) == 0 {
		return ""
	}
	if e.Content[0] == '"' {
		var id string
		_ = json.Unmarshal(e.Content, &id)
		return id
	}
	var named struct {
		Voice string `json:"callid"`
	}
	_ = json.Unmarshal(e.Content, &named) // the library finds callId too
	return named.Voice
}
