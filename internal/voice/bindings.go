package voice

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// binding is one device of a phone account: a Contact that was registered, and where it is really reached.
type binding struct {
	contact  sip.Uri
	peer     peer   // where requests go
	instance string // +sip.instance, "" = not told
	callID   string
	cseq     uint32
	expires  time.Time
	at       time.Time // of the last registration
	agent    string    // User-Agent
	natted   bool      // Contact's address is not where it is reached
}

// Contact is a registered device in the administrator's view.
type Contact struct {
	Address   string // transport and address
	UserAgent string
	Since     time.Time // last registration
	Expires   time.Time
}

// bindings holds who is registered where. A phone account is in it while it has at least one device.
type bindings struct {
	maxPhones, maxContacts int
	changed                func(number string, vcc center.VCCID, registered bool)

	mu     sync.Mutex
	phones map[string]*phone
	dirty  bool // changed since the last save
}

type phone struct {
	vcc      center.VCCID
	contacts []*binding
}

var (
	// errOutOfOrder: a registration that came after a newer one of the same device (RFC 3261 section 10.3, step 7).
	errOutOfOrder = errors.New("older than what is registered")
	// errFull: MaxPhones.
	errFull = errors.New("too many phones")
)

func newBindings(c Config, changed func(string, center.VCCID, bool)) *bindings {
	return &bindings{maxPhones: c.MaxPhones, maxContacts: c.MaxContacts, changed: changed, phones: map[string]*phone{}}
}

// update adds or renews bindings (those whose time to expire lies after now) and removes the others, all or none. It returns the
// phone's bindings afterwards.
func (b *bindings) update(number string, vcc center.VCCID, changes []*binding, now time.Time) ([]binding, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.phones[number]
	if p == nil {
		if len(b.phones) >= b.maxPhones && len(changes) > 0 {
			return nil, errFull
		}
		p = &phone{}
	}
	for _, c := range changes {
		if i := p.find(c); i >= 0 && p.contacts[i].callID == c.callID && p.contacts[i].cseq >= c.cseq {
			return nil, errOutOfOrder
		}
	}
	was := len(p.contacts) > 0
	if was && p.vcc != vcc { // the account was moved to another VCC
		b.changed(number, p.vcc, false)
		was = false
	}
	p.vcc = vcc
	for _, c := range removalsFirst(changes, now) {
		p.apply(c, now, b.maxContacts)
	}
	b.settle(number, p, was)
	return p.list(), nil
}

// clear removes all bindings of a phone ("Contact: *").
func (b *bindings) clear(number string, callID string, cseq uint32) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.phones[number]
	if p == nil {
		return nil
	}
	for _, c := range p.contacts {
		if c.callID == callID && c.cseq >= cseq {
			return errOutOfOrder
		}
	}
	p.contacts = nil
	b.settle(number, p, true)
	return nil
}

// settle stores or drops a phone and tells of its first and last binding. It tells under the lock, so that what is told is in order;
// changed must only note it.
func (b *bindings) settle(number string, p *phone, was bool) {
	b.dirty = true
	is := len(p.contacts) > 0
	if is {
		b.phones[number] = p
	} else {
		delete(b.phones, number)
	}
	if is != was {
		b.changed(number, p.vcc, is)
	}
}

// removalsFirst orders the changes of one REGISTER. A phone that learns of its NAT's address names its new Contact and takes back the former
// one in the same request, in either order, and both are of one instance (RFC 5626): the new one must not go with the old.
func removalsFirst(changes []*binding, now time.Time) []*binding {
	rank := func(c *binding) int {
		if c.expires.After(now) {
			return 1
		}
		return 0
	}
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(x, y *binding) int { return rank(x) - rank(y) })
	return changes
}

// apply adds, renews or removes one binding.
func (p *phone) apply(c *binding, now time.Time, most int) {
	if i := p.find(c); i >= 0 {
		p.contacts = slices.Delete(p.contacts, i, i+1)
	}
	if !c.expires.After(now) {
		return
	}
	// What else is reached at the same address is an earlier life of the same device.
	p.contacts = slices.DeleteFunc(p.contacts, func(o *binding) bool { return o.peer == c.peer })
	if len(p.contacts) >= most {
		oldest := 0
		for i, o := range p.contacts {
			if o.at.Before(p.contacts[oldest].at) {
				oldest = i
			}
		}
		p.contacts = slices.Delete(p.contacts, oldest, oldest+1)
	}
	p.contacts = append(p.contacts, c)
}

// find finds the binding of the same device: the same instance (RFC 5626), or the same URI.
func (p *phone) find(c *binding) int {
	return slices.IndexFunc(p.contacts, func(o *binding) bool {
		if c.instance != "" && o.instance != "" {
			return c.instance == o.instance
		}
		return sameURI(&c.contact, &o.contact)
	})
}

// sameURI compares the parts by which devices differ (RFC 3261 section 19.1.4).
func sameURI(a, b *sip.Uri) bool {
	return a.User == b.User && strings.EqualFold(a.Host, b.Host) && uriPort(a) == uriPort(b) &&
		uriTransport(a, transportUDP) == uriTransport(b, transportUDP)
}

func (p *phone) list() []binding {
	list := make([]binding, len(p.contacts))
	for i, c := range p.contacts {
		list[i] = *c
	}
	return list
}

// of lists a phone's bindings, the most recent first.
func (b *bindings) of(number string, now time.Time) []binding {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.phones[number]
	if p == nil {
		return nil
	}
	list := slices.DeleteFunc(p.list(), func(c binding) bool { return !c.expires.After(now) })
	slices.SortStableFunc(list, func(x, y binding) int { return y.at.Compare(x.at) })
	return list
}

// expire removes what has expired, and what belongs to accounts that are gone or have moved to another VCC.
func (b *bindings) expire(now time.Time, account func(number string) (PhoneAccount, bool)) {
	b.drop(func(number string, p *phone, c *binding) bool {
		a, ok := account(number)
		return !c.expires.After(now) || !ok || a.VCC != p.vcc
	})
}

// lost removes the bindings that a closed connection carried and that cannot be reached by a new one.
func (b *bindings) lost(from peer) {
	b.drop(func(_ string, _ *phone, c *binding) bool {
		return c.natted && c.peer == from
	})
}

func (b *bindings) drop(gone func(number string, p *phone, c *binding) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for number, p := range b.phones {
		before := len(p.contacts)
		p.contacts = slices.DeleteFunc(p.contacts, func(c *binding) bool { return gone(number, p, c) })
		if len(p.contacts) != before {
			b.settle(number, p, true)
		}
	}
}

// view lists everything for the administrator.
func (b *bindings) view() map[string][]Contact {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make(map[string][]Contact, len(b.phones))
	for number, p := range b.phones {
		for _, c := range p.contacts {
			all[number] = append(all[number], Contact{Address: strings.ToLower(c.peer.transport) + " " + c.peer.addr.String(),
				UserAgent: c.agent, Since: c.at, Expires: c.expires})
		}
	}
	return all
}

func (b *bindings) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.phones)
}
