package flow

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
)

// Bounds of variables.
const (
	MaxData      = 16 << 10 // bytes of a call's data as JSON
	maxVariables = 200
	maxValue     = 4 << 10 // bytes of one variable
)

var errData = errors.New("the variables make more than 16 KB of call data")

// system are the variables that the engine sets: they are read only and no part of the call's data.
var system = map[string]bool{
	"caller": true, "called": true, "dialled": true, "diverted": true,
	"agent": true, "reason": true, "place": true, "wait_minutes": true, "wait_seconds": true, "waiting_agents": true, "http_status": true,
}

// rest is the variable that holds call data that is no JSON object.
const rest = "data"

// Vars are the variables of a run. Values are texts.
type Vars struct {
	values map[string]string
	secret map[string]bool // not to be shown to anybody but a web service that the flow names
	other  map[string]any  // members of the call's data that are no variables: they stay as they are
	dirty  bool
}

// newVars makes variables of a call's data: the scalar members of a JSON object; any other text becomes the variable "data".
func newVars(data string) *Vars {
	v := &Vars{values: map[string]string{}, secret: map[string]bool{}, other: map[string]any{}}
	if data == "" {
		return v
	}
	var object map[string]any
	if len(data) > MaxData || json.Unmarshal([]byte(data), &object) != nil || object == nil {
		v.values[rest] = data
		return v
	}
	for name, value := range object {
		text, scalar := scalarOf(value)
		if scalar && variableForm.MatchString(name) && !system[name] && len(v.values) < maxVariables {
			v.values[name] = text
		} else {
			v.other[name] = value
		}
	}
	return v
}

// scalarOf gives a JSON scalar as a text.
func scalarOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(value), true
	case nil:
		return "", true
	default:
		return "", false
	}
}

// Get gives a variable's value, "" if it has none.
func (v *Vars) Get(name string) string { return v.values[name] }

// set gives a variable its value, cut to its bound; one more than there may be is not kept.
func (v *Vars) set(name, value string, secret bool) {
	if _, known := v.values[name]; !known && len(v.values) >= maxVariables {
		return
	}
	v.values[name] = value[:min(len(value), maxValue)]
	if secret {
		v.secret[name] = true
	} else {
		delete(v.secret, name)
	}
	v.dirty = v.dirty || !system[name]
}

// data writes the call's data: a JSON object with the variables that are neither secret nor the system's.
func (v *Vars) data() (string, error) {
	object := maps.Clone(v.other)
	for name, value := range v.values {
		if !system[name] && !v.secret[name] {
			object[name] = value
		}
	}
	text, err := json.Marshal(object)
	if err == nil && len(text) > MaxData {
		err = errData
	}
	return string(text), err
}
