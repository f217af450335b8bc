package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// talkingCall is a call as a center shows it.
var talkingCall = &center.CallInfo{
	Call: "1476707885-280", Feature: 0, Caller: "70003", Called: "60015", Skill: 1, SkillName: "voice", Original: "1000",
	Data: `<a> & "é" 您`, Begin: at(1476707890000), Entered: at(1476707885000), Age: 12900 * time.Millisecond,
	Waited: 5500 * time.Millisecond, Media: center.MediaVoice,
}

const talkingCallJSON = `{"callfeature":0,"callid":"1476707885-280","caller":"70003","called":"60015","callskill":"voice",` +
	`"callskillid":1,"orgicallednum":"1000","calldata":"<a> & \"é\" 您","begintime":1476707890000,"endtime":null,"userPriority":0,` +
	`"trunkNo":65535,"logontimes":12,"mediaType":5,"mediaAbility":1,"waitTime":5,"trace":null}`

// withoutOriginal is a call where the original called number is not used.
func withoutOriginal(call string) string {
	return strings.Replace(call, `"orgicallednum":"1000"`, `"orgicallednum":""`, 1)
}

const (
	okDone    = `{"message":"success","retcode":"0","result":{}}`
	okQuietly = `{"message":"","retcode":"0","result":{}}`
	okBare    = `{"message":"success","retcode":"0"}`
	okNull    = `{"message":"","retcode":"0","result":null}`
)

