package flow

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// service is a web service that answers as its path says; each request's target, method and body are kept in asked.
func service(t *testing.T) (address string, asked chan string) {
	t.Helper()
	asked = make(chan string, 20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- r.Method + " " + r.RequestURI + " " + string(body)
		switch r.URL.Path {
		case "/large":
			fmt.Fprintf(w, "%q", strings.Repeat("x", 98)) // 100 bytes
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/slow":
			<-r.Context().Done()
		case "/broken":
			fmt.Fprint(w, `{"name": `)
		case "/text":
			http.Error(w, "no such customer", http.StatusNotFound)
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		default:
			fmt.Fprint(w, `{"name": "Ada"}`)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestFetch(t *testing.T) {
	address, asked := service(t)
	client := plainClient()
	defer client.CloseIdleConnections()
	for name, c := range map[string]struct {
		path    string
		body    string
		most    int64 // 0 = mostFetched
		timeout time.Duration
		status  int
		value   string // as %v
		err     string // part of it
	}{
		"answer":             {path: "/customer?id=1", status: 200, value: "map[name:Ada]"},
		"body":               {path: "/customer", body: `{"id": 1}`, status: 200, value: "map[name:Ada]"},
		"as large as may be": {path: "/large", most: 100, status: 200, value: strings.Repeat("x", 98)},
		"too large":          {path: "/large", most: 99, status: 200, err: errTooLarge.Error()},
		"redirect":           {path: "/redirect", status: 302, value: "<nil>"},
		"too slow":           {path: "/slow", timeout: 50 * time.Millisecond, err: context.DeadlineExceeded.Error()},
		"no JSON":            {path: "/broken", status: 200, err: "read web service's answer: unexpected end of JSON input"},
		"not found":          {path: "/text", status: 404, value: "<nil>"},
		"empty":              {path: "/none", status: 204, value: "<nil>"},
		"dots":               {path: "/customer/%2e%2e/admin", err: errDots.Error()},
		"dot":                {path: "/customer/./admin", err: errDots.Error()},
		"dots in an escape":  {path: "/customer/..%2Fadmin", err: errDots.Error()},
		"dots and backslash": {path: "/customer/..%5Cadmin", err: errDots.Error()},
		"dots in a query":    {path: "/customer?id=..", status: 200, value: "map[name:Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			method := http.MethodGet
			if c.body != "" {
				method = http.MethodPost
			}
			if c.most == 0 {
				c.most = mostFetched
			}
			ctx := t.Context()
			if c.timeout != 0 {
				limited, cancel := context.WithTimeout(ctx, c.timeout)
				defer cancel()
				ctx = limited
			}
			got := fetch(ctx, client, Request{Method: method, URL: address + c.path, Body: c.body, MaxBody: c.most})
			switch {
			case c.err == "" && got.Err != nil || c.err != "" && (got.Err == nil || !strings.Contains(got.Err.Error(), c.err)):
				t.Errorf("error %v, want %q", got.Err, c.err)
			case got.Status != c.status || c.err == "" && fmt.Sprint(got.Value) != c.value:
				t.Errorf("%d %v, want %d %s", got.Status, got.Value, c.status, c.value)
			}
			if c.err == errDots.Error() {
				c.path = ""
			}
			want := []string{method + " " + c.path + " " + c.body}
			if c.path == "" {
				want = nil
			}
			expectAsked(t, asked, want...)
		})
	}
}

// expectAsked checks that the service was asked exactly this by now.
func expectAsked(t *testing.T, asked <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-asked:
			if got != w {
				t.Errorf("asked %q, want %q", got, w)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("not asked %q", w)
		}
	}
	if len(asked) > 0 {
		t.Errorf("asked more: %q", <-asked)
	}
}

// TestHarmless: the log gets no address, which may hold secret digits.
func TestHarmless(t *testing.T) {
	address, _ := service(t)
	client := plainClient()
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for name, r := range map[string]Request{
		"too slow":   {Method: "GET", URL: address + "/slow?card=4711"},
		"not there":  {Method: "GET", URL: "http://127.0.0.1:1/?card=4711"},
		"no address": {Method: "GET", URL: "http://127.0.0.1:1/%zz?card=4711"},
		"header":     {Method: "GET", URL: address + "/", Headers: map[string]string{"X-Card": "4711\x00"}},
	} {
		got := fetch(ctx, client, r)
		if got.Err == nil {
			t.Errorf("%s: no error", name)
		} else if text := harmless(got.Err); strings.Contains(text, "4711") || text == "" {
			t.Errorf("%s: the log says %q", name, text)
		}
	}
}

// gate is a web service whose answers wait until the test lets one out.
type gate struct {
	came chan struct{}
	out  chan struct{}
	gone chan struct{} // requests that were broken off
}

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.came <- struct{}{}
	select {
	case <-g.out:
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"name": "Ada"}`)), Request: r}, nil
	case <-r.Context().Done():
		g.gone <- struct{}{}
		return nil, r.Context().Err()
	}
}

// askingEngine is an engine with flows that ask a gate, of which so many requests may be under way.
func askingEngine(t *testing.T, d desk, text string, requests int) (*Engine, gate, Setup) {
	t.Helper()
	g := gate{came: make(chan struct{}, 10), out: make(chan struct{}), gone: make(chan struct{}, 10)}
	e := newEngine(t, d, text, 0)
	e.client = &http.Client{Transport: g}
	s := *e.setup.Load()
	s.Requests = requests
	e.Configure(s)
	return e, g, s
}

const asking = `main: [{http: {url: "http://crm.example/c", timeout: 20s, into: {name: name}, else: [{say: later}]}}, {say: "hello {name}"}]`

func said(call, text string) string {
	return fmt.Sprintf("center.FlowPlay{Call:%s Run:5 Sound:[{Prompt: File: Text:%s Digits:}] Barge:false Number:1}", call, text)
}

// TestEngine_TooManyRequests: who comes when all requests are taken goes on without an answer; when one is free, the next may ask.
func TestEngine_TooManyRequests(t *testing.T) {
	d := desk{got: make(chan center.Command, 20)}
	e, g, _ := askingEngine(t, d, asking, 1)
	e.testBegin("a")
	<-g.came
	e.testBegin("b")
	d.expect(t, said("b", "later"))
	g.out <- struct{}{}
	d.expect(t, said("a", "hello Ada"))
	e.testBegin("c")
	<-g.came
}

// TestEngine_HangUpEndsRequest: the request of a caller who hangs up is broken off.
func TestEngine_HangUpEndsRequest(t *testing.T) {
	d := desk{got: make(chan center.Command, 20)}
	e, g, _ := askingEngine(t, d, asking, 1)
	e.testBegin("a")
	<-g.came
	e.Carry(1, []center.Effect{center.FlowEnded{Call: "a", Run: 5}})
	select {
	case <-g.gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the request goes on")
	}
	e.work.Wait()
	if e.busy() || len(d.got) > 0 {
		t.Error("a run that has ended goes on")
	}
}

func (e *Engine) busy() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fetches > 0
}

// TestEngine_CloseWithRequestUnderWay: Close does not wait for a web service's answer.
func TestEngine_CloseWithRequestUnderWay(t *testing.T) {
	d := desk{got: make(chan center.Command, 20)}
	e, g, _ := askingEngine(t, d, asking, 1)
	e.testBegin("a")
	<-g.came
	e.Close()
	if e.busy() || e.Running() != 0 {
		t.Error("something is still under way")
	}
	e.testBegin("b") // too late
	if len(d.got) > 0 {
		t.Errorf("a closed engine orders %v", <-d.got)
	}
}

// TestEngine_ReloadWithRunsUnderWay: who is in a flow goes on with the steps and the skill queues that he began with, whether the new
// flows are others or none; who comes later gets the new ones.
func TestEngine_ReloadWithRunsUnderWay(t *testing.T) {
	d := desk{got: make(chan center.Command, 20)}
	e, g, s := askingEngine(t, d, `main: [{http: {url: "http://crm.example/c", timeout: 20s, into: {name: name}}}, {say: "hello {name}"}, {queue: support}]`, 1)
	e.testBegin("old")
	<-g.came

	s.Program = compileText(t, "main: [{say: new}, {queue: sales}]", world)
	s.Skills = map[center.VCCID]map[string]center.SkillID{1: {"sales": 9}}
	e.Configure(s)
	e.testBegin("new")
	d.expect(t, said("new", "new"))
	e.Configure(Setup{})

	g.out <- struct{}{}
	d.expect(t, said("old", "hello Ada"))
	played := func(call string) {
		e.Carry(1, []center.Effect{center.FlowTold{Call: center.CallID(call), Run: 5, What: center.FlowPlayed, Number: 1}})
	}
	played("old")
	d.expect(t, `center.FlowData{Call:old Run:5 Data:{"name":"Ada"}}`)
	d.expect(t, "center.FlowQueue{Call:old Run:5 Skill:7 KeepTime:false}")
	played("new")
	d.expect(t, "center.FlowQueue{Call:new Run:5 Skill:9 KeepTime:false}")

	e.testBegin("none")
	d.expect(t, "center.FlowSecret{Call:none Run:5 On:false}")
	d.expect(t, "center.FlowHangUp{Call:none Run:5 Cause:failed}")
	if e.Running() != 3 {
		t.Errorf("%d runs, want 3", e.Running())
	}
}
