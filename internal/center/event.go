package center

// The names of the events that a center raises (events.yaml).
const (
	EvBusy             = "AgentState_Busy"
	EvWork             = "AgentState_Work"
	EvReady            = "AgentState_Ready"
	EvSetNotReady      = "AgentState_SetNotReady_Success"
	EvCancelNotReady   = "AgentState_CancelNotReady_Success"
	EvSetRest          = "AgentState_SetRest_Success"
	EvCancelRest       = "AgentState_CancelRest_Success"
	EvRestTimeout      = "AgentState_Rest_Timeout"
	EvSetWork          = "AgentState_SetWork_Success"
	EvCancelWork       = "AgentState_CancelWork_Success"
	EvForceReady       = "AgentState_Force_Ready"
	EvForceNotReady    = "AgentState_Force_SetNotReady"
	EvNote             = "AgentOther_Note"
	EvBulletin         = "AgentOther_Bulletin"
	EvInService        = "AgentOther_InService"
	EvShutdown         = "AgentOther_ShutdownService"
	EvAllAgentsBusy    = "AgentOther_All_Agent_Busy"
	EvPhoneUnknown     = "AgentOther_PhoneUnknow" // the name lacks its final n
	EvPhoneRelease     = "AgentOther_PhoneRelease"
	EvPhoneOffhook     = "AgentOther_PhoneOffhook"
	EvPhoneAlerting    = "AgentOther_PhoneAlerting"
	EvPhoneBusy        = "AgentOther_PhoneBusy"
	EvTalking          = "AgentEvent_Talking"
	EvCustomerAlert    = "AgentEvent_Customer_Alerting"
	EvHold             = "AgentEvent_Hold"
	EvConference       = "AgentEvent_Conference"
	EvConsultFail      = "AgentEvent_Consult_Fail"
	EvSuccTrans        = "AgentEvent_SuccTransResult"
	EvTransOut         = "AgentEvent_TransOutResult"
	EvReturnFromIvr    = "AgentEvent_ReturnFromIvr"
	EvMediaSwitch      = "AgentEvent_MediaSwith" // the name lacks its c
	EvCallOutFail      = "AgentEvent_Call_Out_Fail"
	EvConnectFail      = "AgentEvent_Connect_Fail"
	EvInsideCallFail   = "AgentEvent_Inside_Call_Fail"
	EvNoAnswer         = "AgentEvent_No_Answer"
	EvCallRelease      = "AgentEvent_Call_Release"
	EvCustomerRelease  = "AgentEvent_Customer_Release"
	EvAutoAnswer       = "AgentEvent_Auto_Answer"
	EvRinging          = "AgentEvent_Ringing"
	EvIncomingInfo     = "AgentEvent_Incoming_CallInfo"
	EvRecord           = "AgentMediaEvent_Record"
	EvRecordFail       = "AgentMediaEvent_Record_Fail"
	EvStopRecordDone   = "AgentMediaEvent_StopRecordDone"
	EvStartScreenFail  = "AgentMediaEvent_StartRecordScreen_Fail"
	EvStopScreenFail   = "AgentMediaEvent_StopRecordScreen_Fail"
	EvPlay             = "AgentMediaEvent_Play"
	EvPlaySucc         = "AgentMediaEvent_Play_Succ"
	EvPlayFail         = "AgentMediaEvent_Play_Fail"
	EvPausePlayDone    = "AgentMediaEvent_PausePlayDone"
	EvResumePlayDone   = "AgentMediaEvent_ResumePlayDone"
	EvJumpPlayDone     = "AgentMediaEvent_JumpPlayDone"
	EvStopPlayDone     = "AgentMediaEvent_StopPlayDone"
	EvQCNotify         = "QC_AgentState_Notify"
	EvBeQcStart        = "AgentOther_BeQcStart"
	EvBeQcStop         = "AgentOther_BeQcStop"
	EvPreviewCallOut   = "AgentEvent_Preview_CallOut"
	EvPreviewCallOutEx = "AgentEvent_Preview_CallOut_Ex"
	EvReleasePreview   = "AgentEvent_Release_Preview"
	EvAgentOccupied    = "AgentEvent_Agent_Occupyed" // spelled so
)

