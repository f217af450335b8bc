package softphone

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// incomingQueue is how many calls Incoming keeps for its reader; when it is full the oldest makes room.
	incomingQueue = 16
	// closeGrace is how long Close waits for the other sides' answers to its farewells.
	closeGrace = time.Second
)

// errClosed is what happens to everything on a phone that was closed.
var errClosed = errors.New("softphone: the phone was closed")

// dialogKey tells dialogs apart: the Call-ID and our tag. The other side's tag is not known from the start, and two phones of
// one process that call each other share the Call-ID, but never a phone.
type dialogKey struct{ callID, localTag string }

// Phone is one telephone. Its methods may be called from any goroutine.
type Phone struct {
	cfg      Config
	log      *slog.Logger
	line     *line
	faults   atomic.Pointer[Faults]
	incoming chan *Call
	life     context.Context // of the phone itself, ended by Close: what it does on its own has no caller
	end      context.CancelFunc
	done     <-chan struct{} // of life
	work     sync.WaitGroup
	closing  sync.Once

	mu     sync.Mutex
	closed bool
	calls  map[dialogKey]*Call

	registration registration
}

// New makes a phone and binds its address; ctx bounds no more than that. Close must be called.
func New(ctx context.Context, cfg Config) (*Phone, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Phone{
		cfg: cfg, incoming: make(chan *Call, incomingQueue), calls: make(map[dialogKey]*Call),
	}
	p.life, p.end = context.WithCancel(context.WithoutCancel(ctx))
	p.done = p.life.Done()
	p.log = cfg.Log.With("phone", cfg.User)
	p.faults.Store(&cfg.Faults)
	p.registration.callID = newID()
	p.line = newLine(cfg.Transport, p.log, p.handle)
	if err = p.line.open(ctx, cfg); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// Addr is host:port where the phone takes SIP.
func (p *Phone) Addr() string { return hostPort(p.line.host, p.line.bound.Port()) }

// URI is the SIP address that reaches the phone directly, without a registrar.
func (p *Phone) URI() string { u := p.contactURI(); return u.String() }

// Incoming gives the calls that come in. A call whose owner does not read goes on as Config.Answer says.
func (p *Phone) Incoming() <-chan *Call { return p.incoming }

// Calls gives the calls that have not ended.
func (p *Phone) Calls() []*Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	return calls
}

// SetFaults changes what the phone does wrong. What a call did before stays done.
func (p *Phone) SetFaults(f Faults) { p.faults.Store(&f) }

// Unplug makes the phone vanish: nothing leaves it and nothing that comes is taken in, SIP and sound alike, and nobody is told.
// Over TCP the connections stay open, as they do when a cable is pulled.
func (p *Phone) Unplug() { p.plug(false) }

// Plug undoes Unplug.
func (p *Phone) Plug() { p.plug(true) }

func (p *Phone) plug(in bool) {
	p.line.unplugged.Store(!in)
	for _, c := range p.Calls() {
		c.media.quit.Store(!in)
	}
}

// Close ends all calls, telling the other sides, and frees everything. It does not unregister. It returns when all goroutines
// of the phone have ended.
func (p *Phone) Close() {
	p.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		defer cancel()
		var farewells sync.WaitGroup
		for _, c := range p.Calls() {
			farewells.Go(func() { _ = c.Hangup(ctx) }) // whoever does not answer is left behind
		}
		farewells.Wait()
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		p.end()
		for _, c := range p.Calls() {
			c.finish(End{By: Local, Err: errClosed})
		}
		p.work.Wait() // first: a request sent after the socket is closed would open another one
		p.line.close()
	})
}

// begin counts a goroutine of the phone's in; false when the phone is closed. p.work.Done must follow.
func (p *Phone) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.work.Add(1)
	return true
}

// goWork runs f in a goroutine that Close waits for.
func (p *Phone) goWork(f func()) bool {
	if !p.begin() {
		return false
	}
	go func() {
		defer p.work.Done()
		f()
	}()
	return true
}

// lasting gives a context that ends after d, or when the phone is closed.
func (p *Phone) lasting(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.life, d)
}

// add lets requests find the call; false when the phone is closed or has no line left.
func (p *Phone) add(c *Call) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.cfg.Lines > 0 && len(p.calls) >= p.cfg.Lines {
		return false
	}
	p.calls[c.key] = c
	return true
}

func (p *Phone) forget(c *Call) {
	p.mu.Lock()
	delete(p.calls, c.key)
	p.mu.Unlock()
}

// publish hands a call to the reader of Incoming.
func (p *Phone) publish(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		select {
		case p.incoming <- c:
			return
		default:
		}
		select {
		case <-p.incoming:
		default:
		}
	}
}

// handle takes a request in. It runs in a goroutine of sipgo's for each request, in no order.
func (p *Phone) handle(req *sip.Request, tx *sip.ServerTx) {
	defer tx.TerminateGracefully() // else the transaction would never end
	if !p.begin() {
		return
	}
	defer p.work.Done()
	from, to := req.From(), req.To()
	if from == nil || to == nil || req.CallID() == nil || req.CSeq() == nil {
		p.respond(tx, response(req, sip.StatusBadRequest))
		return
	}
	p.log.Debug("request", "method", req.Method, "from", req.Source(), "call_id", req.CallID().Value())
	if tag, ok := to.Params.Get("tag"); ok && tag != "" {
		p.inDialog(req, tx, tag)
		return
	}
	switch req.Method {
	case sip.INVITE:
		p.invited(req, tx)
	case sip.ACK:
		// of a refusal whose transaction has ended
	case sip.CANCEL:
		p.cancelled(req, tx)
	case sip.OPTIONS:
		res := response(req, sip.StatusOK)
		res.AppendHeader(sip.NewHeader("Allow", allowed))
		res.AppendHeader(sip.NewHeader("Accept", contentSDP))
		p.respond(tx, res)
	case sip.NOTIFY:
		p.notified(req, tx, nil)
	default:
		p.refuseMethod(req, tx)
	}
}

// inDialog takes in a request that belongs to a call.
func (p *Phone) inDialog(req *sip.Request, tx *sip.ServerTx, tag string) {
	p.mu.Lock()
	c := p.calls[dialogKey{callID: req.CallID().Value(), localTag: tag}]
	p.mu.Unlock()
	if req.Method == sip.ACK {
		if c != nil {
			c.acknowledged(req)
		}
		return
	}
	if c == nil {
		p.respond(tx, response(req, sip.StatusCallTransactionDoesNotExists))
		return
	}
	if !c.inOrder(req) {
		p.respond(tx, response(req, sip.StatusInternalServerError)) // RFC 3261 section 12.2.2
		return
	}
	switch req.Method {
	case sip.BYE:
		c.hungUp(req, tx)
	case sip.INVITE:
		c.reinvited(req, tx)
	case sip.UPDATE:
		c.updated(req, tx)
	case sip.NOTIFY:
		p.notified(req, tx, c)
	case sip.INFO, sip.OPTIONS:
		p.respond(tx, response(req, sip.StatusOK))
	default:
		p.refuseMethod(req, tx)
	}
}

func (p *Phone) refuseMethod(req *sip.Request, tx *sip.ServerTx) {
	res := response(req, sip.StatusMethodNotAllowed)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	p.respond(tx, res)
}

// respond sends a response that nobody waits for.
func (p *Phone) respond(tx *sip.ServerTx, res *sip.Response) {
	if err := tx.Respond(res); err != nil {
		p.log.Debug("response not sent", "status", res.StatusCode, "err", err)
	}
}
