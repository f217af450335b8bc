package main

import (
	"fmt"

	"ccgateway/internal/center"
)

// What agents are told, as desk.expect reads it: the contents of events.yaml, member for member.

const (
	busy        = "AgentState_Busy null"
	ready       = "AgentState_Ready null"
	wrapUp      = "AgentState_Work null"
	offhook     = `AgentOther_PhoneOffhook {"type":"main"}`
	ownAlerting = "AgentOther_PhoneAlerting null"
	phoneBusy   = "AgentOther_PhoneBusy null"
	phoneGone   = "AgentOther_PhoneUnknow null"
	freed       = "AgentState_CancelNotReady_Success null"

	agentHungUp    = `AgentOther_PhoneRelease {"phoneState":2}`
	platformHungUp = `AgentOther_PhoneRelease {"phoneState":3}`
)

// party is one call as it stands in events: its id's name, its numbers.
type party struct{ id, caller, called string }

func (p party) alerting() string {
	return fmt.Sprintf(`AgentOther_PhoneAlerting {"callid":%q,"caller":%q}`, p.id, p.caller)
}

func (p party) ringing(feature string) string {
	return fmt.Sprintf(`AgentEvent_Ringing {"caller":%q,"called":%q,"callid":%q,"type":"main","feature":%q,"mediaAbility":"1",`+
		`"transfer":"no","transfrom":"","mediaType":"5"}`, p.caller, p.called, p.id, feature)
}

func (p party) autoAnswer(feature string) string {
	return fmt.Sprintf(`AgentEvent_Auto_Answer {"caller":%q,"called":%q,"callid":%q,"type":"main","feature":%q,"mediaAbility":"1",`+
		`"transfer":"no","transfrom":"","mediaType":5}`, p.caller, p.called, p.id, feature)
}

// incoming is AgentEvent_Incoming_CallInfo of a call that waited in queue support, or sales for 1001.
func (p party) incoming() string { return p.requeued(65535, 0) }

// requeued is the same for a call that agents had let go before.
func (p party) requeued(last center.AgentID, times int) string {
	skill, name := 1, "support"
	if p.called == "1001" {
		skill, name = 2, "sales"
	}
	return fmt.Sprintf(`AgentEvent_Incoming_CallInfo {"callId":%q,"skillName":%q,"skillId":%d,"caller":%q,"called":%q,`+
		`"lastReleaseAgentId":%d,"mediaType":5,"releaseAndReQueueCount":%d,"releaseAndReQueueCallFlag":%d}`,
		p.id, name, skill, p.caller, p.called, last, times, min(times, 1))
}

func (p party) customerAlerting() string {
	return fmt.Sprintf(`AgentEvent_Customer_Alerting {"callid":%q,"otherPhoneWorkno":"","otherPhone":%q,"type":"main"}`, p.id, p.caller)
}

func (p party) talking(feature string) string {
	return fmt.Sprintf(`AgentEvent_Talking {"called":%q,"caller":%q,"callid":%q,"type":"main","feature":%q,"mediaAbility":"1"}`,
		p.called, p.caller, p.id, feature)
}

func (p party) record() string {
	return fmt.Sprintf(`AgentMediaEvent_Record {"taskId":"*","caller":%q,"called":%q,"locationId":"0","recordID":"*","fileName":"*",`+
		`"callId":%q,"fileMediaType":"1"}`, p.caller, p.called, p.id)
}

func (p party) hold() string     { return fmt.Sprintf("AgentEvent_Hold %q", p.id) }
func (p party) noAnswer() string { return fmt.Sprintf("AgentEvent_No_Answer %q", p.id) }
func (p party) released() string { return fmt.Sprintf("AgentEvent_Call_Release %q", p.id) }
func (p party) left(number string) string {
	return fmt.Sprintf(`AgentEvent_Customer_Release {"callid":%q,"number":%q}`, p.id, number)
}

func notReady(reason int) string {
	return fmt.Sprintf(`AgentState_SetNotReady_Success {"reason":"%d"}`, reason)
}

// offered is what an agent is told, phone and all, until he can answer by the interface (call-model 14.1).
func (p party) offered() []string {
	return []string{busy, p.alerting(), offhook, p.ringing("0"), p.incoming(), p.customerAlerting()}
}

// releasedByAgent and releasedByCustomer end a call (call-model 14.1 a and b) with the end state.
func (p party) releasedByAgent(end string) []string {
	return []string{p.released(), p.left(p.caller), platformHungUp, end}
}

func (p party) releasedByCustomer(end string) []string {
	return []string{p.left(p.caller), p.released(), platformHungUp, end}
}
