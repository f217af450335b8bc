package voice

import (
	"net/netip"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// Trunk is a line to the outside. The zero value of each of its rules means that there is none.
type Trunk struct {
	Name      string
	Address   string         // "host:port" or "host" that calls are sent to
	Transport string         // "udp" (also ""), "tcp" or "tls"
	Allow     []netip.Prefix // calls from these addresses are the trunk's
	Username  string         // for digest challenges of the far side; "" = none
	Password  string
	Numbers   []string // patterns of the numbers that go out by it, as center.Trunk has them

	Encryption Encryption

	TLS      TrunkTLS
	Domain   string // of the account; "" = the host of Address for registrations, our own address for calls
	Register TrunkRegister
	Options  TrunkOptions
	Limits   TrunkLimits
	Caller   TrunkCaller
	Incoming TrunkIncoming
	Called   []Rewrite // of numbers that go out
	// InfoDigits sends keys as SIP INFO in place of RFC 4733.
	InfoDigits bool
}

// TrunkTLS says how a far side's certificate is checked.
type TrunkTLS struct {
	CA   string // PEM file of the authorities; "" = those of the system
	Name string // that it must have; "" = the host of Address
}

// TrunkRegister is a registration at the far side.
type TrunkRegister struct {
	On      bool
	Expires time.Duration // asked for
}

// TrunkOptions is the keep-alive by OPTIONS.
type TrunkOptions struct {
	Every   time.Duration // 0 = never
	Timeout time.Duration // of one question
	Misses  int           // in a row, until the trunk is down
}

// TrunkLimits bounds a trunk's calls; 0 = no limit.
type TrunkLimits struct {
	Calls, In, Out int // at a time
	Rate           int // new ones per second
}

// TrunkCaller says what calls that go out show of their caller.
type TrunkCaller struct {
	Number    string   // in place of one that is not allowed, or of none
	Allowed   []string // patterns, as center.Trunk has them; none = all
	Anonymous bool     // nobody is shown
	Account   bool     // From has the account's name, whoever calls
	Identity  Identity // the header in which the far side learns the number
	Rewrite   []Rewrite
	Diversion bool // Diversion says which number of ours has sent a caller on
}

// Identity is a header of RFC 3325.
type Identity string

// The identity headers.
const (
	IdentityNone      Identity = ""
	IdentityAsserted  Identity = "P-Asserted-Identity"
	IdentityPreferred Identity = "P-Preferred-Identity"
)

// TrunkIncoming says how the numbers of calls that come in are read.
type TrunkIncoming struct {
	FromOnly       bool // P-Asserted-Identity, Diversion and History-Info are not believed
	Caller, Called []Rewrite
}

// Rewrite replaces the beginning of a number.
type Rewrite struct {
	Strip  string // what it takes away; "" fits every number
	Prefix string // what it puts there
}

// rewrite makes the first change that fits.
func rewrite(rules []Rewrite, number string) string {
	for _, r := range rules {
		if rest, ok := strings.CutPrefix(number, r.Strip); ok {
			return r.Prefix + rest
		}
	}
	return number
}

// fits tells whether one of the patterns takes a number. No patterns take all.
func fits(patterns []string, number string) bool {
	return len(patterns) == 0 || center.Trunk{Numbers: patterns}.Takes(number)
}

// host is the host that the trunk is configured with.
func (t *Trunk) host() string {
	host, _, _ := splitAddress(t.Address)
	return host
}
