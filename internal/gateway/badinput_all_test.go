package gateway

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"ccgateway/internal/reftest"
)

// attempt is a request to an interface. What is bad about it is said by its name; refused: it must not succeed; argument: the refusal
// must be for an argument, whatever the state that the agent is in.
type attempt struct {
	name     string
	path     string
	body     string
	guid     string // or the number of the agent whose it is; "" = agent 101's own
	refused  bool
	argument bool
}

// wrongState names the attempt with good arguments.
const wrongState = "in the wrong state"

// argumentCodes say that an argument is wrong.
var argumentCodes = []string{"000-002", "000-006", "100-001", "100-005", "100-019", "104-003", "104-007"}

// parameterOf is a parameter of an interface, as the catalogue has it.
type parameterOf struct {
	name, kind, limits string
	required           bool
	clients            bool // known from clients only, not from the page
}

// parametersOf reads the query, the body or the path of an interface.
func parametersOf(raw []any) []parameterOf {
	var all []parameterOf
	for _, one := range raw {
		m, _ := one.(map[string]any)
		p := parameterOf{kind: fmt.Sprint(m["type"]), limits: fmt.Sprint(m["limits"])}
		p.name, _ = m["name"].(string)
		p.required, _ = m["required"].(bool)
		p.clients = strings.HasPrefix(fmt.Sprint(m["meaning"]), "client-only")
		if p.name != "" && !strings.ContainsAny(p.name, " .[]{}<>") { // some pages have a sentence there
			all = append(all, p)
		}
	}
	return all
}

func (p parameterOf) number() bool {
	return strings.HasPrefix(p.kind, "int") || strings.HasPrefix(p.kind, "long") || strings.HasPrefix(p.kind, "number")
}

// lenient tells whether the page says what becomes of a value outside the limits: it counts as one inside.
func (p parameterOf) lenient() bool {
	return p.clients || strings.Contains(p.limits, "counts as") || strings.Contains(p.limits, "count as") || strings.Contains(p.limits, "anything else") ||
		strings.Contains(p.limits, "older route table")
}

var (
	fromTo     = regexp.MustCompile(`^(\d+)\.\.(\d+)`)
	choice     = regexp.MustCompile(`(?:^|, |or |only )(\d+)\b`)
	longest    = regexp.MustCompile(`^(?:at most (\d+)(k?)\b|(\d+) KB|\d+\.\.(\d+) (?:digits|characters|bytes))`)
	onlyDigits = regexp.MustCompile(`^\d+\.\.\d+ digits`)
)

// outside gives numbers just outside the range, or the choice, that the page gives for a number; nil = it gives none.
func (p parameterOf) outside() []int {
	if !p.number() || p.lenient() {
		return nil
	}
	var numbers []int
	if ends := fromTo.FindStringSubmatch(p.limits); ends != nil {
		least, _ := strconv.Atoi(ends[1])
		most, _ := strconv.Atoi(ends[2])
		numbers = []int{least, most}
	} else {
		for _, one := range choice.FindAllStringSubmatch(p.limits, -1) {
			n, _ := strconv.Atoi(one[1])
			numbers = append(numbers, n)
		}
	}
	if numbers == nil {
		return nil
	}
	return []int{slices.Min(numbers) - 1, slices.Max(numbers) + 1}
}

// length is the longest text that the page allows; 0 = it gives none.
func (p parameterOf) length() int {
	if p.kind != "string" || p.lenient() {
		return 0
	}
	bound := longest.FindStringSubmatch(p.limits)
	if bound == nil {
		return 0
	}
	n, _ := strconv.Atoi(bound[1] + bound[3] + bound[4])
	if bound[2] != "" || bound[3] != "" {
		n <<= 10
	}
	return n
}

// ranged tells whether the page gives a range, a choice, a length or a type that has few values.
func (p parameterOf) ranged() bool {
	return p.outside() != nil || p.length() > 0 || p.kind == "boolean" && !p.lenient() || p.list()
}

