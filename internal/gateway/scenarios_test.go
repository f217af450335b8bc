package gateway

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// The tests here run real centers: every interface that works with its success, its events, and the result codes of its page
// that a center can be brought to.

func TestOffice_SignIn(t *testing.T) {
	o := newOffice(t)
	ann := o.desktop("101")
	const body = `{"password":"secret","phonenum":"40101"}`
	const signedIn = `{"message":"","retcode":"0","result":{"vdnid":1,"workno":"101","mediatype":"TTF","loginTime":"1767603600000",` +
		`"isForceChange":"false","serverName":"AgentGateway","timeRemaining":"9"}}`
	ann.says("PUT onlineagent/101", body, signedIn)
	ann.hears("InService Ready")

	other := o.desktop("101")
	other.refused("PUT onlineagent/101", body, "100-002")
	other.refused("PUT onlineagent/101", `{"password":"wrong","phonenum":"40101"}`, "100-004")
	other.refused("PUT onlineagent/101", `{"phonenum":"40101"}`, "100-001")
	for further, code := range map[string]string{
		`,"agenttype":5`: "100-012", `,"status":6`: "100-011", `,"status":8`: "100-011", `,"ip":"x"`: "100-016",
	} {
		o.desktop("102").refused("PUT onlineagent/102", `{"password":"secret","phonenum":"40102"`+further+`}`, code)
		o.desktop("101").refused("PUT onlineagent/101/forcelogin", `{"password":"secret","phonenum":"40101"`+further+`}`, code)
	}
	o.desktop("102").refused("PUT onlineagent/102", `{"password":"secret","phonenum":"40101"}`, "100-013")
	o.desktop("102").refused("PUT onlineagent/102", `{"password":"secret","phonenum":"a1"}`, "100-013")
	o.desktop("102").refused("PUT onlineagent/102", `{"password":"secret","phonenum":"40199"}`, "100-014")

	ann.hears("") // nothing of all that touched the session
	thief := o.desktop("101")
	thief.says("PUT onlineagent/101/forcelogin", body, signedIn)
	ann.hears("100-006")
	ann.refused("POST onlineagent/101/saybusy", "", "100-006")
	thief.hears("InService Ready")

	thief.says("DELETE onlineagent/101/forcelogout", "", okBare)
	thief.hears("100-006")
	thief.refused("DELETE onlineagent/101/logout", "", "100-006")
}

func TestOffice_SignInStates(t *testing.T) {
	for further, events := range map[string]string{
		``:                         "InService Ready",
		`,"status":"3"`:            "InService Ready SetNotReady_Success",
		`,"status":4`:              "InService Ready",
		`,"status":5`:              "InService Ready Work",
		`,"status":8,"time":"600"`: "InService Ready SetRest_Success",
	} {
		for _, path := range []string{"onlineagent/101", "onlineagent/101/forcelogin", "onlineagent/101/loginex", "onlineagent/101/forceloginex"} {
			o := newOffice(t)
			ann := o.desktop("101")
			if got := ann.call("PUT "+path, `{"password":"secret","phonenum":"40101"`+further+`}`); !strings.Contains(got, `"retcode":"0"`) {
				t.Errorf("%s %s: %s", path, further, got)
			}
			ann.hears(events)
		}
	}
}

func TestOffice_SignInVariants(t *testing.T) {
	o := newOffice(t)
	const form = `{"message":"","retcode":"0","result":{"vdnid":1,"workno":"101","mediatype":"%","loginTime":"1767603600000",` +
		`"isForceChange":"false","serverName":"AgentGateway","timeRemaining":"9"}}`
	ann := o.desktop("101")
	ann.says("PUT onlineagent/loginbyaccount", `{"account":"ann","password":"secret","status":5,"checkInWebm":true}`, strings.Replace(form, "%", "TTF", 1))
	ann.hears("InService Ready Work")
	o.desktop("101").refused("PUT onlineagent/loginbyaccount", `{"account":"ann","password":"secret"}`, "100-002")
	ann.says("PUT onlineagent/101/forceloginexwithoutphone", `{"password":"secret"}`, strings.Replace(form, "%", "TFF", 1))
	ann.hears("InService Ready")
	ann.refused("PUT voicecall/101/callout", `{"called":"0123"}`, "100-007") // no phone
	ann.says("POST onlineagent/101/bindphone", `{"phonenum":"40101"}`, okDone)
	ann.refused("POST onlineagent/101/bindphone", `{"phonenum":"40199"}`, "100-014")
	ann.says("PUT voicecall/101/callout", `{"called":"0123"}`, `{"message":"","retcode":"0","result":"<call>"}`)
}

