package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// builders make the steps by their names.
var builders map[string]func(c *compiler, n node) step

func init() { //nolint:gochecknoinits // the table's functions come back to it for their branches
	builders = map[string]func(c *compiler, n node) step{
		"play": buildPlay, "say": buildSay, "pause": buildPause, "menu": buildMenu, "collect": buildCollect, "survey": buildSurvey,
		"hours": buildHours, "queue": buildQueue, "callback": buildCallBack, "voicemail": buildVoicemail, "transfer": buildTransfer,
		"http": buildHTTP, "set": buildSet, "if": buildIf, "goto": buildGoto, "flow": buildFlow, "hangup": buildHangUp, "return": buildReturn,
	}
}

func buildPlay(c *compiler, n node) step {
	if words, isList := n.value.([]any); isList {
		n.value = map[string]any{"prompt": words}
	}
	m := n.members("prompt")
	s := playStep{sounds: m.sounds("prompt", "say"), barge: m.flag("barge")}
	if len(s.sounds) == 0 {
		n.fail("must name a prompt")
	}
	m.close()
	c.waited()
	return s
}

func buildSay(c *compiler, n node) step {
	m := n.members("text")
	s := playStep{sounds: m.sounds("prompt", "text"), barge: m.flag("barge")}
	if len(s.sounds) == 0 {
		n.fail("must have a text")
	}
	m.close()
	c.waited()
	return s
}

func buildPause(c *compiler, n node) step {
	c.waited()
	return pauseStep{length: n.duration(100*time.Millisecond, time.Hour)}
}

// Bounds and defaults of waiting for keys.
const (
	leastKeyWait, mostKeyWait, keyWait = time.Second, time.Minute, 5 * time.Second
	mostRetries, defaultRetries        = 9, 2
)

func buildMenu(c *compiler, n node) step {
	m := n.members("")
	s := &menuStep{
		sounds: m.sounds("prompt", "say"), wrong: m.sounds("wrong", "wrong_say"), timeout: m.duration("timeout", leastKeyWait, mostKeyWait, keyWait),
		retries: m.whole("retries", 0, mostRetries, defaultRetries), keys: map[byte][]step{},
	}
	if len(s.sounds) == 0 {
		n.fail("must have a prompt or say: the caller would hear nothing")
	}
	c.waited()
	var ways []func()
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if isKey(name) {
			ways = append(ways, func() { s.keys[name[0]] = m.steps(name) })
		}
	}
	if len(ways) == 0 {
		n.fail("a menu must have a key that leads somewhere")
	}
	if _, ok := m.all["else"]; !ok {
		n.fail("a menu must have a way out for who presses nothing: else is missing")
	}
	c.branches(append(ways, func() { s.other = m.steps("else") })...)
	m.close()
	return s
}

// mostDigits bounds what is collected: longer than any number that people type.
const mostDigits = 40

func buildCollect(c *compiler, n node) step {
	m := n.members("")
	s := &collectStep{
		sounds: m.sounds("prompt", "say"), wrong: m.sounds("wrong", "wrong_say"), timeout: m.duration("timeout", leastKeyWait, mostKeyWait, keyWait),
		retries: m.whole("retries", 0, mostRetries, defaultRetries), least: m.whole("min", 1, mostDigits, 1), most: m.whole("max", 1, mostDigits, mostDigits),
		secret: m.flag("secret"), keep: m.flag("keep"),
	}
	if into, ok := m.get("into"); ok {
		s.into = into.variable()
	} else {
		n.fail("into is missing: the variable for the digits")
	}
	if s.least > s.most {
		n.fail("min is more than max")
	}
	switch end := m.text("end", "#"); {
	case end == "none":
	case end == "#" || end == "*":
		s.end = end[0]
	default:
		n.fail("end must be #, * or none")
	}
	if len(s.sounds) == 0 {
		n.fail("must have a prompt or say: the caller would hear nothing")
	}
	if s.keep && !s.secret {
		n.fail("keep belongs to secret digits; others are kept anyway")
	}
	s.verify = m.verification(s)
	if s.secret && !s.keep {
		c.secrets[s.into] = true
	}
	c.waited()
	c.branches(func() { s.good = m.steps("then") }, func() { s.notGiven = m.steps("else") })
	m.close()
	return s
}