func (p parameterOf) list() bool { return strings.HasPrefix(p.kind, "array") }

// wrongValues are JSON values that the member cannot have, by what is wrong with them. Numbers as texts, and the other way round, are none:
// clients send both (client-rules.md 28).
func (p parameterOf) wrongValues() map[string]string {
	wrong := map[string]string{}
	if !p.ranged() {
		return wrong
	}
	wrong["object"] = `{"x":1}`
	for _, n := range p.outside() {
		wrong[fmt.Sprint("number ", n)] = strconv.Itoa(n)
		wrong[fmt.Sprint("text ", n)] = strconv.Quote(strconv.Itoa(n))
	}
	switch {
	case p.number():
		wrong["text"], wrong["fraction"], wrong["flag"], wrong["huge"], wrong["list"] = `"x"`, `1.5`, `true`, `99999999999999999999`, `[1]`
	case p.kind == "boolean":
		wrong["text"], wrong["number"], wrong["list"] = `"maybe"`, `7`, `[true]`
	case p.list():
		for name, element := range map[string]string{
			"text": `"x"`, "fraction": `1.5`, "negative": `-1`, "huge": `99999999999999999999`, "null": `null`, "flag": `true`, "object": `{"x":1}`, "list": `[1]`,
			"empty text": `""`,
		} {
			wrong["element "+name] = "[" + element + "]"
			wrong["second element "+name] = "[102," + element + "]"
		}
		if most, err := strconv.Atoi(firstNumber.FindString(p.limits)); err == nil {
			wrong["too many elements"] = "[102" + strings.Repeat(",102", most) + "]"
		}
	default:
		wrong["list"] = `["1"]`
		wrong["long"] = `"` + strings.Repeat("1", p.length()+1) + `"`
		if onlyDigits.MatchString(p.limits) {
			wrong["letters"] = `"12a"`
		}
	}
	return wrong
}

var firstNumber = regexp.MustCompile(`\d+`)

// fitting are values for what the examples of the pages name and this center does not have, and for what they do not name.
var fitting = map[string]any{
	"skillid": 1, "called": "0555", "caller": "", "workno": "102", "skills": []int{1}, "skillids": []int{1}, "agentids": []string{"102"},
	"dstaddress": "102", "address": "102", "devicetype": 2, "mode": 2, "whisperagentid": "102", "destworkno": "102", "groupid": 7, "receiver": "102",
	"callid": "1700000000-99", "filename": "a.V3", "voicepath": "a.V3", "agentstatus": []int{4}, "number": "12", "vdnid": 1, "skilltype": 0,
	"targettype": 0, "targetname": "team", "filetype": 1, "oldpassword": "secret", "newpassword": "New#2026y",
}

// fittingFor are such values for one interface.
var fittingFor = map[string]map[string]any{
	"transfer": {"devicetype": 5, "address": "0555"}, // outside, where most members are read
}

// bodyUnknown are interfaces of whose bodies the reference has nothing.
var bodyUnknown = []string{"bindAgentPhone", "reportSound", "playRelocation"}

// good is a value that the interface takes, if any can be guessed from its page.
func (p parameterOf) good(of page) any {
	if value, ok := fittingFor[of.LogName][p.name]; ok {
		return value
	}
	if value, ok := fitting[strings.ToLower(p.name)]; ok {
		return value
	}
	if example, ok := of.request()[p.name]; ok {
		return example
	}
	switch {
	case p.kind == "boolean":
		return true
	case strings.HasPrefix(p.kind, "array"):
		return []int{102}
	case p.number():
		if n, err := strconv.Atoi(firstNumber.FindString(p.limits)); err == nil {
			return n
		}
		return 1
	default:
		return "102"
	}
}

