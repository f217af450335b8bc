package gateway

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"ccgateway/internal/reftest"
)

// entry is what the catalogue says of an interface, as far as these tests look.
type entry struct {
	LogName string `yaml:"log_name"`
	Method  string `yaml:"method"`
	Path    string `yaml:"path"`
	Query   []any  `yaml:"query"`
	Body    []any  `yaml:"body"`
	Result  struct {
		Type   string `yaml:"type"`
		Member string `yaml:"member"`
	} `yaml:"result"`
	Example struct {
		Response map[string]any `yaml:"response"`
	} `yaml:"example"`
}

// catalogueGroups are the files of the catalogue.
var catalogueGroups = []string{
	"onlineagent", "agentevent", "voicecall", "calldata", "recordplay", "other", "qualitycontrol", "agentgroup", "queuedevice",
	"textchat", "mediacall", "conference", "config",
}

// catalogue reads the reference beside the repository.
func catalogue(t *testing.T) map[string][]entry {
	t.Helper()
	groups := map[string][]entry{}
	for _, group := range catalogueGroups {
		text, err := os.ReadFile(reftest.Path(t, "cc-gateway-api/"+group+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Interfaces []entry `yaml:"interfaces"`
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatalf("%s: %v", group, err)
		}
		groups[group] = file.Interfaces
	}
	return groups
}

// TestRoutes_AreTheCatalogue: every interface of the reference stands in the table, in its order, and no other is counted.
func TestRoutes_AreTheCatalogue(t *testing.T) {
	byGroup := map[string][]Route{}
	counted := 0
	for _, route := range Routes() {
		if route.Kind == Incoming || route.Kind == Outgoing {
			byGroup[route.Group] = append(byGroup[route.Group], route)
			counted++
		}
	}
	if counted != 240 {
		t.Errorf("the table counts %d interfaces, the reference 240", counted)
	}
	for group, entries := range catalogue(t) {
		routes := byGroup[group]
		if len(routes) != len(entries) {
			t.Errorf("%s: %d interfaces in the table, %d in the reference", group, len(routes), len(entries))
			continue
		}
		for i, want := range entries {
			got := routes[i]
			path, incoming := strings.CutPrefix(want.Path, Base)
			if got.Methods[0] != want.Method || got.Path != path || incoming == (got.Kind == Outgoing) {
				t.Errorf("%s: the table has %s %s, the reference %s %s", group, got.Methods[0], got.Path, want.Method, path)
			}
			name := strings.TrimSuffix(want.LogName, " (inferred)")
			if name != "" && name != "(unknown)" && got.Name != name || got.Name == "" {
				t.Errorf("%s %s: log name %q, the reference has %q", group, path, got.Name, name)
			}
		}
	}
}

// TestRoutes_AreReachable: each route is found by its own path, and no two have the same.
func TestRoutes_AreReachable(t *testing.T) {
	routes := Routes()
	find := newRouter(routes)
	for _, route := range routes {
		if route.Kind == Outgoing {
			continue
		}
		var segments []string
		for segment := range strings.SplitSeq(route.Path, "/") {
			if strings.HasPrefix(segment, "{") {
				segment = "101"
			}
			segments = append(segments, segment)
		}
		for _, method := range route.Methods {
			found, parameters, err := find.find(method, Base+strings.Join(segments, "/"))
			if err != nil || found.Name != route.Name || found.Path != route.Path || len(parameters) != strings.Count(route.Path, "{") {
				t.Errorf("%s %s leads to %+v, %v", method, route.Path, found, err)
			}
			for i, parameter := range parameters {
				if !strings.Contains(route.Path, "{"+parameter.name+"}") || parameter.value != "101" {
					t.Errorf("%s: parameter %d is %+v", route.Path, i, parameter)
				}
			}
		}
	}
}

// TestRoutes_Shapes compares the form of each built interface's reply with the page's own example.
func TestRoutes_Shapes(t *testing.T) {
	examples := map[string]entry{}
	for _, entries := range catalogue(t) {
		for _, e := range entries {
			examples[e.Method+" "+e.Path] = e
		}
	}
	compared := 0
	for _, route := range Routes() {
		e, known := examples[route.Methods[0]+" "+Base+route.Path]
		if !route.Built() || !known || len(e.Example.Response) == 0 {
			continue
		}
		if code := e.Example.Response["retcode"]; route.shape.kind == filed && code != "0" { // a download's page shows an envelope for a refusal only
			continue
		}
		compared++
		if message, _ := e.Example.Response["message"].(string); message != route.shape.message {
			t.Errorf("%s: message %q, the page has %q", route.Name, route.shape.message, message)
		}
		result, has := e.Example.Response[e.Result.Member]
		text, _ := json.Marshal(result)
		switch {
		case route.shape.kind == absent && has, route.shape.kind != absent && !has,
			route.shape.kind == reserved && string(text) != "{}", route.shape.kind == noted && string(text) != "null",
			has && route.shape.member != e.Result.Member:
			t.Errorf("%s: form %+v, the page has %s: %s", route.Name, route.shape, e.Result.Member, text)
		}
	}
	if compared < 45 {
		t.Errorf("only %d examples were found", compared)
	}
}

// TestRoutes_Working: of the groups about agents, voice calls and inspection nothing is missing.
func TestRoutes_Working(t *testing.T) {
	built := map[string]int{}
	for _, route := range Routes() {
		if route.Kind != Incoming {
			continue
		}
		if route.Built() {
			built[route.Group]++
		}
		switch route.Group {
		case "onlineagent", "agentevent", "voicecall", "calldata", "recordplay", "other", "qualitycontrol", "agentgroup", "queuedevice":
			if !route.Built() {
				t.Errorf("%s: %s is missing", route.Group, route.Name)
			}
		}
	}
	for group, want := range map[string]int{
		"onlineagent": 38, "voicecall": 33, "calldata": 14, "recordplay": 13, "other": 4, "qualitycontrol": 18, "agentgroup": 13, "queuedevice": 10,
	} {
		if built[group] != want {
			t.Errorf("%s has %d interfaces, %d are built", group, want, built[group])
		}
	}
}