func TestOffice_SignOut(t *testing.T) {
	o := newOffice(t)
	for line, want := range map[string]string{
		"DELETE onlineagent/101/logout": okDone, "DELETE onlineagent/101/forcelogout": okBare,
		"DELETE onlineagent/101/forcelogoutwithreason/17": okBare,
	} {
		ann := o.signIn("101")
		ann.says(line, "", want)
		ann.hears("100-006") // no AgentOther_ShutdownService for one's own wish (cec_07_1219)
		ann.refused(line, "", "100-006")
	}
	ann := o.signIn("101")
	ann.refused("DELETE onlineagent/101/forcelogoutwithreason/0", "", "100-005")
	o.talk(ann)
	ann.refused("DELETE onlineagent/101/logout", "", "100-010")
	ann.says("DELETE onlineagent/101/forcelogout", "", okBare)
	ann.hears("100-006")
}

// talk brings an agent into a talk with a caller of the queue.
func (o *office) talk(d *desktop) {
	o.t.Helper()
	d.says("POST onlineagent/"+d.id+"/resetskill/true", "", okDone)
	o.callsIn()
	o.rings(phoneOf(d.id))
	o.lifts(phoneOf(d.id))
	d.says("PUT voicecall/"+d.id+"/answer", "", okDone)
	d.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking")
}

func TestOffice_States(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	status := func(state string) string {
		return `{"message":"","retcode":"0","result":{"agentState":` + state + `,"isWorking":false}}`
	}
	for _, c := range []struct{ line, want, events, state string }{
		{"POST onlineagent/101/saybusy", okDone, "SetNotReady_Success", "3"},
		{"POST onlineagent/101/saybusy", "100-009", "", "3"},
		{"POST onlineagent/101/saybusy?reason=200&prolong=true", okDone, "SetNotReady_Success", "3"},
		{"POST onlineagent/101/cancelbusy", okDone, "CancelNotReady_Success", "4"},
		{"POST onlineagent/101/cancelbusy", "100-009", "", "4"},
		{"POST onlineagent/101/saybusy?reason=0", okDone, "SetNotReady_Success", "3"},
		{"POST onlineagent/101/sayfree", okDone, "CancelNotReady_Success", "4"},
		{"POST onlineagent/101/sayfree", okDone, "", "4"},
		{"POST onlineagent/101/work", okDone, "SetWork_Success", "5"},
		{"POST onlineagent/101/work", "100-009", "", "5"},
		{"POST onlineagent/101/cancelwork", okDone, "CancelWork_Success", "4"},
		{"POST onlineagent/101/cancelwork", "100-009", "", "4"},
		{"POST onlineagent/101/cancelrest", "100-009", "", "4"},
		{"POST onlineagent/101/rest/600/7", okDone, "SetRest_Success", "8"},
		{"POST onlineagent/101/rest/600/7", "100-009", "", "8"},
		{"POST onlineagent/101/rest/60/7?prolong=true", okDone, "SetRest_Success", "8"},
		{"POST onlineagent/101/sayfree", "100-009", "", "8"},
		{"POST onlineagent/101/cancelrest", okDone, "CancelRest_Success", "4"},
		{"POST onlineagent/101/autoanswer/true", okDone, "", "4"},
		{"POST onlineagent/101/autoenteridle/false", okDone, "", "4"},
		{"POST onlineagent/101/settalkright?flag=0", okDone, "", "4"},
		{"POST onlineagent/101/settalkright?flag=1", okDone, "", "4"},
		{"POST onlineagent/101/setselfrecord/1/1", okDone, "", "4"},
		{"POST onlineagent/101/setforwarding", okDone, "", "4"},
	} {
		if strings.HasPrefix(c.want, "{") {
			ann.says(c.line, "", c.want)
		} else {
			ann.refused(c.line, "", c.want)
		}
		ann.hears(c.events)
		ann.says("GET onlineagent/101/agentstatus", "", status(c.state))
	}
	ann.says("GET onlineagent/101/querycustomstate", "", `{"message":"success","retcode":"0","result":{"agentcustomstate":"65535"}}`)
	ann.says("POST onlineagent/101/setcustomstate?customstate=12", "", okDone)
	ann.says("GET onlineagent/101/querycustomstate", "", `{"message":"success","retcode":"0","result":{"agentcustomstate":"12"}}`)
	ann.says("POST onlineagent/101/cancelsetcustomstate", "", okDone)
	ann.says("GET onlineagent/101/querycustomstate", "", `{"message":"success","retcode":"0","result":{"agentcustomstate":"65535"}}`)

	ann.says("POST onlineagent/101/rest/60/7", "", okDone)
	o.pass(61 * time.Second)
	ann.hears("SetRest_Success Rest_Timeout")
	ann.says("PUT onlineagent/101/heartbeat", "", `{"message":"","retcode":"0","result":{"loginTime":"1767603600000"}}`)
	ann.says("POST onlineagent/101/handshake", "", okBare)

	cid := o.signIn("103")
	cid.refused("POST onlineagent/103/saybusy", "", "100-009") // his role lacks the right
}

