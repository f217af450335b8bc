package media

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// portCooling is how long a pair of ports rests after use, so that late packets of a former call, and a peer that has not
// noticed its end, do not reach the next one.
const portCooling = 10 * time.Second

// ports hands out pairs of an even RTP port and the RTCP port above it (RFC 3550 section 11).
type ports struct {
	bind  netip.Addr
	first uint16
	clock func() time.Duration

	mu    sync.Mutex
	pairs []pairState
	inUse int
}

type pairState struct {
	used    bool
	restsTo time.Duration
}

// pair is two bound sockets.
type pair struct {
	index     int
	port      uint16
	rtp, rtcp *net.UDPConn
}

func newPorts(bind netip.Addr, low, high uint16, clock func() time.Duration) (*ports, error) {
	first := low + low&1
	if first < low || int(high)-int(first) < 1 {
		return nil, fmt.Errorf("media port range %d-%d has no even port with one above it", low, high)
	}
	n := (int(high) - int(first) + 1) / 2
	return &ports{bind: bind, first: first, clock: clock, pairs: make([]pairState, n)}, nil
}

// open binds a free pair. The search begins at a random place, so that nobody can tell which ports the next call has. Ports
// that another program holds are passed over. Errors: ErrNoPorts.
func (p *ports) open() (*pair, error) {
	start := rand.IntN(len(p.pairs))
	var cause error
	for i := range p.pairs {
		index := (start + i) % len(p.pairs)
		if !p.take(index) {
			continue
		}
		opened, err := p.bindPair(index)
		if err == nil {
			return opened, nil
		}
		cause = err
		p.put(index, 0)
	}
	if cause != nil {
		return nil, fmt.Errorf("%w in %d-%d: %w", ErrNoPorts, p.first, int(p.first)+2*len(p.pairs)-1, cause)
	}
	return nil, fmt.Errorf("%w in %d-%d: all %d pairs are in use or cooling down", ErrNoPorts, p.first, int(p.first)+2*len(p.pairs)-1, len(p.pairs))
}

// release closes a pair and lets it rest.
func (p *ports) release(used *pair) {
	_ = used.rtp.Close() // an error of closing a UDP socket is of no use to anybody
	_ = used.rtcp.Close()
	p.put(used.index, portCooling)
}

// used is the number of pairs in use.
func (p *ports) used() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inUse
}

func (p *ports) take(index int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := &p.pairs[index]; !s.used && s.restsTo <= p.clock() {
		s.used = true
		p.inUse++
		return true
	}
	return false
}

func (p *ports) put(index int, rest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pairs[index] = pairState{}
	if rest > 0 {
		p.pairs[index].restsTo = p.clock() + rest
	}
	p.inUse--
}

func (p *ports) bindPair(index int) (*pair, error) {
	port := p.first + uint16(2*index)
	rtp, err := p.listen(port)
	if err != nil {
		return nil, err
	}
	rtcp, err := p.listen(port + 1)
	if err != nil {
		_ = rtp.Close()
		return nil, err
	}
	return &pair{index: index, port: port, rtp: rtp, rtcp: rtcp}, nil
}

func (p *ports) listen(port uint16) (*net.UDPConn, error) {
	network := "udp4"
	if p.bind.Is6() {
		network = "udp"
	}
	config := net.ListenConfig{Control: markExpedited}
	conn, err := config.ListenPacket(context.Background(), network, netip.AddrPortFrom(p.bind, port).String())
	if err != nil {
		return nil, fmt.Errorf("bind media port: %w", err)
	}
	return conn.(*net.UDPConn), nil
}
