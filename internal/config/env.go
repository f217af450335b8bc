package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// EnvPrefix begins the names of the environment variables that override members: CCGATEWAY_LISTEN_HTTPS for listen.https.
const EnvPrefix = "CCGATEWAY_"

// EnvConfig names the variable with the path of the configuration file. It belongs to the command line, not to the file.
const EnvConfig = EnvPrefix + "CONFIG"

// serviceLinks are the variables that Kubernetes sets for every service by its name (CCGATEWAY_SERVICE_HOST,
// CCGATEWAY_PORT_8043_TCP_ADDR, ...); a service called "ccgateway" must not stop the start.
var serviceLinks = regexp.MustCompile(`^CCGATEWAY_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// variable is a member that an environment variable can override.
type variable struct {
	env    string
	path   string
	value  reflect.Value
	member member
}

// EnvName gives the environment variable of the member at a path such as "listen.https".
func EnvName(path string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// variables lists the members that are reached without passing a list or a map of names: scalars, and lists of words.
func variables(path string, v reflect.Value) []variable {
	var all []variable
	for _, m := range membersOf(v.Type()) {
		below, field := join(path, m.name), v.Field(m.index)
		switch {
		case isScalar(field.Type()), isWordList(field.Type()):
			all = append(all, variable{env: EnvName(below), path: below, value: field, member: m})
		case field.Kind() == reflect.Struct:
			all = append(all, variables(below, field)...)
		}
	}
	return all
}

// override sets members from the environment. A variable with our prefix that fits no member is a problem: a misspelled one would
// otherwise do nothing in silence.
func override(cfg *Config, r *report, environ []string) {
	all := variables("", reflect.ValueOf(cfg).Elem())
	byName := make(map[string]variable, len(all))
	names := make([]string, 0, len(all))
	for _, v := range all {
		byName[v.env], names = v, append(names, v.env)
	}
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, EnvPrefix) || name == EnvConfig {
			continue
		}
		v, known := byName[name]
		switch {
		case known:
			v.set(r, text)
		case !serviceLinks.MatchString(name):
			r.failAt(position{file: name}, "", "no member is set by this environment variable%s", suggest(name, names))
		}
	}
}

// set sets the member; a list takes its words separated by commas.
func (v variable) set(r *report, text string) {
	at := position{file: v.env}
	r.place(v.path, at)
	if isScalar(v.value.Type()) {
		if wrong := setScalar(v.value, v.member, text); wrong != "" {
			r.failAt(at, v.path, "%s", wrong)
		}
		return
	}
	words := reflect.MakeSlice(v.value.Type(), 0, 0)
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		element := reflect.New(v.value.Type().Elem()).Elem()
		if wrong := setScalar(element, v.member, word); wrong != "" {
			r.failAt(at, v.path, "%s", wrong)
		}
		words = reflect.Append(words, element)
	}
	v.value.Set(words)
}
