package voice

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// lines knows how the trunks fare: whether they answer, whether we are registered at them, and how many calls they have. It has a line
// for each trunk, found by its name, and keepers (goroutines) for those that register or ask by OPTIONS. What a line counts survives a
// change of the trunk's configuration.
type lines struct {
	s       *Server
	working sync.WaitGroup // keepers

	mu sync.Mutex
	of map[string]*line
}

// line is one trunk's state. lines.mu guards all of it.
type line struct {
	log  *slog.Logger
	need upkeep
	stop context.CancelFunc // of the keepers; nil = there are none
	done chan struct{}      // closed when they have ended

	registration registration
	keepAlive    keepAlive
	calls        lineCalls
}

// upkeep is what a trunk's keepers work by: when it changes, they begin anew.
type upkeep struct {
	address, transport, domain, username, password string
	tls                                            TrunkTLS
	register                                       TrunkRegister
	options                                        TrunkOptions
}

func upkeepOf(t *Trunk) upkeep {
	return upkeep{address: t.Address, transport: t.Transport, domain: t.Domain, username: t.Username, password: t.Password, tls: t.TLS,
		register: t.Register, options: t.Options}
}

func (u upkeep) any() bool { return u.register.On || u.options.Every > 0 }

func newLines(s *Server) *lines { return &lines{s: s, of: map[string]*line{}} }

// get finds a trunk's line. lines.mu is held.
func (ls *lines) get(name string) *line {
	l := ls.of[name]
	if l == nil {
		l = &line{log: ls.s.log.With("trunk", name)}
		ls.of[name] = l
	}
	return l
}

// tend starts and ends keepers as the trunks demand. It is called by one goroutine, at the start and then every second.
func (ls *lines) tend(ctx context.Context) {
	trunks := ls.s.directory.Trunks()
	ls.mu.Lock()
	defer ls.mu.Unlock()
	there := make(map[string]bool, len(trunks))
	for i := range trunks {
		t := &trunks[i]
		there[t.Name] = true
		l := ls.get(t.Name)
		if need := upkeepOf(t); need != l.need {
			ls.keep(ctx, l, *t, need)
		}
	}
	for name, l := range ls.of {
		if there[name] {
			continue
		}
		if l.stop != nil {
			l.stop()
		}
		l.need = upkeep{}
		if ended(l.done) && l.calls.none() {
			delete(ls.of, name)
		}
	}
}

func ended(done chan struct{}) bool {
	if done == nil {
		return true
	}
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// keep begins a line's keepers anew, when the former ones have ended: these may still be taking back a registration.
func (ls *lines) keep(ctx context.Context, l *line, t Trunk, need upkeep) {
	before := l.done
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	l.need, l.keepAlive = need, keepAlive{downs: l.keepAlive.downs}
	if !need.any() {
		return
	}
	ctx, l.stop = context.WithCancel(ctx)
	done := make(chan struct{})
	l.done = done
	ls.working.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		var both sync.WaitGroup
		if need.register.On {
			both.Go(func() { newRegistrar(ls, l, t).run(ctx) })
		}
		if need.options.Every > 0 {
			both.Go(func() { ls.watch(ctx, l, t) })
		}
		both.Wait()
	})
}

// wait returns when the keepers have ended, after the end of tend's context.
func (ls *lines) wait() { ls.working.Wait() }

// usable tells whether calls may go out by a trunk, and whether it is one of the first choice: not where it should be registered and is not.
func (ls *lines) usable(t *Trunk, now time.Time) (may, first bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.of[t.Name]
	if l == nil {
		return true, !t.Register.On
	}
	return !l.keepAlive.down, !t.Register.On || l.registration.stands(now)
}

// byRegistration finds the trunk whose registration a call came by: by the token in the Contact that was registered.
func (ls *lines) byRegistration(token string, now time.Time) (name string, ok bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for name, l := range ls.of {
		if token != "" && l.registration.token == token && l.registration.stands(now) {
			return name, true
		}
	}
	return "", false
}

// registeredAt lists the trunks that are registered at an address.
func (ls *lines) registeredAt(a netip.Addr, now time.Time) []string {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var names []string
	for name, l := range ls.of {
		if l.registration.at == a && l.registration.stands(now) {
			names = append(names, name)
		}
	}
	return names
}

// TrunkState is how a trunk fares, for the administrator.
type TrunkState struct {
	Name string `json:"name"`
	// Up is false while the far side does not answer OPTIONS. A trunk that is not asked is up.
	Up      bool      `json:"up"`
	Changed time.Time `json:"changed,omitzero"` // when Up became so; zero = since the start
	// Registers tells whether it should be registered; Until is when the present registration ends, Trouble why there is none, or why it could not be renewed.
	Registers  bool      `json:"registers"`
	Registered bool      `json:"registered"`
	Until      time.Time `json:"until,omitzero"`
	Trouble    string    `json:"trouble,omitempty"`
	// In and Out are its calls now.
	In  int `json:"in"`
	Out int `json:"out"`
	// Since the start: calls that were not taken for a limit, how often it went down, registrations that failed.
	Refused map[string]uint64 `json:"refused"` // by "in calls", "in rate", "out calls", "out rate"
	Downs   uint64            `json:"downs"`
	Failed  uint64            `json:"failed"`
}

// TrunkStates tells how the trunks fare, in the order of their names.
func (s *Server) TrunkStates() []TrunkState {
	trunks, now := s.directory.Trunks(), time.Now()
	ls := s.lines
	ls.mu.Lock()
	defer ls.mu.Unlock()
	all := make([]TrunkState, 0, len(trunks))
	for i := range trunks {
		t := &trunks[i]
		l := ls.get(t.Name)
		all = append(all, TrunkState{Name: t.Name, Up: !l.keepAlive.down, Changed: l.keepAlive.changed, Registers: t.Register.On,
			Registered: l.registration.stands(now), Until: l.registration.until, Trouble: l.registration.trouble,
			In: l.calls.now[callIn], Out: l.calls.now[callOut], Refused: maps.Collect(l.calls.refusals()), Downs: l.keepAlive.downs,
			Failed: l.registration.failed})
	}
	slices.SortFunc(all, func(a, b TrunkState) int { return strings.Compare(a.Name, b.Name) })
	return all
}
