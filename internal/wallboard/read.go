package wallboard

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// maxLine bounds a line of a stream that is read: a snapshot of 20,000 agents has some 20 MB.
const maxLine = 64 << 20

// ReadStream reads what Stream writes and calls do for each event, until the stream ends (nil), do returns an error, or a line is too long. data
// is good until do returns.
func ReadStream(r io.Reader, do func(name, id string, data []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var name, id string
	var data []byte
	for lines.Scan() {
		field, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
		switch {
		case len(lines.Bytes()) > 0 && string(field) == "event":
			name = string(value)
		case string(field) == "id":
			id = string(value)
		case string(field) == "data":
			data = append(data[:0], value...)
		case len(lines.Bytes()) == 0 && len(data) > 0:
			if err := do(name, id, data); err != nil {
				return err
			}
			name, id, data = "", "", data[:0]
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read a stream: %w", err)
	}
	return nil
}
