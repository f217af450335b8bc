package gateway

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// groups is an office whose team has a leader, with a number that leads to a flow.
func groups(t *testing.T, change ...func(*center.Config)) (o *office, ann *desktop) {
	t.Helper()
	o = newOffice(t, append(change, func(c *center.Config) {
		c.Groups[0].Leader = 901
		c.Flows = []string{"menu"}
		c.AccessCodes = append(c.AccessCodes, center.AccessCode{Code: "2000", Flow: "menu"})
		c.Roles[0].Rights |= center.RightsOf(center.RightPickUp)
	})...)
	return o, o.signIn("101")
}

// workNumbers lists who is in an answer, with his state.
func workNumbers(answer string) string {
	var who []string
	for _, found := range regexp.MustCompile(`"workno":"(\d+)","name":"\w+","status":"(\d+)"`).FindAllStringSubmatch(answer, -1) {
		who = append(who, found[1]+":"+found[2])
	}
	return strings.Join(who, " ")
}

func (d *desktop) lists(line, body, want string) {
	d.o.t.Helper()
	if got := workNumbers(d.call(line, body)); got != want {
		d.o.t.Errorf("%s lists %q, not %q", line, got, want)
	}
}

func TestOffice_AgentLists(t *testing.T) {
	o, ann := groups(t)
	ivy := o.signIn("901")
	ann.says("POST onlineagent/101/saybusy", "", okDone)
	ann.lists("GET agentgroup/101/allagentstatus", "", "101:3 102:2 103:2 104:2 901:4")
	ann.lists("GET agentgroup/101/idleagent", "", "901:4")
	ann.lists("GET agentgroup/101/onlineagentonvdn", "", "101:3 901:4")
	ivy.lists("GET qualitycontrol/901/allagent", "", "101:3 102:2 103:2 104:2 901:4")
	ann.lists("GET agentgroup/101/agentongroupex?groupid=7", "", "101:3")
	ann.refused("GET agentgroup/101/agentongroupex?groupid=8", "", "300-004")
	ann.refused("GET agentgroup/101/agentongroupex", "", "000-002")
	ann.lists("GET agentgroup/101/agentbylist", `{"skillIds":[2]}`, "")
	ann.says("POST onlineagent/101/resetskill/false?skillid=2", "", okDone)
	ann.lists("GET agentgroup/101/agentbylist", `{"skillIds":[1,2]}`, "101:3")
	ann.lists("GET agentgroup/101/agentbylist", `{"skillIds":[1]}`, "")
	ann.refused("GET agentgroup/101/agentbylist", `{"skillIds":["x"]}`, "000-002")
	ann.refused("GET agentgroup/101/agentbylist", "", "000-002")
}

func TestOffice_WorkGroups(t *testing.T) {
	o, ann := groups(t)
	const team = `{"id":7,"name":"team","monitorno":901,"monitorname":"Ivy"}`
	ann.says("GET agentgroup/101/grouponvdn", "", `{"message":"","retcode":"0","result":[`+team+`]}`)
	ann.says("GET agentgroup/101/groupbyagent/101", "", `{"message":"","retcode":"0","result":`+team+`}`)
	ann.refused("GET agentgroup/101/groupbyagent/102", "", "300-004")
	ann.refused("GET agentgroup/101/groupbyagent/201", "", "300-003") // of another VCC
	ann.says("GET agentgroup/101/ispickup", "", `{"message":"","retcode":"0","result":true}`)
	eve := o.signIn("201")
	eve.refused("GET agentgroup/201/grouponvdn", "", "300-004")
	eve.says("GET agentgroup/201/ispickup", "", `{"message":"","retcode":"0","result":false}`)
}

func TestOffice_NumbersAndWaiting(t *testing.T) {
	o, ann := groups(t)
	ann.says("GET queuedevice/101/innoinfo", "", `{"message":"","retcode":"0","result":[`+
		`{"id":1,"inno":"1000","description":"support","vdnid":1,"mediatype":5},{"id":2,"inno":"2000","description":"menu","vdnid":1,"mediatype":5}]}`)
	ann.says("GET queuedevice/101/ivrinfo", "", `{"message":"success","retcode":"0","result":[{"access":"2000","id":2,"description":"menu","serviceNo":1}]}`)
	ann.says("GET queuedevice/101/vdnskill/1", "", `{"message":"","retcode":"0","result":[`+
		`{"name":"support","id":1,"mediatype":5,"serviceType":1,"realFlag":1},{"name":"sales","id":2,"mediatype":5,"serviceType":1,"realFlag":1}]}`)
	ann.refused("GET queuedevice/101/vdnskill/2", "", "600-002")
	ann.refused("GET queuedevice/101/vdnskill/5001", "", "000-002")
	ann.says("POST onlineagent/101/resetskill/false?skillid=2", "", okDone)
	o.callsIn()
	ann.says("GET queuedevice/101/waitnum", "", `{"message":"success","retcode":"0","result":1}`)
	ann.says("GET queuedevice/101/waitnumbyagent", "", `{"message":"success","retcode":"0","result":0}`)
	eve := o.signIn("201")
	eve.refused("GET queuedevice/201/innoinfo", "", "600-003")
	eve.refused("GET queuedevice/201/ivrinfo", "", "600-004")
}

func TestOffice_RestReasons(t *testing.T) {
	o := newOffice(t, func(c *center.Config) {
		c.RestCauses = []center.RestCause{{Code: 1, Name: "lunch"}, {Code: 7, Name: "a walk"}}
	})
	o.signIn("101").asks("agentgroup/101/restreason", `[{"restReasonId":1,"restReason":"lunch"},{"restReasonId":7,"restReason":"a walk"}]`)
	o.signIn("201").asks("agentgroup/201/restreason", "[]")
}

