package gateway

import "time"

// live is what Set changes while requests are being answered.
type live struct {
	pollWait  time.Duration
	keepAlive time.Duration
	access    access
}

func newLive(config Config) *live {
	l := &live{pollWait: config.PollWait, keepAlive: config.KeepAlive, access: newAccess(config)}
	if l.pollWait == 0 {
		l.pollWait = DefaultPollWait
	}
	l.pollWait = min(l.pollWait, MaxPollWait)
	if l.keepAlive <= 0 {
		l.keepAlive = DefaultKeepAlive
	}
	return l
}

// Set changes PollWait, KeepAlive, Origins, Hosts and Rates; the other members of config mean nothing here. Polls that are held end by the old
// settings, and streams that are open show once more by the old KeepAlive that they live. Who is counted by a rate that changes has a full
// burst again.
func (g *Gateway) Set(config Config) {
	g.live.Store(newLive(config))
	g.limits.strangers.setRate(config.Rates.PerAddress)
	g.limits.agents.setRate(config.Rates.PerAgent)
	g.queries.set(config.Rates)
}

// settings are those that count now.
func (g *Gateway) settings() *live { return g.live.Load() }
