package gateway

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(judged{m}) }

// house is a gateway over rooms that record what they are asked and answer what the test says.
type house struct {
	*Gateway
	events *delivery.Delivery
	log    *bytes.Buffer

	mu        sync.Mutex
	commands  []center.Command
	reply     func(cmd center.Command) center.Reply
	failure   error // of Do
	check     func(agent center.AgentID, password string) (AccountState, error)
	change    func(agent center.AgentID, old, next string) error
	guidCount int
}

// guid1 is the first GUID that a house gives out.
const guid1 = "00000000-0000-4000-8000-000000000001.AgentGateway1"

func newHouse(t *testing.T, configure ...func(*Config)) *house {
	t.Helper()
	h := &house{events: delivery.New(delivery.Options{}), log: &bytes.Buffer{}}
	t.Cleanup(h.events.Close)
	config := Config{PollWait: -1, Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, set := range configure {
		set(&config)
	}
	h.Gateway = New(config, h, h, h.events)
	h.newGUID = func() string {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.guidCount++
		return strings.Replace(guid1, "1.", string(rune('0'+h.guidCount))+".", 1)
	}
	return h
}

// Do records the command.
func (h *house) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	h.mu.Lock()
	h.commands = append(h.commands, cmd)
	reply, failure := h.reply, h.failure
	h.mu.Unlock()
	switch {
	case failure != nil:
		return center.Reply{}, failure
	case reply != nil:
		return reply(cmd), nil
	default:
		return center.Reply{}, nil
	}
}

// VCCOf knows agents 101 to 1999 of VCC 1.
func (h *house) VCCOf(agent center.AgentID) (center.VCCID, bool) {
	return 1, agent >= 101 && agent <= 1999
}

func (h *house) Check(_ context.Context, agent center.AgentID, password string) (AccountState, error) {
	if h.check != nil {
		return h.check(agent, password)
	}
	if password != "Ann#2026x" {
		return AccountState{}, result.WrongPassword.Err()
	}
	return AccountState{DaysLeft: "9"}, nil
}

func (h *house) Change(_ context.Context, agent center.AgentID, old, next string) error {
	if h.change != nil {
		return h.change(agent, old, next)
	}
	return nil
}

func (h *house) ByAccount(_ context.Context, name string) (center.AgentID, bool) {
	if name == "ann" {
		return 101, true
	}
	return 0, false
}

// answers makes the center answer every command with the same reply.
func (h *house) answers(value any, err *result.Error) {
	h.reply = func(center.Command) center.Reply { return center.Reply{Value: value, Err: err} }
}

// sent is what the center was asked last, and forgets everything.
func (h *house) sent() center.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.commands) == 0 {
		return nil
	}
	last := h.commands[len(h.commands)-1]
	h.commands = nil
	return last
}

// call makes a request: "METHOD path", the path below Base unless it begins with a slash.
func (h *house) call(line, body string, headers ...string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(path, "/") {
		path = Base + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost"
	r.Header.Set("Guid", guid1)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// by is the proof that requests of tests carry.
func by(agent center.AgentID) center.By { return center.By{Agent: agent, Token: tokenOf(guid1)} }

// expect compares a reply with the exact bytes that are wanted.
func expect(t *testing.T, w *httptest.ResponseRecorder, want string) {
	t.Helper()
	if w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("HTTP %d\n got %s\nwant %s", w.Code, w.Body.String(), want)
	}
}

// at is a moment in milliseconds since 1970.
func at(ms int64) time.Time { return time.UnixMilli(ms) }

// given is the value of Set-GUID in a reply, "" for none; only a header that is spelled exactly so counts.
func given(header http.Header) string {
	for name, values := range header {
		if name == "Set-GUID" && len(values) == 1 {
			return values[0]
		}
	}
	return ""
}
