package voice

import (
	"testing"

	"github.com/emiago/sipgo/sip"
)

// TestCounts: a registration and a method that nobody knows are counted under names that are known beforehand.
func TestCounts(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	u.register(600)
	u.send(u.request("BREW", u.serverURI("40101"))).want(sip.StatusMethodNotAllowed)
	u.send(u.request(sip.OPTIONS, u.serverURI("40101"))).want(sip.StatusOK)
	c := r.SIPCounts()
	if c.RequestsIn["REGISTER"] != 2 || c.RequestsIn["other"] != 1 || c.RequestsIn["OPTIONS"] != 1 {
		t.Errorf("requests in: %v", c.RequestsIn)
	}
	if c.ResponsesOut["4xx"] != 2 || c.ResponsesOut["2xx"] != 2 {
		t.Errorf("responses out: %v", c.ResponsesOut)
	}
	if c.Credentials["challenged"] != 1 || c.Credentials["right"] != 1 || c.Credentials["wrong"] != 0 {
		t.Errorf("credentials: %v", c.Credentials)
	}
	if len(c.RequestsIn) != len(countedMethods) {
		t.Errorf("methods: %v", c.RequestsIn)
	}
}