// page is what the catalogue says of the requests of an interface.
type page struct {
	LogName string   `yaml:"log_name"`
	Method  string   `yaml:"method"`
	Path    string   `yaml:"path"`
	Query   []any    `yaml:"query"`
	Body    []any    `yaml:"body"`
	Params  []any    `yaml:"path_params"`
	Errors  []string `yaml:"errors"`
	Needs   any      `yaml:"preconditions"`
	Seen    string   `yaml:"coverage"` // "full" = the whole page
	// Inferred are codes that the catalogue expects on the part of the page that was not seen.
	Inferred []string `yaml:"errors_inferred"`
	Sample   struct {
		Request any `yaml:"request"`
	} `yaml:"example"`
}

// request is the page's own example; nil where it is no object.
func (p page) request() map[string]any {
	example, _ := p.Sample.Request.(map[string]any)
	return example
}

// pages reads the catalogue for this test.
func pages(t *testing.T) []page {
	t.Helper()
	catalogue(t) // tells where the reference is missing
	all, err := readPages()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// readPages reads the catalogue.
func readPages() ([]page, error) {
	var all []page
	for _, group := range catalogueGroups {
		path, err := reftest.Find("cc-gateway-api/" + group + ".yaml")
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var file struct {
			Interfaces []page `yaml:"interfaces"`
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			return nil, fmt.Errorf("%s: %w", group, err)
		}
		all = append(all, file.Interfaces...)
	}
	return all, nil
}

// documentedCodes are the codes of the reference's tables.
func documentedCodes(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(reftest.Path(t, "cc-gateway-api/errors.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, code := range regexp.MustCompile(`"?\b(\d{3}-\d{3}|\d{5,6})\b"?`).FindAllStringSubmatch(string(text), -1) {
		known[code[1]] = true
	}
	return known
}

// needsCall tells whether the page wants an agent who is in a call; those of these tests are idle.
func (p page) needsCall() bool {
	if !strings.HasPrefix(p.Path, Base+"voicecall/") { // queries answer that there is none
		return false
	}
	text := strings.ToLower(fmt.Sprint(p.Needs))
	for _, none := range []string{"no call in progress", "no held calls", "held calls do not count"} {
		text = strings.ReplaceAll(text, none, "")
	}
	return slices.ContainsFunc([]string{
		"call in progress", "held call", "call on hold", "ringing", "call muted", "call established", "three-party call", "was transferred", "has that call", "picture frozen",
	}, func(sign string) bool { return strings.Contains(text, sign) })
}

// tellsFailure tells whether the interface's refusal comes with an event that tells of it, as its page says.
func (p page) tellsFailure() bool {
	return p.LogName == "startRecordScreen" || p.LogName == "stopRecordScreen"
}

// attempts makes every bad request to an interface, and the good one, which finds the agent in the wrong state or not.
func (p page) attempts(route Route) []attempt {
	var all []attempt
	path := parametersOf(p.Params)
	query, body := parametersOf(p.Query), parametersOf(p.Body)
	fill := func(change map[string]string) string {
		return openParameter.ReplaceAllStringFunc(route.Path, func(name string) string {
			name = strings.Trim(name, "{}")
			if value, ok := change[name]; ok {
				return value
			}
			if name == "agentid" {
				return "101"
			}
			for _, parameter := range path {
				if parameter.name == name {
					return url.PathEscape(fmt.Sprint(parameter.good(p)))
				}
			}
			return "102"
		})
	}
	goodQuery := url.Values{}
	for _, q := range query {
		goodQuery.Set(q.name, fmt.Sprint(q.good(p)))
	}
	goodBody := map[string]any{}
	for _, b := range body {
		goodBody[b.name] = b.good(p)
	}
	make := func(name string, refused bool, change map[string]string, q url.Values, b any) {
		a := attempt{name: name, path: fill(change), refused: refused}
		if len(q) > 0 {
			a.path += "?" + q.Encode()
		}
		switch b := b.(type) {
		case string:
			a.body = b
		case map[string]any:
			if len(b) > 0 {
				text, _ := json.Marshal(b)
				a.body = string(text)
			}
		}
		all = append(all, a)
	}
	without := func(q url.Values, name string, value ...string) url.Values {
		q = maps.Clone(q)
		delete(q, name)
		if len(value) > 0 {
			q[name] = value
		}
		return q
	}
	with := func(b map[string]any, name string, value any) map[string]any {
		b = maps.Clone(b)
		b[name] = value
		return b
	}
	long := strings.Repeat("x", maxCallData+1)
	make(wrongState, p.needsCall(), nil, goodQuery, goodBody)
	for _, id := range []string{"100", "1000000", "-101", "x", "99999999999999999999", "7777", "101%00"} {
		make("agent "+id, true, map[string]string{"agentid": id}, goodQuery, goodBody)
	}
	for _, parameter := range path {
		if parameter.name == "agentid" {
			continue
		}
		make("path "+parameter.name+" long", !switches(parameter), map[string]string{parameter.name: strings.Repeat("x", 5000)}, goodQuery, goodBody)
		for _, n := range parameter.outside() {
			make(fmt.Sprint("path ", parameter.name, " ", n), true, map[string]string{parameter.name: strconv.Itoa(n)}, goodQuery, goodBody)
			all[len(all)-1].argument = true
		}
		if parameter.number() {
			make("path "+parameter.name+" text", true, map[string]string{parameter.name: "x"}, goodQuery, goodBody)
		}
	}
	for _, q := range query {
		needed := q.required && p.LogName != "sendNotelet" // a note's text may be empty, the newer form's page says (sendnoteletex)
		for _, n := range q.outside() {
			make(fmt.Sprint("query ", q.name, " ", n), true, nil, without(goodQuery, q.name, strconv.Itoa(n)), goodBody)
			all[len(all)-1].argument = true
		}
		if q.outside() != nil || q.kind == "boolean" && !q.lenient() {
			make("query "+q.name+" no such value", true, nil, without(goodQuery, q.name, "maybe"), goodBody)
			all[len(all)-1].argument = true
		}
		if most := q.length(); most > 0 {
			make("query "+q.name+" too long", true, nil, without(goodQuery, q.name, strings.Repeat("1", most+1)), goodBody)
			all[len(all)-1].argument = true
		}
		make("query "+q.name+" missing", needed, nil, without(goodQuery, q.name), goodBody)
		make("query "+q.name+" long", q.required, nil, without(goodQuery, q.name, long), goodBody)
		if q.number() {
			make("query "+q.name+" text", q.required, nil, without(goodQuery, q.name, "x"), goodBody)
		}
	}
	needs := slices.ContainsFunc(body, func(b parameterOf) bool { return b.required })
	if len(body) > 0 {
		for name, text := range map[string]string{"no body": "", "empty body": "{}"} {
			make(name, needs, nil, goodQuery, text)
		}
		for name, text := range map[string]string{"broken body": `{"`, "body of text": "x", "body of another type": "[[]]", "deep body": strings.Repeat("[", 20000), "number": "7"} {
			make(name, needs, nil, goodQuery, text)
		}
	}
	for _, b := range body {
		for _, wrong := range sorted(b.wrongValues()) {
			make("body "+b.name+" "+wrong[0], true, nil, goodQuery, with(goodBody, b.name, json.RawMessage(wrong[1])))
			all[len(all)-1].argument = true
		}
		make("body "+b.name+" missing", b.required, nil, goodQuery, func() map[string]any { m := maps.Clone(goodBody); delete(m, b.name); return m }())
		make("body "+b.name+" null", b.required, nil, goodQuery, with(goodBody, b.name, nil))
		make("body "+b.name+" long", b.required, nil, goodQuery, with(goodBody, b.name, long))
		if b.kind != "object" && !strings.HasPrefix(b.kind, "array") {
			make("body "+b.name+" object", b.required, nil, goodQuery, with(goodBody, b.name, map[string]any{"x": 1}))
		}
		if b.number() {
			make("body "+b.name+" text", b.required, nil, goodQuery, with(goodBody, b.name, "x"))
			make("body "+b.name+" huge", b.required, nil, goodQuery, with(goodBody, b.name, json.Number("99999999999999999999")))
			make("body "+b.name+" negative", b.required, nil, goodQuery, with(goodBody, b.name, -7))
		}
	}
	for name, guid := range map[string]string{"stranger's GUID": "102", "false GUID": "x"} {
		a := all[0]
		a.name, a.guid, a.refused = name, guid, true
		all = append(all, a)
	}
	return all
}

// sorted lists a map's pairs by key.
func sorted(m map[string]string) [][2]string {
	var pairs [][2]string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, [2]string{key, m[key]})
	}
	return pairs
}

