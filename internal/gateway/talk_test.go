package gateway

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
)

// TestTalk_Decoding: what requests of the voicecall and calldata groups come to, in the spellings and types that clients use.
func TestTalk_Decoding(t *testing.T) {
	data, blank := "d", " "
	agent := func(number string) center.Device { return center.Device{Type: center.DeviceAgent, Address: number} }
	outside := func(mode center.TransferMode) center.Transfer {
		return center.Transfer{By: by(101), To: center.Device{Type: center.DeviceOutside, Address: "0A*#"}, Mode: mode, Caller: "77", Hold: true}
	}
	for _, c := range []struct {
		line, body string
		want       center.Command
	}{
		{"PUT voicecall/101/previewCallout", `{"called":"103","callcontrolid":"1536"}`, center.PreviewCallOut{By: by(101), Called: "103", Control: 1536}},
		{"PUT voicecall/101/previewcallout", `{"called":103,"callcontrolid":1536}`, center.PreviewCallOut{By: by(101), Called: "103", Control: 1536}},
		{"PUT voicecall/101/cancelPreviewCallout", `{"callcontrolid":1536}`, center.CancelPreview{By: by(101), Control: 1536}},
		{"PUT voicecall/101/callinnerskill", `{"skillId":"25"}`, center.CallInnerSkill{By: by(101), Skill: 25}},
		{"PUT voicecall/101/callinnerskill", `{"skillid":25}`, center.CallInnerSkill{By: by(101), Skill: 25}},
		{"PUT voicecall/101/snatchpickup?destWorkNo=102", ``, center.SnatchPickup{By: by(101), Of: 102}},
		{"POST voicecall/101/requestcall/1-2/0?skillid=3", ``, center.RequestWaiting{By: by(101), Call: "1-2", Skill: 3}},
		{"POST voicecall/101/connecthold/1-2", ``, center.ConnectHeld{By: by(101), Call: "1-2"}},
		{"POST voicecall/101/beginmute", ``, center.BeginMute{By: by(101)}},
		{"POST voicecall/101/endmute", ``, center.EndMute{By: by(101)}},
		{"POST voicecall/101/seconddialex?number=1%23", ``, center.SecondDial{By: by(101), Digits: "1#"}},
		{"POST voicecall/101/seconddial/12", ``, center.SecondDial{By: by(101), Digits: "12"}},
		{"POST voicecall/101/seconddial/1,2*%23", ``, center.SecondDial{By: by(101), Digits: "1,2*#"}},
		{"POST voicecall/101/innerhelp", `{"dstaddress":"102"}`, center.InnerHelp{By: by(101), To: agent("102"), Mode: center.HelpTwoParty, Hold: true}},
		{"POST voicecall/101/innerhelp", `{"dstaddress":3,"devicetype":"1","mode":"2","callappdata":"d","holdflag":"false"}`,
			center.InnerHelp{By: by(101), To: center.Device{Type: center.DeviceSkill, Address: "3"}, Mode: center.HelpThreeParty, Data: &data}},
		{"POST voicecall/101/innerhelp", `{"dstaddress":"102","callappdata":""}`, center.InnerHelp{By: by(101), To: agent("102"), Mode: center.HelpTwoParty, Hold: true}},
		{"POST voicecall/101/confjoin", `{"callid":"1-2"}`, center.ConfJoin{By: by(101), Call: "1-2"}},
		{"POST voicecall/101/confjoin", `{"callid":"1456403570-17","callappdata":""}`, center.ConfJoin{By: by(101), Call: "1456403570-17"}},
		{"POST voicecall/101/confjoin", `{"callid":"{1-2}","callappdata":" "}`, center.ConfJoin{By: by(101), Call: "1-2", Data: &blank}},
		{"POST voicecall/101/transfer", `{"devicetype":"2","address":"102","mode":"0","skillId":4,"caller":"x"}`,
			center.Transfer{By: by(101), To: agent("102"), Mode: center.TransferBlind, Skill: 4, Hold: true}},
		{"POST voicecall/101/transfer", `{"devicetype":2,"address":102,"mode":2,"holdflag":false,"callappdata":"d"}`,
			center.Transfer{By: by(101), To: agent("102"), Mode: center.TransferSuccess, Data: &data}},
		{"POST voicecall/101/transfer", `{"devicetype":2,"mode":3,"address":"49998","callappdata":"","caller":"40040","mediaability":0,"holdflag":"true"}`,
			center.Transfer{By: by(101), To: agent("49998"), Mode: center.TransferBlind, Hold: true}},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"0A*#","mode":4,"caller":"","callappdata":null}`,
			center.Transfer{By: by(101), To: center.Device{Type: center.DeviceOutside, Address: "0A*#"}, Mode: center.TransferThree, Hold: true}},
		{"POST voicecall/101/transfer", `{"devicetype":3,"address":"1000","mode":1}`,
			center.Transfer{By: by(101), To: center.Device{Type: center.DeviceFlow, Address: "1000"}, Mode: center.TransferSuspend, Hold: true}},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"0A*#","mode":1,"caller":"77"}`, outside(center.TransferBlind)},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"0A*#","mode":2,"caller":"77"}`, outside(center.TransferSuccess)},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"0A*#","mode":3,"caller":"77"}`, outside(center.TransferTalk)},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"0A*#","mode":4,"caller":"77"}`, outside(center.TransferThree)},
		{"POST voicecall/101/canceltransfer", ``, center.CancelTransfer{By: by(101)}},
		{"POST voicecall/101/disconnect/102", ``, center.Disconnect{By: by(101), Number: "102"}},
		{"DELETE voicecall/101/releasephone", ``, center.ReleasePhone{By: by(101)}},
		{"POST voicecall/101/mediaswitch?mediaType=1", ``, center.SwitchMedia{By: by(101)}},
		{"POST voicecall/101/mediaswitch?mediaType=3", ``, center.SwitchMedia{By: by(101), Video: true, Direction: 4}},
		{"POST voicecall/101/thirdPartyConfTransmitNum", ``, center.TransmitNumber{By: by(101)}},
		{"POST voicecall/101/reportsound", `{"prompt":"welcome","text":"hello","digits":12}`,
			center.ReportSound{By: by(101), Say: []center.Sound{{Prompt: "welcome"}, {Text: "hello"}, {Digits: "12"}}}},
		{"POST recordplay/101/pauseplay", ``, center.PausePlay{By: by(101)}},
		{"POST recordplay/101/resumeplay", ``, center.ResumePlay{By: by(101)}},
		{"DELETE recordplay/101/stopplay", ``, center.EndPlay{By: by(101)}},
		{"DELETE recordplay/101/stoprecord", ``, center.StopRecord{By: by(101)}},
		{"POST recordplay/101/pauserecord", ``, center.PauseRecord{By: by(101)}},
		{"POST /agentgateway/resource//recordplay//101/pauserecord/?resteasy_jsapi_anti_cache=1", `not read`, center.PauseRecord{By: by(101)}},
		{"POST recordplay/101/%72esumerecord/", `{}`, center.ResumeRecord{By: by(101)}},
		{"PUT recordplay/101/startrecordscreen", ``, center.RecordScreen{By: by(101)}},
		{"DELETE recordplay/101/stoprecordscreen/", `{}`, center.RecordScreen{By: by(101), Stop: true}},
		{"POST recordplay/101/forefast/5", ``, center.MovePlay{By: by(101), MS: 5000}},
		{"POST recordplay/101/backfast/5", ``, center.MovePlay{By: by(101), MS: -5000}},
		{"POST recordplay/101/playrelocation", `{"position":"7"}`, center.MovePlay{By: by(101), MS: 7000, Absolute: true}},
		{"POST recordplay/101/playrelocation", `{"startpostion":8}`, center.MovePlay{By: by(101), MS: 8000, Absolute: true}},
		{"PUT recordplay/101/record", `{"mediaType":"5","fileName":"Y:/1/0/20260105/101/own.V3"}`, center.BeginRecord{By: by(101), File: "Y:/1/0/20260105/101/own.V3"}},
		{"PUT recordplay/101/record", `{"mediaType":"5","fileName":"a.V3"}`, center.BeginRecord{By: by(101), File: "a.V3"}},
		{"PUT qualitycontrol/101/addinsert/102", ``, center.Inspect{By: by(101), Target: 102, Mode: center.InspectInsert}},
		{"PUT qualitycontrol/101/addsupervise/102", ``, center.Inspect{By: by(101), Target: 102, Mode: center.InspectListen}},
		{"PUT qualitycontrol/101/intercept/102?callId=1-2", ``, center.Intercept{By: by(101), Target: 102, Call: "1-2"}},
		{"PUT qualitycontrol/101/intercept/102/1-2", ``, center.Intercept{By: by(101), Target: 102, Call: "1-2"}},
		{"DELETE qualitycontrol/101/102", ``, center.StopInspection{By: by(101), Target: 102}},
		{"POST qualitycontrol/101/switch/102", ``, center.SwitchInspection{By: by(101), Target: 102, Mode: center.InspectToggle}},
		{"POST qualitycontrol/101/requestwhisperagent?whisperagentid=102", ``, center.Inspect{By: by(101), Target: 102, Mode: center.InspectWhisper}},
		{"POST qualitycontrol/101/requeststopwhisperagent?whisperagentid=102", ``, center.StopInspection{By: by(101), Target: 102, Whisper: true}},
		{"POST qualitycontrol/101/requestswitchinsertwhisperagent?whisperagentid=102&switchtype=1", ``,
			center.SwitchInspection{By: by(101), Target: 102, Mode: center.InspectInsert}},
		{"POST qualitycontrol/101/beginmonitor?agents=102;103,%20104", ``, center.BeginMonitor{By: by(101), Agents: []center.AgentID{102, 103, 104}}},
		{"POST qualitycontrol/101/beginmonitor?x=1&agents=102%3B103", ``, center.BeginMonitor{By: by(101), Agents: []center.AgentID{102, 103}}},
		{"POST qualitycontrol/101/endmonitor?agents=102", ``, center.EndMonitor{By: by(101), Agents: []center.AgentID{102}}},
		{"POST qualitycontrol/101/setselfrecord/1/0?agents=102;103", ``, center.PickRecorded{By: by(101), Agents: []center.AgentID{102, 103}, On: true}},
		{"POST qualitycontrol//101/setselfrecord/0/1/?agents=102%2C103&x=1", `not read`, center.PickRecorded{By: by(101), Agents: []center.AgentID{102, 103}, BeforeTalking: true}},
		{"POST qualitycontrol/101/cancelselfrecord?agents=102.0", ``, center.UnpickRecorded{By: by(101), Agents: []center.AgentID{102}}},
		{"POST qualitycontrol/101/forcedropcall/1-2", ``, center.ForceDrop{By: by(101), Call: "1-2"}},
		{"POST qualitycontrol/101/adjustskill", `{"workNo":"102","skills":[1,"2"]}`, center.AdjustSkill{By: by(101), Target: 102, Skills: []center.SkillID{1, 2}}},
		{"POST qualitycontrol/101/adjustskill", `{"workNo":"102","skills":[]}`, center.AdjustSkill{By: by(101), Target: 102}},
		{"PUT calldata/101?calldata=x&callid=1-2", ``, center.SetCallData{By: by(101), Call: "1-2", Data: "x"}},
		{"PUT calldata/101?calldata=", ``, center.SetCallData{By: by(101)}},
		{"PUT calldata/101/setcalldataex", `{"calldata":""}`, center.SetCallData{By: by(101)}},
		{"GET calldata/101/callinfobycallid/1-2", ``, center.CallByID{By: by(101), Call: "1-2"}},
		{"GET calldata/101/callinfobycallid/%7B1-2%7D", ``, center.CallByID{By: by(101), Call: "1-2"}},
		{"POST voicecall/101/dropcall/%7B1-2%7D", ``, center.DropCall{By: by(101), Call: "1-2"}},
		{"GET calldata/101/allcallinfoEx/102", ``, center.CallIDs{By: by(101), Of: 102}},
		{"GET calldata/101/allcallid", ``, center.CallIDs{By: by(101)}},
		{"GET calldata/101/callnums", ``, center.CallIDs{By: by(101)}},
		{"GET calldata/101/holdlist", ``, center.HeldCalls{By: by(101)}},
		{"GET calldata/101/holdlistex/102", ``, center.HeldCalls{By: by(101), Of: 102}},
		{"GET calldata/101/waitcallinfo/3", ``, center.WaitingCalls{By: by(101), Skill: 3}},
		{"GET calldata/101/statistics", ``, center.Statistics{By: by(101)}},
		{"GET calldata/101/statisticsEx", ``, center.Statistics{By: by(101)}},
	} {
		h := newHouse(t)
		h.call(c.line, c.body)
		if diff := cmp.Diff(c.want, h.sent()); diff != "" {
			t.Errorf("%s %s: %s", c.line, c.body, diff)
		}
	}
}

// TestTalk_Refused: bad members are refused and nothing but the proof of the session reaches a center.
func TestTalk_Refused(t *testing.T) {
	big := strings.Repeat("x", maxCallData+1)
	for _, c := range []struct{ line, body string }{
		{"PUT voicecall/101/previewCallout", `{"called":"103"}`}, {"PUT voicecall/101/previewCallout", `{"callcontrolid":1}`},
		{"PUT voicecall/101/previewCallout", `{"called":"103","callcontrolid":"x"}`}, {"PUT voicecall/101/cancelPreviewCallout", ``},
		{"PUT voicecall/101/callinnerskill", ``}, {"PUT voicecall/101/callinnerskill", `{"skillId":"x"}`},
		{"PUT voicecall/101/snatchpickup", ``}, {"PUT voicecall/101/snatchpickup?destWorkNo=7", ``},
		{"POST voicecall/101/requestcall/1-2/0", ``}, {"POST voicecall/101/requestcall/1-2/x?skillid=3", ``},
		{"POST voicecall/101/connecthold/" + strings.Repeat("1", 65), ``},
		{"POST voicecall/101/seconddialex", ``}, {"POST voicecall/101/seconddialex?number=1a", ``}, {"POST voicecall/101/seconddial/1a", ``},
		{"POST voicecall/101/seconddialex?number=1,2", ``}, {"POST voicecall/101/seconddial/" + strings.Repeat(",", 25), ``},
		{"POST voicecall/101/seconddialex?number=1234567890123456789012345", ``},
		{"POST voicecall/101/innerhelp", ``}, {"POST voicecall/101/innerhelp", `{"dstaddress":"7"}`},
		{"POST voicecall/101/innerhelp", `{"dstaddress":"102","devicetype":3}`}, {"POST voicecall/101/innerhelp", `{"dstaddress":"102","mode":3}`},
		{"POST voicecall/101/innerhelp", `{"dstaddress":"102","holdflag":"maybe"}`}, {"POST voicecall/101/innerhelp", `{"dstaddress":"102","callappdata":"` + big + `"}`},
		{"POST voicecall/101/confjoin", ``}, {"POST voicecall/101/confjoin", `{"callid":["1"]}`},
		{"POST voicecall/101/transfer", ``}, {"POST voicecall/101/transfer", `{"devicetype":6,"address":"1","mode":0}`},
		{"POST voicecall/101/transfer", `{"devicetype":2,"address":"102"}`}, {"POST voicecall/101/transfer", `{"devicetype":2,"mode":0}`},
		{"POST voicecall/101/transfer", `{"devicetype":1,"address":"1","mode":3}`}, {"POST voicecall/101/transfer", `{"devicetype":2,"address":"102","mode":4}`}, {"POST voicecall/101/transfer", `{"devicetype":2,"address":"102","mode":1}`},
		{"POST voicecall/101/transfer", `{"devicetype":1,"address":"1*","mode":0}`}, {"POST voicecall/101/transfer", `{"devicetype":3,"address":"1","mode":2}`},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"1","mode":0}`}, {"POST voicecall/101/transfer", `{"devicetype":5,"address":"1x","mode":1}`},
		{"POST voicecall/101/transfer", `{"devicetype":5,"address":"1","mode":1,"mediaability":3}`},
		{"POST voicecall/101/disconnect/x", ``}, {"POST voicecall/101/mediaswitch", ``}, {"POST voicecall/101/mediaswitch?mediaType=2", ``},
		{"POST voicecall/101/mediaswitch?mediaType=3&videoDirection=5", ``}, {"POST voicecall/101/mediaswitch?mediaType=1&videoDirection=5", ``},
		{"PUT voicecall/101/callout", `{"called":"0","mediaability":9}`}, {"PUT voicecall/101/callout", `{"called":"0","userVideoDirection":99}`},
		{"POST voicecall/101/requestcall/1-2/2?skillId=3", ``}, {"POST onlineagent/101/resetskill/true?phonelinkage=2", ``}, {"POST voicecall/101/adjustvideomode", ``},
		{"POST voicecall/101/adjustvideomode", `{"mode":4}`}, {"POST voicecall/101/startasrbycallid", ``},
		{"POST voicecall/101/reportsound", ``}, {"POST voicecall/101/reportsound", `{"prompt":"../x"}`}, {"POST voicecall/101/reportsound", `{"digits":"x"}`},
		{"PUT recordplay/101/pauserecord", ``}, {"DELETE recordplay/101/resumerecord", ``}, {"POST recordplay/101/pauserecord/1", ``},
		{"POST qualitycontrol/101/setselfrecord/2/0?agents=102", ``}, {"POST qualitycontrol/101/setselfrecord/1/x?agents=102", ``},
		{"POST qualitycontrol/101/setselfrecord/1/0", ``}, {"POST qualitycontrol/101/setselfrecord/1/0?agents=102;ben", ``},
		{"POST qualitycontrol/101/setselfrecord/1?agents=102", ``}, {"GET qualitycontrol/101/setselfrecord/1/0?agents=102", ``},
		{"POST qualitycontrol/101/cancelselfrecord?agents=7", ``}, {"DELETE qualitycontrol/101/cancelselfrecord?agents=102", ``},
		{"POST recordplay/7/pauserecord", ``}, {"POST recordplay/101/forefast/x", ``}, {"POST recordplay/101/playrelocation", ``}, {"PUT recordplay/101/record", ``},
		{"PUT recordplay/101/record", `{"mediaType":5,"fileName":"Y:/1/0/20260105/102/090000.V3"}`}, {"PUT recordplay/101/record", `{"mediaType":4}`},
		{"PUT recordplay/101/record", `{"mediaType":5,"fileName":"../x"}`}, {"PUT qualitycontrol/101/addinsert/7", ``},
		{"POST qualitycontrol/101/requestwhisperagent", ``}, {"POST qualitycontrol/101/requestswitchinsertwhisperagent?whisperagentid=102&switchtype=3", ``},
		{"GET agentgroup/101/agentbyskill/0", ``}, {"GET agentgroup/101/agentbyskill/1", `{"agentLimit":501}`},
		{"PUT calldata/101?calldata=" + big, ``}, {"GET calldata/101/callinfobycallid/" + strings.Repeat("1", 65), ``},
		{"GET calldata/101/waitcallinfo/0", ``}, {"GET calldata/101/holdlistex/7", ``}, {"GET calldata/101/allcallinfoEx/x", ``},
	} {
		h := newHouse(t)
		if w := h.call(c.line, c.body); refusal(w) != "000-002" {
			t.Errorf("%s %.80s: got %.200s", c.line[:min(80, len(c.line))], c.body, w.Body.String())
		}
		for _, cmd := range h.commands {
			if _, only := cmd.(center.Authenticate); !only {
				t.Errorf("%s: %T reached the center", c.line, cmd)
			}
		}
	}
}

