package gateway

import (
	"slices"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// olderPages say of the interfaces that only older servers are known to have what the catalogue says of the others. Those that are a second path
// of an interface of the catalogue are tried with that one's members.
var olderPages = []page{
	{LogName: "releaseEx", Method: "DELETE", Path: "voicecall/{agentid}"},
	{LogName: "previewCallout", Method: "PUT", Path: "voicecall/{agentid}/previewcallout", Body: []any{
		member("called", "string", "at most 24 characters", true), member("callcontrolid", "int", "", true),
	}},
	{LogName: "pauseRecord", Method: "POST", Path: "recordplay/{agentid}/pauserecord"},
	{LogName: "resumeRecord", Method: "POST", Path: "recordplay/{agentid}/resumerecord"},
	{LogName: "beginMonitor", Method: "POST", Path: "qualitycontrol/{agentid}/beginmonitor", Query: []any{member("agents", "string", "", true)}},
	{LogName: "qcSetAgentSelfRecord", Method: "POST", Path: "qualitycontrol/{agentid}/setselfrecord/{recordflag}/{recordbeforetalking}", Params: []any{
		member("recordflag", "int", "0 or 1", true), member("recordbeforetalking", "int", "0 or 1", true),
	}, Query: []any{member("agents", "string", "", true)}},
	{LogName: "qcCancelAgentSelfRecord", Method: "POST", Path: "qualitycontrol/{agentid}/cancelselfrecord", Query: []any{member("agents", "string", "", true)}},
	{LogName: "endMonitor", Method: "POST", Path: "qualitycontrol/{agentid}/endmonitor", Query: []any{member("agents", "string", "", true)}},
}

func member(name, kind, limits string, required bool) map[string]any {
	return map[string]any{"name": name, "type": kind, "limits": limits, "required": required}
}

// TestBadInput_Older does with the interfaces of older servers what TestBadInput_Everywhere does with the catalogue's. The agent has every right.
func TestBadInput_Older(t *testing.T) {
	everything := func(c *center.Config) { c.Roles[0].Rights, c.Inspection.Inspectors = allRights(), true }
	for _, route := range Routes() {
		if route.Kind != Older || !strings.Contains(route.Path, "{agentid}") {
			continue
		}
		at := slices.IndexFunc(olderPages, func(p page) bool {
			return p.LogName == route.Name && p.Method == route.Methods[0] && p.Path == route.Path
		})
		if at < 0 {
			t.Errorf("%s %s is not tried", route.Methods[0], route.Path)
			continue
		}
		t.Run(route.Name, func(t *testing.T) {
			l := newLab(t, everything)
			for _, a := range olderPages[at].attempts(route) {
				if l.succeeds(olderPages[at], a, func(code string) bool { return result.Code(code).Known() }, nil) {
					l = newLab(t, everything)
				}
			}
		})
	}
}