// The contents of events, member for member as in events.yaml. Events that are not named here have no content (null), or a
// call id as a plain string: Hold, Call_Out_Fail, Connect_Fail, Inside_Call_Fail, No_Answer, Call_Release (DECISIONS 10).
type (
	// ReasonContent belongs to AgentState_SetNotReady_Success and AgentState_SetRest_Success.
	ReasonContent struct {
		Reason string `json:"reason"`
	}
	// PhoneAlertingContent belongs to AgentOther_PhoneAlerting of an incoming call; for the agent's own calls it is null.
	PhoneAlertingContent struct {
		Call   CallID `json:"callid"`
		Caller string `json:"caller"`
	}
	// PhoneOffhookContent belongs to AgentOther_PhoneOffhook: main, assistant or unknown.
	PhoneOffhookContent struct {
		Type string `json:"type"`
	}
	// PhoneReleaseContent belongs to AgentOther_PhoneRelease: 2 the agent hung up, 3 the platform did.
	PhoneReleaseContent struct {
		PhoneState int `json:"phoneState"`
	}
	// TalkingContent belongs to AgentEvent_Talking.
	TalkingContent struct {
		Called       string `json:"called"`
		Caller       string `json:"caller"`
		Call         CallID `json:"callid"`
		Type         string `json:"type"`
		Feature      string `json:"feature"`
		MediaAbility string `json:"mediaAbility"`
	}
	// CustomerAlertingContent belongs to AgentEvent_Customer_Alerting.
	CustomerAlertingContent struct {
		Call             CallID `json:"callid"`
		OtherPhoneWorkno string `json:"otherPhoneWorkno"`
		OtherPhone       string `json:"otherPhone"`
		Type             string `json:"type"`
	}
	// RingingContent belongs to AgentEvent_Ringing.
	RingingContent struct {
		Caller       string `json:"caller"`
		Called       string `json:"called"`
		Call         CallID `json:"callid"`
		Type         string `json:"type"`
		Feature      string `json:"feature"`
		MediaAbility string `json:"mediaAbility"`
		Transfer     string `json:"transfer"`
		TransFrom    string `json:"transfrom"`
		MediaType    string `json:"mediaType"`
	}
	// AutoAnswerContent belongs to AgentEvent_Auto_Answer: as Ringing, but with a number as mediaType.
	AutoAnswerContent struct {
		Caller       string `json:"caller"`
		Called       string `json:"called"`
		Call         CallID `json:"callid"`
		Type         string `json:"type"`
		Feature      string `json:"feature"`
		MediaAbility string `json:"mediaAbility"`
		Transfer     string `json:"transfer"`
		TransFrom    string `json:"transfrom"`
		MediaType    Media  `json:"mediaType"`
	}
	// IncomingContent belongs to AgentEvent_Incoming_CallInfo.
	IncomingContent struct {
		Call          CallID  `json:"callId"`
		SkillName     string  `json:"skillName"`
		Skill         SkillID `json:"skillId"`
		Caller        string  `json:"caller"`
		Called        string  `json:"called"`
		LastRelease   AgentID `json:"lastReleaseAgentId"`
		MediaType     Media   `json:"mediaType"`
		Requeued      int     `json:"releaseAndReQueueCount"`
		RequeuedAtAll int     `json:"releaseAndReQueueCallFlag"`
	}
	// CustomerReleaseContent belongs to AgentEvent_Customer_Release.
	CustomerReleaseContent struct {
		Call   CallID `json:"callid"`
		Number string `json:"number"`
	}
	// ConferenceContent belongs to AgentEvent_Conference: the numbers of the others, the last one joined last.
	ConferenceContent struct {
		Call    CallID `json:"callid"`
		Partner string `json:"partner"`
	}
	// SuccTransContent belongs to AgentEvent_SuccTransResult: 0 = done.
	SuccTransContent struct {
		Result int    `json:"result"`
		Call   CallID `json:"callId"`
	}
	// TransOutContent belongs to AgentEvent_TransOutResult: 0 = done.
	TransOutContent struct {
		Result int `json:"result"`
	}
	// MediaSwitchContent belongs to AgentEvent_MediaSwith: reason 0 = done.
	MediaSwitchContent struct {
		Call      CallID `json:"callid"`
		Reason    int    `json:"reason"`
		Caller    string `json:"caller"`
		MediaType int    `json:"mediaType"`
		Called    string `json:"called"`
	}
	// RecordContent belongs to AgentMediaEvent_Record and AgentMediaEvent_Record_Fail.
	RecordContent struct {
		Task          int         `json:"taskId"`
		Caller        string      `json:"caller"`
		Called        string      `json:"called"`
		Location      string      `json:"locationId"`
		Recording     RecordingID `json:"recordID"`
		FileName      string      `json:"fileName"`
		Call          CallID      `json:"callId"`
		FileMediaType string      `json:"fileMediaType"`
	}
	// RecordDoneContent belongs to AgentMediaEvent_StopRecordDone; times in milliseconds since 1970.
	RecordDoneContent struct {
		Begin         int64  `json:"beginTime"`
		End           int64  `json:"endTime"`
		Task          int    `json:"taskId"`
		FileMediaType string `json:"fileMediaType"`
		RecordFormat  string `json:"recordFormat"`
		Call          CallID `json:"callId"`
	}
	// StopPlayContent belongs to AgentMediaEvent_StopPlayDone: 0 the file has ended, 1 the agent has stopped it, 2 it has failed.
	StopPlayContent struct {
		Cause int `json:"cause"`
	}
	// PreviewContent belongs to AgentEvent_Preview_CallOut and, with several numbers, AgentEvent_Preview_CallOut_Ex.
	PreviewContent struct {
		Control string `json:"controlid"`
		Digits  string `json:"dialeddigits"`
		Data    string `json:"callData"`
	}
	// QCNotifyContent belongs to QC_AgentState_Notify.
	QCNotifyContent struct {
		Subtype     string `json:"subtype"`
		Monitored   string `json:"monitoredagent"`
		AgentName   string `json:"agentname"`
		MediaServer string `json:"mediaserver"`
	}
	// QCContent belongs to AgentOther_BeQcStart and AgentOther_BeQcStop: 8 listen, 9 insert, 20172 whisper.
	QCContent struct {
		Type      int     `json:"qcType"`
		Inspector AgentID `json:"qcAgentId"`
	}
	// ShutdownContent belongs to AgentOther_ShutdownService; milliseconds since 1970.
	ShutdownContent struct {
		LoginTime string `json:"loginTime"`
	}
	// NoteContent belongs to AgentOther_Note and AgentOther_Bulletin; receivetime in milliseconds since 1970.
	NoteContent struct {
		Sender      string `json:"sender"`
		SenderName  string `json:"sendername"`
		ReceiveTime string `json:"receivetime"`
		TimeString  string `json:"timestring"`
		Context     string `json:"context"`
	}
)

// Values that stand in event contents.
const (
	roleMain    = "main"      // call role
	roleHelp    = "assistant" // of help calls
	voiceOnly   = "1"         // code_tables.media_ability
	notTransfer = "no"        // transfer
	isTransfer  = "yes"
	audioFile   = "1"         // code_tables.file_media_type
	audioFormat = "0"         // code_tables.record_format: the resource's own
	ctiServer   = "CtiServer" // mediaserver of QC_AgentState_Notify
	qcLogin     = "QC_AgentState_Login"
	qcLogout    = "QC_AgentState_Logout"

	phoneHungUpByAgent  = 2
	phoneHungUpByCenter = 3
)

// tell sends an event to the agent's desktop.
func (c *Center) tell(a *agent, eventType string, content any) {
	a.seq++
	c.emit(Event{Agent: a.id, Session: a.session, Seq: a.seq, Type: eventType, Content: content, At: c.now})
}
