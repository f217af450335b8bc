package gateway

import (
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// TestRequired takes every member that the reference calls required from every built interface, and gives it a type and a length that
// it cannot have: the request is refused, and nothing but the proof of the session reaches a center.
func TestRequired(t *testing.T) {
	routes := map[string]Route{}
	for _, route := range Routes() {
		routes[route.Methods[0]+" "+Base+route.Path] = route
	}
	tried := 0
	for _, entries := range catalogue(t) {
		for _, e := range entries {
			route, known := routes[e.Method+" "+e.Path]
			if !known || !route.Built() || route.Kind != Incoming || !strings.Contains(route.Path, "{agentid}") || strings.Contains(route.Name, "ogin") {
				continue
			}
			line := route.Methods[0] + " " + openParameter.ReplaceAllString(strings.Replace(route.Path, "{agentid}", "101", 1), "102")
			for _, name := range required(e.Query) {
				tried++
				if e.LogName != "sendNotelet" { // a note's text may be empty, the newer form's page says (sendnoteletex)
					staysOut(t, line, "")
				}
				staysOut(t, line+"?"+name+"="+strings.Repeat("x", maxCallData+1), "")
			}
			for _, name := range required(e.Body) {
				tried++
				staysOut(t, line, "")
				staysOut(t, line, `{"`+name+`":{"x":1}}`)
				staysOut(t, line, `{"`+name+`":"`+strings.Repeat("x", maxCallData+1)+`"}`)
			}
		}
	}
	if tried < 25 {
		t.Errorf("only %d required members were found", tried)
	}
}

// required gives the names of the required ones of members.
func required(members []any) []string {
	var names []string
	for _, member := range members {
		m, _ := member.(map[string]any)
		name, _ := m["name"].(string)
		if needed, _ := m["required"].(bool); needed && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// staysOut makes a request that must be refused before a center hears of it.
func staysOut(t *testing.T, line, body string) {
	t.Helper()
	h := newHouse(t)
	w := h.call(line, body)
	if code := refusal(w); code == "0" || code == "100-007" {
		t.Errorf("%.90s %.60s: got %.200s", line, body, w.Body.String())
	}
	for _, cmd := range h.commands {
		if _, only := cmd.(center.Authenticate); !only {
			t.Errorf("%.90s %.60s: %T reached the center", line, body, cmd)
		}
	}
}
