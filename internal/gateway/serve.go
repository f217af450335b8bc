package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ccgateway/internal/result"
)

// ServeHTTP answers one request. Whatever a client sends, the answer is HTTP 200 with an envelope.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	if g.settings().access.preflight(w, r) {
		return
	}
	r, span := g.beginSpan(r)
	q, content, err := g.answer(w, r)
	if taker, takes := content.(takeover); takes && err == nil {
		g.logRequest(r, q, result.OK, nil, time.Since(began))
		endSpan(span, q, result.OK)
		g.handOver(w, r, q, taker)
		return
	}
	body, code := q.route.shape.render(content, err)
	wrote := send(w, q.reply, body)
	if receipt, wants := content.(receipt); wants {
		receipt.written(err == nil && code == result.OK && wrote == nil && arrived(w, r))
	}
	g.logRequest(r, q, code, err, time.Since(began))
	endSpan(span, q, code)
}

// arrived tells whether a written reply has gone out on a connection that the client has not closed before he had it. net/http ends the context of
// a request when the client closes, but not when it has sent its next request already: so the socket is asked, too.
func arrived(w http.ResponseWriter, r *http.Request) bool {
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	return r.Context().Err() == nil && !leftEarly(r.Context()) || takenWhole(r.Context())
}

// takeover is a handler's value that writes the reply itself, and goes on writing.
type takeover interface {
	serve(w http.ResponseWriter, r *http.Request)
}

// handOver lets a stream run. A panic in it is an error of ours that ends this stream and nothing else.
func (g *Gateway) handOver(w http.ResponseWriter, r *http.Request, q *request, taker takeover) {
	g.streams.Add(1)
	defer g.streams.Done()
	defer func() {
		if broken := recover(); broken != nil {
			passOn(broken)
			g.log.Error("stream panicked", "method", q.route.Name, "agent", int(q.agent), "reason", fmt.Sprint(broken),
				"stack", string(debug.Stack()))
		}
	}()
	taker.serve(w, r)
}

// unknown stands for the route of a request that has none.
var unknown = &Route{Name: "unknown", shape: bare}

// answer finds the route and lets its handler work. The request it gives is never nil.
func (g *Gateway) answer(w http.ResponseWriter, r *http.Request) (*request, any, error) {
	q := &request{route: unknown, header: r.Header, host: r.Host, guid: guidOf(r.Header)}
	if err := g.settings().access.admit(w, r); err != nil {
		return q, nil, err
	}
	if err := g.limits.take(r, q.guid); err != nil {
		q.tooFast = true
		return q, nil, err
	}
	route, parameters, err := g.router.find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return q, nil, err
	}
	q.route, q.parameters, q.query = route, parameters, parseQuery(r.URL.RawQuery)
	if strings.Contains(route.Path, "{agentid}") {
		if q.agent = q.pathAgent("agentid"); q.pathFault != nil {
			return q, nil, q.pathFault
		}
	}
	if err := g.takeQuery(q); err != nil {
		return q, nil, err
	}
	if q.body, err = readBody(w, r, g.bodyBound(q)); err != nil {
		q.refuse(err)
	}
	content, err := g.handle(r.Context(), q)
	return q, content, err
}

// handle calls the handler. A panic in it is an error of ours that ends this request and nothing else.
func (g *Gateway) handle(ctx context.Context, q *request) (content any, err error) {
	defer func() {
		broken := recover()
		if broken == nil {
			return
		}
		passOn(broken)
		g.log.Error("handler panicked", "method", q.route.Name, "agent", int(q.agent), "reason", fmt.Sprint(broken),
			"stack", string(debug.Stack()))
		content, err = nil, result.OperationFailed.Err()
	}()
	if !q.route.Built() {
		return nil, g.notBuilt(ctx, q)
	}
	return q.route.handle(ctx, g, q)
}

// passOn lets net/http's own way to give a connection up through.
func passOn(broken any) {
	if cause, ok := broken.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
		panic(broken)
	}
}

// notBuilt answers for an interface that is not built. Agents are authenticated as everywhere, so that a client whose session is
// lost learns it here too.
func (g *Gateway) notBuilt(ctx context.Context, q *request) error {
	if q.agent != 0 {
		if _, err := g.authenticate(ctx, q); err != nil {
			return err
		}
	}
	return result.OperationFailed.Because("not built yet: %s", q.route.Name)
}

// messageOf gives what a client is told of an error: the text of a refusal, but nothing of what failed in the house.
func messageOf(err error) string {
	var refusal *result.Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	return "internal error"
}

// logRequest writes the line that every request has. It holds no header, query, body or path, since all of them may hold secrets.
// Signs of life that went well are for Debug: there are ten times as many of them as of everything else. So is what came too fast, or
// a stranger could fill the disk by it; of that one warning tells now and then.
func (g *Gateway) logRequest(r *http.Request, q *request, code result.Code, err error, took time.Duration) {
	if g.config.Observe != nil {
		g.config.Observe(q.route.Name, code, took)
	}
	level := slog.LevelInfo
	if code == result.OK && q.route.quiet() {
		level = slog.LevelDebug
	}
	if q.tooFast {
		level = slog.LevelDebug
		g.flood.Do(func() {
			refused := g.Refused()
			g.log.Warn("requests are refused for coming too fast", "from", g.limits.address(r), "refused_so_far", refused.Address+refused.Agent)
		})
	}
	attrs := []slog.Attr{
		slog.String("method", q.route.Name), slog.Int("agent", int(q.agent)), slog.Int("vcc", int(q.vcc)),
		slog.String("code", string(code)), slog.Int64("took_us", took.Microseconds()), slog.String("remote", r.RemoteAddr),
	}
	var refusal *result.Error
	switch {
	case err == nil || errors.As(err, &refusal):
	case r.Context().Err() != nil:
		level = slog.LevelDebug // the client is gone: nobody reads this answer
	default:
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	g.log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// quiet tells whether the interface is a sign of life, called every few seconds.
func (r *Route) quiet() bool {
	switch r.Name {
	case "getAgentEvent", "getAllAgentEvent", "handShake", "heartBeat":
		return true
	}
	return false
}
