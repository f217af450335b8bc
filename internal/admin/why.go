package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ccgateway/internal/center"
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
	all := Explanations{At: time.Now().UTC(), VCCs: []Explained{}}
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
func Why(ctx context.Context, address, token string) (Explanations, error) {
	var all Explanations
	target := url.URL{Scheme: "http", Host: dialable(address), Path: "/admin/why"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return all, fmt.Errorf("why: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return all, ErrNotRunning
		}
		return all, fmt.Errorf("why: %w", err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxExplanations))
	switch {
	case err != nil:
		return all, fmt.Errorf("why: read answer: %w", err)
	case reply.StatusCode != http.StatusOK:
		return all, errors.New(strings.TrimSpace(string(body)))
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return all, fmt.Errorf("why: read answer: %w", err)
	}
	return all, nil
}
