package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// slowFacts waits in the midst of the calls until it is let go on.
type slowFacts struct {
	facts
	came chan struct{}
	goOn chan struct{}
}

func (f slowFacts) EachCall(ctx context.Context, span store.Span, do func(center.CallRecord) error) error {
	f.came <- struct{}{}
	select {
	case <-f.goOn:
	case <-ctx.Done():
		return ctx.Err()
	}
	return f.facts.EachCall(ctx, span, do)
}

const listing = "/admin/records?kind=calls&from=2026-11-25&until=2026-11-26"

// TestPaced_LongerThanReplies: a list that takes longer than the server's bound for replies arrives whole.
func TestPaced_LongerThanReplies(t *testing.T) {
	f := slowFacts{came: make(chan struct{}, 1), goOn: make(chan struct{})}
	server := httptest.NewUnstartedServer(Handler(Options{Log: slog.New(slog.DiscardHandler), Centers: centers{}, Token: "t", Facts: f}))
	const bound = 50 * time.Millisecond
	server.Config.WriteTimeout = bound
	server.Start()
	t.Cleanup(server.Close)
	time.AfterFunc(4*bound, func() { close(f.goOn) })
	if status, body := get(t, server.URL+listing, "t"); status != http.StatusOK || !strings.Contains(body, "c1,") {
		t.Errorf("%d %q", status, body)
	}
}

// TestPaced_NotTooMany: one more than maxQuestions is refused at once; when one has its answer, the next is let in.
func TestPaced_NotTooMany(t *testing.T) {
	f := slowFacts{came: make(chan struct{}, maxQuestions+1), goOn: make(chan struct{})}
	server := serve(t, Options{Centers: centers{}, Token: "t", Facts: f})
	answers := make(chan int, maxQuestions)
	for range maxQuestions {
		go func() {
			status, _ := get(t, server.URL+listing, "t")
			answers <- status
		}()
		<-f.came
	}
	if status, body := get(t, server.URL+strings.Replace(listing, "records?kind=calls", "report?kind=skill", 1), "t"); status != http.StatusServiceUnavailable || !strings.Contains(body, "try again") {
		t.Errorf("one too many: %d %q", status, body)
	}
	close(f.goOn)
	for range maxQuestions {
		if status := <-answers; status != http.StatusOK {
			t.Errorf("an answer with %d", status)
		}
	}
}
