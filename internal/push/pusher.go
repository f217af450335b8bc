package push

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

// Defaults of the reference (connection.md section 8).
const (
	DefaultRetry  = 10 * time.Second  // EVENT_PUSH_FAIL_INTERVALTIME
	DefaultGiveUp = 120 * time.Second // EVENT_PUSH_FAIL_TOTALTIME
)

// Events is where events come from; *delivery.Delivery.
type Events interface {
	NextOf(ctx context.Context, wait time.Duration, most int, keys ...delivery.Key) (delivery.Batch, error)
	Done() <-chan struct{}
	EachPushed(each func(key delivery.Key, to center.Push))
}

// Options are the settings of a Pusher.
type Options struct {
	Allowed  Allowed
	Retry    time.Duration  // pause after a push that failed; 0 = DefaultRetry
	GiveUp   time.Duration  // failing for so long signs the agent out; 0 = DefaultGiveUp
	Roots    *x509.CertPool // whose certificates are trusted; nil = the system's
	TrustAll bool           // receivers' certificates are not checked at all
	// Expel is to sign the agent of a session out by force. It is called by the session's worker, once.
	Expel func(delivery.Key)
	Log   *slog.Logger // nil = slog.Default()
}

// Pusher pushes the events of all sessions that want it. Its methods may be called from any goroutine.
type Pusher struct {
	expel       func(delivery.Key)
	events      Events
	log         *slog.Logger
	settings    atomic.Pointer[settings]
	requestTime time.Duration

	mu       sync.Mutex
	closed   bool
	workers  map[delivery.Key]*worker
	expected map[center.AgentID]string // GUIDs of sign-ins that are under way
	running  sync.WaitGroup

	pushed, failures, expired atomic.Uint64
}

// settings are those of the Options that Set changes, and the HTTP client that they make.
type settings struct {
	allowed       Allowed
	retry, giveUp time.Duration
	client        *http.Client
}

func newSettings(options Options) *settings {
	s := &settings{allowed: options.Allowed, retry: options.Retry, giveUp: options.GiveUp, client: newClient(options)}
	if s.retry <= 0 {
		s.retry = DefaultRetry
	}
	if s.giveUp <= 0 {
		s.giveUp = DefaultGiveUp
	}
	return s
}

// New makes a Pusher without sessions. It is attached to the centers' effects after the Delivery that events is, and ended by Close.
func New(events Events, options Options) *Pusher {
	if options.Expel == nil {
		options.Expel = func(delivery.Key) {}
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	p := &Pusher{
		expel: options.Expel, events: events, log: options.Log, requestTime: requestTime,
		workers: map[delivery.Key]*worker{}, expected: map[center.AgentID]string{},
	}
	p.settings.Store(newSettings(options))
	return p
}

// Set changes the settings, but for Expel and Log. Pushes that are under way end by the old ones. Agents whose receivers are not allowed any
// more are signed out, as they would be at a start.
func (p *Pusher) Set(options Options) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.settings.Swap(newSettings(options))
	was.client.CloseIdleConnections()
	for key, w := range p.workers {
		if !p.Allowed(w.to.URL) {
			w.stopAll()
			p.disallow(key, w.log)
		}
	}
}

// disallow signs an agent out whose receiver is not allowed any more.
func (p *Pusher) disallow(key delivery.Key, log *slog.Logger) {
	log.Warn("agent is signed out: the receiver of his events is no longer in events.push_allow")
	p.running.Go(func() { p.expel(key) })
}

// Carry starts to push for sessions that begin and want it, and stops for those that end without a rest to deliver.
func (p *Pusher) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case center.SessionBegan:
			if e.Push.URL != "" {
				p.begin(delivery.Key{VCC: vcc, Agent: e.Agent, Session: e.Session}, e.Push)
			}
		case center.SessionEnded:
			if !e.Linger {
				p.end(delivery.Key{VCC: vcc, Agent: e.Agent, Session: e.Session})
			}
		}
	}
}

// Resume starts to push for the sessions that were there before the program began. It is called once, when they have been made again.
func (p *Pusher) Resume() {
	found := map[delivery.Key]center.Push{}
	p.events.EachPushed(func(key delivery.Key, to center.Push) { found[key] = to })
	for key, to := range found {
		p.begin(key, to)
	}
}

func (p *Pusher) begin(key delivery.Key, to center.Push) {
	log := p.log.With("vcc", int(key.VCC), "agent", int(key.Agent), "receiver", receiver(to.URL))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.workers[key] != nil {
		return
	}
	if !p.Allowed(to.URL) { // the sign-in was checked; the list has become shorter since
		p.disallow(key, log)
		return
	}
	taking, stopTaking := context.WithCancel(context.Background())
	posting, stopPosting := context.WithCancel(context.Background())
	w := &worker{
		pusher: p, key: key, to: to, log: log, guid: p.expected[key.Agent], token: to.Token, stopTaking: stopTaking,
		stopAll: func() { stopTaking(); stopPosting() },
	}
	p.workers[key] = w
	p.running.Go(func() { w.run(taking, posting) })
}

func (p *Pusher) end(key delivery.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.workers[key]; w != nil {
		w.stopAll()
	}
}

func (p *Pusher) remove(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.workers[w.key] == w {
		delete(p.workers, w.key)
	}
}

// receiver names a receiver in the log: its host. The rest of a URL may hold secrets.
func receiver(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Host
}

// Allowed tells whether events may be pushed to a URL.
func (p *Pusher) Allowed(text string) bool { return p.settings.Load().allowed.URL(text) }

// Expect tells the GUID that a sign-in under way will give its agent: pushes may begin before the sign-in is answered. Expected
// tells that it is answered. An agent has one sign-in at a time.
func (p *Pusher) Expect(agent center.AgentID, guid string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected[agent] = guid
}

// Expected ends what Expect began.
func (p *Pusher) Expected(agent center.AgentID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.expected, agent)
}

// Renew takes over a session's GUID and service_token as its client knows them now; token "" leaves the former one. The GUID of a
// client's request (newest false) counts only while none is known, after a restart: it may be one that has been replaced.
func (p *Pusher) Renew(key delivery.Key, guid string, newest bool, token string) {
	p.mu.Lock()
	w := p.workers[key]
	p.mu.Unlock()
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if newest || w.guid == "" {
		w.guid = guid
	}
	if token != "" {
		w.token = token
	}
}

// Stats are figures for an administrator.
type Stats struct {
	Sessions int    // whose events are pushed
	Pushed   uint64 // events that were accepted
	Failures uint64 // requests that were not
	Expired  uint64 // sessions that were ended for it
}

// Stats gives the figures since the start.
func (p *Pusher) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Sessions: len(p.workers), Pushed: p.pushed.Load(), Failures: p.failures.Load(), Expired: p.expired.Load()}
}

// Close stops pushing: what is being posted may go on until ctx ends, so that nothing is pushed twice after a restart for the
// stop's sake. Events that are left stay in their queues. It waits for all workers.
func (p *Pusher) Close(ctx context.Context) {
	p.mu.Lock()
	p.closed = true
	for _, w := range p.workers {
		w.stopTaking()
	}
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.running.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		p.mu.Lock()
		for _, w := range p.workers {
			w.stopAll()
		}
		p.mu.Unlock()
		<-done
	}
	p.settings.Load().client.CloseIdleConnections()
}
