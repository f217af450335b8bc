package gateway

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// emptyPoll is the text that a client compares byte for byte (client-rules.md 12).
const emptyPoll = `{"message":"","retcode":"0"}`

// signedIn makes a house whose center knows agents with session = number, and queues for them.
func signedIn(t *testing.T, agents ...center.AgentID) *house {
	h := newHouse(t)
	for _, agent := range agents {
		h.events.Carry(1, []center.Effect{center.SessionBegan{Agent: agent, Session: center.Session(agent)}})
	}
	h.reply = func(cmd center.Command) center.Reply {
		switch cmd := cmd.(type) {
		case center.Touch:
			return center.Reply{Value: center.Touched{Session: center.Session(cmd.Agent), SignedIn: at(1471585949806)}}
		case center.Authenticate:
			return center.Reply{Value: center.Authenticated{Session: center.Session(cmd.Agent)}}
		}
		return center.Reply{}
	}
	return h
}

// raise gives an agent an event.
func (h *house) raise(agent center.AgentID, seq uint64, name string, content any) {
	h.events.Carry(1, []center.Effect{center.Event{
		Agent: agent, Session: center.Session(agent), Seq: seq, Type: name, Content: content, At: at(int64(seq)),
	}})
}

func TestPoll(t *testing.T) {
	h := signedIn(t, 101)
	if len(emptyPoll) != 28 {
		t.Fatal("the text of the reference has 28 bytes")
	}
	expect(t, h.call("GET agentevent/101", ""), emptyPoll)
	h.raise(101, 1, "AgentOther_InService", nil)
	h.raise(101, 2, "AgentEvent_Hold", "1455885056-1095")
	expect(t, h.call("GET agentevent/101?calldata=x", ""),
		`{"message":"","retcode":"0","event":{"eventType":"AgentOther_InService","workNo":"101","content":null}}`)
	expect(t, h.call("GET agentevent/101", ""),
		`{"message":"","retcode":"0","event":{"eventType":"AgentEvent_Hold","workNo":"101","content":"1455885056-1095"}}`)
	w := h.call("GET agentevent/101", "")
	expect(t, w, emptyPoll)
	if given(w.Header()) != "" {
		t.Error("a GUID was given though none is new")
	}
	if diff := cmp.Diff(center.Command(center.Touch{By: by(101), Poll: true, NewToken: tokenOf(strings.Replace(guid1, "1.", "4.", 1))}), h.sent()); diff != "" {
		t.Errorf("command (-want +sent):\n%s", diff)
	}
}

func TestPoll_Held(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := signedIn(t, 101)
		h.config.PollWait = DefaultPollWait
		h.Set(h.config)
		began := time.Now()
		expect(t, h.call("GET agentevent/101", ""), emptyPoll)
		if held := time.Since(began); held != 9500*time.Millisecond {
			t.Errorf("held for %s", held)
		}
		answer := make(chan *httptest.ResponseRecorder)
		go func() { answer <- h.call("GET agentevent/101", "") }()
		synctest.Wait()
		h.raise(101, 1, "AgentState_Ready", nil)
		expect(t, <-answer, `{"message":"","retcode":"0","event":{"eventType":"AgentState_Ready","workNo":"101","content":null}}`)
		go func() { answer <- h.call("GET agentevent/101", "") }()
		synctest.Wait()
		h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101}})
		expect(t, <-answer, `{"message":"agent is not signed in (here)","retcode":"100-006","result":""}`)
		if time.Since(began) != 9500*time.Millisecond {
			t.Errorf("the event or the end was not told at once")
		}
		h.events.Close()
	})
}

func TestPoll_Rotation(t *testing.T) {
	h := signedIn(t, 101)
	h.answers(center.Touched{Session: 101, Rotated: true}, nil)
	for _, line := range []string{"GET agentevent/101", "POST onlineagent/101/handshake", "PUT onlineagent/101/heartbeat"} {
		w := h.call(line, "")
		touch := h.sent().(center.Touch)
		if guid := strings.TrimPrefix(given(w.Header()), "JSESSIONID="); guid == "" || tokenOf(guid) != touch.NewToken {
			t.Errorf("%s: Set-GUID is %q", line, given(w.Header()))
		}
	}
}

