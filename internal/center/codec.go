package center

import (
	"errors"
	"fmt"
	"reflect"

	"ccgateway/internal/plain"
)

// ErrUnknownCommand says that a journal has a command that this program does not know: a newer version wrote it.
var ErrUnknownCommand = errors.New("unknown command: written by a newer version")

// kinds has a zero value of every command, by the name under which it is journaled: that of its type. A command whose fields change
// their meaning gets a new name, and the old one stays here as long as journals with it are to be read.
var kinds = kindsOf(
	SignIn{}, SignOut{}, Touch{}, Authenticate{}, RenewToken{}, PasswordChanged{}, SyncInfo{}, BindPhone{}, SetForwarding{},
	SayFree{}, SayBusy{}, CancelBusy{}, Rest{}, CancelRest{}, SayWork{}, CancelWork{}, SetAutoAnswer{}, SetAutoEnterIdle{}, SetTalkRight{},
	ResetSkill{}, SetCustomState{}, CustomState{}, CancelCustomState{}, SetSelfRecord{}, SendNote{}, SendBulletin{},
	CallOut{}, CallInner{}, Answer{}, Reject{}, Release{}, DropCall{}, Hold{}, GetHold{}, PhonePickUp{}, PhoneHangUp{}, SetCallData{},
	CallData{}, CurrentCall{}, OfferedCall{}, CallByID{}, ForceSignOut{}, ForceBusy{}, ForceIdle{}, ForceRest{},
	Status{}, ConfiguredSkills{}, SignedInSkills{}, VCCSkills{}, OnlineAgents{}, AgentByNumber{}, IsInspector{}, Waiting{}, SkillWaiting{},
	CallArrived{}, LegRinging{}, LegAnswered{}, LegEnded{}, LegHeld{}, Digit{}, PhoneState{}, RecordingFailed{},
	CallInnerSkill{}, PreviewCallOut{}, CancelPreview{}, SnatchPickup{}, RequestWaiting{}, ConnectHeld{}, BeginMute{}, EndMute{}, SecondDial{},
	InnerHelp{}, ConfJoin{}, Transfer{}, CancelTransfer{}, Disconnect{}, ReleasePhone{}, SwitchMedia{}, TransmitNumber{}, ReportSound{},
	BeginRecord{}, StopRecord{}, PauseRecord{}, ResumeRecord{}, BeginPlay{}, PausePlay{}, ResumePlay{}, MovePlay{}, EndPlay{}, MayHear{},
	CallIDs{}, HeldCalls{}, WaitingCalls{}, Statistics{},
	AllAgents{}, WorkGroups{}, WorkGroupOf{}, GroupAgents{}, MayPickUp{}, SignedInWaiting{}, SkillsOfVCC{}, AccessNumbers{}, FlowNumbers{},
	SkillAgents{}, RestCauses{}, SkillFigures{},
	Inspect{}, SwitchInspection{}, StopInspection{}, Intercept{}, ForceDrop{}, AdjustSkill{}, BeginMonitor{}, EndMonitor{},
	PickRecorded{}, UnpickRecorded{}, RecordScreen{},
	FlowAnswer{}, FlowPlay{}, FlowHush{}, FlowSecret{}, FlowData{}, FlowQueue{}, FlowLeave{}, FlowTransfer{}, FlowCallBack{}, FlowRecord{},
	FlowStopRecord{}, FlowReturn{}, FlowHangUp{}, OfferPreview{}, WithdrawPreview{}, PlayEnded{}, RecordingQuiet{},
	Tick{}, Configure{}, Drain{}, Look{}, Sessions{}, Count{}, Survey{}, Why{}, Restarted{}, Expel{},
)

func kindsOf(all ...Command) map[string]Command {
	m := make(map[string]Command, len(all))
	for _, cmd := range all {
		m[reflect.TypeOf(cmd).Name()] = cmd
	}
	return m
}

// Encode gives the form in which a command is journaled: its kind, and its fields as package plain writes them. A command that only
// reads what the whole center has (Look, Sessions, Count, Survey, Why) becomes a Tick: what it changed is what was due.
//
// What is secret in it: of GUIDs only their hashes (Token); of passwords nothing, they never enter a center; of a push its service
// token, which is needed to go on pushing after a restart. What is personal: telephone numbers, call data, user-to-user information
// and notes, as in the call records.
func Encode(cmd Command) (kind string, body []byte) {
	switch cmd.(type) {
	case Look, Sessions, Count, Survey, Why:
		cmd = Tick{}
	}
	return reflect.TypeOf(cmd).Name(), plain.Append(nil, cmd)
}

// Decode reads what Encode has made. Errors wrap ErrUnknownCommand, plain.ErrNewer or plain.ErrBroken.
func Decode(kind string, body []byte) (Command, error) {
	zero, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("read command %q: %w", kind, ErrUnknownCommand)
	}
	into := reflect.New(reflect.TypeOf(zero))
	if err := plain.Read(body, into.Interface()); err != nil {
		return nil, fmt.Errorf("read command %s: %w", kind, err)
	}
	return into.Elem().Interface().(Command), nil
}
