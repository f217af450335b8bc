package voice

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// keepPhones makes bindings and notes what the center would be told.
func keepPhones(told map[string]bool) *bindings {
	return newBindings(Config{MaxPhones: 10, MaxContacts: 5}, func(number string, _ center.VCCID, registered bool) { told[number] = registered })
}

func keepBinding(t *testing.T, contact, transport, address string, natted bool, expires time.Time) *binding {
	t.Helper()
	c := &binding{peer: peer{transport, netip.MustParseAddrPort(address)}, callID: "c-" + address, cseq: 7, expires: expires,
		at: expires.Add(-time.Minute), agent: "phone", natted: natted}
	if err := sip.ParseUri(contact, &c.contact); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRegistrationsOutliveTheProgram(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "data", "registrations.json")
	before := keepPhones(map[string]bool{})
	for _, c := range []struct {
		number string
		b      *binding
	}{
		{"40101", keepBinding(t, "sip:40101@127.0.0.1:6001;transport=udp", transportUDP, "127.0.0.1:6001", false, now.Add(time.Minute))},
		{"40101", keepBinding(t, "sip:40101@10.0.0.7:6002", transportUDP, "127.0.0.1:6002", true, now.Add(time.Hour))},
		{"40102", keepBinding(t, "sip:40102@127.0.0.1:6003;transport=tcp", transportTCP, "127.0.0.1:6003", false, now.Add(time.Hour))},
		{"40103", keepBinding(t, "sip:40103@10.0.0.9:6004;transport=tcp", transportTCP, "127.0.0.1:6004", true, now.Add(time.Hour))},
	} {
		if _, err := before.update(c.number, 1, []*binding{c.b}, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := before.save(path); err != nil {
		t.Fatal(err)
	}

	told := map[string]bool{}
	after := keepPhones(told)
	later := now.Add(2 * time.Minute) // the first binding has run out meanwhile
	taken, err := after.load(path, later)
	if err != nil || taken != 2 {
		t.Fatalf("load = %d, %v; want the 2 that still hold and can be reached", taken, err)
	}
	devices := after.of("40101", later)
	if len(devices) != 1 || devices[0].peer.addr.String() != "127.0.0.1:6002" || !devices[0].natted || devices[0].cseq != 7 ||
		devices[0].contact.Host != "10.0.0.7" {
		t.Errorf("devices of 40101: %+v; want the one behind address translation as it was", devices)
	}
	if len(after.of("40102", later)) != 1 || len(after.of("40103", later)) != 0 {
		t.Errorf("40102 has %d devices, 40103 (its connection is gone) %d; want 1 and 0", len(after.of("40102", later)), len(after.of("40103", later)))
	}
	if len(told) != 2 || !told["40101"] || !told["40102"] {
		t.Errorf("centers were told %v; want 40101 and 40102 registered", told)
	}
}

func TestRegistrationsAreWrittenOnlyWhenTheyChange(t *testing.T) {
	now := time.Now()
	path := filepath.Join(t.TempDir(), "registrations.json")
	b := keepPhones(map[string]bool{})
	if err := b.save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written though nobody has registered")
	}
	if _, err := b.update("40101", 1, []*binding{keepBinding(t, "sip:40101@127.0.0.1:6001", transportUDP, "127.0.0.1:6001", false, now.Add(time.Hour))}, now); err != nil {
		t.Fatal(err)
	}
	if err := b.save(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := b.save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was written again though nothing has changed")
	}
}

func TestABrokenFileOfRegistrationsIsNoReasonNotToStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registrations.json")
	for _, content := range []string{"", "{", `[{"phone":"40101","contact":"???","address":"x"}]`, `[{"phone":"40101","expires":"2099-01-01T00:00:00Z"}]`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b := keepPhones(map[string]bool{})
		if n, _ := b.load(path, time.Now()); n != 0 || b.count() != 0 {
			t.Errorf("%q gave %d registrations", content, n)
		}
	}
}
