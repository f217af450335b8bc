package gateway

import (
	"strconv"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// inspectors is an office with an inspector who may do everything; Ann talks with a caller.
func inspectors(t *testing.T) (o *office, ann, ivy *desktop) {
	t.Helper()
	o = newOffice(t, func(c *center.Config) {
		c.Roles[1].Rights = center.RightsOf(center.RightListen, center.RightIntercept, center.RightForceState, center.RightForceRelease)
	})
	ann, ivy = o.signIn("101"), o.signIn("901")
	o.talk(ann)
	ann.events()
	ivy.events()
	return o, ann, ivy
}

// begins lets the inspector's phone be lifted for an inspection that he has begun.
func (o *office) begins(ivy *desktop) {
	o.t.Helper()
	o.rings("40901")
	o.lifts("40901")
	ivy.hears("Busy PhoneAlerting PhoneOffhook")
}

func TestOffice_Inspection(t *testing.T) {
	o, ann, ivy := inspectors(t)
	ivy.refused("PUT qualitycontrol/901/addsupervise/901", "", "000-005")
	ivy.refused("PUT qualitycontrol/901/addsupervise/102", "", "900-003")
	ivy.refused("POST qualitycontrol/901/requestwhisperagent?whisperagentid=102", "", "900-004")
	ann.refused("PUT qualitycontrol/101/addsupervise/901", "", "900-002")
	ivy.says("PUT qualitycontrol/901/addsupervise/101", "", okQuietly)
	o.begins(ivy)
	ann.hears("BeQcStart")
	ivy.refused("PUT qualitycontrol/901/addinsert/101", "", "900-005")
	ivy.says("POST qualitycontrol/901/requestswitchinsertwhisperagent?whisperagentid=101&switchtype=2", "", okQuietly)
	ivy.refused("POST qualitycontrol/901/switch/101", "", "900-003")
	ivy.refused("POST qualitycontrol/901/requestwhisperagent?whisperagentid=101", "", "900-003")
	ivy.refused("POST qualitycontrol/901/requestswitchinsertwhisperagent?whisperagentid=101&switchtype=2", "", "900-003")
	ivy.says("POST qualitycontrol/901/requeststopwhisperagent?whisperagentid=101", "", okQuietly)
	ann.hears("BeQcStart BeQcStop")
	ivy.hears("PhoneRelease Ready")
	ivy.says("PUT qualitycontrol/901/addinsert/101", "", okQuietly)
	o.begins(ivy)
	ivy.says("POST qualitycontrol/901/switch/101", "", okQuietly)
	ivy.says("DELETE qualitycontrol/901/101", "", okQuietly)
	ann.hears("BeQcStart BeQcStart BeQcStop")
	ivy.hears("PhoneRelease Ready")
	ivy.refused("DELETE qualitycontrol/901/101", "", "900-003")
	ivy.refused("POST qualitycontrol/901/requeststopwhisperagent?whisperagentid=101", "", "900-003")
}

func TestOffice_Monitor(t *testing.T) {
	o, ann, ivy := inspectors(t)
	ivy.refused("POST qualitycontrol/901/beginmonitor?agents=101;901", "", "000-005")
	ivy.refused("POST qualitycontrol/901/beginmonitor?agents=101;999", "", "900-002")
	ivy.refused("POST qualitycontrol/901/beginmonitor?agents=101;ann", "", "000-002")
	ivy.refused("POST qualitycontrol/901/beginmonitor", "", "000-002")
	ann.refused("POST qualitycontrol/101/beginmonitor?agents=102", "", "900-002")
	ivy.says("POST qualitycontrol/901/beginmonitor?agents=101;102", "", okQuietly)
	o.signIn("102")
	ivy.hears("QC_AgentState_Notify QC_AgentState_Notify")
	ivy.says("POST qualitycontrol/901/endmonitor?agents=101;102;103", "", okQuietly)
	ann.call("POST onlineagent/101/saybusy", "")
	ivy.hears("")
}

// TestOffice_PickRecorded: whose talks are recorded is an inspector's choice before it is the agents' own, and no tenant's for another.
func TestOffice_PickRecorded(t *testing.T) {
	o, _, ann, ivy := hearers(t, Config{}, func(c *center.Config) { c.Recording.Mode = center.RecordChosen })
	const pick, cancel = "POST qualitycontrol/901/setselfrecord/1/0?agents=", "POST qualitycontrol/901/cancelselfrecord?agents="
	for _, line := range []string{pick, cancel} {
		for agents, code := range map[string]string{
			"": "000-002", "ann": "000-002", "101;7": "000-002", ";": "000-002", "101;901": "000-005", "101;999": "900-002", "101;201": "900-002",
		} {
			ivy.refused(line+agents, "", code)
		}
	}
	ann.refused("POST qualitycontrol/101/setselfrecord/1/0?agents=102", "", "104-002")
	ann.refused("POST qualitycontrol/101/cancelselfrecord?agents=102", "", "104-002")
	ann.refused("POST qualitycontrol/901/setselfrecord/1/0?agents=102", "", "000-003")
	talks := func(recorded string) {
		t.Helper()
		o.callsIn()
		o.rings("40101")
		o.lifts("40101")
		ann.says("PUT voicecall/101/answer", "", okDone)
		ann.says("DELETE voicecall/101/release", "", okDone)
		ann.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking " + recorded + "Call_Release Customer_Release PhoneRelease Ready")
	}
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	talks("") // what was refused has changed nothing
	ivy.says(pick+"101;102;101", "", okQuietly)
	ann.says("POST onlineagent/101/setselfrecord/0/0", "", okDone)
	talks("Record ")
	ann.says("POST onlineagent/101/setselfrecord/1/0", "", okDone)
	ivy.says("POST qualitycontrol/901/setselfrecord/0/0?agents=101", "", okQuietly)
	talks("")
	ivy.says(cancel+"101", "", okQuietly)
	talks("Record ")
	ivy.says(cancel+"101", "", okQuietly) // nobody chooses any more
	ivy.hears("")
}

func TestOffice_Intercept(t *testing.T) {
	o, ann, ivy := inspectors(t)
	ivy.refused("PUT qualitycontrol/901/intercept/101", "", "900-003")
	call := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ivy.says("POST qualitycontrol/901/requestwhisperagent?whisperagentid=101", "", okQuietly)
	o.begins(ivy)
	ivy.refused("PUT qualitycontrol/901/intercept/101/1700000000-99", "", "900-003")
	ivy.says("PUT qualitycontrol/901/intercept/101/"+call, "", okQuietly)
	ivy.hears("Talking")
	ann.hears("BeQcStart BeQcStop Call_Release Customer_Release PhoneRelease Ready")
	ivy.refused("POST qualitycontrol/901/forcedropcall/"+call, "", "000-005")
}

func TestOffice_ForceDropAndAdjustSkill(t *testing.T) {
	_, ann, ivy := inspectors(t)
	call := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ivy.refused("POST qualitycontrol/901/forcedropcall/1700000000-99", "", "900-003")
	ivy.says("POST qualitycontrol/901/forcedropcall/"+call, "", okQuietly)
	ann.hears("Customer_Release Call_Release PhoneRelease Ready")
	ivy.refused("POST qualitycontrol/901/adjustskill", `{"workNo":"901","skills":[1]}`, "000-005")
	ivy.says("POST qualitycontrol/901/adjustskill", `{"workNo":"101","skills":[2]}`, okQuietly)
}

// TestOffice_SyncInspection: a page that is reloaded during an inspection.
func TestOffice_SyncInspection(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		o := newOffice(t, func(c *center.Config) {
			c.Roles[1].Rights = center.RightsOf(center.RightListen)
			c.Inspection.Quiet = quiet
		})
		ann, ivy := o.signIn("101"), o.signIn("901")
		o.talk(ann)
		knows := func(d *desktop, state, inspector, partner string) {
			t.Helper()
			got := d.call("POST onlineagent/"+d.id+"/syncagentinfo", "")
			for _, want := range []string{`"state":` + state + `,`, `"qcWorkNo":"` + inspector + `",`, `"partner":"` + partner + `",`} {
				if !strings.Contains(got, want) {
					t.Errorf("quiet %t: %s is missing in %s", quiet, want, got)
				}
			}
		}
		told := "901"
		if quiet {
			told = ""
		}
		ivy.says("PUT qualitycontrol/901/addsupervise/101", "", okQuietly)
		knows(ivy, "7", "", "101") // his phone is being rung
		knows(ann, "9", "", "0301")
		o.rings("40901")
		o.lifts("40901")
		for mode, state := range []string{"16", "15", "17"} {
			if mode > 0 {
				ivy.says("POST qualitycontrol/901/requestswitchinsertwhisperagent?whisperagentid=101&switchtype="+strconv.Itoa(mode), "", okQuietly)
			}
			knows(ivy, state, "", "101")
			knows(ann, "9", told, "0301")
		}
		ivy.says("DELETE qualitycontrol/901/101", "", okQuietly)
		knows(ivy, "1", "", "")
		knows(ann, "9", "", "0301")
	}
}

