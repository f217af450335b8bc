package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Member describes one member of the configuration for the reference page and the default file.
type Member struct {
	Path     string // "vccs[].skills[].ring"; flows[*] stands for a name
	Name     string // "ring"
	Field    string // the Go field whose comment explains it: "Skill.Ring"
	Kind     string // "a duration"
	Default  string // as it would stand in the file; meaningful with Scalar and Optional
	Example  string // as it would stand in the file; "" = the default
	Allowed  string // "1s..10m", "`json` or `text`", "" = anything
	Env      string // the environment variable that overrides it, "" = none
	Scalar   bool   // one word, or a list of words
	Optional bool   // a default exists
	Restart  bool   // a running program does not take a change over, only the next start does
	List     bool   // a list of maps
	Members  []Member
}

// Reference lists the members of the configuration in their order, each with its own.
func Reference() []Member {
	return describe("", reflect.TypeFor[Config](), true)
}

func describe(path string, t reflect.Type, env bool) []Member {
	var all []Member
	for _, m := range membersOf(t) {
		field := t.Field(m.index)
		d := Member{
			Path: join0(path, m.name), Name: m.name, Field: t.Name() + "." + field.Name, Kind: kindOf(field.Type),
			Default: quoteDefault(field.Type, m.def), Example: quoteDefault(field.Type, field.Tag.Get("example")), Allowed: allowed(m), Optional: m.has,
			Scalar: isScalar(field.Type) || isWordList(field.Type),
		}
		switch {
		case d.Scalar && env:
			d.Env, d.Restart = EnvName(d.Path), !m.live
		case d.Scalar:
		case field.Type.Kind() == reflect.Struct:
			d.Members = describe(d.Path, field.Type, env)
		case field.Type.Kind() == reflect.Slice:
			d.List, d.Path = true, d.Path+"[]"
			d.Members = describe(d.Path, field.Type.Elem(), false)
		}
		all = append(all, d)
	}
	return all
}

// join0 is join without quoting: "vccs[]" is no name.
func join0(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// allowed says in words which values are taken.
func allowed(m member) string {
	if m.bounds != "" {
		low, high, _ := strings.Cut(m.bounds, "..")
		return fmt.Sprintf("%s to %s", low, high)
	}
	var words []string
	for _, c := range m.choices {
		if c == "" {
			c = `""`
		}
		words = append(words, "`"+c+"`")
	}
	return strings.Join(words, ", ")
}

// quoteDefault writes a default or example as it would stand in the file: texts that YAML would read as something else, or that are
// empty, in quotes.
func quoteDefault(t reflect.Type, text string) string {
	if (t.Kind() == reflect.String || t == reflect.TypeFor[PortRange]()) && (text == "" || strings.ContainsAny(text, ":#{}[]$*") || isNumber(text)) {
		return fmt.Sprintf("%q", text)
	}
	return text
}
