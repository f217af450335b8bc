package flow

import (
	"errors"
	"regexp"
	"strings"
)

var (
	variableForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	errTemplate  = errors.New("has a { without a variable's name and } behind it; {{ stands for a brace")
)

// template is a text with {variables}.
type template []part

// part is a literal text or, with a name, a variable.
type part struct{ text, name string }

// parseTemplate reads a text; "{{" stands for a brace.
func parseTemplate(text string) (template, error) {
	var t template
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			t = append(t, part{text: before})
		}
		if !found {
			return t, nil
		}
		if after, double := strings.CutPrefix(rest, "{"); double {
			t, text = append(t, part{text: "{"}), after
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !variableForm.MatchString(name) {
			return nil, errTemplate
		}
		t, text = append(t, part{name: name}), after
	}
	return t, nil
}

// render fills in variables; escape, unless nil, is applied to each value.
func (t template) render(vars *Vars, escape func(string) string) string {
	var b strings.Builder
	for _, p := range t {
		value := p.text
		if p.name != "" {
			value = vars.Get(p.name)
			if escape != nil {
				value = escape(value)
			}
		}
		b.WriteString(value)
	}
	return b.String()
}

// secret tells whether the text would show a secret.
func (t template) secret(vars *Vars) bool {
	for _, p := range t {
		if p.name != "" && vars.secret[p.name] {
			return true
		}
	}
	return false
}

// names lists the variables.
func (t template) names() []string {
	var all []string
	for _, p := range t {
		if p.name != "" {
			all = append(all, p.name)
		}
	}
	return all
}
