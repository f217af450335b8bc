package testrig

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxNetstring bounds a netstring that is read: baresip's longest answers are lists of a few kilobytes.
const maxNetstring = 1 << 20

// errNetstring says that what was read is no netstring.
var errNetstring = errors.New("testrig: no netstring")

// readNetstring reads one netstring: length in decimals, a colon, the octets, a comma.
func readNetstring(r *bufio.Reader) ([]byte, error) {
	head, err := readHead(r)
	if err != nil {
		return nil, err
	}
	length, err := strconv.ParseUint(head, 10, 31)
	if err != nil || length > maxNetstring {
		return nil, fmt.Errorf("%w: length %q", errNetstring, head)
	}
	body := make([]byte, length+1)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("%w: %w", errNetstring, err)
	}
	if body[length] != ',' {
		return nil, fmt.Errorf("%w: it ends in %q", errNetstring, body[length])
	}
	return body[:length], nil
}

// readHead reads the digits before the colon.
func readHead(r *bufio.Reader) (string, error) {
	var head []byte
	for len(head) < 10 {
		b, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if b == ':' {
			return string(head), nil
		}
		head = append(head, b)
	}
	return "", fmt.Errorf("%w: it begins with %q", errNetstring, head)
}

// netstring writes one.
func netstring(body []byte) []byte {
	return append(append([]byte(strconv.Itoa(len(body))+":"), body...), ',')
}
