package center_test

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"ccgateway/internal/reftest"
)

// reference is events.yaml, as far as it says what an event's content is.
type reference struct {
	events map[string]refEvent
}

// refEvent is one event of the reference.
type refEvent struct {
	Name    string      `yaml:"name"`
	Shape   string      `yaml:"content_shape"`
	Content []refMember `yaml:"content"`
}

// refMember is one member of an event's content.
type refMember struct {
	Name string `yaml:"name"`
	Type string `yaml:"type"`
}

const eventsFile = "cc-gateway-api/events.yaml"

var loadReference = sync.OnceValues(func() (*reference, error) {
	path, err := reftest.Find(eventsFile)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read reference: %w", err)
	}
	var doc struct {
		Events []refEvent `yaml:"events"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	ref := &reference{events: make(map[string]refEvent, len(doc.Events))}
	for _, e := range doc.Events {
		ref.events[e.Name] = e
	}
	return ref, nil
})

// needReference gives the reference, or skips the test in a checkout that lacks it.
func needReference(t testing.TB) *reference {
	t.Helper()
	reftest.Path(t, eventsFile)
	ref, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// check tells what is wrong with an event: an unknown name, another shape of content, members or JSON types that are not
// the documented ones.
func (r *reference) check(name string, content any) error {
	e, ok := r.events[name]
	if !ok {
		return fmt.Errorf("event %q is not in the reference", name)
	}
	text, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	if err := checkShape(e, v); err != nil {
		return fmt.Errorf("event %s %s: %w", name, text, err)
	}
	return nil
}

func checkShape(e refEvent, v any) error {
	switch v := v.(type) {
	case nil:
		// Where the reference has only a name, null is the safe content.
		if e.Shape == "null" || e.Shape == "unknown" || e.Shape == "null | object" {
			return nil
		}
	case string:
		if e.Shape == "string" {
			return nil
		}
	case map[string]any:
		if e.Shape == "object" || e.Shape == "null | object" {
			return checkMembers(e, v)
		}
	}
	return fmt.Errorf("content is not of the documented shape %q", e.Shape)
}

func checkMembers(e refEvent, got map[string]any) error {
	var wrong []string
	for _, m := range e.Content {
		v, ok := got[m.Name]
		if !ok {
			wrong = append(wrong, m.Name+" is missing")
			continue
		}
		delete(got, m.Name)
		if err := checkType(m.Type, v); err != nil {
			wrong = append(wrong, m.Name+": "+err.Error())
		}
	}
	for name := range got {
		wrong = append(wrong, name+" is not documented")
	}
	if len(wrong) == 0 {
		return nil
	}
	sort.Strings(wrong)
	return fmt.Errorf("members: %s", strings.Join(wrong, ", "))
}

// checkType compares a JSON value with a type text of events.yaml. The center makes voice calls only, so the members that
// are a string for audio and an integer for video are strings.
func checkType(text string, v any) error {
	var ok bool
	switch text {
	case "string", "string (ms since 1970)", "string for audio, integer for video (as published)", "as in AgentMediaEvent_Record":
		_, ok = v.(string)
	case "integer", "integer (ms since 1970)":
		var f float64
		f, ok = v.(float64)
		ok = ok && f == float64(int64(f))
	case "boolean":
		_, ok = v.(bool)
	default:
		return fmt.Errorf("unknown type text %q", text)
	}
	if !ok {
		return fmt.Errorf("%v is not of type %s", v, text)
	}
	if text == "string (ms since 1970)" {
		if s := v.(string); len(s) != len("1700000000000") || strings.Trim(s, "0123456789") != "" {
			return fmt.Errorf("%q is not a time in milliseconds", s)
		}
	}
	return nil
}

// TestReference_Check shows that the check can fail: a test that cannot is worth nothing.
func TestReference_Check(t *testing.T) {
	ref := needReference(t)
	type reason struct {
		Reason any `json:"reason"`
	}
	for _, c := range []struct {
		name    string
		content any
		wrong   string
	}{
		{"AgentState_Ready", nil, ""},
		{"AgentState_Ready", "x", "shape"},
		{"AgentEvent_Hold", "1-1", ""},
		{"AgentEvent_Hold", nil, "shape"},
		{"AgentState_SetNotReady_Success", reason{"0"}, ""},
		{"AgentState_SetNotReady_Success", reason{0}, "not of type string"},
		{"AgentState_SetNotReady_Success", struct{}{}, "reason is missing"},
		{"AgentState_SetNotReady_Success", map[string]string{"reason": "0", "more": ""}, "more is not documented"},
		{"AgentOther_PhoneAlerting", nil, ""},
		{"AgentOther_PhoneAlerting", map[string]string{"callid": "1-1", "caller": "1"}, ""},
		{"AgentOther_PhoneRelease", map[string]string{"phoneState": "3"}, "not of type integer"},
		{"AgentOther_ShutdownService", map[string]string{"loginTime": "17"}, "not a time"},
		{"AgentState_Force_Ready", nil, ""},
		{"AgentOther_PhoneUnknown", nil, "not in the reference"},
	} {
		err := ref.check(c.name, c.content)
		if c.wrong == "" && err != nil {
			t.Errorf("%s %v: %v", c.name, c.content, err)
		}
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s %v: error %v, want one with %q", c.name, c.content, err, c.wrong)
		}
	}
}