func TestOffice_Password(t *testing.T) {
	o := newOffice(t)
	cid := o.desktop("103")
	cid.says("PUT onlineagent/103", `{"password":"secret","phonenum":"40103"}`, `{"message":"","retcode":"0","result":{"vdnid":1,"workno":"103",`+
		`"mediatype":"TTF","loginTime":"1767603600000","isForceChange":"true","serverName":"AgentGateway","timeRemaining":"9"}}`)
	cid.refused("POST onlineagent/103/modifyaccountpwdex", `{"oldPassword":"wrong","newPassword":"New#2026y"}`, "100-007")
	cid.says("POST onlineagent/103/modifyaccountpwdex", `{"oldPassword":"secret","newPassword":"New#2026y"}`, okDone)
	cid.says("DELETE onlineagent/103/logout", "", okDone)
	cid.refused("PUT onlineagent/103", `{"password":"secret","phonenum":"40103"}`, "100-004")
	if got := cid.call("PUT onlineagent/103", `{"password":"New#2026y","phonenum":"40103"}`); !strings.Contains(got, `"isForceChange":"false"`) {
		t.Errorf("got %s", got)
	}
	cid.says("POST onlineagent/103/modifyaccountpwd?oldpassword=New%232026y&newpassword=Old%232026y", "", okDone)
	cid.guid = "stranger"
	cid.refused("POST onlineagent/103/modifyaccountpwdex", `{"oldPassword":"Old#2026y","newPassword":"New#2026y"}`, "000-003")
}

func TestOffice_UpdateGUID(t *testing.T) {
	o := newOffice(t)
	nobody := o.desktop("101")
	nobody.says("PUT onlineagent/101/updateGuid", "", `{"message":"agent 101 is not signed in","retcode":"100-006","result":""}`)
	nobody.says("PUT onlineagent/88888/updateGuid", "", `{"message":"agent 88888 is not signed in","retcode":"100-006","result":""}`)
	nobody.refused("PUT onlineagent/100/updateGuid", "", "000-002")
	nobody.refused("POST onlineagent/101/updateGuid", "", "000-002")

	ann := o.signIn("101")
	first := ann.guid
	for _, wrong := range []string{"", "x", first[1:], strings.ToUpper(first), first + " x"} {
		ann.guid = wrong
		ann.refused("PUT onlineagent/101/updateGuid", "", "000-003")
	}
	ann.guid = first
	ann.says("PUT onlineagent/101/updateGuid", "", `{"message":"success","retcode":"0","result":{"guid":"<guid>"}}`)
	second := ann.guid
	if second == first {
		t.Fatal("the GUID did not change")
	}
	ann.hears("") // the session goes on, and nothing was told
	ann.guid = first
	ann.hears("") // the old one is taken for GUIDTIMEOUT
	o.pass(time.Minute)
	ann.guid = second
	ann.hears("") // a sign of life; GUIDINTERVAL brings a third
	third := ann.guid
	if third == second {
		t.Fatal("the poll brought no new GUID after GUIDINTERVAL")
	}
	o.pass(time.Minute)
	ann.guid = first
	ann.refused("PUT onlineagent/101/updateGuid", "", "000-003")
	ann.guid = second
	ann.says("POST onlineagent/101/sayfree", "", okDone)
	ann.guid = third
	ann.says("DELETE onlineagent/101/logout", "", okDone)
	for _, guid := range []string{first, second, third} {
		ann.guid = guid
		ann.refused("PUT onlineagent/101/updateGuid", "", "100-006")
	}
}

