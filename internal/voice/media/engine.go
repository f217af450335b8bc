package media

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/wav"
)

// Engine owns all legs, rooms and recordings.
type Engine struct {
	cfg    Config
	ports  *ports
	clock  func() time.Duration // since the engine was made; only goes forward
	events *eventQueue
	disk   *disk
	counts engineCounts

	world    atomic.Pointer[world]
	stopped  atomic.Pointer[stopped] // recordings to be finished before the next tick
	running  atomic.Bool             // Run was called
	ran      chan struct{}           // Run's ticks have ended
	stopping chan struct{}           // Close wants them to
	closing  sync.Once
	told     sync.WaitGroup // the goroutine that tells events
	loading  sync.WaitGroup // sounds to be played
	loads    chan struct{}  // a place for each sound being loaded
	open     sync.WaitGroup // legs that are not closed to the end

	// mu is held by signalling only: no scheduler and no reader ever waits for it.
	mu         sync.Mutex
	closed     bool
	legs       map[LegID]*Leg
	rooms      map[RoomID]*roomState
	where      map[LegID]RoomID // which room each leg is in, made or not
	recordings map[RecordingID]*recording
	prompts    promptSet
	plays      map[PlayID]*playing
	played     int             // samples that plays hold
	complained map[string]bool // unknown prompts that were logged
	past       Stats           // numbers of legs that are gone
}

// New makes an engine. It runs nothing but the delivery of events and the writing of recordings until Run; Close (or Run's
// end) ends them. Errors: a configuration that cannot be, a prompt that cannot be read.
func New(cfg Config) (*Engine, error) {
	start := time.Now()
	return newEngine(cfg, func() time.Duration { return time.Since(start) }, openRecording)
}

// IPv4Only tells that the media sockets cannot send to IPv6 addresses.
func (e *Engine) IPv4Only() bool { return e.cfg.Bind.Is4() }

// newEngine is New with its clock and disk given.
func newEngine(cfg Config, clock func() time.Duration, open func(path string) (wav.File, error)) (*Engine, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("make media engine: %w", err)
	}
	ports, err := newPorts(cfg.Bind, cfg.MinPort, cfg.MaxPort, clock)
	if err != nil {
		return nil, fmt.Errorf("make media engine: %w", err)
	}
	prompts, err := loadPrompts(cfg.PromptDir)
	if err != nil {
		return nil, fmt.Errorf("make media engine: %w", err)
	}
	warnOfFileLimit(cfg.Log, 2*len(ports.pairs))
	e := &Engine{
		cfg:        cfg,
		ports:      ports,
		clock:      clock,
		events:     newEventQueue(),
		ran:        make(chan struct{}),
		stopping:   make(chan struct{}),
		legs:       map[LegID]*Leg{},
		rooms:      map[RoomID]*roomState{},
		where:      map[LegID]RoomID{},
		recordings: map[RecordingID]*recording{},
		prompts:    prompts,
		plays:      map[PlayID]*playing{},
		loads:      make(chan struct{}, maxLoads),
		complained: map[string]bool{},
	}
	e.world.Store(&world{shards: make([][]*table, cfg.Schedulers)})
	e.disk = newDisk(open, e.recordingEnded)
	e.told.Go(e.deliver)
	return e, nil
}

// NewLeg binds a pair of ports. The leg sends nothing and takes nothing until it is configured. Errors: ErrNoPorts,
// ErrExists, ErrClosed.
func (e *Engine) NewLeg(id LegID) (*Leg, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, fmt.Errorf("make leg %s: %w", id, ErrClosed)
	}
	if e.legs[id] != nil {
		return nil, fmt.Errorf("make leg %s: %w", id, ErrExists)
	}
	pair, err := e.ports.open()
	if err != nil {
		return nil, fmt.Errorf("make leg %s: %w", id, err)
	}
	l := newLeg(e, id, pair)
	e.legs[id] = l
	e.open.Add(1)
	e.rebuild(map[RoomID]bool{e.where[id]: true}, []LegID{id})
	limit := newLimiter(reportRate, reportBurst)
	reports := l.receiveRTCP(&limit)
	l.ended.Go(func() { l.read(pair.rtp, l.receive) })
	l.ended.Go(func() { l.read(pair.rtcp, reports) })
	return l, nil
}

// Leg gives the leg of that name, nil if there is none.
func (e *Engine) Leg(id LegID) *Leg {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.legs[id]
}

// remove takes a closed leg out of everything.
func (e *Engine) remove(l *Leg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	changed := map[RoomID]bool{}
	if room, ok := e.where[l.id]; ok {
		e.leave(room, l.id)
		changed[room] = true
	}
	e.retire(l)
	delete(e.legs, l.id)
	e.stopPlays(l)
	e.rebuild(changed, nil)
	if l.alone != nil {
		e.world.Store(e.world.Load().with([]*table{l.alone}, nil))
	}
	if list := l.recordings.Load(); list != nil {
		for _, r := range *list {
			e.stop(r)
		}
	}
}

// HasPrompt tells whether a prompt of that name (with or without ".wav") is there.
func (e *Engine) HasPrompt(name string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.prompts.find(name)
	return ok
}

// ReloadPrompts reads the prompts' folder anew. What is being played goes on as it was. On an error nothing changes.
func (e *Engine) ReloadPrompts() error {
	set, err := loadPrompts(e.cfg.PromptDir)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.prompts, e.complained = set, map[string]bool{}
	return nil
}

// Close ends all legs and recordings and waits for the engine's goroutines. All files are complete and all events told when
// it returns. It may be called again.
func (e *Engine) Close() error {
	e.closing.Do(e.shutDown)
	return nil
}

func (e *Engine) shutDown() {
	close(e.stopping)
	if !e.running.CompareAndSwap(false, true) {
		<-e.ran
	}
	e.mu.Lock()
	e.closed = true
	legs := make([]*Leg, 0, len(e.legs))
	for _, l := range e.legs {
		legs = append(legs, l)
	}
	e.mu.Unlock()
	for _, l := range legs {
		l.Close()
	}
	e.open.Wait()
	e.loading.Wait()
	e.finishStopped()
	e.disk.close()
	e.events.close()
	e.told.Wait()
}
