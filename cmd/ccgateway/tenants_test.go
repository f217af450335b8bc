package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
)

// names are what a request can name: an agent, a phone, a queue, a call, a group.
type names struct{ agent, phone, skill, skillName, call, group string }

// ends are interfaces that would end the asking session, or begin another; who asks in TestTenants must stay signed in.
var ends = []string{
	"logout", "forceLogout", "forceLogoutWithReason", "forceLogin", "forceLoginEx", "forceLoginExWithoutPhone", "loginByAccount",
	"updateGuid", "modifyAccountPwd", "modifyAccountPwdEx",
	"getAgentEvent",    // tells of what was done before
	"login", "loginEx", // TestTenants_SignIn; hashing passwords takes its time
}

// requestOf writes a request of an interface that names all these.
func (n names) requestOf(route *gateway.Route, agent string) (method, path, body string) {
	values := map[string]string{
		"agentid": agent, "workno": n.agent, "workNo": n.agent, "receiver": n.agent, "skillid": n.skill, "callid": n.call,
		"time": "60", "reason": "1", "restcause": "1", "autoflag": "false", "isautoanswer": "false", "flag": "true",
		"recordflag": "1", "recordbeforetalking": "0", "number": n.phone, "skilltype": "0", "vdnid": "2",
	}
	segments := strings.Split(route.Path, "/")
	for i, s := range segments {
		if name, isParameter := strings.CutPrefix(s, "{"); isParameter {
			segments[i] = values[strings.TrimSuffix(name, "}")]
		}
	}
	query := fmt.Sprintf("?callid=%s&callId=%s&skillid=%s&agents=%s&flag=1&customstate=7", n.call, n.call, n.skill, n.agent)
	body = fmt.Sprintf(`{"password":%q,"phonenum":%q,"forwardnumber":%q,"called":%q,"callid":%q,"mode":2,"calldata":"x","agentIds":[%q],`+
		`"content":"x","notelet":"x","targettype":1,"targetname":%q,"bulletindata":"x","skillid":%s}`,
		agentPassword, n.phone, n.phone, n.phone, n.call, n.agent, n.skillName, n.skill)
	return route.Methods[0], strings.Join(segments, "/") + query, body
}

// plain takes the names, times and new calls' ids out of an answer.
func (n names) plain(text string) string {
	text = newNumbers.ReplaceAllString(strings.ReplaceAll(text, n.call, "CALL"), "NEW")
	return strings.NewReplacer(n.phone, "PHONE", n.agent, "AGENT", n.skillName, "NAME", n.skill, "SKILL").Replace(text)
}

// newNumbers are those that no two answers share.
var newNumbers = regexp.MustCompile(`\d{10}-\d+|\d{13}|"ticket":"[^"]*"`)

