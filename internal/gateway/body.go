package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"ccgateway/internal/result"
)

// maxBody bounds a request's body. The largest documented member is 16 KB of call data; written in JSON escapes that is six
// times as long.
const maxBody = 256 << 10

// maxStrangersBody bounds the body of a request without an agent's GUID. Only sign-ins need one then, and theirs have less than 2 KB. Bodies are
// kept while they arrive, so that a stranger who sends all but the end of thousands would otherwise fill the memory.
const maxStrangersBody = 16 << 10

// bodyTime is how long a body may take to arrive; a desktop's is there with the head of the request.
const bodyTime = 15 * time.Second

// members are the members of a JSON object by name.
type members struct {
	exact  map[string]json.RawMessage
	folded map[string]string // small letters to the name as it came
}

// bodyBound is how long the body of a request may be.
func (g *Gateway) bodyBound(q *request) int64 {
	if guids := splitList(q.guid); len(guids) > 0 {
		if _, known := g.guids.find(tokenOf(guids[0])); known {
			return maxBody
		}
	}
	return maxStrangersBody
}

// readBody gives the bytes of the request's body, of at most so many. It is read whatever the interface: clients send bodies where none is asked for.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	connection := http.NewResponseController(w)
	// Not every ResponseWriter has deadlines (in tests); those of a server do.
	_ = connection.SetReadDeadline(time.Now().Add(bodyTime))
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	_ = connection.SetReadDeadline(time.Time{})
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, result.BadArgument.Because("body is larger than %d bytes", most)
	}
	if err != nil {
		return nil, result.BadArgument.Because("body did not arrive whole")
	}
	return data, nil
}

// parseBody reads a JSON object. No body, an empty one and null are an object without members. Text that is not UTF-8 is taken as ISO-8859-1, which a client in use sends whatever it
// announces (parameters.md 8.6).
func parseBody(data []byte) (members, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if len(data) == 0 {
		return members{}, nil
	}
	if !utf8.Valid(data) {
		data = fromLatin1(data)
	}
	var found members
	if err := json.Unmarshal(data, &found.exact); err != nil {
		return members{}, describe(err)
	}
	found.folded = make(map[string]string, len(found.exact))
	for name := range found.exact {
		small := strings.ToLower(name)
		if other, taken := found.folded[small]; !taken || name < other { // so that the same body always means the same
			found.folded[small] = name
		}
	}
	return found, nil
}

func fromLatin1(data []byte) []byte {
	out := make([]byte, 0, len(data)*2)
	for _, b := range data {
		out = utf8.AppendRune(out, rune(b))
	}
	return out
}

// describe makes the refusal for a body that is not a JSON object. It names the position, never the content.
func describe(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return result.BadArgument.Because("body is not valid JSON at byte %d", syntax.Offset)
	}
	return result.BadArgument.Because("body is not a JSON object")
}

// find gives a member; capitals matter only where names differ in nothing else.
func (m members) find(name string) (json.RawMessage, bool) {
	if value, ok := m.exact[name]; ok {
		return value, true
	}
	original, ok := m.folded[strings.ToLower(name)]
	return m.exact[original], ok
}
