package telemetry

import (
	"context"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/lockout"
	"ccgateway/internal/push"
	"ccgateway/internal/store"
	"ccgateway/internal/voice"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wallboard"
)

// scrapeTime bounds a scrape: a center that does not answer must not hold up the others' figures for ever. Prometheus itself gives up
// after 10 s.
const scrapeTime = 5 * time.Second

// Centers are the centers of the program.
type Centers interface {
	Do(ctx context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error)
	VCCs() []center.VCCID
	Healthy() error
}

// Sources are the rooms, each as what gives its figures. A nil one is left out.
type Sources struct {
	Centers Centers
	Ready   func() error
	Events  func() delivery.Stats
	Push    func() push.Stats
	SIP     func() (voice.Stats, voice.SIPCounts)
	Trunks  func() []voice.TrunkState
	Media   func() (media.EngineStats, media.Stats)
	Store   func() store.Stats
	Journal func() host.JournalStats
	Guard   func() lockout.Stats
	Limits  func() gateway.Refusals
	Doors   func() map[string]gateway.Connections // by port
	Boards  func() wallboard.Stats
}