// verification reads how the input is read out to be confirmed by the key 1: true, or the text around it.
func (m *members) verification(s *collectStep) []sound {
	n, ok := m.get("verify")
	if !ok || n.value == false {
		return nil
	}
	if s.secret {
		n.fail("secret digits cannot be read out: they would be heard on the line")
	}
	ask := "You have entered"
	then := "If that is right, press 1."
	if n.value != true {
		v := n.members("say")
		ask, then = v.text("say", ask), v.text("then", then)
		v.close()
	}
	return []sound{{text: template{{text: ask}}}, {digits: s.into}, {text: template{{text: then}}}}
}

// surveyPrefix begins the variables of answers.
const surveyPrefix = "survey_"

func buildSurvey(c *compiler, n node) step {
	m := n.members("")
	s := &collectStep{
		sounds: m.sounds("prompt", "say"), wrong: m.sounds("wrong", "wrong_say"), timeout: m.duration("timeout", leastKeyWait, mostKeyWait, keyWait),
		retries: m.whole("retries", 0, mostRetries, defaultRetries), least: 1, most: 1, saved: true, keys: "12345",
	}
	if name := m.required("name"); name != "" && !variableForm.MatchString(surveyPrefix+name) {
		n.fail("name must be small letters, digits and _")
	} else {
		s.into = surveyPrefix + name
	}
	if answers, ok := m.get("answers"); ok {
		s.keys = answers.text()
		if strings.Trim(s.keys, "0123456789") != "" {
			answers.fail("must be the digits that are answers, such as %q", "12345")
		}
	}
	if len(s.sounds) == 0 {
		n.fail("must have a prompt or say: the caller would hear no question")
	}
	m.close()
	c.waited()
	return s
}

func buildHours(c *compiler, n node) step {
	m := n.members("")
	s := hoursStep{hours: hours{holidays: map[string]bool{}}}
	var err error
	if s.hours.zone, err = time.LoadLocation(m.required("zone")); err != nil {
		n.fail("zone: no time zone has this name; it must be such as %q", "Europe/Berlin")
		s.hours.zone = time.UTC
	}
	if open, ok := m.get("open"); ok {
		for _, word := range open.words() {
			one, err := parseSpan(word.text())
			if err != nil {
				word.fail("%s", err)
			}
			s.hours.open = append(s.hours.open, one)
		}
	} else {
		n.fail("open is missing: the opening times")
	}
	if days, ok := m.get("holidays"); ok {
		for _, word := range days.words() {
			day := word.text()
			if !validDay(day) {
				word.fail("must be a day such as %q, or %q for every year", "2026-12-25", "12-25")
			}
			s.hours.holidays[day] = true
		}
	}
	c.branches(func() { s.then = m.steps("then") }, func() { s.other = m.steps("else") }, func() { s.holiday = m.steps("holiday") })
	m.close()
	return s
}

func validDay(day string) bool {
	if _, err := time.Parse("2006-01-02", day); err == nil {
		return true
	}
	_, err := time.Parse("2006-01-02", "2024-"+day) // a leap year
	return err == nil
}

// Bounds of announcements and overflow.
const (
	leastEvery, mostEvery = 5 * time.Second, time.Hour
	leastAfter, mostAfter = time.Second, 24 * time.Hour
	mostWaiting           = 100_000
)

func buildQueue(c *compiler, n node) step {
	m := n.members("skill")
	s := &queueStep{keys: map[byte][]step{}}
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing")
	}
	if announce, ok := m.get("announce"); ok {
		s.announcement(announce)
	}
	if after, ok := m.get("overflow"); ok {
		o := after.members("")
		s.after, s.length = o.duration("after", leastAfter, mostAfter, 0), o.whole("length", 1, mostWaiting, 0)
		if s.after == 0 && s.length == 0 {
			after.fail("must have after, length or both")
		}
		c.branches(func() { s.overflow = o.steps("do") })
		if len(s.overflow) == 0 {
			after.fail("do is missing: the steps for who overflows")
		}
		o.close()
	}
	waits := c.waits
	s.full = m.steps("full")
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if isKey(name) {
			s.keys[name[0]], s.keyed = m.steps(name), true
		}
	}
	c.waits = waits // a full queue does not make wait
	m.close()
	return s
}

