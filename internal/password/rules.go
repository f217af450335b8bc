package password

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// The rules for the make-up of an agent's password (cec_07_0350).
const (
	MinLength    = 8 // characters
	MaxLength    = 32
	maxEqual     = 2 // equal characters in a row
	numberRun    = 3 // so many consecutive characters of the agent number may not occur; the stricter of the two readings
	minClasses   = 3 // of upper case, lower case, digits, specials
	classesExist = 4
)

// Remembered is how many past passwords a new one must differ from, the present one among them, unless configured otherwise.
const Remembered = 5

// Broken tells which rules a new password breaks: a sentence for each, nil when it is good. The sentences never contain the
// password or a part of it. agent is the agent number. Whether the password was used before is not checked here.
func Broken(agent int, password string) []string {
	var broken []string
	characters := []rune(password)
	if n := len(characters); n < MinLength || n > MaxLength {
		broken = append(broken, fmt.Sprintf("a password has %d to %d characters", MinLength, MaxLength))
	}
	if longestRepeat(characters) > maxEqual {
		broken = append(broken, fmt.Sprintf("a password has at most %d equal characters in a row", maxEqual))
	}
	if holdsRunOf(password, strconv.Itoa(agent)) {
		broken = append(broken, fmt.Sprintf("a password contains no %d consecutive characters of the agent number", numberRun))
	}
	if classes(characters) < minClasses {
		broken = append(broken, fmt.Sprintf("a password has characters of at least %d of the %d kinds upper case, lower case, digit and special",
			minClasses, classesExist))
	}
	if strings.ContainsFunc(password, unprintable) {
		broken = append(broken, "a password consists of printable characters")
	}
	return broken
}

// longestRepeat is the length of the longest row of one character.
func longestRepeat(characters []rune) int {
	longest, run := 0, 0
	for i, c := range characters {
		if i > 0 && c == characters[i-1] {
			run++
		} else {
			run = 1
		}
		longest = max(longest, run)
	}
	return longest
}

// holdsRunOf tells whether numberRun consecutive characters of number occur in the password.
func holdsRunOf(password, number string) bool {
	for i := 0; i+numberRun <= len(number); i++ {
		if strings.Contains(password, number[i:i+numberRun]) {
			return true
		}
	}
	return false
}

// classes counts the kinds of characters that occur.
func classes(characters []rune) int {
	var upper, lower, digit, special int
	for _, c := range characters {
		switch {
		case unicode.IsUpper(c):
			upper = 1
		case unicode.IsLower(c):
			lower = 1
		case unicode.IsDigit(c):
			digit = 1
		default:
			special = 1
		}
	}
	return upper + lower + digit + special
}

// unprintable is true for what cannot be typed and seen, among it what is not UTF-8.
func unprintable(c rune) bool { return c == unicode.ReplacementChar || !unicode.IsPrint(c) }