// TestInterfaces says for every interface that is one command: what a request becomes, and what the center's value becomes.
func TestInterfaces(t *testing.T) {
	me := by(101)
	two := []center.SkillInfo{{ID: 1, Name: "voice", Media: center.MediaVoice}, {ID: 2, Name: "sales & more", Media: center.MediaVideo}}
	for _, c := range []struct {
		line, body string
		command    center.Command
		value      any
		want       string
	}{
		// onlineagent
		{"DELETE onlineagent/101/logout", "", center.SignOut{By: me}, nil, okDone},
		{"DELETE onlineagent/101/forcelogout", "", center.SignOut{By: me, Force: true}, nil, okBare},
		{"DELETE onlineagent/101/forcelogoutwithreason/255", "", center.SignOut{By: me, Force: true, Reason: 255}, nil, okBare},
		{"POST onlineagent/101/resetskill/true", "", center.ResetSkill{By: me, All: true}, nil, okDone},
		{"POST onlineagent/101/resetskill/True?skillid=&phonelinkage=0", "", center.ResetSkill{By: me, All: true}, nil, okDone},
		{"POST onlineagent/101/resetskill/false?skillid=1;2;3", "", center.ResetSkill{By: me, Skills: []center.SkillID{1, 2, 3}}, nil, okDone},
		{"POST onlineagent/101/resetskill/0?skillid=1%3B2", "", center.ResetSkill{By: me, Skills: []center.SkillID{1, 2}}, nil, okDone},
		{"POST onlineagent/101/resetskill/false", "", center.ResetSkill{By: me}, nil, okDone},
		{"GET onlineagent/101/agentskills", "", center.ConfiguredSkills{By: me}, two, `{"message":"","retcode":"0","result":[` +
			`{"name":"voice","id":1,"mediatype":5},{"name":"sales & more","id":2,"mediatype":19}]}`},
		{"GET onlineagent/101/agentskillsbyworkno/102", "", center.ConfiguredSkills{By: me, Of: 102}, []center.SkillInfo(nil),
			`{"message":"","retcode":"0","result":[]}`},
		{"POST onlineagent/101/autoanswer/true", "", center.SetAutoAnswer{By: me, On: true}, nil, okDone},
		{"POST onlineagent/101/autoanswer/no", "", center.SetAutoAnswer{By: me}, nil, okDone},
		{"POST onlineagent/101/autoenteridle/true", "", center.SetAutoEnterIdle{By: me, On: true}, nil, okDone},
		{"POST onlineagent/101/autoenteridle/False", "", center.SetAutoEnterIdle{By: me}, nil, okDone},
		{"POST onlineagent/101/sayfree", "", center.SayFree{By: me}, nil, okDone},
		{"POST onlineagent/101/saybusy", "", center.SayBusy{By: me}, nil, okDone},
		{"POST onlineagent/101/saybusy?reason=&prolong=", "", center.SayBusy{By: me}, nil, okDone},
		{"POST onlineagent/101/saybusy?reason=200&prolong=True", "", center.SayBusy{By: me, Reason: 200, Prolong: true}, nil, okDone},
		{"POST onlineagent/101/saybusy?reason=0&time=123&resteasy_jsapi_anti_cache=1", "", center.SayBusy{By: me}, nil, okDone},
		{"POST onlineagent/101/cancelbusy", "", center.CancelBusy{By: me}, nil, okDone},
		{"POST onlineagent/101/rest/86399/0", "", center.Rest{By: me, Seconds: 86399}, nil, okDone},
		{"POST onlineagent/101/rest/60/255?prolong=true", "", center.Rest{By: me, Seconds: 60, Cause: 255, Prolong: true}, nil, okDone},
		{"POST onlineagent/101/cancelrest", "", center.CancelRest{By: me}, nil, okDone},
		{"POST onlineagent/101/work", "", center.SayWork{By: me}, nil, okDone},
		{"POST onlineagent/101/cancelwork", "", center.CancelWork{By: me}, nil, okDone},
		{"GET onlineagent/101/agentstatus", "", center.Status{By: me}, center.AgentStatus{State: 4},
			`{"message":"","retcode":"0","result":{"agentState":4,"isWorking":false}}`},
		{"POST onlineagent/101/settalkright?flag=1", "", center.SetTalkRight{By: me, On: true}, nil, okDone},
		{"POST onlineagent/101/settalkright?flag=0", "", center.SetTalkRight{By: me}, nil, okDone},
		{"POST onlineagent/101/setcustomstate?customstate=65534", "", center.SetCustomState{By: me, State: 65534}, nil, okDone},
		{"GET onlineagent/101/querycustomstate", "", center.CustomState{By: me}, 65535,
			`{"message":"success","retcode":"0","result":{"agentcustomstate":"65535"}}`},
		{"POST onlineagent/101/cancelsetcustomstate", "", center.CancelCustomState{By: me}, nil, okDone},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[102,"103"],"content":" 您好 "}`,
			center.SendNote{By: me, To: []center.AgentID{102, 103}, Text: " 您好 "}, nil, okNull},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":102,"content":""}`, center.SendNote{By: me, To: []center.AgentID{102}}, nil, okNull},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":"102;103","content":""}`,
			center.SendNote{By: me, To: []center.AgentID{102, 103}}, nil, okNull},
		{"POST onlineagent/101/sendnotelet/102?content=a%20b+c", "", center.SendNote{By: me, To: []center.AgentID{102}, Text: "a b c"}, nil, okNull},
		{"POST onlineagent/101/notifybulletin", `{"targettype":"1","bulletindata":"text","targetname":"support"}`,
			center.SendBulletin{By: me, TargetType: 1, Target: "support", Text: "text"}, nil, okQuietly},
		{"POST onlineagent/101/bindphone", `{"phonenum":40101}`, center.BindPhone{By: me, Phone: "40101"}, nil, okDone},
		{"POST onlineagent/101/bindphone", `{"phone":"40101"}`, center.BindPhone{By: me, Phone: "40101"}, nil, okDone},
		{"POST onlineagent/101/setforwarding", `{"forwardnumber":"40102"}`, center.SetForwarding{By: me, Number: "40102"}, nil, okDone},
		{"POST onlineagent/101/setforwarding", `{}`, center.SetForwarding{By: me}, nil, okDone},
		{"POST onlineagent/101/setselfrecord/1/0", "", center.SetSelfRecord{By: me, On: true}, nil, okDone},
		{"POST onlineagent/101/setselfrecord/0/1", "", center.SetSelfRecord{By: me, BeforeTalking: true}, nil, okDone},

		// voicecall
		{"PUT voicecall/101/callout", `{"caller":"40038","called":"40040","skillid":25,"callappdata":" x ","mediaability":1,"callcontrolid":0,"uuiData":"u"}`,
			center.CallOut{By: me, Caller: "40038", Called: "40040", Skill: 25, Data: " x ", UUI: "u"}, center.CallID("1455885056-1095"),
			`{"message":"","retcode":"0","result":"1455885056-1095"}`},
		{"PUT voicecall/101/callout", `{"caller":null,"called":40040,"skillid":"","callappdata":null}`,
			center.CallOut{By: me, Called: "40040"}, center.CallID("1-1"), `{"message":"","retcode":"0","result":"1-1"}`},
		{"PUT voicecall/101/callinner", `{"called":"102","skillid":"3"}`, center.CallInner{By: me, Called: "102", Skill: 3},
			center.CallID("1455885056-1095"), `{"message":"","retcode":"0","result":"1455885056-1095"}`},
		{"PUT voicecall/101/answer", "", center.Answer{By: me}, nil, okDone},
		{"PUT voicecall/101/answer?callid=1-2", "", center.Answer{By: me, Call: "1-2"}, nil, okDone},
		{"PUT voicecall/101/answer?callId={1-2}&={id}&time=5", "", center.Answer{By: me, Call: "1-2"}, nil, okDone},
		{"POST voicecall/101/reject", `{"callid":"1-2","mode":"1"}`, center.Reject{By: me, Call: "1-2", Mode: 1}, nil, okDone},
		{"POST voicecall/101/reject", `{"mode":2}`, center.Reject{By: me, Mode: 2}, nil, okDone},
		{"POST voicecall/101/hold", "", center.Hold{By: me}, nil, okDone},
		{"POST voicecall/101/gethold", "", center.GetHold{By: me}, nil, okDone},
		{"POST voicecall/101/gethold?callid=1-2", "", center.GetHold{By: me, Call: "1-2"}, nil, okDone},
		{"DELETE voicecall/101/release", "", center.Release{By: me}, nil, okDone},
		{"DELETE voicecall/101", "", center.Release{By: me}, nil, okDone},
		{"POST voicecall/101/dropcall/1-2", `{"callid":"other"}`, center.DropCall{By: me, Call: "1-2"}, nil, okDone},
		{"POST voicecall/101/dropcall/1-2", `not JSON, and not read`, center.DropCall{By: me, Call: "1-2"}, nil, okDone},
		{"POST voicecall/101/phonepickup", "", center.PhonePickUp{By: me}, nil, okDone},
		{"PUT voicecall/101/phonepickup", "", center.PhonePickUp{By: me}, nil, okDone},
		{"POST voicecall/101/phonehangup", "", center.PhoneHangUp{By: me}, nil, okDone},
		{"PUT voicecall/101/phonehangup", "", center.PhoneHangUp{By: me}, nil, okDone},

		// calldata
		{"GET calldata/101/callinfo", "", center.CurrentCall{By: me}, talkingCall, `{"message":"","retcode":"0","result":` + talkingCallJSON + `}`},
		{"GET calldata/101/callinfo?isNoContainLastCall=true", "", center.CurrentCall{By: me, Last: true}, (*center.CallInfo)(nil),
			`{"message":"","retcode":"0","result":null}`},
		{"GET calldata/101/callinfobeforeanswer", "", center.OfferedCall{By: me},
			&center.CallInfo{Call: "7-1", Feature: 6, Entered: at(7000), End: at(9000), Media: center.MediaVoice},
			`{"message":"","retcode":"0","result":{"callfeature":6,"callid":"7-1","caller":"","called":"","callskill":"","callskillid":0,` +
				`"orgicallednum":"","calldata":"","begintime":7000,"endtime":null,"userPriority":0,"trunkNo":65535,"logontimes":0,` +
				`"mediaType":5,"mediaAbility":1,"waitTime":0,"trace":null}}`},
		{"GET calldata/101/callinfobycallid/1476707885-280", "", center.CallByID{By: me, Call: "1476707885-280"}, talkingCall,
			`{"message":"","retcode":"0","result":` + withoutOriginal(talkingCallJSON) + `}`},
		{"GET calldata/101/appdata", "", center.CallData{By: me}, "1234", `{"message":"","retcode":"0","result":"1234"}`},
		{"GET calldata/101/appdata?callId=1-2&isEncodeResult=yes", "", center.CallData{By: me, Call: "1-2"}, "", `{"message":"","retcode":"0","result":""}`},
		{"GET calldata/101/appdata?callid=1-2&isEncodeResult=True", "", center.CallData{By: me, Call: "1-2"}, "1234", `{"message":"","retcode":"0","result":"MTIzNA=="}`},
		{"PUT calldata/101/setcalldataex", `{"callid":"1456229294-1191","calldata":"1233","isDataEncoded":"false"}`,
			center.SetCallData{By: me, Call: "1456229294-1191", Data: "1233"}, nil, okDone},
		{"PUT calldata/101/setcalldataex", `{"calldata":"MTIzMw==","isDataEncoded":"true"}`, center.SetCallData{By: me, Data: "1233"}, nil, okDone},

		// qualitycontrol
		{"POST qualitycontrol/901/forcelogout/101", "", center.ForceSignOut{By: by(901), Target: 101}, nil, okQuietly},
		{"POST qualitycontrol/901/forcebusy/101", "", center.ForceBusy{By: by(901), Target: 101}, nil, okQuietly},
		{"POST qualitycontrol/901/forceidle/101", "", center.ForceIdle{By: by(901), Target: 101}, nil, okQuietly},
		{"POST qualitycontrol/901/forcerest/101/600/1", "", center.ForceRest{By: by(901), Target: 101, Seconds: 600, Cause: 1}, nil, okQuietly},

		// agentgroup
		{"GET agentgroup/101/allonlineagents", "", center.OnlineAgents{By: me}, []center.AgentView{{ID: 102, Name: "Ben", Status: 4, CTIStatus: 1,
			Group: -1, Skills: two[:1], MediaTypes: "TTF", VCC: 1, Phone: "40102", StateSince: at(1566636286408), SignedIn: at(1566636280000)}},
			`{"message":"","retcode":"0","result":[{"workno":"102","name":"Ben","status":"4","ctiStatus":1,"groupid":-1,"groupname":"",` +
				`"skilllist":[{"name":"voice","id":1,"mediatype":5}],"callids":null,"mediatype":"TTF","vdnid":1,"phonenumber":"40102",` +
				`"currentstatetime":1566636286408,"logindate":1566636280000,"inMultimediaConf":0}]}`},
		{"GET agentgroup/101/allonlineagents", "", center.OnlineAgents{By: me}, []center.AgentView(nil), `{"message":"","retcode":"0","result":[]}`},
		{"GET agentgroup/101/agentbyworkno/102", "", center.AgentByNumber{By: me, Of: 102}, center.AgentView{ID: 102, Name: "Ben", Status: 2, Group: -1, VCC: 1},
			`{"message":"","retcode":"0","result":{"workno":"102","name":"Ben","status":"2","ctiStatus":0,"groupid":-1,"groupname":"",` +
				`"skilllist":[],"callids":null,"mediatype":"","vdnid":1,"phonenumber":"","currentstatetime":0,"logindate":0,"inMultimediaConf":0}}`},
		{"GET agentgroup/101/iscensor/", "", center.IsInspector{By: me}, true, `{"message":"","retcode":"0","result":true}`},

		// queuedevice
		{"GET queuedevice/101/agentvdnskill", "", center.VCCSkills{By: me}, two[:1], `{"message":"","retcode":"0","result":[` +
			`{"name":"voice","id":1,"mediatype":5,"serviceType":1,"realFlag":1}]}`},
		{"GET queuedevice/101/agentskill/102", "", center.SignedInSkills{By: me, Of: 102}, two[:1], `{"message":"","retcode":"0","result":[` +
			`{"name":"voice","id":"1","mediatype":"5"}]}`},
		{"GET queuedevice/101/waitnum", "", center.Waiting{By: me}, 1, `{"message":"success","retcode":"0","result":1}`},
		{"GET queuedevice/101/skillwaitnum/7", "", center.SkillWaiting{By: me, Skill: 7}, 0, `{"message":"success","retcode":"0","result":0}`},
	} {
		t.Run(c.line, func(t *testing.T) {
			h := newHouse(t)
			h.answers(c.value, nil)
			w := h.call(c.line, c.body)
			if diff := cmp.Diff(c.command, h.sent()); diff != "" {
				t.Errorf("command (-want +sent):\n%s", diff)
			}
			expect(t, w, c.want)
		})
	}
}