func TestOffice_StaticGUID(t *testing.T) {
	o := newOffice(t, func(c *center.Config) { c.Phones = append(c.Phones, "40104") })
	dan := o.signIn("104")
	guid := dan.guid
	for range 10 {
		o.pass(time.Minute)
		dan.hears("")
		dan.says("POST onlineagent/104/handshake", "", okBare)
	}
	if dan.guid != guid {
		t.Error("a static GUID changed")
	}
}

func TestOffice_Silence(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	o.pass(2*time.Minute + 16*time.Second) // signs of life are kept in steps of an eighth
	ann.hears("ShutdownService 100-006")
}

func TestOffice_SkillsAndQueries(t *testing.T) {
	o := newOffice(t)
	ann, ben := o.signIn("101"), o.signIn("102")
	const support, both = `{"name":"support","id":1,"mediatype":5}`, `{"name":"support","id":1,"mediatype":5},{"name":"sales","id":2,"mediatype":5}`
	list := func(elements string) string { return `{"message":"","retcode":"0","result":[` + elements + `]}` }
	ann.says("GET onlineagent/101/agentskills", "", list(both))
	ann.says("GET onlineagent/101/agentskillsbyworkno/102", "", list(support))
	ann.says("GET onlineagent/101/agentskillsbyworkno/103", "", list(""))
	ann.refused("GET onlineagent/101/agentskillsbyworkno/201", "", "100-007") // of another VCC
	ann.says("GET queuedevice/101/agentvdnskill", "", list(`{"name":"support","id":1,"mediatype":5,"serviceType":1,"realFlag":1},`+
		`{"name":"sales","id":2,"mediatype":5,"serviceType":1,"realFlag":1}`))
	ann.says("GET agentgroup/101/allonlineagents", "", list(""))
	ann.refused("GET queuedevice/101/agentskill/101", "", "600-001")
	ann.says("POST onlineagent/101/resetskill/false?skillid=2;3", "", okDone)
	ann.says("GET queuedevice/101/agentskill/101", "", list(`{"name":"sales","id":"2","mediatype":"5"}`))
	ben.says("GET agentgroup/102/allonlineagents/", "", list(`{"workno":"101","name":"Ann","status":"4","ctiStatus":1,"groupid":7,"groupname":"team",`+
		`"skilllist":[{"name":"sales","id":2,"mediatype":5}],"callids":null,"mediatype":"TTF","vdnid":1,"phonenumber":"40101",`+
		`"currentstatetime":1767603600000,"logindate":1767603600000,"inMultimediaConf":0}`))
	ann.says("GET agentgroup/101/agentbyworkno/102", "", `{"message":"","retcode":"0","result":{"workno":"102","name":"Ben","status":"4","ctiStatus":1,`+
		`"groupid":-1,"groupname":"","skilllist":[],"callids":null,"mediatype":"TTF","vdnid":1,"phonenumber":"40102",`+
		`"currentstatetime":1767603600000,"logindate":1767603600000,"inMultimediaConf":0}}`)
	ann.says("GET agentgroup/101/agentbyworkno/901", "", `{"message":"","retcode":"0","result":{"workno":"901","name":"Ivy","status":"2","ctiStatus":0,`+
		`"groupid":-1,"groupname":"","skilllist":[],"callids":null,"mediatype":"FFF","vdnid":1,"phonenumber":"","currentstatetime":0,"logindate":0,"inMultimediaConf":0}}`)
	ann.refused("GET agentgroup/101/agentbyworkno/201", "", "300-002")
	ann.refused("GET agentgroup/101/agentbyworkno/777", "", "300-002")
	ann.says("GET agentgroup/101/iscensor", "", `{"message":"","retcode":"0","result":false}`)
	ann.says("GET queuedevice/101/waitnum", "", `{"message":"success","retcode":"0","result":0}`)
	o.callsIn()
	ann.says("GET queuedevice/101/waitnum", "", `{"message":"success","retcode":"0","result":1}`)
	ann.says("GET queuedevice/101/skillwaitnum/1", "", `{"message":"success","retcode":"0","result":1}`)
	ann.says("GET queuedevice/101/skillwaitnum/2", "", `{"message":"success","retcode":"0","result":0}`)
	ann.refused("GET queuedevice/101/skillwaitnum/99", "", "000-002")

	eve := o.signIn("201")
	eve.refused("GET queuedevice/201/agentvdnskill", "", "600-005")
	eve.says("GET agentgroup/201/iscensor", "", `{"message":"","retcode":"0","result":true}`)
	eve.says("GET agentgroup/201/allonlineagents", "", list(""))
	eve.says("GET queuedevice/201/waitnum", "", `{"message":"success","retcode":"0","result":0}`)
}

