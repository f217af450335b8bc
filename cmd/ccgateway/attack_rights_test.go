package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
)

// byPassword are interfaces that a password opens, not a session.
var byPassword = []string{"login", "loginEx", "forceLogin", "forceLoginEx", "forceLoginExWithoutPhone", "loginByAccount", "modifyAccountPwd", "modifyAccountPwdEx"}

// TestAttack_OtherAgentsNumber: every interface that works, streams too, called with a valid session and a colleague's number in the path,
// refuses as if there were no session, and changes nothing (generated from the route table). TestTenants does the same with the numbers of
// another tenant, in the path and in every parameter.
func TestAttack_OtherAgentsNumber(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann, ivy := in.enter(101, "40101"), in.enter(901, "40901") // an agent, and one with rights over others
	ben := in.agent(102, notServing)
	in.phone("40103")
	before := in.look(1)
	target := names{"102", "40102", "1", "support", "1795000000-1", "nobody"}
	asked := 0
	for _, route := range gateway.Routes() {
		if !route.Built() || route.Kind == gateway.Outgoing || !strings.Contains(route.Path, "{agentid}") || slices.Contains(byPassword, route.Name) {
			continue
		}
		for _, guid := range []string{ann, ivy} {
			for _, c := range []struct{ agent, want string }{
				{"102", "000-003"}, {"103", "100-006"}, {"777", "100-006"}, {"201", "100-006"}, // signed in, not, unknown, of the other tenant and not
			} {
				asked++
				method, path, body := target.requestOf(&route, c.agent)
				r := in.ask(method, path, guid, body)
				if r.code() != c.want {
					t.Errorf("%s as %s: %s, not %s", route.Name, c.agent, r.body, c.want)
				}
				if text := "agent " + c.agent + " is not signed in"; c.want == "100-006" && !strings.Contains(r.body, text) { // known or not
					t.Errorf("%s as %s: %s, not %q", route.Name, c.agent, r.body, text)
				}
			}
		}
		for _, guid := range []string{"", "invented", strings.ToUpper(ben.GUID()), ben.GUID() + "x", ben.GUID()[1:]} {
			method, path, body := target.requestOf(&route, "102")
			if r := in.ask(method, path, guid, body); r.code() != "000-003" {
				t.Errorf("%s with the GUID %q: %s", route.Name, guid, r.body)
			}
		}
	}
	if asked < 400 {
		t.Errorf("only %d requests", asked)
	}
	if diff := cmp.Diff(before, in.look(1), cmpopts.IgnoreFields(center.QueueView{}, "Longest")); diff != "" {
		t.Errorf("something has changed:\n%s", diff)
	}
	ben.quiet()
	for agent, guid := range map[string]string{"101": ann, "901": ivy} { // who asked is still signed in
		if r := in.ask(http.MethodGet, "onlineagent/"+agent+"/agentstatus", guid, ""); r.code() != "0" {
			t.Errorf("agent %s: %s", agent, r.body)
		}
	}
}
