package config

import (
	"encoding"
	"reflect"
	"strings"
	"time"
)

// member is one member of a structure of the configuration.
type member struct {
	index   int
	name    string // in the file
	def     string // the default as it would stand in the file
	has     bool   // a default exists; otherwise the member is required, unless it is a structure, list or map
	bounds  string // "least..most"
	choices []string
	live    bool // a running program takes a change of it over; see Renew
}

// membersOf lists the members of a structure type in their order.
func membersOf(t reflect.Type) []member {
	var all []member
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, ok := tag.Lookup("yaml")
		if !ok {
			continue
		}
		m := member{index: i, name: name, bounds: tag.Get("range"), live: tag.Get("counts") == "now"}
		m.def, m.has = tag.Lookup("default")
		if choices, ok := tag.Lookup("oneof"); ok {
			m.choices = strings.Split(choices, " ")
		}
		all = append(all, m)
	}
	return all
}

var (
	durationType  = reflect.TypeFor[time.Duration]()
	flowType      = reflect.TypeFor[Flow]()
	recordingType = reflect.TypeFor[Recording]()
	textType      = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isScalar tells whether a value of the type stands in the file as one word: a text, number, truth value, duration, and what
// reads itself from a text.
func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Bool:
		return true
	default:
		return reflect.PointerTo(t).Implements(textType)
	}
}

// isWordList tells whether the type is a list of scalars.
func isWordList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t != flowType && isScalar(t.Elem())
}

// setDefaults gives a structure, and those that it contains, the defaults of the tags.
func setDefaults(v reflect.Value) {
	for _, m := range membersOf(v.Type()) {
		field := v.Field(m.index)
		switch {
		case m.has && isWordList(field.Type()):
			setWordList(field, m.def)
		case m.has:
			if text := setScalar(field, m, m.def); text != "" {
				panic("config: default of " + m.name + " " + text) // a slip in the tags; TestDefaults meets it
			}
		case field.Kind() == reflect.Struct && !isScalar(field.Type()):
			setDefaults(field)
		}
	}
}

// setWordList sets a default list, written as a YAML flow sequence of plain or quoted words: [] or ["0", x].
func setWordList(field reflect.Value, def string) {
	field.Set(reflect.MakeSlice(field.Type(), 0, 0))
	for word := range strings.SplitSeq(strings.Trim(def, "[]"), ",") {
		word = strings.Trim(word, ` "`)
		if word == "" {
			continue
		}
		element := reflect.New(field.Type().Elem()).Elem()
		if text := setScalar(element, member{}, word); text != "" {
			panic("config: default " + def + " " + text)
		}
		field.Set(reflect.Append(field, element))
	}
}
