package center_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// naming gives calls short names in the order in which they are first seen ("c1"), so that a trace can be read. The raw ids
// are checked by the watch.
type naming struct {
	start time.Time
	calls map[center.CallID]string
	raw   map[string]center.CallID
}

func newNaming(start time.Time) *naming {
	return &naming{start: start, calls: make(map[center.CallID]string), raw: make(map[string]center.CallID)}
}

func (n *naming) call(id center.CallID) string {
	if id == "" {
		return `""`
	}
	if name, ok := n.calls[id]; ok {
		return name
	}
	name := "c" + strconv.Itoa(len(n.calls)+1)
	n.calls[id] = name
	n.raw[name] = id
	return name
}

// id turns a script's name of a call into the id; a name that no call has had is taken as it stands.
func (n *naming) id(name string) center.CallID {
	if id, ok := n.raw[name]; ok {
		return id
	}
	return center.CallID(name)
}

// replace puts the names of calls into a text that holds their ids.
func (n *naming) replace(text string) string {
	for id, name := range n.calls {
		text = strings.ReplaceAll(text, string(id), name)
	}
	return text
}

// legName shortens the names that the center gives ("o1-7" of VCC 1 is o7 in scripts); legID is the way back.
func legName(id center.LegID) string {
	if n, ok := strings.CutPrefix(string(id), "o1-"); ok {
		return "o" + n
	}
	return string(id)
}

func legID(name string) center.LegID {
	if n, ok := strings.CutPrefix(name, "o"); ok && !strings.Contains(n, "-") {
		return center.LegID("o1-" + n)
	}
	return center.LegID(name)
}

// reply gives one line for a reply.
func (n *naming) reply(r center.Reply) string {
	if r.Err != nil {
		return string(r.Err.Code)
	}
	if r.Value == nil {
		return "ok"
	}
	return "ok " + n.value(reflect.ValueOf(r.Value))
}

// effect gives one line for an effect: events as desktops see them, rooms as who hears whom, everything else as its name and
// the fields that are not zero.
func (n *naming) effect(e center.Effect) string {
	switch e := e.(type) {
	case center.Event:
		return n.event(e)
	case center.Room:
		return n.room(e)
	}
	return n.plain(e)
}

func (n *naming) event(e center.Event) string {
	if id := contentCall(e.Content); id != "" {
		n.call(id)
	}
	text, err := json.Marshal(e.Content)
	if err != nil {
		return fmt.Sprintf("%d %s cannot be written: %v", e.Agent, e.Type, err)
	}
	return fmt.Sprintf("%d %s %s", e.Agent, e.Type, n.replace(string(text)))
}

func (n *naming) room(r center.Room) string {
	var b strings.Builder
	b.WriteString("Room " + n.call(r.Call) + ":")
	if len(r.Rows) == 0 {
		b.WriteString(" closed")
	}
	for i, row := range r.Rows {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(" " + legName(row.Leg) + " hears")
		for _, leg := range row.Hears {
			b.WriteString(" " + legName(leg))
		}
		if row.Plays != "" {
			b.WriteString(" <" + row.Plays + ">")
		}
		if len(row.Hears) == 0 && row.Plays == "" {
			b.WriteString(" nothing")
		}
	}
	return b.String()
}

func (n *naming) plain(v any) string {
	rv := reflect.ValueOf(v)
	return rv.Type().Name() + n.fields(rv)
}

func (n *naming) fields(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if v.Field(i).IsZero() || f.Name == "VCC" {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", f.Name, n.value(v.Field(i)))
	}
	return b.String()
}

var (
	causes = map[center.Cause]string{
		center.CauseUnknown: "Unknown", center.CauseBusy: "Busy", center.CauseRefused: "Refused", center.CauseNoAnswer: "NoAnswer",
		center.CauseUnreachable: "Unreachable", center.CauseNotFound: "NotFound", center.CauseForbidden: "Forbidden",
		center.CauseFailed: "Failed", center.CauseHungUp: "HungUp", center.CauseMediaLost: "MediaLost", center.CauseShutdown: "Shutdown",
	}
	leaves = map[center.Leave]string{
		center.LeaveNormal: "Normal", center.LeaveOverflow: "Overflow", center.LeaveTimeout: "Timeout",
		center.LeaveNobodyOnDuty: "NobodyOnDuty", center.LeaveQueueCancelled: "QueueCancelled",
		center.LeaveAgentNoAnswer: "AgentNoAnswer", center.LeaveNoSuchCode: "NoSuchCode", center.LeaveUser: "User",
		center.LeaveAgent: "Agent", center.LeaveInternalError: "InternalError", center.LeaveBusy: "Busy",
		center.LeaveUnreachable: "Unreachable", center.LeaveNoSuchNumber: "NoSuchNumber", center.LeaveNoResource: "NoResource",
		center.LeaveUserNoAnswer: "UserNoAnswer", center.LeaveUserRefused: "UserRefused", center.LeaveAgentRefused: "AgentRefused",
		center.LeaveUserBeforeAgent: "UserBeforeAgent", center.LeaveConnected: "Connected", center.LeaveHelp: "Help",
		center.LeaveThree: "Three", center.LeaveAskerLeft: "AskerLeft", center.LeaveIntercepted: "Intercepted", center.LeavePickedUp: "PickedUp", center.LeaveTransferred: "Transferred",
		center.LeaveToQueue: "ToQueue", center.LeaveTransferTimeout: "TransferTimeout",
		center.LeaveThreeToQueue: "ThreeToQueue", center.LeaveThreeTimeout: "ThreeTimeout",
	}
	parties = map[center.PartyKind]string{
		center.PartyUnknown: "Unknown", center.PartyCustomer: "Customer", center.PartyAgent: "Agent",
		center.PartyOutside: "Outside", center.PartyPhone: "Phone", center.PartySystem: "System",
	}
	callStates = map[center.CallState]string{
		center.CallSettingUp: "settingup", center.CallWaiting: "waiting", center.CallAlerting: "alerting",
		center.CallTalking: "talking", center.CallOnHold: "onhold",
	}
)

// value writes a value so that the same value always gives the same text.
func (n *naming) value(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case center.CallID:
		return n.call(x)
	case center.LegID:
		return legName(x)
	case center.Token:
		return "…"
	case time.Time:
		if x.IsZero() {
			return "never"
		}
		return "+" + x.Sub(n.start).String()
	case time.Duration:
		return x.String()
	case center.State:
		return strings.ReplaceAll(x.String(), " ", "-")
	case center.Cause:
		return causes[x]
	case center.Leave:
		return leaves[x]
	case center.PartyKind:
		return parties[x]
	case center.CallState:
		return callStates[x]
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "none"
		}
		return n.value(v.Elem())
	case reflect.Struct:
		return v.Type().Name() + "{" + strings.TrimSpace(n.fields(v)) + "}"
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = n.value(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.String:
		return word(v.String())
	}
	return fmt.Sprint(v.Interface())
}

// word quotes a text where it could not be read otherwise.
func word(s string) string {
	if s == "" || strings.ContainsAny(s, " \"[]{}=\n\t") {
		return strconv.Quote(s)
	}
	return s
}

// contentCall finds the call that an event is about, "" if none.
func contentCall(content any) center.CallID {
	if content == nil {
		return ""
	}
	v := reflect.ValueOf(content)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		return center.CallID(v.String())
	}
	if v.Kind() != reflect.Struct {
		return ""
	}
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if tag == "callid" || tag == "callId" {
			return center.CallID(v.Field(i).String())
		}
	}
	return ""
}
