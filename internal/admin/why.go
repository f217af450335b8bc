package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/voice"
)

// Explained is one center in the answer of /admin/why.
type Explained struct {
	VCC center.VCCID `json:"vcc"`
	center.Explanation
}

// Explanations is the answer of /admin/why.
type Explanations struct {
	At   time.Time   `json:"at"`
	VCCs []Explained `json:"vccs"` // by number
	// Trunks are the lines to the outside, by name: where one is down or full, calls wait for it or fail.
	Trunks []voice.TrunkState `json:"trunks"`
}

func (o Options) why(w http.ResponseWriter, r *http.Request) {
	vccs := o.Centers.VCCs()
	slices.Sort(vccs)
	if text := r.URL.Query().Get("vcc"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || !slices.Contains(vccs, center.VCCID(n)) {
			http.Error(w, "there is no such VCC", http.StatusNotFound)
			return
		}
		vccs = []center.VCCID{center.VCCID(n)}
	}
	all := Explanations{At: time.Now().UTC(), VCCs: []Explained{}, Trunks: o.lines()}
	for _, vcc := range vccs {
		reply, err := o.Centers.Do(r.Context(), vcc, center.Why{})
		if err != nil {
			http.Error(w, fmt.Sprintf("VCC %d: %v", vcc, err), http.StatusServiceUnavailable)
			return
		}
		e, _ := reply.Value.(center.Explanation)
		all.VCCs = append(all.VCCs, Explained{VCC: vcc, Explanation: e})
	}
	o.send(w, all)
}

// maxExplanations bounds what Why reads: twenty thousand idle agents are about 5 MiB.
const maxExplanations = 64 << 20

// Why asks the running server at address why callers wait and agents are idle. ErrNotRunning when nobody answers there.
func Why(ctx context.Context, address, token string) (all Explanations, err error) {
	err = door{address, token}.ask(ctx, http.MethodGet, "why", nil, nil, func(body io.Reader) error {
		return json.NewDecoder(io.LimitReader(body, maxExplanations)).Decode(&all)
	})
	return all, err
}
