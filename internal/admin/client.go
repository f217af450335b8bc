package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrNotRunning says that no program answers at the admin address.
var ErrNotRunning = errors.New("no server answers at the admin address")

// door is an admin port as who asks there knows it.
type door struct{ address, token string }

// direct asks without a proxy: the token is for nobody on the way.
var direct = &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}

// mostWords bounds an answer in words.
const mostWords = 1 << 20

// ask sends a request to a path below /admin and hands the answer's body to read. Errors begin with the path; one that the port itself gives is
// in its words. ErrNotRunning when nobody answers there.
func (d door) ask(ctx context.Context, method, path string, query url.Values, body io.Reader, read func(io.Reader) error) error {
	target := url.URL{Scheme: "http", Host: dialable(d.address), Path: "/admin/" + path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	reply, err := direct.Do(request)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return ErrNotRunning
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		var words string
		if err := inWords(&words)(reply.Body); err != nil {
			return fmt.Errorf("%s: %s: %w", path, reply.Status, err)
		}
		return errors.New(words)
	}
	if err := read(reply.Body); err != nil {
		return fmt.Errorf("%s: read answer: %w", path, err)
	}
	return nil
}

// inWords reads an answer in words.
func inWords(words *string) func(io.Reader) error {
	return func(body io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(body, mostWords))
		*words = strings.TrimSpace(string(text))
		return err
	}
}

// SendConfiguration asks the running server at address to apply the file, and returns its words.
func SendConfiguration(ctx context.Context, address, token, name string, file []byte) (words string, err error) {
	query := url.Values{"name": {filepath.Base(name)}}
	err = door{address, token}.ask(ctx, http.MethodPost, "apply", query, bytes.NewReader(file), inWords(&words))
	return words, err
}

// Answers tells whether any program takes connections at address.
func Answers(ctx context.Context, address string) bool {
	conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", dialable(address))
	if err == nil {
		_ = conn.Close() // nothing was written
	}
	return err == nil
}

// dialable turns a listening address without host (":8081") into one that can be called.
func dialable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
