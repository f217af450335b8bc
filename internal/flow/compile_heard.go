package flow

import (
	"maps"
	"slices"
	"strings"
	"time"
)

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

// longestPause is how long a flow may say nothing: a center takes one from which no order comes for two minutes for broken, and lets its caller go.
const longestPause = 90 * time.Second

func buildPause(c *compiler, n node) step {
	c.waited()
	return pauseStep{length: n.duration(100*time.Millisecond, longestPause)}
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
