package gateway

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

// lab is a gateway over one center that can be looked at from within: what a refused request may not change.
type lab struct {
	t       *testing.T
	gateway *Gateway
	center  *center.Center
	config  center.Config
	effects []center.Effect // since they were last taken
	guids   map[string]string
}

// newLab has agents 101 and 102 and the inspector 901 signed in and idle.
func newLab(t *testing.T, change ...func(*center.Config)) *lab {
	t.Helper()
	config := firstVCC()
	for _, f := range change {
		f(&config)
	}
	l := &lab{t: t, config: config, center: center.New(opening, config), guids: map[string]string{}}
	events := delivery.New(delivery.Options{})
	t.Cleanup(events.Close)
	l.gateway = New(Config{PollWait: -1, Log: slog.New(slog.DiscardHandler)}, l, l, events)
	for _, id := range []string{"101", "102", "901"} {
		w := l.send("PUT", "onlineagent/"+id+"/forcelogin", "", `{"password":"secret","phonenum":"`+phoneOf(id)+`","autoanswer":false}`)
		l.guids[id] = strings.TrimPrefix(given(w.Header()), "JSESSIONID=")
	}
	l.effects = nil
	return l
}

// Do applies a command at once.
func (l *lab) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	reply, effects := l.center.Do(opening, cmd)
	l.effects = append(l.effects, effects...)
	return reply, nil
}

func (l *lab) VCCOf(agent center.AgentID) (center.VCCID, bool) {
	return l.config.ID, slices.ContainsFunc(l.config.Agents, func(a center.Agent) bool { return a.ID == agent })
}

func (*lab) Check(context.Context, center.AgentID, string) (AccountState, error) {
	return AccountState{}, nil
}
func (*lab) Change(context.Context, center.AgentID, string, string) error { return nil }
func (*lab) ByAccount(context.Context, string) (center.AgentID, bool)     { return 0, false }

// send makes a request; the path lies below Base.
func (l *lab) send(method, path, guid, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Base+path, strings.NewReader(body))
	r.Header.Set("Guid", guid)
	w := httptest.NewRecorder()
	l.gateway.ServeHTTP(w, r)
	seen.note(method, r.URL.EscapedPath(), w.Body.String())
	return w
}

// must makes a request of a signed-in agent that succeeds.
func (l *lab) must(id, method, path, body string) {
	l.t.Helper()
	if w := l.send(method, path, l.guids[id], body); l.code(w) != "0" {
		l.t.Fatalf("%s %s %s: %s", method, path, body, w.Body)
	}
}

// world sends what does not come from an agent.
func (l *lab) world(cmd center.Command) {
	l.t.Helper()
	if reply, _ := l.Do(context.Background(), 1, cmd); reply.Err != nil {
		l.t.Fatal(reply.Err)
	}
}

// lift lets the phone be lifted that was last rung at a number.
func (l *lab) lift(number string) {
	l.t.Helper()
	for _, effect := range slices.Backward(l.effects) {
		if ring, ok := effect.(center.Ring); ok && ring.Phone+ring.Number == number {
			l.world(center.LegAnswered{Leg: ring.Leg})
			return
		}
	}
	l.t.Fatalf("%s is not rung", number)
}

// offered has agent 101's phone lifted for a caller, whom he has not answered yet.
func (l *lab) offered() {
	l.t.Helper()
	l.must("101", "POST", "onlineagent/101/resetskill/true", "")
	l.world(center.CallArrived{Leg: "i1", Trunk: "provider", From: "0301", To: "1000"})
	l.lift("40101")
}

// talks has agent 101 talk with a caller.
func (l *lab) talks() {
	l.t.Helper()
	l.offered()
	l.must("101", "PUT", "voicecall/101/answer", "")
}

// thaw brings the center back to a former picture.
func (l *lab) thaw(picture []byte) {
	l.t.Helper()
	snapshot, err := center.DecodeSnapshot(center.SnapshotVersion, picture)
	if err == nil {
		l.center, err = center.Restore(snapshot)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.effects = nil
}

// picture is the whole state of the center.
func (l *lab) picture() []byte { return l.center.Snapshot().Encode() }

// code gives a reply's result code, after it has seen that the reply is an envelope: HTTP 200, and a code that is a text.
func (l *lab) code(w *httptest.ResponseRecorder) string {
	l.t.Helper()
	var envelope struct {
		Message *string `json:"message"`
		Retcode *string `json:"retcode"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); w.Code != http.StatusOK || err != nil || envelope.Message == nil || envelope.Retcode == nil {
		l.t.Fatalf("HTTP %d, %v: %.300s", w.Code, err, w.Body)
	}
	return *envelope.Retcode
}
