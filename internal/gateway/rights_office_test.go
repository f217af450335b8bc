package gateway

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/doctest"
)

func TestRightsDoc(t *testing.T) {
	doctest.Page(t, filepath.Join("..", "..", "docs", "rights.md"), RightsDoc(), *update, "go generate ./internal/gateway")
	if slices.Compare(slices.Sorted(maps.Keys(meanings)), slices.Sorted(maps.Keys(center.RightNames))) != 0 {
		t.Error("not every right has a meaning")
	}
}

// allRights are all that allow something.
func allRights() center.Rights {
	var all center.Rights
	for right := range center.RightNames {
		if right != center.RightNoInbound && right != center.RightNoCallerNumber {
			all |= center.RightsOf(right)
		}
	}
	return all
}

// entitled is an office in which Ann (101), Ben (102) and Ivy (901) may do everything. Each has a role of his own, with his number. There is
// a flow, and a shelf of recordings.
type entitled struct {
	*office
	ann, ben, ivy *desktop
	config        center.Config
}

func newEntitled(t *testing.T) *entitled {
	e := &entitled{}
	shelf := newShelf()
	e.office = newOfficeWith(t, Config{Recordings: shelf}, func(c *center.Config) {
		for i, role := range map[int]int{0: 11, 1: 12, 4: 13} {
			c.Agents[i].Role, c.Agents[i].Group = role, 7
			c.Roles = append(c.Roles, center.Role{ID: role, Name: strconv.Itoa(role), Rights: allRights()})
		}
		c.Agents[4].Skills = []center.AgentSkill{{Skill: 2, Weight: 1}}
		c.Inspection.Inspectors = true // all of them are inspectors here
		c.Flows = []string{"menu"}
		c.AccessCodes = append(c.AccessCodes, center.AccessCode{Code: "2000", Flow: "menu"})
		c.Numbering = center.Numbering{International: []string{"00"}, National: []string{"01"}}
		e.config = *c
	})
	t.Cleanup(shelf.conversions.Wait)
	e.ann, e.ben, e.ivy = e.signIn("101"), e.signIn("102"), e.signIn("901")
	return e
}

// withhold takes rights from an agent's role, or gives him restrictions.
func (e *entitled) withhold(d *desktop, n Need) {
	e.t.Helper()
	changed := e.config
	changed.Roles = slices.Clone(e.config.Roles)
	role := map[string]int{"101": 11, "102": 12, "901": 13}[d.id]
	for i := range changed.Roles {
		for _, right := range n.Rights {
			if changed.Roles[i].ID == role && !n.Forbids {
				changed.Roles[i].Rights &^= 1 << (right - 1)
			} else if changed.Roles[i].ID == role {
				changed.Roles[i].Rights |= 1 << (right - 1)
			}
		}
	}
	reply, err := e.host.Do(context.Background(), 1, center.Configure{Config: changed})
	if err != nil || reply.Err != nil {
		e.t.Fatal(err, reply.Err)
	}
}

// seen is what there is in the center.
func (e *entitled) seen() any {
	e.t.Helper()
	reply, err := e.host.Do(context.Background(), 1, center.Look{})
	if err != nil {
		e.t.Fatal(err)
	}
	return reply.Value
}

// trial is a request that one right decides about: what comes before it, and the request of the desktop that prepare gives.
type trial struct {
	prepare func(e *entitled) (d *desktop, line, body string)
}

// inTalk lets Ann talk with a caller; the request is hers. {call} in it is that call.
func inTalk(line, body string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		e.talk(e.ann)
		call := callIDForm.FindString(e.ann.call("GET calldata/101/callinfo", ""))
		fill := strings.NewReplacer("{call}", call)
		return e.ann, fill.Replace(line), fill.Replace(body)
	}}
}

// byAnn is a request from the state after the sign-in.
func byAnn(line, body string) trial {
	return trial{func(e *entitled) (*desktop, string, string) { return e.ann, line, body }}
}

// byIvy is the inspector's request from the state after the sign-in.
func byIvy(line string) trial {
	return trial{func(e *entitled) (*desktop, string, string) { return e.ivy, line, "" }}
}

// overAnn lets Ann talk; the request is Ivy's, about her.
func overAnn(line, body string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		_, line, body := inTalk(line, body).prepare(e)
		return e.ivy, line, body
	}}
}

// inspecting is overAnn while Ivy inspects already: mode 0 listens, 2 whispers.
func inspecting(mode int, line string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		d, line, body := overAnn(line, "").prepare(e)
		begin := map[int]string{0: "PUT qualitycontrol/901/addsupervise/101", 2: "POST qualitycontrol/901/requestwhisperagent?whisperagentid=101"}[mode]
		d.says(begin, "", okQuietly)
		e.begins(d)
		return d, line, body
	}}
}

// preview shows Ann a customer's number.
func preview(number string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		e.ann.says("POST onlineagent/101/resetskill/true", "", okDone)
		control := e.offers(number)
		return e.ann, "PUT voicecall/101/previewCallout", fmt.Sprintf(`{"called":%q,"callcontrolid":%d}`, number, control)
	}}
}

