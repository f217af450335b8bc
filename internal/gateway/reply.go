package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"ccgateway/internal/result"
)

// shape is the documented form of an interface's reply.
type shape struct {
	message string // of a success, as in the page's example: "success" or ""
	member  string // the member beside message and retcode
	kind    shapeKind
}

// shapeKind says when the member stands in a reply.
type shapeKind int

const (
	valued   shapeKind = iota // it carries the value of a success, and is absent on failure
	reserved                  // always an empty object
	absent                    // never
	noted                     // null on success, an empty object on failure (cec_07_1205)
	filed                     // an empty text on failure; a success is a file (cec_07_4214)
)

// The shapes of the pages.
var (
	done        = shape{message: "success", member: "result", kind: reserved} // most operations
	doneQuietly = shape{message: "", member: "result", kind: reserved}        // quality control
	bare        = shape{message: "success", kind: absent}
	valueOnly   = shape{message: "", member: "result", kind: valued}
	valueDone   = shape{message: "success", member: "result", kind: valued}
	noteShape   = shape{message: "", member: "result", kind: noted}
	eventShape  = shape{message: "", member: "event", kind: valued}
)

// nothing is the value of a reply whose member is left out although it succeeded.
type nothing struct{}

var emptyObject = json.RawMessage("{}")

// render makes the body of a reply: message, retcode, then the member, in this order, without blanks and without a newline at
// the end; the empty poll is thereby the 28 bytes that a client compares (client-rules.md 12).
func (s shape) render(content any, err error) ([]byte, result.Code) {
	if err != nil {
		return s.failed(err)
	}
	var body []byte
	switch s.kind {
	case valued:
		if _, none := content.(nothing); !none {
			if body, err = marshal(content); err != nil {
				return s.failed(err)
			}
		}
	case reserved:
		body = emptyObject
	case noted:
		body = []byte("null")
	}
	return envelope(s.message, result.OK, s.member, body), result.OK
}

// failed makes the body of a refusal. The two codes of the authentication carry an empty text (parameters.md 8.3).
func (s shape) failed(err error) ([]byte, result.Code) {
	code := result.Of(err)
	var body []byte
	switch {
	case code == result.NotSignedIn || code == result.NoRight || s.kind == filed:
		return envelope(messageOf(err), code, "result", []byte(`""`)), code
	case s.kind == reserved || s.kind == noted:
		body = emptyObject
	}
	return envelope(messageOf(err), code, s.member, body), code
}

// envelope puts a reply together; body nil = no member.
func envelope(message string, code result.Code, member string, body []byte) []byte {
	text, err := marshal(message)
	if err != nil {
		text = []byte(`""`)
	}
	out := make([]byte, 0, len(text)+len(body)+48)
	out = append(out, `{"message":`...)
	out = append(out, text...)
	out = append(out, `,"retcode":"`...)
	out = append(out, code...)
	out = append(out, '"')
	if body != nil {
		out = append(out, `,"`...)
		out = append(out, member...)
		out = append(out, `":`...)
		out = append(out, body...)
	}
	return append(out, '}')
}

// marshal is json.Marshal with <, > and & as they are.
func marshal(v any) ([]byte, error) {
	switch rendered := v.(type) {
	case json.RawMessage:
		return rendered, nil
	case handed:
		return rendered.RawMessage, nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// receipt is a value that wants to know whether its reply was written to the connection.
type receipt interface{ written(arrived bool) }

// send writes a reply: always with status 200 (client-rules.md 1), and exactly these headers (client-rules.md 6).
func send(w http.ResponseWriter, further map[string]string, body []byte) error {
	header := w.Header()
	header["Content-Type"] = []string{"application/json"}
	header["JSON-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	for name, text := range further {
		header[name] = []string{text}
	}
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body)
	return err
}
