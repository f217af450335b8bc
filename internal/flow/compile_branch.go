package flow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/center"
)

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

func buildSet(_ *compiler, n node) step {
	m := n.members("")
	var s setStep
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		value, _ := m.get(name)
		at := value
		at.value = name
		_ = at.variable() // says what is wrong with the name; the name itself is known
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
