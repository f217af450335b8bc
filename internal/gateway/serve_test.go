package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

func TestPanic_EndsOneRequest(t *testing.T) {
	h := newHouse(t)
	h.reply = func(center.Command) center.Reply { panic("broken invariant") }
	expect(t, h.call("POST onlineagent/101/sayfree", ""),
		`{"message":"the operation failed inside: platform configuration server unreachable or internal error","retcode":"100-007","result":{}}`)
	if log := h.log.String(); !strings.Contains(log, "broken invariant") || !strings.Contains(log, "method=sayFree") {
		t.Errorf("log: %s", log)
	}
	h.reply = nil
	expect(t, h.call("POST onlineagent/101/sayfree", ""), okDone)
}

func TestFailureOfTheHouse(t *testing.T) {
	h := newHouse(t)
	h.failure = errors.New("center is not running")
	expect(t, h.call("POST onlineagent/101/sayfree", ""), `{"message":"internal error","retcode":"100-007","result":{}}`)
	if log := h.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "center is not running") {
		t.Errorf("log: %s", log)
	}
}

func TestLog(t *testing.T) {
	h := newHouse(t)
	h.answers(signedInAnn, nil)
	for _, c := range []struct{ line, body, want string }{
		{"PUT onlineagent/101/forcelogin", `{"password":"Ann#2026x","phonenum":"40038"}`, `level=INFO msg=request method=forceLogin agent=101 vcc=1 code=0 took_us=`},
		{"PUT onlineagent/loginbyaccount", `{"account":"ann","password":"Ann#2026x"}`, `level=INFO msg=request method=loginByAccount agent=101 vcc=1 code=0 took_us=`},
		{"PUT onlineagent/101", `{"password":"secret","phonenum":"40038"}`, `level=INFO msg=request method=login agent=101 vcc=0 code=100-004 took_us=`},
		{"PUT onlineagent/101/updateGuid?x=secret", ``, `level=INFO msg=request method=updateGuid agent=101 vcc=1 code=0 took_us=`},
		{"POST qualitycontrol/901/forcelogout/101", ``, `level=INFO msg=request method=forceLogOutAgent agent=901 vcc=1 code=0 took_us=`},
		{"PUT onlineagent/101/heartbeat", ``, `level=DEBUG msg=request method=heartBeat agent=101 vcc=1 code=0 took_us=`},
		{"GET secret/101", ``, `level=INFO msg=request method=unknown agent=0 vcc=0 code=000-002 took_us=`},
		{"GET onlineagent/7/agentskills", ``, `level=INFO msg=request method=queryAgentSkills agent=0 vcc=0 code=000-002 took_us=`},
	} {
		h.log.Reset()
		h.call(c.line, c.body)
		line := h.log.String()
		if !strings.Contains(line, c.want) || !strings.Contains(line, " remote=192.0.2.1:1234\n") {
			t.Errorf("%s: log %s", c.line, line)
		}
		for _, secret := range []string{"secret", "2026x", "AgentGateway1", "40038"} {
			if strings.Contains(line, secret) {
				t.Errorf("%s: the log holds %q: %s", c.line, secret, line)
			}
		}
	}
}

func TestLog_ClientGone(t *testing.T) {
	h := newHouse(t)
	h.failure = context.Canceled
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "POST", Base+"onlineagent/101/sayfree", nil)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if log := h.log.String(); strings.Contains(log, "ERROR") {
		t.Errorf("log: %s", log)
	}
}

func TestCORS(t *testing.T) {
	desk := func(c *Config) { c.Origins = []string{"https://desk.example.org"} }
	preflight := func(h *house, origin string) *httptest.ResponseRecorder {
		return h.call("OPTIONS onlineagent/101/sayfree", "", "Origin: "+origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: guid")
	}
	t.Run("off", func(t *testing.T) {
		h := newHouse(t)
		w := preflight(h, "https://desk.example.org")
		if refusal(w) != "000-002" || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("got %s, %v", w.Body, w.Header())
		}
	})
	t.Run("allowed", func(t *testing.T) {
		h := newHouse(t, desk)
		w := preflight(h, "https://desk.example.org")
		if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "https://desk.example.org" ||
			!strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Guid") || w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("got %d %v", w.Code, w.Header())
		}
		w = h.call("POST onlineagent/101/sayfree", "", "Origin: https://desk.example.org")
		expect(t, w, okDone)
		if w.Header().Get("Access-Control-Allow-Origin") != "https://desk.example.org" || w.Header().Get("Vary") != "Origin" ||
			!strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "Set-GUID") {
			t.Errorf("got %v", w.Header())
		}
	})
	for _, origin := range []string{"https://evil.example.org", "null", "http://desk.example.org", "https://desk.example.org.evil.com"} {
		t.Run(origin, func(t *testing.T) {
			h := newHouse(t, desk)
			if w := preflight(h, origin); w.Code == http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %d %v", w.Code, w.Header())
			}
			if w := h.call("POST onlineagent/101/sayfree", "", "Origin: "+origin); w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %v", w.Header())
			}
		})
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]string{
		"cc.example.org": "0", "CC.example.org:8043": "0", "127.0.0.1:8000": "0", "[::1]:8000": "0", "localhost:8000": "0", "": "0",
		"evil.example.org": "000-003", "cc.example.org.evil.com:8000": "000-003",
	} {
		h := newHouse(t, func(c *Config) { c.Hosts = []string{"cc.example.org"} })
		r := httptest.NewRequest(http.MethodPost, Base+"onlineagent/101/sayfree", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := refusal(w); got != want {
			t.Errorf("host %q: got %s, want %s", host, got, want)
		}
	}
}