// TestOffice_AdjustSkill: whatever is wrong with the list leaves the target in the queues that it serves.
func TestOffice_AdjustSkill(t *testing.T) {
	o, _, ivy := inspectors(t)
	ben := o.signIn("102")
	ben.call("POST onlineagent/102/resetskill/true", "")
	serves := func(want string) {
		t.Helper()
		if got := ivy.call("GET queuedevice/901/agentskill/102", ""); !strings.Contains(got, want) {
			t.Errorf("102 serves %s, want %s", got, want)
		}
	}
	serves(`"id":"1"`)
	for _, body := range []string{
		`{"workNo":"102"}`, `{"workNo":"102","skills":null}`, `{"workNo":"102","skills":""}`, `{"workNo":"102","skills":[null]}`,
		`{"workNo":"102","skills":[77]}`, `{"workNo":"102","skills":[1,77]}`, `{"workNo":"102","skills":[2]}`, `{"workNo":"102","skills":[0]}`,
		`{"workNo":"102","skills":["x"]}`, `{"workNo":"102","skills":[[1]]}`, `{"workNo":"102","skills":{"1":1}}`, `{"skills":[1]}`,
		`{"workNo":"99","skills":[1]}`, `{"workNo":"102","skills":[1`, `[1]`, `7`, ``, `{}`,
	} {
		ivy.refused("POST qualitycontrol/901/adjustskill", body, "100-001")
		serves(`"id":"1"`)
	}
	ivy.says("POST qualitycontrol/901/adjustskill", `{"workNo":102,"skills":"1"}`, okQuietly)
	serves(`"id":"1"`)
	ivy.says("POST qualitycontrol/901/adjustskill", `{"workNo":"102","skills":[]}`, okQuietly)
	serves(`"retcode":"600-001"`)
	ivy.says("POST qualitycontrol/901/adjustskill", `{"workNo":"102","skills":[1]}`, okQuietly)
	serves(`"id":"1"`)
	ben.hears("")
}
