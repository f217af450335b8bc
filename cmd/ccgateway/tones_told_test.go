package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ccgateway/client"
)

// told is an event as stories write it: the type without its prefix and without "_Success", the call's name, and members that must be
// so. "Talking $1 feature=0". In brackets: only when the phone is not permanently off-hook (call-model 14).
type told struct {
	name     string
	call     string
	members  []string
	perCall  bool
	original string
}

// readTold reads "ann: Busy; [PhoneAlerting $1]; Talking $1 feature=0".
func readTold(line string) (who string, events []told, err error) {
	who, list, ok := strings.Cut(line, ":")
	if !ok {
		return "", nil, fmt.Errorf("%q is not of the form who: event; event", line)
	}
	for text := range strings.SplitSeq(list, ";") {
		text = strings.TrimSpace(text)
		e := told{original: text}
		if inner, cut := strings.CutPrefix(text, "["); cut {
			e.perCall, text = true, strings.TrimSuffix(inner, "]")
		}
		for i, word := range strings.Fields(text) {
			switch {
			case i == 0:
				e.name = word
			case strings.HasPrefix(word, "$"):
				e.call = word
			default:
				e.members = append(e.members, word)
			}
		}
		if e.name == "" {
			return "", nil, fmt.Errorf("%q has an empty event", line)
		}
		events = append(events, e)
	}
	return who, events, nil
}

// shortType is an event's type as stories write it.
func shortType(full string) string {
	_, short, _ := strings.Cut(full, "_")
	return strings.TrimSuffix(short, "_Success")
}

// is tells whether the event that came is this one; a call's name is bound by its first event.
func (e told) is(in *installation, event client.Event) bool {
	if shortType(event.Type) != e.name {
		return false
	}
	var content any
	if len(event.Content) > 0 && json.Unmarshal(event.Content, &content) != nil {
		return false
	}
	members, _ := content.(map[string]any)
	if e.call != "" {
		id := content
		for _, name := range []string{"callid", "callId"} {
			if value, there := members[name]; there {
				id = value
			}
		}
		in.mu.Lock()
		same := in.sameText(id, e.call)
		in.mu.Unlock()
		if !same {
			return false
		}
	}
	for _, member := range e.members {
		name, want, _ := strings.Cut(member, "=")
		if got, there := members[name]; !there || fmt.Sprint(got) != want {
			return false
		}
	}
	return true
}
