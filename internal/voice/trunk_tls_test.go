package voice

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// secureTrunk is two servers of ours: a provider with the account 40101, and one that registers there by TLS and has 40101 for an access code.
// check is how it looks at the provider's certificate; authorities is a file with it.
func secureTrunk(t *testing.T, check func(authorities string) TrunkTLS) (provider, customer *rig) {
	provider = newRig(t, withoutTrunk(), func(c *Config) { c.DrainTimeout = time.Second })
	file := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: testTLS().Certificates[0].Certificate[0]}), 0o600))
	d := &directory{codes: map[string]center.VCCID{"40101": 1}}
	d.trunks = []Trunk{{Name: "provider", Address: provider.SecureAddrs()[0].String(), Transport: "tls", TLS: check(file), Username: "40101",
		Password: "secret-40101", Register: TrunkRegister{On: true, Expires: time.Minute}}}
	customer = newRig(t, d, func(c *Config) { c.retry, c.DrainTimeout = 50*time.Millisecond, time.Second })
	return provider, customer
}

func trusting(file string) TrunkTLS { return TrunkTLS{CA: file, Name: "localhost"} }

// registeredSecurely waits for the registration, which the provider's center is told.
func registeredSecurely(provider, customer *rig) {
	provider.t.Helper()
	if got, _ := next[center.PhoneState](provider.c); !got.Registered {
		provider.t.Fatalf("%+v", got)
	}
	customer.until("registered", func() bool { return customer.state("provider").Registered })
}

// TestTrunkTLS: registration, a call out and a call in go by one connection, made by us, to a provider whose certificate is right.
func TestTrunkTLS(t *testing.T) {
	provider, customer := secureTrunk(t, trusting)
	registeredSecurely(provider, customer)

	customer.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "1000", Caller: "0309"})
	in, _ := next[center.CallArrived](provider.c)
	if in.Phone != "40101" || in.To != "1000" {
		t.Errorf("out: %+v", in)
	}
	provider.carry(center.AnswerLeg{Leg: in.Leg})
	next[center.LegAnswered](customer.c)
	customer.carry(center.HangUp{Leg: "o1", Cause: center.CauseHungUp})
	provider.c.ended(in.Leg, center.CauseHungUp)

	provider.carry(center.Ring{Leg: "o2", Phone: "40101", Caller: "0777"})
	arrived, _ := next[center.CallArrived](customer.c)
	if arrived.Trunk != "provider" || arrived.From != "0777" || arrived.To != "40101" {
		t.Errorf("in: %+v", arrived)
	}
	customer.carry(center.AnswerLeg{Leg: arrived.Leg})
	next[center.LegAnswered](provider.c)
	provider.carry(center.HangUp{Leg: "o2", Cause: center.CauseHungUp})
	customer.c.ended(arrived.Leg, center.CauseHungUp)
	if p, c := provider.Stats().Connections, customer.Stats().Connections; p != 1 || c != 1 {
		t.Errorf("%d and %d connections; want one", p, c)
	}
	customer.stopNow()
	if got, _ := next[center.PhoneState](provider.c); got.Registered {
		t.Errorf("%+v", got)
	}
}

// TestTrunkTLS_Lost: when the connection breaks, the trunk registers at once by a new one, for calls come by it.
func TestTrunkTLS_Lost(t *testing.T) {
	provider, customer := secureTrunk(t, trusting)
	registeredSecurely(provider, customer)
	listener := provider.endpoints[0].tls
	listener.mu.Lock()
	conns := make([]*tcpConn, 0, len(listener.conns))
	for _, c := range listener.conns {
		conns = append(conns, c)
	}
	listener.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
	if got, _ := next[center.PhoneState](provider.c); got.Registered {
		t.Errorf("%+v", got)
	}
	registeredSecurely(provider, customer)
}

// TestTrunkTLS_Certificate: who cannot be known is not talked to: no registration is sent there, and no call.
func TestTrunkTLS_Certificate(t *testing.T) {
	for name, check := range map[string]func(string) TrunkTLS{
		"of nobody we know":  func(string) TrunkTLS { return TrunkTLS{Name: "localhost"} },
		"of another name":    func(file string) TrunkTLS { return TrunkTLS{CA: file, Name: "sip.provider.example"} },
		"no authorities":     func(file string) TrunkTLS { return TrunkTLS{CA: file + ".gone", Name: "localhost"} },
		"a file without any": func(file string) TrunkTLS { return TrunkTLS{CA: os.Args[0], Name: "localhost"} },
	} {
		t.Run(name, func(t *testing.T) {
			provider, customer := secureTrunk(t, check)
			customer.until("the fault is seen", func() bool { return customer.state("provider").Trouble != "" })
			if s := customer.state("provider"); s.Registered || !strings.Contains(s.Trouble, "certificate") && !strings.Contains(s.Trouble, "authorities") {
				t.Errorf("%+v", s)
			}
			customer.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "1000"})
			customer.c.ended("o1", center.CauseUnreachable)
			provider.c.nothing()
		})
	}
}