func TestOffice_Notes(t *testing.T) {
	o := newOffice(t)
	ann, ben := o.signIn("101"), o.signIn("102")
	ann.says("POST onlineagent/101/sendnoteletex", `{"agentIds":[102,901],"content":"<您好> & \"x\""}`, okNull)
	ben.says("GET agentevent/102", "", `{"message":"","retcode":"0","event":{"eventType":"AgentOther_Note","workNo":"102","content":`+
		`{"sender":"101","sendername":"Ann","receivetime":"1767603600000","timestring":"2026-01-05 09:00:00","context":"<您好> & \"x\""}}}`)
	ann.says("POST onlineagent/101/sendnotelet/102?content=x", "", okNull)
	ben.hears("Note")
	ann.says("POST onlineagent/101/sendnoteletex", `{"agentIds":[102,201],"content":"x"}`,
		`{"message":"receiver 201 is not an agent of this VCC","retcode":"100-001","result":{}}`)
	ben.hears("")
	ben.says("POST onlineagent/102/notifybulletin", `{"targettype":0,"bulletindata":"text","targetname":"team"}`, okQuietly)
	ann.hears("Bulletin")
	ben.refused("POST onlineagent/102/notifybulletin", `{"targettype":0,"bulletindata":"text","targetname":"nobody"}`, "300-004")
	ben.says("POST onlineagent/102/resetskill/true", "", okDone)
	ann.says("POST onlineagent/101/notifybulletin", `{"targettype":"1","bulletindata":"text","targetname":"support"}`, okQuietly)
	ben.hears("Bulletin")
	ann.refused("POST onlineagent/101/notifybulletin", `{"targettype":1,"bulletindata":"text","targetname":"nothing"}`, "000-002")
}