// TestTenants: two tenants never see each other. Every interface that works, asked with what belongs to the other tenant, answers as
// for what does not exist, and nothing changes there (generated from the route table).
func TestTenants(t *testing.T) {
	t.Parallel()
	in := install(t)
	una := in.agent(201)
	in.agent(202, notServing) // signed in, so that there is something to find
	customer := in.customer("13900", amyTone).calls("2000")
	p := party{"$una", "13900", "2000"}
	una.expect(busy)
	phone := una.Phone.rung()
	una.expect(p.alerting())
	phone.lift()
	una.expect(offhook, p.ringing("0"))
	una.next("AgentEvent_Incoming_CallInfo")
	una.expect(p.customerAlerting())
	una.ok(una.PhonePickUp)
	una.expect(p.talking("0"), p.record())
	converse(phone, customer)
	waiting := in.customer("13901", bobTone).calls("2000")
	in.waiting(2, 4711, 1)
	before := in.look(2)

	other := names{"202", "40202", "4711", "helpline", in.bound("$una"), "second-line"}
	nobody := names{"777", "49999", "4722", "nonesuch", "1795000000-1", "no-such-line"}
	guids := map[string]string{"101": in.enter(101, "40101"), "901": in.enter(901, "40901")}
	asked := 0
	for _, route := range gateway.Routes() {
		if !route.Built() || route.Kind == gateway.Outgoing || route.Streams() || !strings.Contains(route.Path, "{agentid}") || slices.Contains(ends, route.Name) {
			continue
		}
		for agent, guid := range guids {
			asked++
			if !route.Streams() { // they go on
				in.sameAnswer(&route, agent, guid, other, nobody)
			}
			method, path, body := other.requestOf(&route, "201")
			if r := in.ask(method, path, guid, body); r.code() != "000-003" {
				t.Errorf("%s as the other tenant's agent: %s", route.Name, r.body)
			}
		}
	}
	if asked < 80 {
		t.Errorf("only %d requests", asked)
	}
	for _, guid := range guids {
		in.ask(http.MethodGet, "agentevent/201", guid, "").refused(t, "000-003")
	}
	after := in.look(2)
	if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(center.QueueView{}, "Longest")); diff != "" {
		t.Errorf("the other tenant has changed:\n%s", diff)
	}
	converse(phone, customer)
	waiting.hears(musicTone)
	una.quiet()
}

// sameAnswer asks an interface once with the other tenant's names and once with nobody's, from the same state.
func (in *installation) sameAnswer(route *gateway.Route, agent, guid string, other, nobody names) {
	in.t.Helper()
	var bodies []string
	for _, n := range []names{nobody, other} {
		if route.Group == "onlineagent" { // those change the state that the answer depends on
			in.ask(http.MethodPost, "onlineagent/"+agent+"/cancelrest", guid, "")
			in.ask(http.MethodPost, "onlineagent/"+agent+"/sayfree", guid, "")
		}
		method, path, body := n.requestOf(route, agent)
		r := in.ask(method, path, guid, body)
		bodies = append(bodies, n.plain(r.body))
		for _, secret := range []string{other.agent, other.phone, other.skillName, other.call} {
			if n == nobody && strings.Contains(newNumbers.ReplaceAllString(r.body, ""), secret) {
				in.t.Errorf("%s tells of the other tenant: %s", route.Name, r.body)
			}
		}
	}
	if len(bodies) == 2 && bodies[0] != bodies[1] {
		in.t.Errorf("%s by %s: with the other tenant's names\n  %s\nwith nobody's\n  %s", route.Name, agent, bodies[1], bodies[0])
	}
}

// TestTenants_SignIn: an agent cannot bind the other tenant's phone, and learns no more of it than of one that does not exist.
func TestTenants_SignIn(t *testing.T) {
	t.Parallel()
	in := install(t)
	in.phone("40202")
	for _, phone := range []string{"40202", "49999"} {
		_, err := in.trySignIn(client.SignIn{Agent: 101, Phone: phone})
		mustCode(t, err, "100-014")
	}
}

// TestTenants_Phones: a phone of one tenant reaches neither access codes nor phones nor agents of the other, and is answered as for
// numbers that do not exist.
func TestTenants_Phones(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	free := in.phone("40199") // registered, of nobody, in the same tenant as Ann
	una := in.phone("40201")
	nobody := una.calls("49999").over().Status
	for _, number := range []string{"1000", "1001", "40101", "40199", "101"} {
		if end := una.calls(number).over(); end.Status != nobody || end.Status < 400 {
			t.Errorf("%s answers %s to the other tenant's phone, not %d as nobody does", number, end, nobody)
		}
	}
	ann.Phone.notCalled()
	free.notCalled()
	ann.quiet()
	// Its own it reaches.
	own := una.calls("2000")
	in.waiting(2, 4711, 1)
	own.hears(musicTone)
	// As does a phone of the first tenant: a code and a phone.
	inner := free.calls("1000")
	served := answerByHand(in, ann, inner, party{"$inner", "40199", "1000"})
	converse(served, inner)
}