// TestOffice_DataStays: what desktops send empty leaves the call's data as it is; setcalldata without data has nothing to set.
func TestOffice_DataStays(t *testing.T) {
	const kept = `{"message":"","retcode":"0","result":"order 17"}`
	begin := func(t *testing.T) (o *office, ann *desktop) {
		o, ann, _ = talkers(t)
		ann.says("PUT calldata/101/setcalldataex", `{"calldata":"order 17"}`, okDone)
		return o, ann
	}
	for name, c := range map[string]struct{ line, body string }{
		"transfer":         {"POST voicecall/101/transfer", `{"devicetype":5,"mode":4,"address":"0399","callappdata":"","caller":"","mediaability":0,"holdflag":"true"}`},
		"three-party help": {"POST voicecall/101/innerhelp", `{"dstaddress":"102","mode":2,"callappdata":""}`},
		"two-party help":   {"POST voicecall/101/innerhelp", `{"dstaddress":"102","mode":1,"callappdata":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, ann := begin(t)
			if got := ann.call(c.line, c.body); !strings.Contains(got, `"retcode":"0"`) {
				t.Fatal(got)
			}
			ann.says("GET calldata/101/appdata", "", kept) // of the present call: the help call has it too
		})
	}
	t.Run("confjoin", func(t *testing.T) {
		o, ann := begin(t)
		first := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
		ann.says("POST voicecall/101/hold", "", okDone)
		ann.says("PUT voicecall/101/callout", `{"called":"0399"}`, `{"message":"","retcode":"0","result":"<call>"}`)
		o.rings("0399")
		o.lifts("0399")
		ann.says("POST voicecall/101/confjoin", `{"callid":"`+first+`","callappdata":""}`, okDone)
		ann.says("GET calldata/101/appdata", "", kept)
	})
	t.Run("nothing to set", func(t *testing.T) {
		_, ann := begin(t)
		ann.refused("PUT calldata/101/setcalldataex", `{}`, "000-002")
		ann.refused("PUT calldata/101/setcalldataex", `{"calldata":null}`, "000-002")
		ann.refused("PUT calldata/101/setcalldataex", `{"isDataEncoded":true}`, "000-002")
		ann.refused("PUT calldata/101", "", "400-002")
		ann.says("GET calldata/101/appdata", "", kept)
		ann.says("PUT calldata/101/setcalldataex", `{"calldata":""}`, okDone)
		ann.says("GET calldata/101/appdata", "", `{"message":"","retcode":"0","result":""}`)
	})
}

// TestOffice_TalkWithoutCall: the documented code of everything that needs a call.
func TestOffice_TalkWithoutCall(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	before := ann.call("GET onlineagent/101/agentstatus", "")
	for _, c := range []struct{ line, body, code string }{
		{"POST voicecall/101/connecthold/1-1", ``, "200-005"}, {"POST voicecall/101/beginmute", ``, "200-003"},
		{"POST voicecall/101/endmute", ``, "200-007"}, {"POST voicecall/101/seconddialex?number=1", ``, "100-007"},
		{"POST voicecall/101/innerhelp", `{"dstaddress":"102"}`, "200-018"}, {"POST voicecall/101/confjoin", `{"callid":"1-1"}`, "200-010"},
		{"POST voicecall/101/transfer", `{"devicetype":2,"address":"102","mode":0}`, "200-012"},
		{"POST voicecall/101/canceltransfer", ``, "100-007"}, {"POST voicecall/101/disconnect/102", ``, "200-023"},
		{"POST voicecall/101/mediaswitch?mediaType=3", ``, "100-007"}, {"POST voicecall/101/thirdPartyConfTransmitNum", ``, "10001"},
		{"POST voicecall/101/adjustvideomode", `{"mode":"0"}`, "200-031"}, {"POST voicecall/101/beginmutevideo", ``, "200-019"},
		{"POST voicecall/101/endmutevideo", ``, "200-021"}, {"POST voicecall/101/startasrbycallid?callId=1-1", ``, "200-040"},
		{"POST voicecall/101/reportsound", `{"text":"hello"}`, "200-009"}, {"PUT calldata/101?calldata=x", ``, "400-001"},
		{"POST recordplay/101/pauserecord", ``, "500-004"}, {"POST recordplay/101/resumerecord", ``, "500-006"},
		{"GET qualitycontrol/101/allagent", ``, "900-002"}, {"POST qualitycontrol/101/adjustskill", `{"skills":["x"]}`, "100-001"},
	} {
		ann.refused(c.line, c.body, c.code)
	}
	if got := ann.call("GET onlineagent/101/agentstatus", ""); got != before {
		t.Errorf("refusals changed something: %s", got)
	}
	ann.hears("")
}

func TestOffice_AgentsBySkill(t *testing.T) {
	o := newOffice(t)
	ann, ivy := o.signIn("101"), o.signIn("901")
	const line = "GET agentgroup/101/agentbyskill/1"
	ann.says(line, "", `{"message":"","retcode":"0","result":[]}`)
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	if got := ann.call(line, `{"agentLimit":5,"agentStatus":["4"]}`); !strings.Contains(got, `"workno":"101"`) {
		t.Errorf("idle: %s", got)
	}
	ann.says(line, `{"agentLimit":5,"agentStatus":[7]}`, `{"message":"","retcode":"0","result":[]}`)
	ivy.says("GET qualitycontrol/901/allagent", "", `{"message":"","retcode":"0","result":[{"workno":"101","name":"Ann","status":"4"},`+
		`{"workno":"102","name":"Ben","status":"2"},{"workno":"103","name":"Cid","status":"2"},{"workno":"104","name":"Dan","status":"2"},`+
		`{"workno":"901","name":"Ivy","status":"4"}]}`)
}
