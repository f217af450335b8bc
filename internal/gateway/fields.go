package gateway

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// fields reads the members of a query or a body. Clients send numbers and booleans as text and the other way round, members
// that are null, empty, or unknown to us (client-rules.md 26, 28): all are taken. The first member that is wrong is kept in the
// request as its refusal; reading goes on with fallbacks, so handlers need not ask after each member.
type fields struct {
	q     *request
	where string // "query", "body" or "path"
	code  result.Code
	find  func(name string) (text string, present bool, ok bool)
}

// as gives the same fields with another code for what is wrong.
func (f fields) as(code result.Code) fields {
	f.code = code
	return f
}

func (f fields) wrong(name, what string) {
	f.q.refuse(f.code.Because("%s member %s %s", f.where, name, what))
}

// get gives the text of a member, trimmed; not present also for null and for what is empty.
func (f fields) get(name string) (string, bool) {
	text, present, ok := f.find(name)
	if !ok {
		f.wrong(name, "is not a plain value")
		return "", false
	}
	text = strings.TrimSpace(text)
	return text, present && text != ""
}

// text gives a member of at most longest characters; "" when it is not there.
func (f fields) text(name string, longest int) string {
	text, _ := f.get(name)
	if utf8.RuneCountInString(text) > longest {
		f.wrong(name, "has more than "+strconv.Itoa(longest)+" characters")
		return ""
	}
	return text
}

// raw gives a member as it stands, blanks included, of at most longest bytes.
func (f fields) raw(name string, longest int) (text string, present bool) {
	text, present, ok := f.find(name)
	if !ok {
		f.wrong(name, "is not a plain value")
		return "", false
	}
	if len(text) > longest {
		f.wrong(name, "has more than "+strconv.Itoa(longest)+" bytes")
		return "", false
	}
	return text, present
}

// required is text for a member that has to be there.
func (f fields) required(name string, longest int) string {
	if _, present := f.get(name); !present {
		f.wrong(name, "is missing")
		return ""
	}
	return f.text(name, longest)
}

// first gives the first member of names that is there.
func (f fields) first(longest int, names ...string) string {
	for _, name := range names {
		if text := f.text(name, longest); text != "" {
			return text
		}
	}
	return ""
}

// integer gives a number between least and most; fallback when it is not there.
func (f fields) integer(name string, fallback, least, most int) int {
	text, present := f.get(name)
	if !present {
		return fallback
	}
	n, err := parseInt(text)
	if err != nil || n < least || n > most {
		f.wrong(name, "is not a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return fallback
	}
	return n
}

// need is integer for a member that has to be there.
func (f fields) need(name string, least, most int) int {
	if _, present := f.get(name); !present {
		f.wrong(name, "is missing")
		return 0
	}
	return f.integer(name, 0, least, most)
}

// parseInt reads a whole number, also one that a client writes as 4.0.
func parseInt(text string) (int, error) {
	if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0") == "" {
		text = whole
	}
	return strconv.Atoi(text)
}

// flag gives a boolean: true, false, in any capitals, or 1, 0.
func (f fields) flag(name string, fallback bool) bool {
	text, present := f.get(name)
	if !present {
		return fallback
	}
	switch strings.ToLower(text) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	f.wrong(name, "is neither true nor false")
	return fallback
}

// number gives a telephone number: up to maxNumber characters out of digits, * and #; "" when it is not there.
func (f fields) number(name string) string {
	text := f.text(name, maxNumber)
	if strings.Trim(text, "0123456789*#") != "" {
		f.wrong(name, "is not made of digits, * and #")
		return ""
	}
	return text
}

// needNumber is number for one that has to be there.
func (f fields) needNumber(name string) string {
	f.required(name, maxNumber)
	return f.number(name)
}

// agent gives a work number that has to be there.
func (f fields) agent(name string) center.AgentID {
	return center.AgentID(f.need(name, int(center.MinAgentID), int(center.MaxAgentID)))
}

// plain gives the text of a JSON value that is neither object nor array. null is not present.
func plain(value json.RawMessage) (text string, present, ok bool) {
	value = bytes.TrimSpace(value)
	switch {
	case len(value) == 0 || string(value) == "null":
		return "", false, true
	case value[0] == '"':
		if err := json.Unmarshal(value, &text); err != nil {
			return "", false, false
		}
		return text, true, true
	case value[0] == '{' || value[0] == '[':
		return "", false, false
	default:
		return string(value), true, true
	}
}

// list gives the plain values of a member that is an array, or a single value with ";" or "," between its parts; nil when it is not
// there or has no value, an empty list for an empty array. An element that is null is no value.
func (f fields) list(value json.RawMessage, name string) []string {
	if len(value) > 0 && value[0] == '[' {
		var elements []json.RawMessage
		if err := json.Unmarshal(value, &elements); err != nil {
			f.wrong(name, "is not a list")
			return nil
		}
		texts := make([]string, 0, len(elements))
		for _, element := range elements {
			text, present, ok := plain(element)
			if !ok || !present {
				f.wrong(name, "holds something else than plain values")
				return nil
			}
			texts = append(texts, strings.TrimSpace(text))
		}
		return texts
	}
	text, _, ok := plain(value)
	if !ok {
		f.wrong(name, "is not a list")
	}
	if parts := splitList(text); len(parts) > 0 {
		return parts
	}
	return nil
}

// numbers gives the numbers of a member that is a list, each between least and most; nil when it is not there.
func (f fields) numbers(name string, least, most int) []int {
	value, _ := f.q.members().find(name)
	var found []int
	for _, text := range f.list(value, name) {
		n, err := parseInt(text)
		if err != nil || n < least || n > most {
			f.wrong(name, "holds something else than numbers from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
			return nil
		}
		found = append(found, n)
	}
	return found
}

// skills gives the skill queues of the first member of names that has some; nil when none has.
func (f fields) skills(names ...string) []center.SkillID {
	for _, name := range names {
		numbers := f.numbers(name, 1, maxSkill)
		if len(numbers) > maxSkillsAsked {
			f.wrong(name, "names more than "+strconv.Itoa(maxSkillsAsked)+" skill queues")
		}
		var ids []center.SkillID
		for _, n := range numbers {
			ids = append(ids, center.SkillID(n))
		}
		if ids != nil {
			return ids
		}
	}
	return nil
}

// maxSkillsAsked bounds lists of skill queues (cec_07_0411).
const maxSkillsAsked = 100

// splitList takes apart "1;2;3", the form of lists in queries and headers; commas do as well.
func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
}
