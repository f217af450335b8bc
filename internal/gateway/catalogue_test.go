package gateway

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
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

// catalogue reads the reference beside the repository.
func catalogue(t *testing.T) map[string][]entry {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "cc-gateway-api"))
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string][]entry{}
	for _, group := range []string{
		"onlineagent", "agentevent", "voicecall", "calldata", "recordplay", "other", "qualitycontrol", "agentgroup", "queuedevice",
		"textchat", "mediacall", "conference", "config",
	} {
		text, err := os.ReadFile(filepath.Join(folder, group+".yaml"))
		if os.IsNotExist(err) {
			if os.Getenv("CI") == "true" {
				t.Fatalf("the reference is not beside the repository: %v", err)
			}
			t.Skipf("the reference is not beside the repository: %v", err)
		}
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
		if !route.Built() || !known || e.Example.Response == nil || len(e.Example.Response) == 0 {
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

// TestRoutes_Working holds the list of what has to work by now against the table.
func TestRoutes_Working(t *testing.T) {
	working := map[string][]string{}
	for _, route := range Routes() {
		if route.Built() && route.Kind == Incoming {
			working[route.Group] = append(working[route.Group], route.Name)
		}
	}
	if len(working["onlineagent"]) != 38 {
		t.Errorf("%d interfaces of onlineagent work, it has 38", len(working["onlineagent"]))
	}
	for group, names := range map[string][]string{
		"agentevent":     {"getAgentEvent"},
		"voicecall":      {"callout", "callInner", "answer", "reject", "hold", "getHold", "release", "dropCall", "phonepickup", "phonehangup"},
		"calldata":       {"queryCallInfo", "queryCallAppData", "setCallAppDataEx", "queryCallInfoBeforeAnswer", "queryCallInfoByCallId"},
		"qualitycontrol": {"forceBusy", "forceIdle", "forceLogOutAgent", "forceRest"},
		"agentgroup":     {"queryAgentInfoByWorkNo", "queryAllOnlineAgents", "isCensor"},
		"queuedevice":    {"queryQueueLengthOnAgent", "querySkillQueueOnAgentVDN", "queryQueueLengthBySkillId", "querySkillQueueOnAgent"},
	} {
		for _, name := range names {
			if !slices.Contains(working[group], name) {
				t.Errorf("%s: %s does not work", group, name)
			}
		}
	}
}