// pushes allows one host, and records what it is told.
type pushes struct {
	mu   sync.Mutex
	told []string
}

func (p *pushes) tell(format string, values ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, fmt.Sprintf(format, values...))
}

// heard is what it was told since the last time.
func (p *pushes) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := strings.Join(p.told, "; ")
	p.told = nil
	return text
}

func (p *pushes) Allowed(url string) bool { return strings.HasPrefix(url, "https://desk/") }
func (p *pushes) Expect(agent center.AgentID, guid string) {
	p.tell("expect %d %s", agent, guid)
}
func (p *pushes) Expected(agent center.AgentID) { p.tell("expected %d", agent) }
func (p *pushes) Renew(key delivery.Key, guid string, newest bool, token string) {
	p.tell("renew %d %s %v %q", key.Session, guid, newest, token)
}

// TestPushCredentials: the pusher hears of every GUID and service_token.
func TestPushCredentials(t *testing.T) {
	p := &pushes{}
	h := newHouse(t, func(c *Config) { c.Pushes = p })
	h.answers(signedInAnn, nil)
	signIn := `{"password":"Ann#2026x","phonenum":"40038"`
	h.call("PUT onlineagent/101", signIn+`,"callBackUri":"https://desk/x","serviceToken":"t"}`)
	if want := "expect 101 " + guid1 + "; expected 101"; p.heard() != want {
		t.Errorf("sign-in: not %s", want)
	}
	h.call("PUT onlineagent/101", signIn+`}`)
	if got := p.heard(); got != "" {
		t.Errorf("sign-in of one who polls: %s", got)
	}
	h.answers(center.Touched{Session: 7, Push: true}, nil)
	h.call("POST onlineagent/101/handshake", "", "service_token: t2")
	if got, want := p.heard(), "renew 7 "+guid1+` false ""; renew 7 `+guid1+` false "t2"`; got != want {
		t.Errorf("handshake: got %s\nwant %s", got, want)
	}
	h.answers(center.Touched{Session: 7, Push: true, Rotated: true}, nil)
	w := h.call("PUT onlineagent/101/heartbeat", "")
	if got, want := p.heard(), "renew 7 "+strings.TrimPrefix(given(w.Header()), "JSESSIONID=")+` true ""`; got != want {
		t.Errorf("heartbeat: got %s\nwant %s", got, want)
	}
	h.reply = func(cmd center.Command) center.Reply {
		if _, asks := cmd.(center.Authenticate); asks {
			return center.Reply{Value: center.Authenticated{Session: 7}}
		}
		return center.Reply{}
	}
	w = h.call("PUT onlineagent/101/updateGuid", "")
	if got, want := p.heard(), "renew 7 "+strings.TrimPrefix(given(w.Header()), "JSESSIONID=")+` true ""`; got != want {
		t.Errorf("updateGuid: got %s\nwant %s", got, want)
	}
	h.answers(center.Touched{Session: 7}, nil)
	h.call("GET agentevent/101", "")
	if got := p.heard(); got != "" {
		t.Errorf("a session that polls: %s", got)
	}
}

// TestPollAll_PushMode: nobody polls away what is pushed.
func TestPollAll_PushMode(t *testing.T) {
	h := signedIn(t, 101)
	h.events.Carry(1, []center.Effect{center.SessionBegan{Agent: 102, Session: 102, Push: center.Push{URL: "https://desk/x"}}})
	for _, agent := range []center.AgentID{101, 102} {
		h.guids.add(agent, tokenOf(fmt.Sprint(agent)))
		h.raise(agent, 1, "AgentState_Ready", nil)
	}
	if got := refusal(h.call("GET agentevent/allagentevent", "", "Guid: 102")); got != "000-001" {
		t.Errorf("got %s", got)
	}
	expect(t, h.call("GET agentevent/allagentevent", "", "Guid: 101;102"),
		`{"message":"","retcode":"0","event":[{"eventType":"AgentState_Ready","workNo":"101","content":null}]}`)
}

