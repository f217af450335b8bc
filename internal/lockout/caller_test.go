package lockout

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestAddressOf(t *testing.T) {
	for ip, want := range map[string]Address{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := AddressOf(netip.MustParseAddr(ip)); got != want {
			t.Errorf("AddressOf(%s) = %s, want %s", ip, got, want)
		}
	}
	if got := AddressOf(netip.Addr{}); got != nowhere {
		t.Errorf("no address: %s", got)
	}
}

func TestAccount(t *testing.T) {
	if who := Account("Ann#2026x"); strings.Contains(string(who), "Ann") || who == Account("ann#2026x") || who == Agent(101) {
		t.Errorf("%s", who)
	}
}

func TestHandler(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      Address
	}{
		"direct":                     {"192.0.2.1:1234", nil, "192.0.2.1"},
		"direct over IPv6":           {"[2001:db9::7]:1234", nil, "2001:db9::/64"},
		"direct, lies":               {"192.0.2.1:1234", []string{"198.51.100.1"}, "192.0.2.1"},
		"by a proxy":                 {"10.0.0.1:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		"by a proxy, lies":           {"10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		"by two proxies":             {"10.0.0.1:1234", []string{"1.1.1.1", "198.51.100.1, 10.2.3.4"}, "198.51.100.1"},
		"by a proxy over IPv6":       {"[2001:db8::1]:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		"by a proxy that says junk":  {"10.0.0.1:1234", []string{"198.51.100.1, junk"}, "10.0.0.1"},
		"by a proxy that is silent":  {"10.0.0.1:1234", nil, "10.0.0.1"},
		"by a proxy for another one": {"10.0.0.1:1234", []string{"10.9.9.9"}, "10.9.9.9"},
		"endless":                    {"10.0.0.1:1234", []string{"198.51.100.1" + strings.Repeat(",10.0.0.2", 1000)}, "10.0.0.2"},
		"no address":                 {"@", nil, nowhere},
	} {
		t.Run(name, func(t *testing.T) {
			var got Address
			h := Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, got = callerOf(r.Context(), 101) }), func() []netip.Prefix { return proxies })
			r := httptest.NewRequest(http.MethodPut, "/", nil)
			r.RemoteAddr = c.remote
			for _, value := range c.forwarded {
				r.Header.Add("X-Forwarded-For", value)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if who, at := callerOf(t.Context(), 7); who != "7" || at != nowhere {
		t.Errorf("without a handler: %s %s", who, at)
	}
}

// FuzzSourceOf: whatever a header says, a stranger is placed where he is, and a proxy never makes anything longer than an address.
func FuzzSourceOf(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.2", "10.0.0.1:1")
	f.Add("::ffff:10.0.0.2,fe80::1%eth0", "192.0.2.1:1")
	f.Add(",,,", "[2001:db8::1]:1")
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, forwarded, remote string) {
		r := &http.Request{Header: http.Header{"X-Forwarded-For": {forwarded}}, RemoteAddr: remote}
		got := sourceOf(r, proxies)
		end, err := netip.ParseAddrPort(remote)
		if (err != nil || !within(end.Addr().Unmap(), proxies)) && got != end.Addr().Unmap() {
			t.Errorf("%q at %q is placed at %s", forwarded, remote, got)
		}
		if len(AddressOf(got)) > len("ffff:ffff:ffff:ffff::/64") {
			t.Errorf("address %q", AddressOf(got))
		}
	})
}
