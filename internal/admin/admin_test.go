package admin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
)

// centers is one VCC whose views and health a test sets.
type centers struct {
	view   center.Overview
	why    center.Explanation
	broken error
}

func (c centers) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	switch cmd.(type) {
	case center.Look:
		return center.Reply{Value: c.view}, nil
	case center.Why:
		return center.Reply{Value: c.why}, nil
	default:
		return center.Reply{}, errors.New("neither a look nor a why")
	}
}
func (c centers) VCCs() []center.VCCID { return []center.VCCID{7} }
func (c centers) Healthy() error       { return c.broken }

func serve(t *testing.T, o Options) *httptest.Server {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	if o.Ready == nil {
		o.Ready = func() error { return nil }
	}
	server := httptest.NewServer(Handler(o))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	return send(t, http.MethodGet, url, token, "")
}

func TestHealthAndReadinessTellTheReason(t *testing.T) {
	sound := serve(t, Options{Centers: centers{}})
	broken := serve(t, Options{Centers: centers{broken: errors.New("VCC 7: two talks")}, Ready: func() error { return errors.New("stopping") }})
	for _, c := range []struct {
		url    string
		status int
		body   string
	}{
		{sound.URL + "/healthz", 200, "ok\n"},
		{sound.URL + "/readyz", 200, "ok\n"},
		{broken.URL + "/healthz", 503, "VCC 7: two talks\n"},
		{broken.URL + "/readyz", 503, "stopping\n"},
	} {
		if status, body := get(t, c.url, ""); status != c.status || body != c.body {
			t.Errorf("%s = %d %q; want %d %q", c.url, status, body, c.status, c.body)
		}
	}
}

func TestAdminPathsNeedTheToken(t *testing.T) {
	server := serve(t, Options{Token: "secret", Centers: centers{view: center.Overview{Sessions: 3}}})
	for _, wrong := range []string{"", "secre", "secretx"} {
		if status, body := get(t, server.URL+"/admin/overview", wrong); status != 401 || strings.Contains(body, "sessions") {
			t.Errorf("token %q: %d %q; want 401", wrong, status, body)
		}
	}
	status, body := get(t, server.URL+"/admin/overview", "secret")
	if status != 200 || !strings.Contains(body, `"vcc":7`) || !strings.Contains(body, `"agents":[],"queues":[],"calls":[],"sessions":3`) {
		t.Errorf("overview = %d %s", status, body)
	}
	unset := serve(t, Options{Centers: centers{}})
	if status, _ := get(t, unset.URL+"/admin/overview", ""); status != 401 {
		t.Errorf("no token configured: %d; want 401", status)
	}
}

func TestWhyIsAskedForAndRead(t *testing.T) {
	why := center.Explanation{
		Counts: center.ExplainCount{Waiting: 1, SignedIn: 1},
		Queues: []center.QueueWhy{{Skill: 1, Name: "support", SignedIn: 1, Callers: []center.CallerWhy{{Call: "1-1", Position: 1, WaitedMS: 2500}},
			Reasons: []center.Reason{{Why: center.ReasonRest, Code: 2, Agents: []center.AgentName{{Agent: 101, Name: "Ann"}}}}}},
		Idle: []center.IdleWhy{},
	}
	server := serve(t, Options{Token: "secret", Centers: centers{why: why}})
	address := strings.TrimPrefix(server.URL, "http://")
	got, err := Why(t.Context(), address, "secret")
	if err != nil || len(got.VCCs) != 1 || got.VCCs[0].VCC != 7 {
		t.Fatalf("why = %+v, %v", got, err)
	}
	if diff := cmp.Diff(why, got.VCCs[0].Explanation); diff != "" {
		t.Errorf("explanation came as another (-sent +read):\n%s", diff)
	}
	if got := got.VCCs[0].Queues[0].Reasons[0].String(); got != "1 at rest (reason 2): 101 Ann" {
		t.Errorf("reason reads %q", got)
	}
	if _, err := Why(t.Context(), address, "wrong"); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("wrong token: %v", err)
	}
	for vcc, want := range map[string]int{"7": 200, "8": 404, "x": 404} {
		if status, _ := get(t, server.URL+"/admin/why?vcc="+vcc, "secret"); status != want {
			t.Errorf("vcc=%s: %d; want %d", vcc, status, want)
		}
	}
}

func TestMetricsNeedNoToken(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ccgateway_ready 1\n") })
	server := serve(t, Options{Token: "secret", Centers: centers{}, Metrics: metrics})
	if status, body := get(t, server.URL+"/metrics", ""); status != 200 || body != "ccgateway_ready 1\n" {
		t.Errorf("metrics = %d %q", status, body)
	}
	without := serve(t, Options{Centers: centers{}})
	if status, _ := get(t, without.URL+"/metrics", ""); status != 404 {
		t.Errorf("no metrics: %d; want 404", status)
	}
}

func TestApplyReachesTheServerOrSaysThatNoneRuns(t *testing.T) {
	var got string
	server := serve(t, Options{Token: "secret", Centers: centers{}, Apply: func(_ context.Context, name string, file []byte) (string, error) {
		got = name + ": " + string(file)
		if strings.Contains(string(file), "bad") {
			return "", errors.New("vccs[0].id: center.yaml:3: not a number")
		}
		return "agents: 1 added (101)", nil
	}})
	address := strings.TrimPrefix(server.URL, "http://")
	words, err := SendConfiguration(t.Context(), address, "secret", "/etc/center.yaml", []byte("good"))
	if err != nil || words != "agents: 1 added (101)" || got != "center.yaml: good" {
		t.Errorf("apply = %q, %v; server got %q", words, err, got)
	}
	if _, err := SendConfiguration(t.Context(), address, "secret", "center.yaml", []byte("bad")); err == nil || !strings.Contains(err.Error(), "center.yaml:3") {
		t.Errorf("bad configuration: err = %v; want the server's words", err)
	}
	if _, err := SendConfiguration(t.Context(), address, "wrong", "center.yaml", []byte("good")); err == nil {
		t.Error("wrong token was taken")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	if _, err := SendConfiguration(t.Context(), free.Addr().String(), "secret", "center.yaml", nil); !errors.Is(err, ErrNotRunning) {
		t.Errorf("nobody listens: err = %v; want ErrNotRunning", err)
	}
}

func TestTokenIsMadeOnce(t *testing.T) {
	folder := t.TempDir()
	if _, err := ReadToken(folder); err == nil {
		t.Error("token read before the first start")
	}
	first, err := Token(folder)
	if err != nil || len(first) != 64 {
		t.Fatalf("token = %q, %v", first, err)
	}
	if again, err := Token(folder); err != nil || again != first {
		t.Errorf("second start: %q, %v; want the same", again, err)
	}
}