func TestOffice_InboundCall(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	for line, code := range map[string]string{
		"PUT voicecall/101/answer": "200-002", "POST voicecall/101/hold": "200-013", "POST voicecall/101/gethold": "200-015",
		"DELETE voicecall/101/release": "200-017", "DELETE voicecall/101": "200-017", "POST voicecall/101/dropcall/1-1": "200-025",
		"POST voicecall/101/phonepickup": "100-007", "PUT voicecall/101/phonehangup": "100-007",
	} {
		ann.refused(line, "", code)
	}
	ann.refused("POST voicecall/101/reject", `{"mode":1}`, "200-002")
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	o.callsIn()
	o.rings("40101")
	o.lifts("40101")
	offered := `{"message":"","retcode":"0","result":{"callfeature":0,"callid":"<call>","caller":"0301","called":"1000","callskill":"support",` +
		`"callskillid":1,"orgicallednum":"1000","calldata":"","begintime":1767603600000,"endtime":null,"userPriority":0,"trunkNo":65535,` +
		`"logontimes":0,"mediaType":5,"mediaAbility":1,"waitTime":0,"trace":null}}`
	ann.says("GET calldata/101/callinfobeforeanswer", "", withoutOriginal(offered))
	ann.refused("POST voicecall/101/hold", "", "200-014")
	o.pass(5 * time.Second)
	ann.says("PUT voicecall/101/answer", "", okDone)
	ann.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking")
	o.pass(10 * time.Second)
	talking := strings.NewReplacer(`"begintime":1767603600000`, `"begintime":1767603605000`, `"logontimes":0`, `"logontimes":15`, `"waitTime":0`, `"waitTime":5`).Replace(offered)
	ann.says("GET calldata/101/callinfo", "", talking)
	ann.says("GET calldata/101/callinfobeforeanswer", "", `{"message":"","retcode":"0","result":null}`)
	id := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ann.says("GET calldata/101/callinfobycallid/"+id, "", withoutOriginal(talking))
	ann.refused("GET calldata/101/callinfobycallid/1-1", "", "200-026")
	ann.says("PUT calldata/101/setcalldataex", `{"callid":"`+id+`","calldata":"MTIzMw==","isDataEncoded":"true"}`, okDone)
	ann.says("GET calldata/101/appdata", "", `{"message":"","retcode":"0","result":"1233"}`)
	ann.says("GET calldata/101/appdata?isEncodeResult=true&callId={"+id+"}", "", `{"message":"","retcode":"0","result":"MTIzMw=="}`)
	ann.refused("PUT calldata/101/setcalldataex", `{"callid":"1-1","calldata":"x"}`, "400-001")

	ann.says("POST voicecall/101/hold", "", okDone)
	ann.refused("POST voicecall/101/hold", "", "200-013")
	ann.says("POST voicecall/101/gethold?callid="+id, "", okDone)
	ann.hears("Hold Talking")
	ann.refused("POST voicecall/101/gethold", "", "200-015")
	ann.says("DELETE voicecall/101/release", "", okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Ready")
	ann.says("GET calldata/101/callinfo", "", `{"message":"","retcode":"0","result":null}`)
	if got := ann.call("GET calldata/101/callinfo?isNoContainLastCall=true", ""); !strings.Contains(got, id) || !strings.Contains(got, `"endtime":1767603615000`) {
		t.Errorf("the last call: %s", got)
	}
	ann.refused("PUT calldata/101/setcalldataex", `{"calldata":"x"}`, "400-001")
	ann.refused("GET calldata/101/appdata", "", "100-007")
}

func TestOffice_OfferedCall(t *testing.T) {
	for name, c := range map[string]struct {
		lift         bool
		line, body   string
		want, events string
	}{
		"reject to the queue": {true, "POST voicecall/101/reject", `{"mode":"1"}`, okDone, "No_Answer SetNotReady_Success PhoneRelease"},
		"reject for good":     {true, "POST voicecall/101/reject", `{"mode":2}`, okDone, "No_Answer PhoneRelease Ready"},
		"release":             {true, "DELETE voicecall/101/release", ``, okDone, "No_Answer PhoneRelease Ready"},
		"hang up the phone":   {false, "PUT voicecall/101/phonehangup", ``, okDone, "PhoneRelease No_Answer SetNotReady_Success"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			ann := o.signIn("101")
			ann.says("POST onlineagent/101/resetskill/true", "", okDone)
			o.callsIn()
			o.rings("40101")
			if c.lift {
				o.lifts("40101")
			}
			ann.events()
			ann.says(c.line, c.body, c.want)
			ann.hears(c.events)
		})
	}
	t.Run("pick up the phone", func(t *testing.T) {
		o := newOffice(t)
		ann := o.signIn("101")
		ann.says("POST onlineagent/101/resetskill/true", "", okDone)
		o.callsIn()
		o.rings("40101")
		ann.says("PUT voicecall/101/phonepickup", "", okDone)
		o.lifts("40101") // as it was told to
		ann.hears("Busy PhoneAlerting PhoneOffhook Incoming_CallInfo Talking")
	})
}

