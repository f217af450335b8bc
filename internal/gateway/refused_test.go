package gateway

import (
	"net/http/httptest"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// refusal is what a client reads of a reply.
func refusal(w *httptest.ResponseRecorder) string {
	_, after, _ := strings.Cut(w.Body.String(), `"retcode":"`)
	code, _, _ := strings.Cut(after, `"`)
	return code
}

// TestWrong sends what is wrong and looks for the code, and that nothing but the proof of the session reached a center.
func TestWrong(t *testing.T) {
	big := strings.Repeat("x", maxCallData+1)
	for _, c := range []struct{ line, body, code, message string }{
		// the path
		{"GET /", "", "000-002", "no such path"},
		{"GET /agentgateway/resource", "", "000-002", "no such interface"},
		{"GET /agentgateway/other/onlineagent/101", "", "000-002", "no such path"},
		{"GET nothing/101", "", "000-002", "no such interface"},
		{"POST onlineagent/101/sayfree/more", "", "000-002", "no such interface"},
		{"POST onlineagent/101/updateguid", "", "000-002", "no such interface"},
		{"GET onlineagent/101/sayfree", "", "000-002", "called with POST"},
		{"GET onlineagent/101", "", "000-002", "called with PUT"},
		{"OPTIONS voicecall/101/phonepickup", "", "000-002", "called with POST or PUT"},
		{"POST onlineagent/100/sayfree", "", "000-002", "agentid is not a number from 101 to 999999"},
		{"POST onlineagent/1000000/sayfree", "", "000-002", "agentid"},
		{"POST onlineagent/-101/sayfree", "", "000-002", "agentid"},
		{"POST onlineagent/+101/sayfree", "", "000-002", "agentid"},
		{"POST onlineagent/abc/sayfree", "", "000-002", "agentid"},
		{"POST onlineagent/99999999999999999999/sayfree", "", "000-002", "agentid"},
		{"POST onlineagent/101/rest/0/0", "", "000-002", "time is not a number from 1 to 86399"},
		{"POST onlineagent/101/rest/86400/0", "", "000-002", "time"},
		{"POST onlineagent/101/rest/60/256", "", "000-002", "restcause"},
		{"POST onlineagent/101/autoanswer/longer", "", "000-002", "isautoanswer"},
		{"POST onlineagent/101/autoenteridle/longer", "", "000-002", "flag"},
		{"POST onlineagent/101/setselfrecord/2/0", "", "000-002", "recordflag"},
		{"GET onlineagent/101/agentskillsbyworkno/7", "", "000-002", "workno"},
		{"POST qualitycontrol/901/forcelogout/abc", "", "000-002", "workNo"},
		{"POST qualitycontrol/901/forcerest/101/60/0", "", "000-002", "reason"},
		{"GET queuedevice/101/skillwaitnum/0", "", "000-002", "skillid"},
		// query and body
		{"POST onlineagent/101/saybusy?reason=5", "", "000-002", "reason"},
		{"POST onlineagent/101/saybusy?reason=251", "", "000-002", "reason"},
		{"POST onlineagent/101/saybusy?prolong=maybe", "", "000-002", "prolong"},
		{"POST onlineagent/101/settalkright", "", "000-002", "flag is missing"},
		{"POST onlineagent/101/settalkright?flag=2", "", "000-002", "flag"},
		{"POST onlineagent/101/setcustomstate", "", "000-002", "customstate"},
		{"POST onlineagent/101/setcustomstate?customstate=65535", "", "000-002", "customstate"},
		{"POST onlineagent/101/resetskill/false?skillid=1;x", "", "000-002", "skillid"},
		{"POST onlineagent/101/resetskill/false?skillid=" + strings.Repeat("1;", 2001), "", "000-002", "4000"},
		{"DELETE onlineagent/101/forcelogoutwithreason/256", "", "100-005", "reason"},
		{"DELETE onlineagent/101/forcelogoutwithreason/x", "", "100-005", "reason"},
		{"POST onlineagent/101/sendnoteletex", `{"content":"x"}`, "100-001", "agentIds"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[102]}`, "100-001", "content"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[102],"content":null}`, "100-001", "content"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[]}`, "100-001", "receivers"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[7]}`, "100-001", "receiver"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[[102]]}`, "100-001", "plain values"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":{}}`, "100-001", "list"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[` + strings.Repeat("102,", 100) + `102]}`, "100-001", "1 to 100 receivers"},
		{"POST onlineagent/101/sendnoteletex", `{"agentIds":[102],"content":"` + strings.Repeat("é", 512) + `"}`, "100-001", "1023"},
		{"POST onlineagent/101/notifybulletin", `{"targettype":2,"bulletindata":"x","targetname":"y"}`, "000-002", "targettype"},
		{"POST onlineagent/101/notifybulletin", `{"targettype":1,"targetname":"y"}`, "000-002", "bulletindata"},
		{"POST onlineagent/101/notifybulletin", `{"targettype":1,"bulletindata":"x"}`, "000-002", "targetname"},
		{"POST onlineagent/101/bindphone", ``, "000-002", "phonenum"},
		{"POST onlineagent/101/modifyaccountpwdex", `{"oldPassword":"x","newPassword":"short"}`, "000-002", "newPassword"},
		{"POST onlineagent/101/modifyaccountpwdex", `{"newPassword":"longenough"}`, "000-002", "oldPassword"},
		{"POST onlineagent/101/modifyaccountpwd?oldpassword=x", ``, "000-002", "newpassword"},
		{"PUT voicecall/101/callout", ``, "000-002", "called is missing"},
		{"PUT voicecall/101/callout", `{"called":"+49123"}`, "000-002", "called"},
		{"PUT voicecall/101/callout", `{"called":"1234567890123456789012345"}`, "000-002", "24"},
		{"PUT voicecall/101/callout", `{"called":"1","skillid":"x"}`, "000-002", "skillid"},
		{"PUT voicecall/101/callout", `{"called":{"x":1}}`, "000-002", "plain value"},
		{"PUT voicecall/101/callout", `{"called":"1","callappdata":"` + big + `"}`, "000-002", "callappdata"},
		{"PUT voicecall/101/callinner", `{"called":"1","caller":"a1"}`, "000-002", "caller"},
		{"POST voicecall/101/reject", ``, "000-002", "mode is missing"},
		{"POST voicecall/101/reject", `{"mode":3}`, "000-002", "mode"},
		{"PUT calldata/101/setcalldataex", `{"calldata":"%%","isDataEncoded":true}`, "000-002", "Base64"},
		{"PUT calldata/101/setcalldataex", `{"calldata":"` + big + `"}`, "000-002", "calldata"},
		{"GET calldata/101/callinfo?isNoContainLastCall=perhaps", ``, "000-002", "isNoContainLastCall"},
		// JSON
		{"PUT voicecall/101/callout", `{"called":"1",}`, "000-002", "not valid JSON at byte 15"},
		{"PUT voicecall/101/callout", `{"called":"1"`, "000-002", "not valid JSON at byte 13"},
		{"PUT voicecall/101/callout", `[1]`, "000-002", "not a JSON object"},
		{"PUT voicecall/101/callout", `"called"`, "000-002", "not a JSON object"},
		{"PUT voicecall/101/callout", `{"called":"1"} {}`, "000-002", "not valid JSON at byte 16"},
		{"PUT voicecall/101/callout", strings.Repeat(`[`, 20000), "000-002", "not valid JSON"},
		{"PUT voicecall/101/callout", `{"x":"` + strings.Repeat("x", maxBody) + `"}`, "000-002", "larger than 262144 bytes"},
	} {
		t.Run(c.line[:min(len(c.line), 60)]+" "+c.body[:min(len(c.body), 40)], func(t *testing.T) {
			h := newHouse(t)
			h.Recall(101, []center.Token{tokenOf(guid1)})
			w := h.call(c.line, c.body)
			if got := refusal(w); got != c.code || !strings.Contains(w.Body.String(), c.message) {
				t.Errorf("got %s\nwant %s with %q", w.Body.String(), c.code, c.message)
			}
			for _, cmd := range h.commands {
				if _, only := cmd.(center.Authenticate); !only {
					t.Errorf("%T reached the center", cmd)
				}
			}
		})
	}
}

// TestOrder proves the order of checks (DECISIONS 5): path, session, GUID, then what the interface itself finds.
func TestOrder(t *testing.T) {
	const badPath, badBody, good = "POST onlineagent/101/rest/0/0?prolong=x", `{"mode":9}`, `{"mode":1}`
	for name, c := range map[string]struct {
		line, body string
		session    *result.Error // what the center finds
		want       string
	}{
		"path before no session":       {badPath, "", result.NotSignedIn.Err(), "000-002"},
		"no session before body":       {"POST voicecall/101/reject", badBody, result.NotSignedIn.Err(), "100-006"},
		"wrong GUID before body":       {"POST voicecall/101/reject", badBody, result.NoRight.Err(), "000-003"},
		"no session before broken":     {"POST voicecall/101/reject", `{`, result.NotSignedIn.Err(), "100-006"},
		"body when the session is":     {"POST voicecall/101/reject", badBody, nil, "000-002"},
		"unknown agent before body":    {"POST voicecall/7777/reject", badBody, nil, "100-006"},
		"unknown agent, all else well": {"POST voicecall/7777/reject", good, nil, "100-006"},
		"no session, all else well":    {"POST voicecall/101/reject", good, result.NotSignedIn.Err(), "100-006"},
		"reason after no session":      {"DELETE onlineagent/101/forcelogoutwithreason/0", "", result.NotSignedIn.Err(), "100-006"},
		"not built after no session":   {"POST mediacall/101/transfer", "", result.NotSignedIn.Err(), "100-006"},
		"not built after wrong GUID":   {"POST mediacall/101/transfer", "", result.NoRight.Err(), "000-003"},
		"not built":                    {"POST mediacall/101/transfer", "", nil, "100-007"},
		"not built, without agent":     {"POST config/login", "", nil, "100-007"},
		"not built, number wrong":      {"POST mediacall/7/transfer", "", nil, "000-002"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.answers(center.Authenticated{}, c.session)
			if got := refusal(h.call(c.line, c.body)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNotBuilt_NamesTheInterface(t *testing.T) {
	h := newHouse(t)
	expect(t, h.call("POST mediacall/101/imagecapture", ""), `{"message":"not built yet: imageCapture","retcode":"100-007"}`)
}
