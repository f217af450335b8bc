package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// The text of commands, replies and effects: a name and the fields that are not zero. What is secret has no text.

// commandText gives a command: an agent's begins with his number.
func commandText(cmd center.Command) string {
	v := reflect.ValueOf(cmd)
	if c, ok := cmd.(center.Configure); ok {
		cfg := c.Config
		return fmt.Sprintf("Configure %q: %d agents, %d skill queues, %d phones, %d access codes, %d lines", cfg.Name, len(cfg.Agents),
			len(cfg.Skills), len(cfg.Phones), len(cfg.AccessCodes), len(cfg.Trunks))
	}
	text := v.Type().Name() + fieldsText(v)
	if by, ok := v.Type().FieldByName("By"); ok && by.Anonymous {
		text = strconv.Itoa(int(agentOf(cmd))) + " " + text
	}
	return text
}

// replyText gives a reply: ok with its value, or the result code with its reason.
func replyText(r center.Reply) string {
	if r.Err != nil {
		return fmt.Sprintf("%s %s", r.Err.Code, r.Err.Message)
	}
	if r.Value == nil {
		return "ok"
	}
	return "ok " + valueText(reflect.ValueOf(r.Value))
}

// effectText gives an effect: an event with its number as its desktop sees it, a room as who hears whom.
func effectText(e center.Effect) string {
	switch e := e.(type) {
	case center.Event:
		content, err := json.Marshal(e.Content)
		if err != nil {
			content = []byte(err.Error())
		}
		return fmt.Sprintf("event %d of session %d for %d: %s %s", e.Seq, e.Session, e.Agent, e.Type, content)
	case center.Room:
		return roomText(e)
	}
	v := reflect.ValueOf(e)
	return v.Type().Name() + fieldsText(v)
}

func roomText(r center.Room) string {
	if len(r.Rows) == 0 {
		return fmt.Sprintf("Room Call=%s: closed", r.Call)
	}
	parts := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		hears := make([]string, 0, len(row.Hears)+1)
		for _, leg := range row.Hears {
			hears = append(hears, string(leg))
		}
		if row.Plays != "" {
			hears = append(hears, "<"+row.Plays+">")
		}
		if len(hears) == 0 {
			hears = []string{"nothing"}
		}
		parts[i] = string(row.Leg) + " hears " + strings.Join(hears, " and ")
	}
	return fmt.Sprintf("Room Call=%s: %s", r.Call, strings.Join(parts, ", "))
}

// fieldsText gives a struct's fields that are not zero, but for those that say nothing or must not be said.
func fieldsText(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if v.Field(i).IsZero() || field.Name == "VCC" || field.Type == reflect.TypeFor[center.By]() || secretType(field.Type) {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", field.Name, valueText(v.Field(i)))
	}
	return b.String()
}

// secretType tells whether a type's values are never printed: GUIDs, even as hashes.
func secretType(t reflect.Type) bool {
	return t == reflect.TypeFor[center.Token]() || t == reflect.TypeFor[[]center.Token]()
}

func valueText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case center.Push: // its token is a secret, and so may be what stands behind the host
		return "yes"
	case time.Time:
		return strings.ReplaceAll(clock(x), " ", "T")
	case fmt.Stringer: // durations, states
		return wordText(x.String())
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "none"
		}
		return valueText(v.Elem())
	case reflect.Struct:
		return v.Type().Name() + "{" + strings.TrimSpace(fieldsText(v)) + "}"
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = valueText(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.String:
		return wordText(v.String())
	}
	return fmt.Sprint(v.Interface())
}

// wordText quotes a text that would not be seen as one word, or holds what a terminal must not get.
func wordText(s string) string {
	if quoted := strconv.Quote(s); s == "" || strings.ContainsAny(s, " =[]{}") || quoted != `"`+s+`"` {
		return quoted
	}
	return s
}

// agentOf gives the agent that a command or effect names, 0 for none; targetOf whom it is done to; legOf the leg that it is about.
func agentOf(v any) center.AgentID { return fieldOf[center.AgentID](v, "Agent") }

func targetOf(v any) center.AgentID {
	if target := fieldOf[center.AgentID](v, "Target"); target != 0 {
		return target
	}
	return fieldOf[center.AgentID](v, "Actor")
}

func legOf(v any) center.LegID { return fieldOf[center.LegID](v, "Leg") }

func fieldOf[T any](v any, name string) (value T) {
	if field := reflect.ValueOf(v).FieldByName(name); field.IsValid() {
		value, _ = field.Interface().(T)
	}
	return value
}