func TestOffice_OwnCalls(t *testing.T) {
	o := newOffice(t)
	ann, ben := o.signIn("101"), o.signIn("102")
	const made = `{"message":"","retcode":"0","result":"<call>"}`
	ann.says("PUT voicecall/101/callout", `{"called":"0123"}`, made)
	o.rings("40101")
	o.lifts("40101")
	o.rings("0123")
	o.lifts("0123")
	ann.hears("PhoneAlerting PhoneOffhook Busy Customer_Alerting Talking")
	ann.refused("PUT voicecall/101/callout", `{"called":"0123"}`, "100-007")
	ann.refused("PUT voicecall/101/callinner", `{"called":"102"}`, "100-007")
	id := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ann.says("POST voicecall/101/dropcall/"+id, `{"callid":"x"}`, okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Ready")

	ann.says("PUT voicecall/101/callinner", `{"called":"102","callappdata":"data"}`, made)
	o.rings("40101")
	o.lifts("40101")
	o.rings("40102")
	o.lifts("40102")
	ben.says("GET calldata/102/appdata", "", `{"message":"","retcode":"0","result":"data"}`)
	ben.says("PUT voicecall/102/answer", "", okDone)
	ann.hears("PhoneAlerting PhoneOffhook Busy Customer_Alerting Talking")
	ben.hears("Busy PhoneAlerting PhoneOffhook Ringing Talking")
	ben.says("DELETE voicecall/102", "", okDone)
	ben.hears("Call_Release Customer_Release PhoneRelease Ready")

	ann.refused("PUT voicecall/101/callout", `{"called":"0123","skillid":77}`, "000-002")
	cid := o.desktop("103")
	cid.call("PUT onlineagent/103", `{"password":"secret","phonenum":"40103"}`)
	cid.refused("PUT voicecall/103/callout", `{"called":"0123"}`, "200-001") // no toll fraud: his role lacks the right
}

func TestOffice_SyncInfo(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	ann.says("POST onlineagent/101/syncagentinfo", "", `{"message":"success","retcode":"0","result":{"callinfo":null,"agentStateInfo":{"callFeature":0,`+
		`"callData":"","lastState":255,"preBusy":false,"firsttalkingFlag":false,"workNo":"101","qcWorkNo":"","callerNo":"","beginHoldTime":null,`+
		`"state":1,"talkingCallfeature":0,"releaseFlag":0,"calledNo":"","mainCallId":"","secondTalkingTime":null,"preRest":false,"recordID":"",`+
		`"currentTime":"1767603600000","beginTalkingTime":null,"partner":"","holdCallId":"","agentStateBeginTime":1767603600000,"curCommand":0,`+
		`"curCallId":"","cmdBeginTime":""}}}`)
	o.talk(ann)
	o.pass(time.Second)
	ann.says("POST onlineagent/101/saybusy", "", okDone)
	ann.says("POST voicecall/101/hold", "", okDone)
	got := variable(ann.call("POST onlineagent/101/syncagentinfo", ""))
	if !strings.HasPrefix(got, `{"message":"success","retcode":"0","result":{"callinfo":{"callfeature":0,"callid":"<call>","caller":"0301",`) {
		t.Errorf("got %s", got)
	}
	for _, member := range []string{
		`"state":11`, `"preBusy":true`, `"callerNo":"0301"`, `"calledNo":"1000"`, `"beginHoldTime":"1767603601000"`, `"holdCallId":"<call>"`,
		`"mainCallId":"<call>"`, `"beginTalkingTime":"1767603600000"`, `"curCallId":""`, `"partner":"0301"`,
	} {
		if !strings.Contains(got, member) {
			t.Errorf("%s is missing in %s", member, got)
		}
	}
	ann.hears("") // the queue was emptied: AgentEvent_Hold is gone
}

func TestOffice_ForceLogOutAgent(t *testing.T) {
	const line = "POST qualitycontrol/901/forcelogout/101"
	o := newOffice(t)
	o.desktop("901").says(line, "", `{"message":"agent 901 is not signed in","retcode":"100-006","result":""}`)
	ivy := o.signIn("901")
	guid := ivy.guid
	ivy.guid = "stranger"
	ivy.refused(line, "", "000-003")
	ivy.guid = guid
	ivy.says(line, "", `{"message":"agent 101 is not signed in","retcode":"900-003","result":{}}`)
	ivy.refused("POST qualitycontrol/901/forcelogout/777", "", "900-002")
	ivy.refused("POST qualitycontrol/901/forcelogout/201", "", "900-002") // of another VCC
	ivy.refused("POST qualitycontrol/901/forcelogout/901", "", "000-005")
	ivy.refused("POST qualitycontrol/901/forcelogout/100", "", "000-002")
	o.signIn("102").refused("POST qualitycontrol/102/forcelogout/901", "", "900-002") // no inspector
	o.signIn("201").refused("POST qualitycontrol/201/forcelogout/901", "", "900-002") // of another VCC

	ann := o.signIn("101")
	o.talk(ann)
	ivy.says(line, "", okQuietly)
	ann.hears("Call_Release Customer_Release PhoneRelease ShutdownService 100-006") // his call ended properly
	ann.refused("POST onlineagent/101/sayfree", "", "100-006")
	ann.hears("100-006")
	o.signIn("101") // his phone is free
	ivy.says("POST qualitycontrol/901/forcelogout/101/", "", okQuietly)

	o.world(center.Drain{})
	ivy.refused(line, "", "900-001")
}

func TestOffice_ForcedStates(t *testing.T) {
	o := newOffice(t)
	ann, ivy := o.signIn("101"), o.signIn("901")
	for _, c := range []struct{ path, events string }{
		{"forcebusy/101", "Force_SetNotReady"}, {"forceidle/101", "Force_Ready"}, {"forceidle/101", ""},
		{"forcerest/101/600/1", "SetRest_Success"}, {"forceidle/101", "Force_Ready"},
	} {
		ivy.says("POST qualitycontrol/901/"+c.path, "", okQuietly)
		ann.hears(c.events)
	}
	o.talk(ann)
	ivy.refused("POST qualitycontrol/901/forceidle/101", "", "900-003")
	ivy.says("POST qualitycontrol/901/forcebusy/101", "", okQuietly)
	ann.says("DELETE voicecall/101/release", "", okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Force_SetNotReady")
	for _, path := range []string{"forcebusy/", "forceidle/"} {
		ann.refused("POST qualitycontrol/101/"+path+"901", "", "900-002")
		ivy.refused("POST qualitycontrol/901/"+path+"901", "", "000-005")
		ivy.refused("POST qualitycontrol/901/"+path+"102", "", "900-003")
		ivy.refused("POST qualitycontrol/901/"+path+"201", "", "900-002")
		o.desktop("102").refused("POST qualitycontrol/102/"+path+"101", "", "100-006")
	}
	ivy.refused("POST qualitycontrol/901/forcerest/102/60/1", "", "900-003")
	ann.refused("POST qualitycontrol/101/forcerest/901/60/1", "", "900-002")
}

var openParameter = regexp.MustCompile(`\{[^}]*\}`)

// TestOffice_Strangers tries every interface that names an agent with no session, and with another agent's GUID.
func TestOffice_Strangers(t *testing.T) {
	o := newOffice(t)
	ann, eve := o.signIn("101"), o.signIn("201")
	state := ann.call("GET onlineagent/101/agentstatus", "")
	for _, route := range Routes() {
		if route.Kind == Outgoing || !strings.Contains(route.Path, "{agentid}") || strings.Contains(route.Name, "ogin") {
			continue
		}
		path := strings.NewReplacer("{agentid}", "101", "{workNo}", "102", "{workno}", "102", "{time}", "1", "{restcause}", "1", "{reason}", "1",
			"{recordflag}", "1", "{recordbeforetalking}", "1", "{skillid}", "1", "{vdnid}", "1", "{isautoanswer}", "true", "{flag}", "true",
			"{callid}", "1-1", "{callId}", "1-1", "{number}", "1", "{skilltype}", "0").Replace(route.Path)
		path = openParameter.ReplaceAllString(path, "1")
		for _, method := range route.Methods {
			eve.refused(method+" "+path, `{"called":"1","mode":1,"agentIds":[1]}`, "000-003")
			o.desktop("102").refused(method+" "+strings.Replace(path, "101", "102", 1), `{`, "100-006")
		}
	}
	if got := ann.call("GET onlineagent/101/agentstatus", ""); got != state {
		t.Errorf("strangers changed something: %s", got)
	}
	ann.hears("")
}

func TestOffice_Limits(t *testing.T) {
	o := newOffice(t, func(c *center.Config) { c.Limits.Agents = 1 })
	o.signIn("101")
	o.desktop("102").refused("PUT onlineagent/102", `{"password":"secret","phonenum":"40102"}`, "100-003")
	o.signIn("101") // a forced sign-in takes the place of the session that it ends
}

// TestOffice_HeldPolls: what happens meanwhile answers a held poll at once.
func TestOffice_HeldPolls(t *testing.T) {
	o := newOffice(t)
	o.gateway.Set(Config{PollWait: MaxPollWait})
	ann, ivy := o.desktop("101"), o.desktop("901")
	for _, d := range []*desktop{ann, ivy} {
		d.call("PUT onlineagent/"+d.id, `{"password":"secret","phonenum":"`+phoneOf(d.id)+`"}`)
		for range 2 {
			d.call("GET agentevent/"+d.id, "") // in service, ready
		}
	}
	answer := make(chan string)
	began := time.Now()
	go func() { answer <- ann.call("GET agentevent/101", "") }()
	ivy.says("POST qualitycontrol/901/forcelogout/101", "", okQuietly)
	if got := <-answer; !strings.Contains(got, "AgentOther_ShutdownService") {
		t.Errorf("got %s", got)
	}
	ann.refused("GET agentevent/101", "", "100-006")
	if waited := time.Since(began); waited > MaxPollWait/2 {
		t.Errorf("the polls were held for %s", waited)
	}
}
