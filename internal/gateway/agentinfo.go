package gateway

import "ccgateway/internal/center"

func syncAgentInfo(q *request) center.Command { return center.SyncInfo{By: q.by()} }

// syncResult is the result of syncagentinfo (cec_07_0359). In its example callinfo stands first and is null without a call; with
// one it is the object that calldata's callinfo gives.
type syncResult struct {
	CallInfo       any            `json:"callinfo"`
	AgentStateInfo agentStateInfo `json:"agentStateInfo"`
}

// agentStateInfo has the members in the order and with the types of the page's example, where the page's table differs from it:
// agentStateBeginTime is a number although currentTime is a string.
type agentStateInfo struct {
	CallFeature         int     `json:"callFeature"`
	CallData            string  `json:"callData"`
	LastState           int     `json:"lastState"`
	PreBusy             bool    `json:"preBusy"`
	FirstTalkingFlag    bool    `json:"firsttalkingFlag"`
	WorkNo              string  `json:"workNo"`
	QCWorkNo            string  `json:"qcWorkNo"`
	CallerNo            string  `json:"callerNo"`
	BeginHoldTime       *string `json:"beginHoldTime"`
	State               int     `json:"state"`
	TalkingCallFeature  int     `json:"talkingCallfeature"`
	ReleaseFlag         int     `json:"releaseFlag"` // not used
	CalledNo            string  `json:"calledNo"`
	MainCallID          string  `json:"mainCallId"`
	SecondTalkingTime   *string `json:"secondTalkingTime"`
	PreRest             bool    `json:"preRest"`
	RecordID            string  `json:"recordID"`
	CurrentTime         string  `json:"currentTime"`
	BeginTalkingTime    *string `json:"beginTalkingTime"`
	Partner             string  `json:"partner"`
	HoldCallID          string  `json:"holdCallId"`
	AgentStateBeginTime int64   `json:"agentStateBeginTime"`
	CurCommand          int     `json:"curCommand"` // its numbers are not published; commands take no time here: 0
	CurCallID           string  `json:"curCallId"`
	CmdBeginTime        string  `json:"cmdBeginTime"`
	SignInMode          string  `json:"signInMode,omitempty"` // where it stands is not published; only what the sign-in gave
}

func showAgentInfo(value any) any {
	v, _ := value.(center.AgentInfo)
	return syncResult{
		CallInfo: showCallInfo(v.Call),
		AgentStateInfo: agentStateInfo{
			CallFeature: v.Feature, CallData: v.Data, LastState: v.LastState, PreBusy: v.PreBusy, FirstTalkingFlag: v.FirstTalk,
			WorkNo: workNo(v.Agent), QCWorkNo: workNoOrNone(v.Inspector), CallerNo: v.Caller, BeginHoldTime: millisOrNull(v.HoldBegan), State: v.State,
			TalkingCallFeature: v.Talking, CalledNo: v.Called, MainCallID: string(v.MainCall),
			SecondTalkingTime: millisOrNull(v.TalkAgain), PreRest: v.PreRest, RecordID: string(v.Recording),
			CurrentTime: millis(v.Now), BeginTalkingTime: millisOrNull(v.TalkBegan), Partner: v.Partner,
			HoldCallID: string(v.HeldCall), AgentStateBeginTime: v.StateSince.UnixMilli(), CurCallID: string(v.CurrentCall),
			SignInMode: v.SignInMode,
		},
	}
}