// announcement reads what is announced to who waits.
func (s *queueStep) announcement(n node) {
	m := n.members("")
	s.every = m.duration("every", leastEvery, mostEvery, 30*time.Second)
	s.announce = m.sounds("prompt", "say")
	position, wait := m.flag("position"), m.flag("wait")
	if position {
		s.announce = append(s.announce, sound{text: template{{text: "You are number "}, {name: "place"}, {text: " in the queue."}}})
	}
	if wait {
		s.announce = append(s.announce, sound{text: template{{text: "The waiting time is about "}, {name: "wait_minutes"}, {text: " minutes."}}})
	}
	if len(s.announce) == 0 {
		n.fail("must have prompt, say, position or wait")
	}
	m.close()
}

func buildCallBack(c *compiler, n node) step {
	m := n.members("skill")
	s := callBackStep{number: template{{name: "caller"}}}
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing")
	}
	if number, ok := m.get("number"); ok {
		s.number = number.open(number.template())
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}

// longestMessage bounds a voicemail.
const longestMessage = 10 * time.Minute

func buildVoicemail(c *compiler, n node) step {
	m := n.members("skill")
	s := voicemailStep{longest: m.duration("longest", 5*time.Second, longestMessage, 2*time.Minute)}
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing: whose agents are told of the message")
	}
	c.branches(func() { c.waited() }, func() { s.other = m.steps("else") })
	m.close()
	return s
}

func buildTransfer(c *compiler, n node) step {
	m := n.members("")
	var s transferStep
	targets := 0
	for _, kind := range []string{"agent", "number", "flow", "skill"} {
		if _, there := m.get(kind); there {
			targets++
		}
	}
	if targets != 1 {
		n.fail("must have one of agent, number, flow and skill")
		return nil
	}
	if agent, ok := m.get("agent"); ok {
		s.to = center.Device{Type: center.DeviceAgent, Address: agent.text()}
		number, err := strconv.Atoi(s.to.Address)
		if err != nil || c.world.Agents != nil && !c.world.Agents[number] {
			agent.fail("no agent has the number %q", s.to.Address)
		}
	}
	if number, ok := m.get("number"); ok {
		s.to = center.Device{Type: center.DeviceOutside, Address: number.text()}
		if !dialable(s.to.Address) {
			number.fail("must be a number: at most 24 digits, *, # and +; variables are not taken, since callers could set them")
		}
	}
	if flow, ok := m.get("flow"); ok {
		name, known := flow.flowName(false)
		m.close()
		if !known {
			return nil
		}
		return gotoStep{flow: name}
	}
	if skill, ok := m.get("skill"); ok {
		name := skill.skill()
		m.close()
		return &queueStep{skill: name}
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}

func buildSet(_ *compiler, n node) step {
	m := n.members("")
	var s setStep
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		value, _ := m.get(name)
		at := value
		at.value = name
		_ = at.variable()
		var t template
		if text, isText := value.value.(string); !isText || text != "" {
			t = value.template()
		}
		s = append(s, assignment{name: name, value: t})
	}
	return s
}

// operators are the tests of an if step.
var operators = []string{"is", "not", "above", "below", "begins"}

func buildIf(c *compiler, n node) step {
	m := n.members("")
	s := ifStep{name: m.required("var"), holds: func(v string) bool { return v != "" }}
	if s.name != "" && !variableForm.MatchString(s.name) {
		n.fail("var must be a variable's name")
	}
	tests := 0
	for _, operator := range operators {
		operand, ok := m.get(operator)
		if !ok {
			continue
		}
		tests++
		text := fmt.Sprint(operand.value)
		if operator == "above" || operator == "below" {
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				operand.fail("must be a number")
			}
		}
		s.holds = compare(operator, text)
	}
	if tests > 1 {
		n.fail("must have one of %s", list(operators))
	}
	c.branches(func() { s.then = m.steps("then") }, func() { s.not = m.steps("else") })
	m.close()
	return s
}