// ringing lets a caller ring at Ben.
func ringing(line string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		e.ben.says("POST onlineagent/102/resetskill/true", "", okDone)
		e.callsIn()
		e.rings("40102")
		return e.ann, line, ""
	}}
}

// queued lets a caller wait whom nobody serves.
func queued(line string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		e.callsIn()
		waiting := callIDForm.FindString(e.ann.call("GET calldata/101/waitcallinfo/1", ""))
		return e.ann, strings.Replace(line, "{call}", waiting, 1), ""
	}}
}

// consulting lets Ann, who holds a customer, talk with Ben.
func consulting(line, body string) trial {
	return trial{func(e *entitled) (*desktop, string, string) {
		d, line, body := inTalk(line, body).prepare(e)
		d.says("POST voicecall/101/hold", "", okDone)
		d.call("PUT voicecall/101/callinner", `{"called":"102"}`)
		e.rings("40102")
		e.lifts("40102")
		e.ben.says("PUT voicecall/102/answer", "", okDone)
		return d, line, body
	}}
}

// byKind are trials to an ordinary, a national and an international number.
func byKind(interfaceName string, prepare func(number string) trial) map[string]trial {
	return map[string]trial{
		interfaceName + ": to an outside number":       prepare("0399"),
		interfaceName + ": to a national number":       prepare("0199"),
		interfaceName + ": to an international number": prepare("0099"),
	}
}

// trials has one for every row of the table: by the interface and the case.
func trials() map[string]trial {
	all := map[string]trial{
		"onlineagent/sayBusy": byAnn("POST onlineagent/101/saybusy", ""),
		"voicecall/callInner": byAnn("PUT voicecall/101/callinner", `{"called":"102"}`),
		"voicecall/callInnerSkill": {func(e *entitled) (*desktop, string, string) {
			e.ben.says("POST onlineagent/102/resetskill/true", "", okDone)
			return e.ann, "PUT voicecall/101/callinnerskill", `{"skillId":1}`
		}},
		"voicecall/snatchPickup":                           ringing("PUT voicecall/101/snatchpickup?destWorkNo=102"),
		"voicecall/requestAppointedCall":                   queued("POST voicecall/101/requestcall/{call}/0?skillId=1"),
		"voicecall/hold":                                   inTalk("POST voicecall/101/hold", ""),
		"voicecall/connectHold":                            consulting("POST voicecall/101/connecthold/{call}", ""),
		"voicecall/beginMute":                              inTalk("POST voicecall/101/beginmute", ""),
		"voicecall/innerHelp: of two parties":              inTalk("POST voicecall/101/innerhelp", `{"dstaddress":"102","devicetype":"2","mode":"1"}`),
		"voicecall/innerHelp: of three parties":            inTalk("POST voicecall/101/innerhelp", `{"dstaddress":"102","devicetype":"2","mode":"2"}`),
		"voicecall/confJoin":                               consulting("POST voicecall/101/confjoin", `{"callid":"{call}"}`),
		"voicecall/transfer: to an agent or a skill queue": inTalk("POST voicecall/101/transfer", `{"devicetype":"1","address":"1","mode":"0"}`),
		"voicecall/transfer: to an agent":                  inTalk("POST voicecall/101/transfer", `{"devicetype":"2","address":"102","mode":"0"}`),
		"voicecall/transfer: to a flow":                    inTalk("POST voicecall/101/transfer", `{"devicetype":"3","address":"2000","mode":"0"}`),

		"calldata/queryAllCallInfoByAgentWorkNoEx: about another agent": overAnn("GET calldata/901/allcallinfoEx/101", ""),
		"calldata/queryHoldListInfoEx: about another agent": {func(e *entitled) (*desktop, string, string) {
			d, line, body := overAnn("GET calldata/901/holdlistex/101", "").prepare(e)
			e.ann.says("POST voicecall/101/hold", "", okDone)
			return d, line, body
		}},

		"recordplay/beginPlay: of another agent":       byAnn("PUT recordplay/101/play", `{"voicepath":"c1-102"}`),
		"recordplay/beginNetPlay: of another agent":    byAnn("POST recordplay/101/netplay", `{"fileName":"c1-102","ccId":1}`),
		"other/downloadRecordFile: of another agent":   byAnn("GET recordfile/101?recordId=c1-102", ""),
		"other/downloadRecordFileEx: of another agent": byAnn("GET recordfile/101/recordfiledownloadEx?callId=c1&workNo=102", ""),

		"qualitycontrol/addInsert":                       overAnn("PUT qualitycontrol/901/addinsert/101", ""),
		"qualitycontrol/addSupervise":                    overAnn("PUT qualitycontrol/901/addsupervise/101", ""),
		"qualitycontrol/requestWhisperAgent":             overAnn("POST qualitycontrol/901/requestwhisperagent?whisperagentid=101", ""),
		"qualitycontrol/stopSuperviseOrInsert":           inspecting(0, "DELETE qualitycontrol/901/101"),
		"qualitycontrol/switchSuperviseOrInsert":         inspecting(0, "POST qualitycontrol/901/switch/101"),
		"qualitycontrol/requestStopWhisperAgent":         inspecting(2, "POST qualitycontrol/901/requeststopwhisperagent?whisperagentid=101"),
		"qualitycontrol/requestSwitchInsertWhisperAgent": inspecting(0, "POST qualitycontrol/901/requestswitchinsertwhisperagent?whisperagentid=101&switchtype=1"),
		"qualitycontrol/intercept":                       inspecting(0, "PUT qualitycontrol/901/intercept/101"),
		"qualitycontrol/forceBusy":                       overAnn("POST qualitycontrol/901/forcebusy/102", ""),
		"qualitycontrol/forceIdle":                       overAnn("POST qualitycontrol/901/forceidle/102", ""),
		"qualitycontrol/forceRest":                       overAnn("POST qualitycontrol/901/forcerest/102/60/1", ""),
		"qualitycontrol/forceLogOutAgent":                overAnn("POST qualitycontrol/901/forcelogout/101", ""),
		"qualitycontrol/adjustSkill":                     overAnn("POST qualitycontrol/901/adjustskill", `{"workNo":"101","skills":[2]}`),
		"qualitycontrol/forceDropCall":                   overAnn("POST qualitycontrol/901/forcedropcall/{call}", ""),
		"qualitycontrol/beginMonitor":                    overAnn("POST qualitycontrol/901/beginmonitor?agents=101", ""),
		"qualitycontrol/qcSetAgentSelfRecord":            byIvy("POST qualitycontrol/901/setselfrecord/1/0?agents=101;102"),
		"qualitycontrol/qcCancelAgentSelfRecord": {func(e *entitled) (*desktop, string, string) {
			e.ivy.says("POST qualitycontrol/901/setselfrecord/1/0?agents=101", "", okQuietly)
			return e.ivy, "POST qualitycontrol/901/cancelselfrecord?agents=101", ""
		}},
		"qualitycontrol/queryAllMonitoredAgents": overAnn("GET qualitycontrol/901/allagent", ""),
		"qualitycontrol/localRecordPath":         byAnn("GET qualitycontrol/101/localrecordpath?recordId=c1-102&format=1", ""),

		"agentgroup/queryAgentInfoBySkillId": byAnn("GET agentgroup/101/agentbyskill/1", ""),
	}
	maps.Copy(all, byKind("onlineagent/setForwarding", func(number string) trial {
		return byAnn("POST onlineagent/101/setforwarding", `{"forwardnumber":"`+number+`"}`)
	}))
	maps.Copy(all, byKind("voicecall/callout", func(number string) trial { return byAnn("PUT voicecall/101/callout", `{"called":"`+number+`"}`) }))
	maps.Copy(all, byKind("voicecall/previewCallout", preview))
	maps.Copy(all, byKind("voicecall/transfer", func(number string) trial {
		return inTalk("POST voicecall/101/transfer", `{"devicetype":"5","address":"`+number+`","mode":"3"}`)
	}))
	return all
}

