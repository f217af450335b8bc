package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ccgateway/client"
	"ccgateway/internal/softphone"
)

// Options say what a run does.
type Options struct {
	Client   *client.Client
	SIP      string // host:port of the phone side
	Callers  string // IP address that customers call from
	Accounts Accounts
	Agents   int
	Rate     float64       // calls per second
	Duration time.Duration // for which calls are begun
	Talk     time.Duration // mean length of a talk; each takes between a half and one and a half of it
	Sample   int           // the sound of every so many talks is measured; 0 = of none
	Progress io.Writer     // gets a line now and then; nil = nobody
	Every    time.Duration // between two of them
	Log      *slog.Logger  // nil = nothing is logged
}

func (o Options) check() error {
	switch {
	case o.Agents < 1 || o.Agents > MaxAgents:
		return fmt.Errorf("%d agents: from 1 to %d can be played", o.Agents, MaxAgents)
	case o.Rate <= 0 || o.Rate > MaxRate:
		return fmt.Errorf("%g calls per second: up to %d can be made", o.Rate, MaxRate)
	case o.Duration <= 0 || o.Talk <= 0:
		return errors.New("duration and talk must be longer than nothing")
	default:
		return nil
	}
}

// Bounds of a run's parts.
const (
	callerPhones = 32               // each carries many calls
	signingIn    = 8                // agents at a time: the server hashes as many passwords as it has cores
	patience     = time.Minute      // how long a customer waits for an agent
	eventTime    = 10 * time.Second // for an event or a BYE to come: far more than any takes that comes at all
	waitingShare = 2                // so many calls may wait for each agent at most, then further ones are held back
)

// run is a run that goes on.
type run struct {
	Options
	tally  tally
	began  time.Time
	agents []*agent
	idle   atomic.Int64 // agents who are free, as far as their phones and desktops have told
	unrung atomic.Int64 // customers for whom no phone has rung yet
	serial atomic.Int64

	mu       sync.Mutex
	customer map[string]*customer // by number
}

// Run signs the agents in, makes calls for the duration, lets them end and signs the agents out. The report is there also with an error.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &run{Options: o, customer: map[string]*customer{}}
	r.began = time.Now()
	defer r.leave(ctx)
	work, stop := context.WithCancel(ctx)
	defer stop()
	desks, work := errgroup.WithContext(work)
	err := r.staff(work, desks)
	r.began = time.Now()
	if err == nil {
		err = r.call(work)
	}
	took := min(time.Since(r.began), r.Duration)
	stop()
	if lost := desks.Wait(); lost != nil {
		err = lost // whatever else ended did so for it
	} else if ctx.Err() != nil {
		err = nil // the run was broken off: what there is is reported
	}
	return r.tally.sum(took), err
}

// staff makes the agents' phones and signs the agents in. Each works at his desk from then on: who does not poll is signed out.
func (r *run) staff(working context.Context, desks *errgroup.Group) error {
	var list sync.Mutex
	all, ctx := errgroup.WithContext(working)
	all.SetLimit(signingIn)
	for i := range r.Agents {
		all.Go(func() error {
			a := &agent{run: r, number: r.Accounts.Agent(i), tone: 400 + 50*float64(i%15)}
			list.Lock()
			r.agents = append(r.agents, a) // before anything is open, so that leave closes it
			list.Unlock()
			if err := a.arrive(ctx, r.Accounts.Phone(i)); err != nil {
				return fmt.Errorf("agent %d: %w", a.number, err)
			}
			r.idle.Add(1)
			desks.Go(func() error { return a.work(working) })
			r.tally.count(func(s *Report) { s.Agents++ })
			if n := r.tally.sum(0).Agents; n%250 == 0 {
				r.say(fmt.Sprintf("%d agents signed in", n))
			}
			return nil
		})
	}
	return all.Wait()
}

// leave signs everybody out, also when ctx has ended.
func (r *run) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute) // for thousands of requests on a busy machine
	defer cancel()
	var all errgroup.Group
	all.SetLimit(4 * signingIn)
	for _, a := range r.agents {
		all.Go(func() error { a.leave(ctx); return nil })
	}
	_ = all.Wait() // none returns an error
}

// call begins calls at the rate until the duration is over, and waits for the last to end.
func (r *run) call(ctx context.Context) error {
	phones, err := r.customersPhones(ctx)
	defer func() {
		for _, p := range phones {
			p.Close()
		}
	}()
	if err != nil {
		return err
	}
	var going sync.WaitGroup
	defer going.Wait()
	beginning, cancel := context.WithTimeout(ctx, r.Duration)
	defer cancel()
	pause := time.Duration(float64(time.Second) / r.Rate)
	ticker := time.NewTicker(max(pause, 1))
	defer ticker.Stop()
	progress := time.NewTicker(max(r.Every, time.Second))
	defer progress.Stop()
	for due := 0; ; {
		select {
		case <-beginning.Done():
			return nil
		case <-progress.C:
			r.say(r.tally.sum(time.Since(r.began)).Line())
		case <-ticker.C:
			for ; due < int(time.Since(r.began).Seconds()*r.Rate); due++ { // ticks that the machine missed are made up for
				r.begin(ctx, &going, phones)
			}
		}
	}
}

// begin lets one customer call, unless too many go on.
func (r *run) begin(ctx context.Context, going *sync.WaitGroup, phones []*customerPhone) {
	if r.unrung.Load() >= int64(max(16, waitingShare*r.Agents)) {
		r.tally.count(func(s *Report) { s.HeldBack++ })
		return
	}
	n := r.serial.Add(1)
	going.Go(func() { r.callOnce(ctx, n, phones[int(n)%len(phones)]) })
}

func (r *run) say(line string) {
	if r.Progress != nil {
		fmt.Fprintln(r.Progress, line)
	}
}

// customerPhone is a phone that many customers share; it says one tone.
type customerPhone struct {
	*softphone.Phone
	tone float64
}

func (r *run) customersPhones(ctx context.Context) ([]*customerPhone, error) {
	var phones []*customerPhone
	for i := range callerPhones {
		tone := 1200 + 60*float64(i%20)
		p, err := softphone.New(ctx, softphone.Config{Local: r.Callers + ":0", Registrar: r.SIP, User: "customers", Tone: tone, Log: r.Log})
		if err != nil {
			return phones, fmt.Errorf("customers' phone at %s: %w", r.Callers, err)
		}
		phones = append(phones, &customerPhone{p, tone})
	}
	return phones, nil
}
