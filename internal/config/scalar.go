package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setScalar sets a scalar from its text. It returns what is wrong with it, "" if nothing is. The value of a secret is never quoted.
func setScalar(v reflect.Value, m member, text string) string {
	switch {
	case v.Type() == durationType:
		return setDuration(v, m, text)
	case v.CanAddr() && v.Addr().Type().Implements(textType):
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil { //nolint:forcetypeassert // just checked
			return err.Error()
		}
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		return setText(v, m, text)
	case reflect.Int:
		return setInt(v, m, text)
	default:
		return setBool(v, text)
	}
}

func setText(v reflect.Value, m member, text string) string {
	if len(m.choices) > 0 && !slices.Contains(m.choices, text) {
		return fmt.Sprintf("must be %s, not %q%s", list(m.choices), text, suggest(text, m.choices))
	}
	v.SetString(text)
	return ""
}

func setInt(v reflect.Value, m member, text string) string {
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Sprintf("must be a whole number, not %q", text)
	}
	if low, high, ok := strings.Cut(m.bounds, ".."); ok {
		least, _ := strconv.Atoi(low)
		most, _ := strconv.Atoi(high)
		if n < least || n > most {
			return fmt.Sprintf("must lie between %d and %d, not %d", least, most, n)
		}
	}
	v.SetInt(int64(n))
	return ""
}

func setBool(v reflect.Value, text string) string {
	switch text {
	case "true":
		v.SetBool(true)
	case "false":
		v.SetBool(false)
	default:
		return fmt.Sprintf("must be true or false, not %q", text)
	}
	return ""
}

// setDuration takes what time.ParseDuration takes, in whole milliseconds, since that is the grain in which everything is stored.
func setDuration(v reflect.Value, m member, text string) string {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && isNumber(text):
		return fmt.Sprintf("must have its unit, such as %q", text+"s")
	case err != nil:
		return fmt.Sprintf(`must be a duration such as "30s", "9.5s" or "5m", not %q`, text)
	case d%time.Millisecond != 0:
		return "must be a whole number of milliseconds"
	}
	if low, high, ok := strings.Cut(m.bounds, ".."); ok {
		least, _ := time.ParseDuration(low)
		most, _ := time.ParseDuration(high)
		if d < least || d > most {
			return fmt.Sprintf("must lie between %s and %s, not %s", low, high, text)
		}
	}
	v.SetInt(int64(d))
	return ""
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// list joins choices for a sentence.
func list(choices []string) string {
	quoted := make([]string, len(choices))
	for i, c := range choices {
		quoted[i] = strconv.Quote(c)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}
