package gateway

import (
	"regexp"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// groups is an office whose team has a leader, with a number that leads to a flow.
func groups(t *testing.T) (o *office, ann *desktop) {
	t.Helper()
	o = newOffice(t, func(c *center.Config) {
		c.Groups[0].Leader = 901
		c.Flows = []string{"menu"}
		c.AccessCodes = append(c.AccessCodes, center.AccessCode{Code: "2000", Flow: "menu"})
		c.Roles[0].Rights |= center.RightsOf(center.RightPickUp)
	})
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
	ann.refused("GET queuedevice/101/vdnskill/513", "", "000-002")
	ann.says("POST onlineagent/101/resetskill/false?skillid=2", "", okDone)
	o.callsIn()
	ann.says("GET queuedevice/101/waitnum", "", `{"message":"success","retcode":"0","result":1}`)
	ann.says("GET queuedevice/101/waitnumbyagent", "", `{"message":"success","retcode":"0","result":0}`)
	eve := o.signIn("201")
	eve.refused("GET queuedevice/201/innoinfo", "", "600-003")
	eve.refused("GET queuedevice/201/ivrinfo", "", "600-004")
}
