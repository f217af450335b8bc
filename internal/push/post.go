package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of the HTTP client.
const (
	// RequestTime is how long one push may take, waiting for a connection included. It is no longer than the pause between two
	// pushes that fail, so a receiver that hangs costs at most half of its agents' time.
	requestTime = 10 * time.Second
	// connectTime is for the TCP connection, and again for the TLS handshake.
	connectTime = 5 * time.Second
	// hostConnections is how many pushes run to one host and port at once; further ones wait in line, within their requestTime. At
	// 10 ms a push it is 6,400 pushes a second, far above what 20,000 agents cause.
	hostConnections = 64
	// maxReply bounds what is read of a receiver's reply; a good one has 40 bytes.
	maxReply = 64 << 10
	// maxReplyHeader bounds its head.
	maxReplyHeader = 64 << 10
	idleTime       = 90 * time.Second
)

// newClient makes the HTTP client of all workers. HTTP/1.1 only: receivers in use are servlets of 2017. It follows no redirects: a
// white-listed receiver must not be able to send us elsewhere.
func newClient(options Options) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := net.Dialer{Timeout: connectTime}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:       http.ProxyFromEnvironment,
			DialContext: dialer.DialContext,
			TLSClientConfig: &tls.Config{
				MinVersion: tls.VersionTLS12,                                    // cec_07_1275
				RootCAs:    options.Roots, InsecureSkipVerify: options.TrustAll, //nolint:gosec // eventpush.ssl.trustAll, off by default
			},
			TLSHandshakeTimeout:    connectTime,
			MaxConnsPerHost:        hostConnections,
			MaxIdleConnsPerHost:    hostConnections,
			IdleConnTimeout:        idleTime,
			MaxResponseHeaderBytes: maxReplyHeader,
			DisableCompression:     true,
			Protocols:              protocols,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Roots reads the certificates of a PEM file, which alone are trusted then.
func Roots(pem []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in the file (PEM)")
	}
	return pool, nil
}

// post pushes a body and tells why it was not accepted. Its errors hold no part of the URL.
func (w *worker) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, w.pusher.requestTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.to.URL, bytes.NewReader(body)) // bytes.Reader: Content-Length is set
	if err != nil {
		return errors.New("the URL cannot be called")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "ccgateway")
	if !w.to.Old {
		guid, token := w.credentials()
		if guid != "" {
			request.Header.Set("Guid", guid)
		}
		request.Header["service_token"] = []string{token} // spelled so in the reference
	}
	reply, err := w.pusher.settings.Load().client.Do(request)
	if err != nil {
		return withoutURL(err)
	}
	defer func() { _ = reply.Body.Close() }() // what is left unread closes the connection; there is nothing else to do
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("answered with HTTP status %d", reply.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(reply.Body, maxReply+1))
	switch {
	case err != nil:
		return fmt.Errorf("reply broke off: %w", withoutURL(err))
	case len(data) > maxReply:
		return fmt.Errorf("reply has more than %d bytes", maxReply)
	}
	return judge(data, w.to.Old)
}

// withoutURL takes the URL out of an error of the HTTP client: its query may hold a token.
func withoutURL(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}

// maxShown bounds what is logged of a receiver's retcode.
const maxShown = 20

// judge tells whether a receiver has accepted a push: retcode "0", or the number 0 (client-rules.md 35). The receiver of one client
// in use answers the older form with no body at all.
func judge(data []byte, old bool) error {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if old && len(data) == 0 {
		return nil
	}
	var reply struct {
		RetCode json.RawMessage `json:"retcode"`
	}
	if err := json.Unmarshal(data, &reply); err != nil {
		return errors.New("reply is not a JSON object")
	}
	switch code := string(reply.RetCode); code {
	case `"0"`, `0`:
		return nil
	case "":
		return errors.New("reply has no retcode")
	default:
		return fmt.Errorf("refused with retcode %s", strings.ToValidUTF8(code[:min(len(code), maxShown)], "?"))
	}
}
