package admin

import (
	"net/http"
	"time"

	"ccgateway/internal/voice"
)

// Lines is the answer of /admin/trunks.
type Lines struct {
	At     time.Time          `json:"at"`
	Trunks []voice.TrunkState `json:"trunks"` // by name
}

func (o Options) trunks(w http.ResponseWriter, _ *http.Request) {
	o.send(w, Lines{At: time.Now().UTC(), Trunks: o.lines()})
}

func (o Options) lines() []voice.TrunkState {
	if o.Trunks == nil {
		return []voice.TrunkState{}
	}
	return o.Trunks()
}
