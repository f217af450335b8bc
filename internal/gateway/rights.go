package gateway

import (
	"slices"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Need is a right that an interface asks for. The center is who asks for it, at the moment of the request; the table here says what it asks,
// for docs/rights.md and for the test that holds both against each other.
type Need struct {
	Rights  []center.Right // one of them is enough
	Forbids bool           // they are restrictions: who has one is refused
	When    string         // in which case it is asked for; "" = always
	Target  bool           // it is asked of the agent who is named, not of the one who asks
	Code    result.Code    // what is answered otherwise
}

// needs is the one table from interface, by group and log name, to rights (roles.md). Interfaces that are not in it need none: whoever is
// signed in may call them for himself.
var needs = map[string][]Need{
	"onlineagent/sayBusy":       {need(result.StateRefused, center.RightBusy)},
	"onlineagent/setForwarding": outward(result.NumberNotAllowed),

	"voicecall/callout":        outward(result.NumberNotAllowed),
	"voicecall/previewCallout": outward(result.NumberNotAllowed),
	"voicecall/callInner":      {need(result.OperationFailed, center.RightCallInner)},
	"voicecall/callInnerSkill": {need(result.OperationFailed, center.RightCallInner)},
	"voicecall/snatchPickup":   {need(result.OperationFailed, center.RightPickUp)},
	"voicecall/hold":           {need(result.OperationFailed, center.RightHold)},
	"voicecall/connectHold":    {need(result.OperationFailed, center.RightConnectHeld)},
	"voicecall/beginMute":      {need(result.OperationFailed, center.RightMute)},
	"voicecall/innerHelp": {
		{Rights: []center.Right{center.RightCallInner}, When: "of two parties", Code: result.OperationFailed},
		{Rights: []center.Right{center.RightThreeParty}, When: "of three parties", Code: result.OperationFailed},
	},
	"voicecall/confJoin": {need(result.OperationFailed, center.RightThreeParty)},
	"voicecall/transfer": transferNeeds(),
	"voicecall/requestAppointedCall": {
		{Rights: []center.Right{center.RightNoInbound}, Forbids: true, Code: result.OperationFailed},
	},

	"calldata/queryAllCallInfoByAgentWorkNoEx": {aboutOthers(result.InspectionNoRight)},
	"calldata/queryHoldListInfoEx":             {aboutOthers(result.AgentQueryRefused)},

	"recordplay/beginPlay":       {recorded()},
	"recordplay/beginNetPlay":    {recorded()},
	"other/downloadRecordFile":   {recorded()},
	"other/downloadRecordFileEx": {recorded()},

	"qualitycontrol/addInsert":                       {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/addSupervise":                    {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/requestWhisperAgent":             {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/stopSuperviseOrInsert":           {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/switchSuperviseOrInsert":         {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/requestStopWhisperAgent":         {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/requestSwitchInsertWhisperAgent": {need(result.InspectionNoRight, center.RightListen)},
	"qualitycontrol/intercept":                       {need(result.InspectionNoRight, center.RightIntercept)},
	"qualitycontrol/forceBusy":                       {need(result.InspectionNoRight, center.RightForceState)},
	"qualitycontrol/forceIdle":                       {need(result.InspectionNoRight, center.RightForceState)},
	"qualitycontrol/forceRest":                       {need(result.InspectionNoRight, center.RightForceState)},
	"qualitycontrol/forceLogOutAgent":                {need(result.InspectionNoRight, center.RightForceState)},
	"qualitycontrol/adjustSkill":                     {need(result.InspectionNoRight, center.RightForceState)},
	"qualitycontrol/forceDropCall":                   {need(result.InspectionNoRight, center.RightForceRelease)},
	"qualitycontrol/beginMonitor":                    {need(result.InspectionNoRight, center.RightMonitor, center.RightListen, center.RightForceState)},
	"qualitycontrol/qcSetAgentSelfRecord":            {need(result.NoRecordRight, center.RightInspectRecordings)},
	"qualitycontrol/qcCancelAgentSelfRecord":         {need(result.NoRecordRight, center.RightInspectRecordings)},
	"qualitycontrol/queryAllMonitoredAgents":         {need(result.InspectionNoRight, inspectorRights...)},
	"qualitycontrol/localRecordPath":                 {need(result.NoRecordRight, center.RightInspectRecordings)},

	"agentgroup/queryAgentInfoBySkillId": {
		{Rights: []center.Right{center.RightNoInbound}, Forbids: true, Code: result.AgentQueryRefused},
	},
}

// Needs lists the rights that an interface asks for; none = whoever is signed in may call it.
func (r *Route) Needs() []Need { return needs[r.Group+"/"+r.Name] }

// inspectorRights are those that make an inspector (center.Rights.Inspector).
var inspectorRights = []center.Right{
	center.RightListen, center.RightIntercept, center.RightForceState, center.RightInspectRecordings, center.RightMonitor,
	center.RightForceRelease, center.RightInspectChat,
}

func need(code result.Code, rights ...center.Right) Need { return Need{Rights: rights, Code: code} }

// outward is what calls to outside need, by the kind of number.
func outward(code result.Code) []Need {
	return []Need{
		{Rights: []center.Right{center.RightCallOut}, When: "to an outside number", Code: code},
		{Rights: []center.Right{center.RightCallNational}, When: "to a national number", Code: code},
		{Rights: []center.Right{center.RightCallInternational}, When: "to an international number", Code: code},
	}
}

func transferNeeds() []Need {
	return slices.Concat([]Need{
		{Rights: []center.Right{center.RightTransferInner}, When: "to an agent or a skill queue", Code: result.OperationFailed},
		{Rights: []center.Right{center.RightTakeTransfers}, When: "to an agent", Target: true, Code: result.OperationFailed},
		{Rights: []center.Right{center.RightTransferFlow}, When: "to a flow", Code: result.OperationFailed},
		{Rights: []center.Right{center.RightTransferOut}, When: "to an outside number", Code: result.OperationFailed},
	}, outward(result.OperationFailed))
}

// aboutOthers is what it takes to ask about another agent's calls.
func aboutOthers(code result.Code) Need {
	return Need{
		Rights: []center.Right{center.RightMonitor, center.RightListen, center.RightForceState}, When: "about another agent", Code: code,
	}
}

// recorded is what it takes to hear others' recordings.
func recorded() Need {
	return Need{Rights: []center.Right{center.RightInspectRecordings}, When: "of another agent", Code: result.NoRecordRight}
}
