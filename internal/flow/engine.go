package flow

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
)

// Centers takes the engine's commands; host.Host is one.
type Centers interface {
	Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error)
	Tell(vcc center.VCCID, cmd center.Command)
}

// Clock is the time that flows see.
type Clock struct {
	Now   func() time.Time
	After func(d time.Duration, f func()) (stop func()) // f is called in a goroutine of its own
}

// SystemClock is the machine's.
func SystemClock() Clock {
	return Clock{Now: time.Now, After: func(d time.Duration, f func()) func() {
		t := time.AfterFunc(d, f)
		return func() { t.Stop() }
	}}
}

// Options make an Engine.
type Options struct {
	Centers Centers
	Clock   Clock
	Client  *http.Client // nil = one that follows no redirects and knows no cookies
	Log     *slog.Logger
}

// Setup is what an Engine runs; see Engine.Configure.
type Setup struct {
	Program  *Program
	Skills   map[center.VCCID]map[string]center.SkillID // voice skill queues by name
	Running  int                                        // runs at a time; 0 = DefaultRunning
	Requests int                                        // requests under way at a time; 0 = DefaultRequests
}

// Defaults of a Setup.
const (
	DefaultRunning  = 4000
	DefaultRequests = 64
)

// Bounds of one run.
const (
	maxNews   = 256             // that wait for it; more means that it hangs, and is dropped
	orderTime = 5 * time.Second // for the center's answer to an order
)

// Engine runs flows for callers. It is a sink of the centers' effects (Carry). Its methods may be called from any goroutine.
type Engine struct {
	centers Centers
	clock   Clock
	client  *http.Client
	log     *slog.Logger
	setup   atomic.Pointer[Setup]

	ctx    context.Context //nolint:containedctx // of all that goes on in the background; Close ends it
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	runs    map[key]*running
	legs    map[leg]*running
	fetches int
	closed  bool
}

// key names a run.
type key struct {
	vcc  center.VCCID
	call center.CallID
	run  uint64
}

type leg struct {
	vcc center.VCCID
	leg center.LegID
}

// New makes an engine without flows.
func New(o Options) *Engine {
	if o.Client == nil {
		o.Client = plainClient()
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &Engine{centers: o.Centers, clock: o.Clock, client: o.Client, log: o.Log, ctx: ctx, cancel: cancel, runs: map[key]*running{}, legs: map[leg]*running{}}
	e.setup.Store(&Setup{})
	return e
}

// Configure gives the engine other flows. Running ones go on with what they have begun with.
func (e *Engine) Configure(s Setup) {
	if s.Running == 0 {
		s.Running = DefaultRunning
	}
	if s.Requests == 0 {
		s.Requests = DefaultRequests
	}
	e.setup.Store(&s)
}

// Running counts the callers who are in flows.
func (e *Engine) Running() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.runs)
}

// Carry takes the effects that are for flows. It does not block.
func (e *Engine) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		switch f := effect.(type) {
		case center.FlowBegan:
			e.begin(vcc, f)
		case center.FlowTold:
			e.tell(key{vcc, f.Call, f.Run}, f)
		case center.FlowEnded:
			e.forget(key{vcc, f.Call, f.Run})
		}
	}
}

// SecretDigit takes a key of a leg in the time of its secret keys, which do not pass the center. It is neither logged nor kept beyond
// the run's variables.
func (e *Engine) SecretDigit(vcc center.VCCID, of center.LegID, digit byte) {
	e.mu.Lock()
	r := e.legs[leg{vcc, of}]
	e.mu.Unlock()
	if r != nil {
		r.push(Digit{Key: digit}, 0)
	}
}

// Close forgets all runs and waits for what goes on in the background.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	all := make([]key, 0, len(e.runs))
	for k := range e.runs {
		all = append(all, k)
	}
	e.mu.Unlock()
	e.cancel()
	for _, k := range all {
		e.forget(k)
	}
	e.work.Wait()
}

// begin starts a run. One that cannot be started meets the fallback at once.
func (e *Engine) begin(vcc center.VCCID, f center.FlowBegan) {
	setup := e.setup.Load()
	r := &running{engine: e, key: key{vcc, f.Call, f.Run}, leg: leg{vcc, f.Leg}, setup: setup}
	run, err := NewRun(setup.Program, f.Flow, callerOf(f))
	if err != nil {
		e.log.Error("a caller is sent into a flow that does not exist", "vcc", int(vcc), "flow", f.Flow)
		run = &Run{program: setup.Program, flow: f.Flow, caller: callerOf(f), vars: newVars("")}
	}
	r.run = run
	e.mu.Lock()
	if e.closed || e.runs[r.key] != nil {
		e.mu.Unlock()
		return
	}
	tooMany := len(e.runs) >= setup.Running
	e.runs[r.key], e.legs[r.leg] = r, r
	e.mu.Unlock()
	if err != nil || tooMany {
		r.push(unable{why: map[bool]string{true: "too many callers are in flows", false: "no such flow"}[tooMany]}, 0)
		return
	}
	r.push(Began{}, 0)
}

// reasons are the values of {reason}.
var reasons = map[center.FlowWhy]string{
	center.FlowArrived: "arrived", center.FlowTransferred: "transferred", center.FlowSuspended: "suspended", center.FlowSurvey: "survey",
}

func callerOf(f center.FlowBegan) Caller {
	return Caller{Caller: f.Caller, Called: f.Called, Dialled: f.Dialled, Diverted: f.Diverted, Data: f.Data,
		Agent: int(f.Agent), Suspended: f.Why == center.FlowSuspended, Reason: reasons[f.Why]}
}

// tell passes news on to a run.
func (e *Engine) tell(k key, f center.FlowTold) {
	e.mu.Lock()
	r := e.runs[k]
	e.mu.Unlock()
	if r == nil {
		return
	}
	switch f.What {
	case center.FlowDigit:
		r.push(Digit{Key: f.Digit}, 0)
	case center.FlowPlayed:
		r.push(Played{Why: f.Why}, f.Number)
	case center.FlowQueued:
		r.push(Queued{Place: f.Place, Wait: f.Wait, Idle: f.Idle}, 0)
	case center.FlowOffered:
		r.push(Offered{}, 0)
	case center.FlowUnanswered:
		r.push(Unanswered{Why: f.Why}, 0)
	case center.FlowRecorded:
		r.push(Recorded{}, 0)
	case center.FlowQueueClosed:
		r.push(QueueClosed{Why: f.Why}, 0)
	}
}

// forget ends a run: what it still wants is not done any more.
func (e *Engine) forget(k key) {
	e.mu.Lock()
	r := e.runs[k]
	if r != nil {
		delete(e.runs, k)
		if e.legs[r.leg] == r {
			delete(e.legs, r.leg)
		}
	}
	e.mu.Unlock()
	if r != nil {
		r.end()
	}
}

// unable is the news that a run cannot begin.
type unable struct{ why string }

func (unable) input() {}
