// Package result holds the result codes of the agent interface.
//
// A code is what a desktop reads in `retcode`: "0" for success, "NNN-NNN" for everything else. All codes are written down
// once, in codes.yaml; the constants (codes_gen.go) and docs/result-codes.md are made from it by `go generate`.
package result

import (
	"errors"
	"fmt"
)

//go:generate go run ./gen

// Code is a result code as it stands in `retcode`: "0", or "NNN-NNN".
type Code string

// OK is the code of every success.
const OK Code = "0"

// Text returns the short text of the code, or "" for one that the reference does not know.
func (c Code) Text() string { return texts[c] }

// Known tells whether the reference lists the code.
func (c Code) Known() bool { _, ok := texts[c]; return ok || c == OK }

// Error is a refusal: the code for the program, the message for its developer. The zero Error is not valid.
type Error struct {
	Code    Code
	Message string
}

// Error gives code and message in one line.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Because makes the refusal with this code and a message that says what was wrong and where.
func (c Code) Because(format string, args ...any) *Error {
	return &Error{Code: c, Message: fmt.Sprintf(format, args...)}
}

// Err makes the refusal with this code and its own text.
func (c Code) Err() *Error { return &Error{Code: c, Message: c.Text()} }

// Of finds the code that err stands for: OK for nil, the code of the *Error inside it, and OperationFailed for any other
// error, whose text is for the log and not for the client.
func Of(err error) Code {
	if err == nil {
		return OK
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return OperationFailed
}