func buildGoto(_ *compiler, n node) step {
	name, ok := n.flowName(false)
	if !ok {
		return nil
	}
	return gotoStep{flow: name}
}

func buildFlow(c *compiler, n node) step {
	name, ok := n.flowName(true)
	if !ok {
		return nil
	}
	c.waited() // as flows do; one that does not is caught by the run's bound
	return callStep{flow: name}
}

// endings are the causes with which a flow can hang up.
var endings = map[string]center.Cause{"normal": center.CauseUnknown, "busy": center.CauseBusy, "refused": center.CauseRefused}

func buildHangUp(_ *compiler, n node) step {
	if n.value == nil || n.value == true {
		return hangUpStep{}
	}
	cause, known := endings[n.text()]
	if !known {
		n.fail("must be %s", list(slices.Sorted(maps.Keys(endings))))
	}
	return hangUpStep{cause: cause}
}

func buildReturn(_ *compiler, n node) step {
	if n.value != nil && n.value != true {
		n.fail("has no settings")
	}
	return returnStep{}
}

// Bounds of web requests.
const (
	mostFetchWait = 30 * time.Second
	mostFetched   = 64 << 10
)

func buildHTTP(c *compiler, n node) step {
	m := n.members("")
	s := httpStep{
		method: strings.ToUpper(m.text("method", "GET")), timeout: m.duration("timeout", 100*time.Millisecond, mostFetchWait, 3*time.Second),
		maxBody: int64(m.whole("max_body", 1, mostFetched, mostFetched)),
	}
	if s.method != "GET" && s.method != "POST" {
		n.fail("method must be GET or POST")
	}
	if address, ok := m.get("url"); ok {
		s.url = address.template()
		s.shown = c.checkURL(address, s.url)
	} else {
		n.fail("url is missing")
	}
	if body, ok := m.get("body"); ok {
		s.body = body.body()
		if s.method == "GET" {
			body.fail("a GET has no body")
		}
	}
	if headers, ok := m.get("headers"); ok {
		h := headers.members("")
		for _, name := range slices.Sorted(maps.Keys(h.all)) {
			value, _ := h.get(name)
			s.headers = append(s.headers, assignment{name: name, value: value.template()})
		}
	}
	if into, ok := m.get("into"); ok {
		t := into.members("")
		for _, name := range slices.Sorted(maps.Keys(t.all)) {
			value, _ := t.get(name)
			at := value
			at.value = name
			s.into = append(s.into, target{name: at.variable(), path: strings.Split(value.text(), ".")})
		}
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}

// checkURL checks an address with variables: they may stand behind the host only. It gives what may be logged of it.
func (c *compiler) checkURL(n node, t template) string {
	if len(t) == 0 || t[0].name != "" {
		n.fail("must begin with https:// or http:// and a host")
		return ""
	}
	u, err := url.Parse(t[0].text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(t) > 1 && u.Path == "":
		n.fail("must begin with https:// or http:// and a host; variables may stand behind its path's first / only")
		return ""
	case !slices.Contains(c.world.Hosts, u.Host) && !slices.Contains(c.world.Hosts, u.Hostname()):
		n.fail("host %q is not allowed: flow_engine.hosts does not name it", u.Host)
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// body reads what is sent: a text, or a map of texts that becomes a JSON object.
func (n node) body() template {
	object, ok := n.value.(map[string]any)
	if !ok {
		return n.template()
	}
	var t template
	for i, name := range slices.Sorted(maps.Keys(object)) {
		key, err := json.Marshal(name)
		if err != nil {
			n.fail("%s", err)
		}
		separator := ", "
		if i == 0 {
			separator = "{"
		}
		t = append(t, part{text: separator + string(key) + `: "`})
		for _, p := range n.below(name, object[name]).template() {
			p.text = jsonEscape(p.text)
			t = append(t, p)
		}
		t = append(t, part{text: `"`})
	}
	return append(t, part{text: "}"})
}

// queryEscape and jsonEscape make a value harmless where it is put in.
func queryEscape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

func jsonEscape(value string) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text[1 : len(text)-1])
}