// TestOffice_NoInbound: an agent whose role takes no inbound calls is in no list of a queue's agents, and may not ask for one.
func TestOffice_NoInbound(t *testing.T) {
	o, ann := groups(t, func(c *center.Config) {
		c.Roles = append(c.Roles, center.Role{ID: 5, Name: "outbound", Rights: center.RightsOf(center.RightNoInbound)})
		c.Agents[1].Role = 5 // Ben
		c.Skills[1].Media = center.MediaVideo
	})
	ben := o.signIn("102")
	for _, d := range []*desktop{ann, ben} {
		d.says("POST onlineagent/"+d.id+"/resetskill/true", "", okDone)
	}
	ann.lists("GET agentgroup/101/agentbyskill/1", "", "101:4")
	ann.lists("GET agentgroup/101/agentbyskill/1", `{"agentStatus":[3,"7"],"agentLimit":10}`, "")
	ann.lists("GET agentgroup/101/agentbyskill/1", `{"agentStatus":["4"],"agentLimit":"1"}`, "101:4")
	ann.lists("GET agentgroup/101/agentbylist", `{"skills":["1","2"]}`, "101:4")
	ann.lists("GET agentgroup/101/agentbylist?mediaTypes=19;51", "", "101:4")
	ann.lists("GET agentgroup/101/agentbylist?mediaTypes=1", `{"skillIds":[1]}`, "")
	ann.lists("GET agentgroup/101/allonlineagents", "", "101:4 102:4") // these are not queues' agents
	ben.refused("GET agentgroup/102/agentbyskill/1", "", "300-001")
	ben.refused("GET agentgroup/102/agentbylist", `{"skillIds":[1]}`, "300-001")
	for body, path := range map[string]string{
		`{"agentStatus":[10]}`: "agentbyskill/1", `{"agentStatus":"x"}`: "agentbyskill/1", `{"agentLimit":501}`: "agentbyskill/1",
		`{"skillIds":[0]}`: "agentbylist", `{"skillIds":{}}`: "agentbylist", `{}`: "agentbylist?mediaTypes=x",
		`{"skillIds":[` + strings.Repeat("1,", maxSkillsAsked) + `1]}`: "agentbylist",
	} {
		ann.refused("GET agentgroup/101/"+path, body, "000-002")
	}
}

func TestOffice_QueueLoad(t *testing.T) {
	o, ann := groups(t, func(c *center.Config) { c.Skills[1].MaxWaiting = 9 })
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	ben := o.signIn("102")
	ben.says("POST onlineagent/102/resetskill/true", "", okDone)
	ben.says("POST onlineagent/102/saybusy", "", okDone)
	const empty = `{"pilotNbr":"","deviceNo":2,"queueSize":0,"queueTime":0,"loadFactor":0,"availAgents":1,"loggedOnAgents":1,"maxQueueSize":9,"skillDescrip":"sales"}`
	idle := `{"pilotNbr":"1000","deviceNo":1,"queueSize":0,"queueTime":0,"loadFactor":0,"availAgents":1,"loggedOnAgents":2,"maxQueueSize":0,"skillDescrip":"support"}`
	ann.says("POST queuedevice/101/queryacdstat", `{"skills":[1,2]}`, value("["+idle+","+empty+"]"))
	ann.says("POST queuedevice/101/queryskillstat", "", value(`{"vdnid":1,"queueSize":0,"queueTime":0,"loadFactor":0,"availAgents":1,"loggedOnAgents":2,"skills":[`+idle+","+empty+`]}`))
	for leg, from := range map[string]string{"i1": "0301", "i2": "0302", "i3": "0303"} { // the first is offered to Ann, the others wait
		o.arrives(leg, from)
	}
	o.pass(3500 * time.Millisecond)
	busy := `{"pilotNbr":"1000","deviceNo":1,"queueSize":2,"queueTime":3,"loadFactor":100,"availAgents":0,"loggedOnAgents":2,"maxQueueSize":0,"skillDescrip":"support"}`
	none := strings.Replace(empty, `"availAgents":1`, `"availAgents":0`, 1)
	ann.says("POST queuedevice/101/queryacdstat", `{"skills":["2","1"]}`, value("["+none+","+busy+"]"))
	ann.says("POST queuedevice/101/queryskillstat", `{"skills":["1"],"vdnid":"1"}`,
		value(`{"vdnid":1,"queueSize":2,"queueTime":3,"loadFactor":100,"availAgents":0,"loggedOnAgents":2,"skills":[`+busy+`]}`))
	ann.refused("POST queuedevice/101/queryacdstat", `{"skills":[1,3]}`, "100-019")
	ann.refused("POST queuedevice/101/queryskillstat", `{"vdnid":2}`, "600-002")
	for _, body := range []string{"", "{}", `{"skills":[]}`, `{"skills":["x"]}`, `{"skills":[10001]}`, `{"skills":[` + strings.Repeat("1,", maxSkillsAsked) + `1]}`} {
		ann.refused("POST queuedevice/101/queryacdstat", body, "000-002")
	}
	eve := o.signIn("201")
	eve.refused("POST queuedevice/201/queryacdstat", `{"skills":[1]}`, "600-005") // its VCC has no queues
	eve.refused("POST queuedevice/201/queryskillstat", `{"vdnid":1}`, "600-002")
}
