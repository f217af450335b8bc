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
)

// ErrNotRunning says that no program answers at the admin address.
var ErrNotRunning = errors.New("no server answers at the admin address")

// SendConfiguration asks the running server at address to apply the file, and returns its words.
func SendConfiguration(ctx context.Context, address, token, name string, file []byte) (string, error) {
	target := url.URL{Scheme: "http", Host: dialable(address), Path: "/admin/apply",
		RawQuery: url.Values{"name": {filepath.Base(name)}}.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(file))
	if err != nil {
		return "", fmt.Errorf("apply: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return "", ErrNotRunning
		}
		return "", fmt.Errorf("apply: %w", err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(io.LimitReader(reply.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("apply: read answer: %w", err)
	}
	words := strings.TrimSpace(string(text))
	if reply.StatusCode != http.StatusOK {
		return "", errors.New(words)
	}
	return words, nil
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
