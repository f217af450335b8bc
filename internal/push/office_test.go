package push_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/push"
)

// anybody has the right password.
type anybody struct{}

func (anybody) Check(context.Context, center.AgentID, string) (gateway.AccountState, error) {
	return gateway.AccountState{}, nil
}
func (anybody) Change(context.Context, center.AgentID, string, string) error { return nil }
func (anybody) ByAccount(context.Context, string) (center.AgentID, bool)     { return 0, false }

// office is a gateway over a real center, with a pusher, and a receiver that answers what the test says.
type office struct {
	t        *testing.T
	gateway  *gateway.Gateway
	receiver *httptest.Server
	came     chan came
	answer   atomic.Pointer[string]
	ahead    atomic.Int64 // of the centers' clock
	guid     string
}

// came is one push.
type came struct{ path, guid, token, body string }

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, came: make(chan came, 1000)}
	o.answers(`{"retcode":"0"}`)
	o.receiver = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength < 0 {
			t.Errorf("body of %d bytes: %v", r.ContentLength, err)
		}
		o.came <- came{r.URL.RequestURI(), r.Header.Get("Guid"), r.Header.Get("service_token"), string(body)}
		_, _ = io.WriteString(w, *o.answer.Load())
	}))
	quiet := slog.New(slog.DiscardHandler)
	events := delivery.New(delivery.Options{})
	house := host.New(quiet, func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) })
	allowed, err := push.ParseAllowed([]string{o.receiver.URL + "/cb"})
	if err != nil {
		t.Fatal(err)
	}
	pusher := push.New(events, push.Options{
		Allowed: allowed, Retry: 5 * time.Millisecond, GiveUp: 100 * time.Millisecond, Log: quiet,
		Expel: func(key delivery.Key) { house.Tell(key.VCC, center.Expel{Agent: key.Agent, Session: key.Session}) },
	})
	house.Attach(events, pusher)
	if err := house.Configure(t.Context(), []center.Config{{
		ID: 1, Roles: []center.Role{{ID: 2, Rights: center.RightsOf(center.RightBusy)}}, Phones: []string{"40101"},
		Agents: []center.Agent{{ID: 101, Name: "Ann", Role: 2}},
		Auth:   center.Auth{Interval: time.Minute, Timeout: 2 * time.Minute}, Silence: 2 * time.Minute,
	}}); err != nil {
		t.Fatal(err)
	}
	o.gateway = gateway.New(gateway.Config{PollWait: -1, Pushes: pusher, Log: quiet}, house, anybody{}, events)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		house.Stop()
		pusher.Close(ctx)
		events.Close()
		o.receiver.Close()
	})
	return o
}

func (o *office) answers(body string) { o.answer.Store(&body) }

// call makes a request as agent 101 and gives its code.
func (o *office) call(line, body string, header ...string) string {
	o.t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, gateway.Base+path, strings.NewReader(body))
	r.Header.Set("Guid", o.guid)
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	o.gateway.ServeHTTP(w, r)
	for name, values := range w.Header() {
		if name == "Set-GUID" {
			o.guid = strings.TrimPrefix(values[0], "JSESSIONID=")
		}
	}
	var reply struct{ RetCode string }
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
		o.t.Fatal(err)
	}
	return reply.RetCode
}

func (o *office) ok(line, body string, header ...string) {
	o.t.Helper()
	if code := o.call(line, body, header...); code != "0" {
		o.t.Fatalf("%s: %s", line, code)
	}
}

// next waits for a push with an event of the name, and passes others.
func (o *office) next(event string) came {
	o.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case c := <-o.came:
			if strings.Contains(c.body, `"`+event+`"`) {
				return c
			}
		case <-deadline:
			o.t.Fatalf("%s was not pushed", event)
		}
	}
}

