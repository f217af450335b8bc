package voice

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// Registrations outlive the program: phones renew theirs only every few minutes, and until then an agent who is still signed in
// could not be rung. They are kept in a file that is replaced as a whole, at most once a second.

// keptBinding is a binding in the file. There is no secret in it.
type keptBinding struct {
	Phone     string         `json:"phone"`
	VCC       center.VCCID   `json:"vcc"`
	Contact   string         `json:"contact"`
	Transport string         `json:"transport"`
	Address   netip.AddrPort `json:"address"`
	Instance  string         `json:"instance,omitempty"`
	CallID    string         `json:"call_id"`
	CSeq      uint32         `json:"cseq"`
	At        time.Time      `json:"at"`
	Expires   time.Time      `json:"expires"`
	UserAgent string         `json:"user_agent,omitempty"`
	NATted    bool           `json:"natted,omitempty"`
}

// maxKept bounds the file that is read: 50,000 phones with five devices of 400 bytes each.
const maxKept = 100 << 20

// save writes all bindings if they have changed since the last time.
func (b *bindings) save(path string) error {
	b.mu.Lock()
	if !b.dirty {
		b.mu.Unlock()
		return nil
	}
	b.dirty = false
	kept := make([]keptBinding, 0, len(b.phones))
	for number, p := range b.phones {
		for _, c := range p.contacts {
			kept = append(kept, keptBinding{Phone: number, VCC: p.vcc, Contact: c.contact.String(), Transport: c.peer.transport,
				Address: c.peer.addr, Instance: c.instance, CallID: c.callID, CSeq: c.cseq, At: c.at, Expires: c.expires,
				UserAgent: c.agent, NATted: c.natted})
		}
	}
	b.mu.Unlock()
	content, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep registrations: %w", err)
	}
	temporary := path + ".new"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep registrations: %w", err)
	}
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return fmt.Errorf("keep registrations: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("keep registrations: %w", err)
	}
	return nil
}

// load takes up the bindings of a former life that still hold. A phone behind address translation that was reached by a connection
// is left out: the connection has gone.
func (b *bindings) load(path string, now time.Time) (int, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read registrations: %w", err)
	}
	if info.Size() > maxKept {
		return 0, fmt.Errorf("read registrations: %s has %d bytes, more than any that was written", path, info.Size())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("read registrations: %w", err)
	}
	var kept []keptBinding
	if err := json.Unmarshal(content, &kept); err != nil {
		return 0, fmt.Errorf("read registrations: %w", err)
	}
	taken := 0
	for _, k := range kept {
		c := &binding{peer: peer{k.Transport, k.Address}, instance: k.Instance, callID: k.CallID, cseq: k.CSeq, expires: k.Expires,
			at: k.At, agent: k.UserAgent, natted: k.NATted}
		gone := k.NATted && k.Transport != transportUDP
		if gone || !k.Address.IsValid() || !k.Expires.After(now) || sip.ParseUri(k.Contact, &c.contact) != nil {
			continue
		}
		if _, err := b.update(k.Phone, k.VCC, []*binding{c}, now); err == nil {
			taken++
		}
	}
	return taken, nil
}