// switches tells whether a part of the path is one where anything that is not "true" means false.
func switches(p parameterOf) bool { return p.kind == "boolean" }

// TestBadInput_Everywhere makes, from the catalogue, every kind of bad request to every interface that is built: each answers an envelope
// with a code of the interface's page or a general one, and a request that is refused changes nothing in the center and has no effect. What
// the page says of a member's type and range holds for optional members too, and for the elements of lists.
func TestBadInput_Everywhere(t *testing.T) {
	known, all := documentedCodes(t), pages(t)
	book := newCodeBook(all)
	routes := map[string]Route{}
	for _, route := range Routes() {
		routes[route.Methods[0]+" "+Base+route.Path] = route
	}
	interfaces, tried := 0, 0
	for _, p := range all {
		route, found := routes[p.Method+" "+p.Path]
		if !found || !route.Built() || route.Kind != Incoming || route.Streams() || !strings.Contains(route.Path, "{agentid}") || strings.Contains(strings.ToLower(route.Name), "login") {
			continue
		}
		interfaces++
		t.Run(p.Method+" "+route.Path, func(t *testing.T) {
			l := newLab(t)
			for _, a := range p.attempts(route) {
				tried++
				if l.succeeds(p, a, func(code string) bool { return known[code] || slices.Contains(p.Errors, code) }, book) {
					l = newLab(t)
				}
			}
		})
	}
	t.Logf("%d interfaces, %d requests", interfaces, tried)
	if interfaces < 110 || tried < 2200 {
		t.Errorf("only %d interfaces were tried, with %d requests", interfaces, tried)
	}
}

