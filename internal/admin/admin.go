// Package admin is the administrator's HTTP port: health and readiness for whoever watches the program, and, with the
// installation's own token, the view of the centers and the loading of configuration.
//
//	GET  /healthz          200 while the program works, 503 with the reason otherwise
//	GET  /readyz           200 while it takes calls and sign-ins, 503 while it starts or stops
//	GET  /metrics          figures for Prometheus (docs/metrics.md); without token, as health
//	GET  /wallboard/       the page that shows what /admin/wallboard tells; it asks for the token
//	GET  /admin/overview   all centers at one instant, as JSON
//	GET  /admin/why        why callers wait and why idle agents have no call, as JSON; ?vcc=N for one center
//	GET  /admin/trunks     how the lines to the outside fare, as JSON
//	GET  /admin/report     figures of queues, agents or VCCs by interval; ?vcc=&kind=&from=&until=&interval=&zone=&format= (docs/reports.md)
//	GET  /admin/wallboard  what goes on in a VCC, as server-sent events; ?vcc=&after= (docs/wallboards.md)
//	GET  /admin/figures    what the figures of wallboards and reports mean: columns with their formulas, as JSON
//	GET  /admin/records    records of calls, legs, stays in queues, tries to reach customers, states of agents or recordings, as CSV or lines of JSON; the same members
//	POST /admin/recordings/delete  deletes recordings; ?vcc=&recording=|before=&why= (see Deletion)
//	POST /admin/apply      a configuration file as the body; answers what changed
//	POST /admin/previews   customers to be called, as JSON; ?vcc=N (see Preview). DELETE with ?control=N takes one back
//	POST /admin/unlock     ends locks after wrong passwords; ?agent=N&address=IP, either or both
//
// The paths below /admin need the header "Authorization: Bearer <token>"; the token lies in the data folder (see Token).
package admin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/desk"
	"ccgateway/internal/report"
	"ccgateway/internal/voice"
)

// maxConfiguration bounds the body of /admin/apply: twenty thousand agents written at length need about 5 MiB.
const maxConfiguration = 16 << 20

// Centers is what the port shows.
type Centers interface {
	Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error)
	VCCs() []center.VCCID
	Healthy() error
}

// Options says what the port works on.
type Options struct {
	Log     *slog.Logger
	Centers Centers
	Token   string
	// Ready returns why the program takes no work now, nil = it does.
	Ready func() error
	// Apply loads a configuration file and says in words what it changed.
	Apply func(ctx context.Context, name string, file []byte) (string, error)
	// Unlock ends locks after wrong passwords and says in words what it has done.
	Unlock func(ctx context.Context, wanted Unlock) (string, error)
	// Note writes an act of an administrator into the audit; nil = customers to be called are not taken.
	Note func(ctx context.Context, act Noted) error
	// DeleteRecordings deletes recordings and tells how many; nil = there are none.
	DeleteRecordings func(ctx context.Context, wanted Deletion) (int, error)
	// Facts is what reports are made from; nil = there are none.
	Facts Facts
	// Boards streams wallboards; nil = there are none.
	Boards Boards
	// Trunks tells how the lines to the outside fare; nil = there are none.
	Trunks func() []voice.TrunkState
	// Metrics answers scrapes; nil = there is nothing to scrape.
	Metrics http.Handler
}

// Handler makes the port's handler.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { health(w, o.Centers.Healthy()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { health(w, o.Ready()) })
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	mux.HandleFunc("GET /admin/overview", o.guarded(o.overview))
	mux.HandleFunc("GET /admin/why", o.guarded(o.why))
	mux.HandleFunc("GET /admin/trunks", o.guarded(o.trunks))
	if o.Facts != nil {
		pace := paced() // for both together
		mux.HandleFunc("GET /admin/report", o.guarded(pace(o.report)))
		mux.HandleFunc("GET /admin/records", o.guarded(pace(o.records)))
	}
	if o.Boards != nil {
		mux.Handle("GET /wallboard/", desk.Wallboard())
		mux.HandleFunc("GET /admin/wallboard", o.guarded(o.wallboard))
		mux.HandleFunc("GET /admin/figures", o.guarded(func(w http.ResponseWriter, _ *http.Request) { o.send(w, report.Described()) }))
	}
	mux.HandleFunc("POST /admin/apply", o.guarded(o.apply))
	if o.Note != nil {
		mux.HandleFunc("POST /admin/previews", o.guarded(o.offerPreviews))
		mux.HandleFunc("DELETE /admin/previews", o.guarded(o.withdrawPreview))
	}
	if o.DeleteRecordings != nil {
		mux.HandleFunc("POST /admin/recordings/delete", o.guarded(o.deleteRecordings))
	}
	mux.HandleFunc("POST /admin/unlock", o.guarded(o.unlock))
	return mux
}

func health(w http.ResponseWriter, problem error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if problem != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, problem)
		return
	}
	fmt.Fprintln(w, "ok")
}

// guarded lets in only who has the installation's token.
func (o Options) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if o.Token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(o.Token)) != 1 {
			http.Error(w, "the token of this installation is needed: Authorization: Bearer <content of admin.token in the data folder>",
				http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

// vccOverview is one center in the answer of /admin/overview.
type vccOverview struct {
	VCC center.VCCID `json:"vcc"`
	center.Overview
}

func (o Options) overview(w http.ResponseWriter, r *http.Request) {
	all := make([]vccOverview, 0)
	vccs := o.Centers.VCCs()
	slices.Sort(vccs)
	for _, vcc := range vccs {
		reply, err := o.Centers.Do(r.Context(), vcc, center.Look{})
		if err != nil {
			http.Error(w, fmt.Sprintf("VCC %d: %v", vcc, err), http.StatusServiceUnavailable)
			return
		}
		view, _ := reply.Value.(center.Overview)
		all = append(all, vccOverview{VCC: vcc, Overview: complete(view)})
	}
	o.send(w, map[string]any{"at": time.Now().UTC(), "vccs": all})
}

// complete gives an overview empty lists in place of none: what is a list is always one in JSON.
func complete(view center.Overview) center.Overview {
	if view.Agents == nil {
		view.Agents = []center.AgentView{}
	}
	if view.Queues == nil {
		view.Queues = []center.QueueView{}
	}
	if view.Calls == nil {
		view.Calls = []center.CallView{}
	}
	return view
}

// send writes a view.
func (o Options) send(w http.ResponseWriter, view any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(view); err != nil {
		o.Log.Debug("view not delivered", "err", err)
	}
}

func (o Options) apply(w http.ResponseWriter, r *http.Request) {
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxConfiguration))
	if err != nil {
		http.Error(w, "read configuration: "+err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	name := r.URL.Query().Get("name")
	if name == "" {
		name = "configuration"
	}
	changes, err := o.Apply(r.Context(), name, file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	o.Log.Info("configuration applied", "file", name, "remote", r.RemoteAddr)
	fmt.Fprintln(w, changes)
}