func TestPoll_PushMode(t *testing.T) {
	h := signedIn(t, 101)
	h.answers(center.Touched{Session: 101, Push: true}, nil)
	if got := refusal(h.call("GET agentevent/101", "")); got != "000-001" {
		t.Errorf("got %s", got)
	}
}

// TestPoll_SignedOutBySomebodyElse: what is left is delivered with the dead session's GUID, then 100-006.
func TestPoll_SignedOutBySomebodyElse(t *testing.T) {
	h := signedIn(t, 101)
	h.raise(101, 1, "AgentOther_ShutdownService", nil)
	h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101, Linger: true}})
	h.answers(center.Touched{Session: 101, Ended: true}, nil)
	expect(t, h.call("GET agentevent/101", ""),
		`{"message":"","retcode":"0","event":{"eventType":"AgentOther_ShutdownService","workNo":"101","content":null}}`)
	expect(t, h.call("GET agentevent/101", ""), `{"message":"agent is not signed in (here)","retcode":"100-006","result":""}`)
}

// brokenPipe is a connection whose client has gone: writing fails.
type brokenPipe struct{ http.ResponseWriter }

func (brokenPipe) Write([]byte) (int, error) { return 0, http.ErrHandlerTimeout }

func TestPoll_EventSurvivesADeadConnection(t *testing.T) {
	h := signedIn(t, 101)
	h.raise(101, 1, "AgentState_Ready", nil)
	h.raise(101, 2, "AgentState_Busy", nil)
	r := httptest.NewRequest(http.MethodGet, Base+"agentevent/101", nil)
	h.ServeHTTP(brokenPipe{httptest.NewRecorder()}, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the connection broke after the answer was written into it
	h.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
	for _, want := range []string{"AgentState_Ready", "AgentState_Busy"} {
		expect(t, h.call("GET agentevent/101", ""),
			`{"message":"","retcode":"0","event":{"eventType":"`+want+`","workNo":"101","content":null}}`)
	}
}

func TestPoll_EventThatCannotBeWrittenDoesNotStopTheQueue(t *testing.T) {
	h := signedIn(t, 101)
	h.raise(101, 1, "AgentState_Ready", func() {})
	h.raise(101, 2, "AgentState_Busy", nil)
	if got := refusal(h.call("GET agentevent/101", "")); got != "100-007" || !strings.Contains(h.log.String(), "AgentState_Ready") {
		t.Errorf("got %s, log %s", got, h.log)
	}
	if got := h.call("GET agentevent/101", "").Body.String(); !strings.Contains(got, "AgentState_Busy") {
		t.Errorf("got %s", got)
	}
}

func TestHeartBeat(t *testing.T) {
	h := signedIn(t, 101)
	expect(t, h.call("PUT onlineagent/101/heartbeat", ""), `{"message":"","retcode":"0","result":{"loginTime":"1471585949806"}}`)
	expect(t, h.call("POST onlineagent/101/handshake", ""), okBare)
	expect(t, h.call("POST onlineagent/101/handshake", "", "service_token: abc-1"), okBare)
	if touch := h.sent().(center.Touch); touch.Poll {
		t.Error("a handshake is not a poll")
	}
	if got := refusal(h.call("POST onlineagent/101/handshake", "", "service_token: a b")); got != "100-001" {
		t.Errorf("token with a blank: got %s", got)
	}
	if got := refusal(h.call("POST onlineagent/101/handshake", "", "service_token: "+strings.Repeat("x", 51))); got != "100-001" {
		t.Errorf("token of 51 characters: got %s", got)
	}
}

func TestPollAll(t *testing.T) {
	h := signedIn(t, 101, 102, 103)
	guids := map[center.AgentID]string{}
	for agent := center.AgentID(101); agent <= 103; agent++ {
		guids[agent] = newGUID("AgentGateway1")
		h.guids.add(agent, tokenOf(guids[agent]))
	}
	header := "Guid: " + guids[101] + ";" + guids[102]
	expect(t, h.call("GET agentevent/allagentevent", "", header), emptyPoll)
	h.raise(102, 1, "AgentState_Ready", nil)
	h.raise(101, 2, "AgentState_Busy", nil)
	h.raise(103, 3, "AgentState_Work", nil)
	h.raise(102, 4, "AgentEvent_Hold", "1-1")
	w := h.call("GET agentevent/allagentevent", "", header)
	expect(t, w, `{"message":"","retcode":"0","event":[{"eventType":"AgentState_Ready","workNo":"102","content":null},`+
		`{"eventType":"AgentState_Busy","workNo":"101","content":null},{"eventType":"AgentEvent_Hold","workNo":"102","content":"1-1"}]}`)
	if given(w.Header()) != "" {
		t.Error("a GUID was given to nobody in particular")
	}
	expect(t, h.call("GET agentevent/allagentevent", "", "Guid: "+guids[103]+", "+guids[103]),
		`{"message":"","retcode":"0","event":[{"eventType":"AgentState_Work","workNo":"103","content":null}]}`)

	for _, nobody := range []string{"Guid: ", "Guid: " + newGUID("AgentGateway1")} {
		if got := refusal(h.call("GET agentevent/allagentevent", "", nobody)); got != "100-006" {
			t.Errorf("%s: got %s", nobody, got)
		}
	}
	if got := refusal(h.call("GET agentevent/allagentevent", "", "Guid: "+strings.Repeat("x;", maxPolledAgents+1))); got != "000-002" {
		t.Errorf("too many: got %s", got)
	}
}

func TestPollAll_Sessions(t *testing.T) {
	h := signedIn(t, 101, 102)
	one, two := newGUID("AgentGateway1"), newGUID("AgentGateway1")
	h.guids.add(101, tokenOf(one))
	h.guids.add(102, tokenOf(two))
	header := "Guid: " + one + ";" + two
	h.raise(101, 1, "AgentOther_ShutdownService", nil)
	h.events.Carry(1, []center.Effect{center.SessionEnded{Agent: 101, Session: 101, Linger: true}})
	h.reply = func(cmd center.Command) center.Reply { // 101 was signed out by an inspector
		switch cmd := cmd.(type) {
		case center.Touch:
			return center.Reply{Value: center.Touched{Session: center.Session(cmd.Agent), Ended: true}}
		case center.Authenticate:
			if cmd.Agent == 101 {
				return center.Reply{Err: result.NotSignedIn.Err()}
			}
			return center.Reply{Value: center.Authenticated{Session: center.Session(cmd.Agent)}}
		}
		return center.Reply{}
	}
	expect(t, h.call("GET agentevent/allagentevent", "", header),
		`{"message":"","retcode":"0","event":[{"eventType":"AgentOther_ShutdownService","workNo":"101","content":null}]}`)
	expect(t, h.call("GET agentevent/allagentevent", "", header), emptyPoll)
	h.answers(nil, result.NoRight.Err())
	if got := refusal(h.call("GET agentevent/allagentevent", "", header)); got != "000-003" {
		t.Errorf("wrong GUIDs: got %s", got)
	}
}

func TestGUIDIndex_ForgetsOldOnes(t *testing.T) {
	x := newGUIDIndex()
	for n := range 100 {
		x.add(101, center.Token{byte(n)})
	}
	if len(x.agents) != guidsKept || len(x.tokens[101]) != guidsKept {
		t.Errorf("%d and %d GUIDs are kept", len(x.agents), len(x.tokens[101]))
	}
	if _, found := x.find(center.Token{99}); !found {
		t.Error("the newest is forgotten")
	}
	if _, found := x.find(center.Token{0}); found {
		t.Error("the oldest is kept")
	}
}

var _ Events = (*delivery.Delivery)(nil)