// TestRights tries every row of the table without its right: the documented code, and nothing has changed; and with it.
func TestRights(t *testing.T) {
	known := trials()
	tried := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(needs)) {
		for _, n := range needs[key] {
			name := strings.TrimSuffix(key+": "+n.When, ": ")
			one, ok := known[name]
			if !ok {
				t.Errorf("%s is not tried", name)
				continue
			}
			tried[name] = true
			t.Run(name+", "+n.words(), func(t *testing.T) {
				t.Run("without", func(t *testing.T) { one.without(t, n) })
				t.Run("with", func(t *testing.T) { one.with(t) })
			})
		}
	}
	for name := range known {
		if !tried[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
}

func (one trial) without(t *testing.T, n Need) {
	e := newEntitled(t)
	d, line, body := one.prepare(e)
	e.withhold(map[bool]*desktop{false: d, true: e.ben}[n.Target], n)
	all := []*desktop{e.ann, e.ben, e.ivy}
	for _, one := range all {
		one.events()
	}
	before := e.seen()
	d.refused(line, body, string(n.Code))
	if diff := cmp.Diff(before, e.seen()); diff != "" {
		t.Errorf("%s has changed something:\n%s", line, diff)
	}
	for _, one := range all {
		one.hears("")
	}
}

func (one trial) with(t *testing.T) {
	e := newEntitled(t)
	d, line, body := one.prepare(e)
	if got := d.call(line, body); !strings.Contains(got, `"retcode":"0"`) && strings.Contains(got, `"retcode"`) || got == "" {
		t.Errorf("%s %s: %s", line, body, got)
	}
}

// TestNeeds: every key of the table is an interface that works.
func TestNeeds(t *testing.T) {
	found := map[string]bool{}
	for _, route := range Routes() {
		if len(route.Needs()) > 0 && route.Built() {
			found[route.Group+"/"+route.Name] = true
		}
	}
	for key := range needs {
		if !found[key] {
			t.Errorf("%s is no interface that works", key)
		}
	}
}