// TestOffice_Present plays a session of the present form from its sign-in to its end.
func TestOffice_Present(t *testing.T) {
	o := newOffice(t)
	signIn := func(url, token string) string {
		return o.call("PUT onlineagent/101/forcelogin", `{"password":"x","phonenum":"40101","callBackUri":"`+url+`","serviceToken":"`+token+`"}`)
	}
	for _, url := range []string{"https://elsewhere/cb", o.receiver.URL, o.receiver.URL + "/cb/../x", strings.Replace(o.receiver.URL, "//", "//u@", 1) + "/cb"} {
		if code := signIn(url, "t1"); code != "100-001" {
			t.Errorf("%s: %s", url, code)
		}
	}
	if code := signIn(o.receiver.URL+"/cb/x?id=1", "t1"); code != "0" {
		t.Fatal(code)
	}
	if c := o.next("AgentState_Ready"); c.path != "/cb/x?id=1" || c.guid != o.guid || c.token != "t1" {
		t.Errorf("pushed %+v, the GUID is %s", c, o.guid)
	}
	if code := o.call("GET agentevent/101", ""); code != "000-001" {
		t.Errorf("poll: %s", code)
	}
	o.ok("POST onlineagent/101/handshake", "", "service_token", "t2")
	o.ok("POST onlineagent/101/saybusy", "")
	if c := o.next("AgentState_SetNotReady_Success"); c.guid != o.guid || c.token != "t2" {
		t.Errorf("pushed %+v, the GUID is %s", c, o.guid)
	}
	first := o.guid
	o.ahead.Store(int64(61 * time.Second))
	o.ok("POST onlineagent/101/handshake", "")
	if o.guid == first {
		t.Fatal("the handshake brought no new GUID")
	}
	o.ok("POST onlineagent/101/sayfree", "")
	if c := o.next("AgentState_CancelNotReady_Success"); c.guid != o.guid || c.token != "t2" {
		t.Errorf("pushed %+v, the GUID is %s", c, o.guid)
	}
	o.ok("PUT onlineagent/101/updateGuid", "")
	o.ok("POST onlineagent/101/saybusy", "")
	if c := o.next("AgentState_SetNotReady_Success"); c.guid != o.guid {
		t.Errorf("pushed %+v, the GUID is %s", c, o.guid)
	}
	o.ok("DELETE onlineagent/101/logout", "")
}

// TestOffice_GiveUp: a receiver that refuses for too long has its agent signed out, and learns of it when it takes pushes again.
func TestOffice_GiveUp(t *testing.T) {
	o := newOffice(t)
	o.ok("PUT onlineagent/101/forcelogin", `{"password":"x","phonenum":"40101","pushUrl":"`+o.receiver.URL+`/cb?token=7"}`)
	o.next("AgentState_Ready")
	o.ok("PUT onlineagent/101/heartbeat", "")
	o.answers(`{"retcode":"000-002"}`)
	o.ok("POST onlineagent/101/saybusy", "")
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for o.call("PUT onlineagent/101/heartbeat", "") != "100-006" {
		<-ticker.C
	}
	o.answers(`{"retcode":0}`)
	if c := o.next("AgentOther_ShutdownService"); c.path != "/cb?token=7" ||
		!strings.HasPrefix(c.body, `{"message":"","retcode":"0","event":{"eventType":"AgentOther_ShutdownService","workNo":"101","content":{`) {
		t.Errorf("pushed %+v", c)
	}
}

// TestOffice_Silence: pushes that are accepted are no sign of life; handshakes are.
func TestOffice_Silence(t *testing.T) {
	o := newOffice(t)
	o.ok("PUT onlineagent/101/forcelogin", `{"password":"x","phonenum":"40101","callBackUri":"`+o.receiver.URL+`/cb","serviceToken":"t"}`)
	for range 4 {
		o.ahead.Add(int64(time.Minute))
		o.ok("POST onlineagent/101/handshake", "")
	}
	o.ahead.Add(int64(3 * time.Minute))
	if code := o.call("POST onlineagent/101/handshake", ""); code != "100-006" {
		t.Errorf("after three minutes of silence: %s", code)
	}
	o.next("AgentOther_ShutdownService")
}