// TestRefusals says what a refusal of the center looks like: with "" for the result where authentication failed, with {} where
// the page calls the result reserved, and without result elsewhere.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		line string
		code result.Code
		want string
	}{
		{"POST onlineagent/101/sayfree", result.NotSignedIn, `{"message":"agent is not signed in (here)","retcode":"100-006","result":""}`},
		{"GET agentevent/101", result.NotSignedIn, `{"message":"agent is not signed in (here)","retcode":"100-006","result":""}`},
		{"PUT onlineagent/101/updateGuid", result.NoRight, `{"message":"caller may not use this interface: GUID missing, wrong or expired","retcode":"000-003","result":""}`},
		{"POST onlineagent/101/sayfree", result.StateRefused, `{"message":"agent state could not be set, for instance for lack of the right to do so","retcode":"100-009","result":{}}`},
		{"POST qualitycontrol/901/forcelogout/101", result.InspectionNoRight, `{"message":"quality-control call refused: caller lacks the right","retcode":"900-002","result":{}}`},
		{"PUT voicecall/101/callout", result.NumberNotAllowed, `{"message":"number to call not allowed","retcode":"200-001"}`},
		{"GET queuedevice/101/agentvdnskill", result.NoSkillQueue, `{"message":"queues of the own tenant: none configured","retcode":"600-005"}`},
		{"DELETE onlineagent/101/forcelogout", result.OperationFailed, `{"message":"the operation failed inside: platform configuration server unreachable or internal error","retcode":"100-007"}`},
		{"POST onlineagent/101/sendnoteletex", result.OperationFailed, `{"message":"the operation failed inside: platform configuration server unreachable or internal error","retcode":"100-007","result":{}}`},
	} {
		t.Run(c.line+" "+string(c.code), func(t *testing.T) {
			h := newHouse(t)
			h.answers(nil, c.code.Err())
			expect(t, h.call(c.line, `{"called":"1","agentIds":[102]}`), c.want)
		})
	}
}