// succeeds makes an attempt and tells whether it was a success.
func (l *lab) succeeds(p page, a attempt, known func(code string) bool, book codeBook) bool {
	l.t.Helper()
	before := l.picture()
	guid := l.guids["101"]
	if a.guid != "" {
		guid = a.guid
		if other := l.guids[a.guid]; other != "" {
			guid = other
		}
	}
	w := l.send(p.Method, a.path, guid, a.body)
	code := l.code(w)
	allowed, _ := book.allows(p.Method+" "+strings.TrimPrefix(p.Path, Base), code)
	effects := l.effects
	l.effects = nil
	switch {
	case code == "0" && a.refused:
		l.t.Errorf("%s: %.200s %.200s succeeds: %.200s", a.name, a.path, a.body, w.Body)
		return true
	case code == "0":
		return true
	case a.name == wrongState && slices.Contains(argumentCodes, code) && !slices.Contains(bodyUnknown, p.LogName):
		l.t.Errorf("the request that nothing is wrong with is refused: %.200s %.200s %.200s", a.path, a.body, w.Body)
	case a.argument && !slices.Contains(argumentCodes, code):
		l.t.Errorf("%s: answers %s, which does not say that an argument is wrong: %.200s %.200s", a.name, code, a.path, a.body)
	case !allowed:
		l.t.Errorf("%s: answers %s, which is not on the interface's page: %.200s %.200s", a.name, code, a.path, a.body)
	case !known(code):
		l.t.Errorf("%s: answers %s, which no table has", a.name, code)
	case p.tellsFailure() && code == "100-007" && len(effects) == 1: // which is its event
		return true
	case len(effects) > 0 || !slices.Equal(before, l.picture()):
		l.t.Errorf("%s: is refused with %s, and yet something changed: %d effects", a.name, code, len(effects))
		return true
	}
	return false
}
