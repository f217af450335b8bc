package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// base is what all paths of the interface begin with.
const base = "/agentgateway/resource/"

// Bounds of one exchange.
const (
	// requestTime is how long an answer may take. A sign-in may wait for its turn to have the password checked.
	requestTime = 60 * time.Second
	// pollTime is how long a poll may take; gateways hold it for 10 s.
	pollTime = 30 * time.Second
	// maxReply bounds a reply: the longest is a list of all agents of a VCC.
	maxReply = 64 << 20
	// idleConnections are kept open to one gateway: programs that carry many agents have two for each of them.
	idleConnections = 4096
)

// Client reaches one installation.
type Client struct {
	address string // without a slash at its end
	http    *http.Client
}

// Option changes how a Client reaches its gateway.
type Option func(*settings)

type settings struct {
	tls  tls.Config
	http *http.Client
}

// InsecureTLS takes any certificate, such as the one that a gateway makes for itself at its first start. Whoever stands between
// can then read passwords; use CA where that matters.
func InsecureTLS() Option { return func(s *settings) { s.tls.InsecureSkipVerify = true } }

// CA trusts the certificates of a pool instead of the system's.
func CA(pool *x509.CertPool) Option { return func(s *settings) { s.tls.RootCAs = pool } }

// HTTP uses a client of the caller's own; it decides on TLS then, and must have no time-out below the poll's 10 s.
func HTTP(client *http.Client) Option { return func(s *settings) { s.http = client } }

// New makes a Client for a gateway's address, such as "https://cc.example.org:8043".
func New(address string, options ...Option) (*Client, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("gateway address: %w", err)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, fmt.Errorf("gateway address %q is not like https://host:8043", address)
	}
	s := settings{tls: tls.Config{MinVersion: tls.VersionTLS12}}
	for _, set := range options {
		set(&s)
	}
	if s.http == nil {
		s.http = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &s.tls, MaxIdleConnsPerHost: idleConnections,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		}}
	}
	return &Client{address: parsed.Scheme + "://" + parsed.Host, http: s.http}, nil
}

// Close lets go of connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// exchange is one request and what came of it.
type exchange struct {
	method, path string
	body         any // nil = none
	guid         string
	limit        time.Duration

	newGUID string // out: given with the reply, "" = none
}

// envelope is the form of all replies.
type envelope struct {
	Message string          `json:"message"`
	RetCode string          `json:"retcode"`
	Result  json.RawMessage `json:"result"`
	Event   json.RawMessage `json:"event"`
}

// do makes one exchange. The error is an *Error for a refusal.
func (c *Client) do(ctx context.Context, x *exchange) (envelope, error) {
	reply, err := c.try(ctx, x)
	if err != nil {
		return reply, fmt.Errorf("%s %s: %w", x.method, x.name(), err)
	}
	if reply.RetCode != "0" {
		return reply, &Error{Code: reply.RetCode, Message: reply.Message, Interface: x.method + " " + x.name()}
	}
	return reply, nil
}

// name is the path without its query, which may hold passwords.
func (x *exchange) name() string {
	path, _, _ := strings.Cut(x.path, "?")
	return path
}

func (c *Client) try(ctx context.Context, x *exchange) (envelope, error) {
	ctx, cancel := context.WithTimeout(ctx, x.limit)
	defer cancel()
	var body io.Reader
	if x.body != nil {
		text, err := json.Marshal(x.body)
		if err != nil {
			return envelope{}, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, x.method, c.address+base+x.path, body)
	if err != nil {
		return envelope{}, err
	}
	request.Header.Set("Content-Type", "application/json; charset=UTF-8")
	if x.guid != "" {
		request.Header.Set("Guid", x.guid)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return envelope{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return envelope{}, err
	}
	var reply envelope
	if err := json.Unmarshal(text, &reply); err != nil || reply.RetCode == "" {
		return envelope{}, fmt.Errorf("HTTP %d without a result code", response.StatusCode)
	}
	x.newGUID = guidOf(response.Header)
	return reply, nil
}

// guidOf gives the GUID that a reply brings, "" for none.
func guidOf(header http.Header) string {
	text := header.Get("Set-GUID")
	if _, guid, found := strings.Cut(text, "="); found {
		return guid
	}
	return text
}
