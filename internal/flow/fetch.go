package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

var (
	errBusy     = errors.New("too many requests of flows are under way")
	errTooLarge = errors.New("the answer is larger than the flow takes")
	errDots     = errors.New("the address has . or .. in its path")
)

// plainClient makes the client for flows: no redirects, which would lead past the list of allowed hosts, no cookies, no proxy.
func plainClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// startFetch asks a web service in the background; Fetched comes as news.
func (r *running) startFetch(req Request) {
	r.mu.Lock()
	r.fetch++
	number := r.fetch
	r.mu.Unlock()
	if !r.engine.reserve(r.setup.Requests) {
		r.push(Fetched{Err: errBusy}, number)
		return
	}
	ctx, cancel := context.WithTimeout(r.engine.ctx, req.Timeout)
	r.mu.Lock()
	r.stopGet = cancel
	ended := r.ended
	r.mu.Unlock()
	if ended {
		cancel()
	}
	r.engine.work.Add(1) // drain, which calls this, is counted: no Close has come to its end
	go func() {
		defer r.engine.work.Done()
		answer := fetch(ctx, r.engine.client, req)
		cancel()
		r.engine.release() // before the run is told: it may ask again at once
		if answer.Err != nil {
			r.engine.log.Warn("a web service did not answer a flow", "vcc", int(r.key.vcc), "flow", r.run.flow, "url", req.Shown, "error", harmless(answer.Err))
		}
		r.push(answer, number)
	}()
}

// harmless gives an error's text without the address, which may hold secret digits.
func harmless(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err.Error()
}

// reserve counts a request, unless there are too many.
func (e *Engine) reserve(most int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fetches >= most {
		return false
	}
	e.fetches++
	return true
}

func (e *Engine) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fetches--
}

// fetch asks and reads the answer, JSON of at most MaxBody bytes; an empty one is no value.
func fetch(ctx context.Context, client *http.Client, r Request) Fetched {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return Fetched{Err: fmt.Errorf("ask web service: %w", err)}
	}
	if hasDots(req.URL.Path) {
		return Fetched{Err: fmt.Errorf("ask web service: %w", errDots)}
	}
	req.Header.Set("Accept", "application/json")
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	response, err := client.Do(req)
	if err != nil {
		return Fetched{Err: fmt.Errorf("ask web service: %w", err)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, r.MaxBody+1))
	answer := Fetched{Status: response.StatusCode}
	switch {
	case err != nil:
		answer.Err = fmt.Errorf("read web service's answer: %w", err)
	case int64(len(body)) > r.MaxBody:
		answer.Err = errTooLarge
	case len(body) > 0 && answer.Status/100 == 2:
		if err := json.Unmarshal(body, &answer.Value); err != nil {
			answer.Err = fmt.Errorf("read web service's answer: %w", err)
		}
	}
	return answer
}

// hasDots tells whether a path leads upwards for a server that tidies it. A variable whose value is ".." (a caller chooses his number's text)
// must not reach another of the service's doors; its slashes are escaped, but many servers decode before they tidy.
func hasDots(path string) bool {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return true
		}
	}
	return false
}
