package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ccgateway/internal/codec"
	"ccgateway/internal/speech"
)

// checker looks for what is wrong between members and with texts; single numbers and durations were checked when they were read.
type checker struct {
	*report
	cfg *Config
}

func (c *checker) check() {
	c.checkNode()
	c.checkListen()
	c.checkBrowsers()
	c.checkBetween()
	c.checkTraces()
	c.checkFlows()
	c.checkVCCs()
	c.checkTrunks()
}

// checkBetween checks the settings that are compared with each other.
func (c *checker) checkBetween() {
	c.checkAuth()
	c.checkEvents()
	c.checkSIP()
}

// Forms of texts.
var (
	nodeForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	dialForm   = regexp.MustCompile(`^[0-9*#]{1,24}$`)     // a dialled number; phonenum has at most 24 characters (connection.md section 6)
	planForm   = regexp.MustCompile(`^[0-9*#+]{0,24}\*?$`) // what a trunk takes
	prefixForm = regexp.MustCompile(`^[0-9*#+]{1,24}$`)
	nameForm   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`) // a name that becomes part of a path
)

// maxName bounds names that people read, in bytes.
const maxName = 100

func (c *checker) checkNode() {
	if !nodeForm.MatchString(c.cfg.Node) {
		c.fail("node", "must be 1 to 64 letters, digits, - and _")
	}
	if !nodeForm.MatchString(c.cfg.Cluster) {
		c.fail("cluster", "must be 1 to 64 letters, digits, - and _")
	}
	if c.cfg.Data == "" {
		c.fail("data", "must name a folder")
	}
	c.checkDatabase(c.cfg.Database.Reveal())
	if len(c.cfg.NATS) > 0 {
		c.fail("nats", "several nodes are not supported by this version; leave it []")
	}
	if !speech.ValidVoice(c.cfg.Speech.Voice) {
		c.fail("speech.voice", "must be a voice's name: a small letter, then letters, digits, +, - and _")
	}
	if (c.cfg.TLS.Cert == "") != (c.cfg.TLS.Key == "") {
		c.fail("tls", "cert and key are given both or not at all")
	}
}

// checkDatabase looks at the address of a database and never repeats a part of it.
func (c *checker) checkDatabase(address string) {
	if address == "" {
		return
	}
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		c.fail("database", `must be "" for SQLite, or an address that begins with postgres://`)
		return
	}
	if _, err := url.Parse(address); err != nil {
		c.fail("database", "must be an address such as postgres://user:password@host:5432/database; special characters in the password are written as %%40 and the like")
	}
}

func (c *checker) checkListen() {
	l := c.cfg.Listen
	if l.HTTPS == "" && l.HTTP == "" {
		c.fail("listen", "https or http must be given: nobody could sign in")
	}
	if l.SIP == "" {
		c.fail("listen.sip", "must be given: no phone could be reached")
	}
	taken := map[string]string{}
	for _, at := range []struct{ path, address string }{
		{"listen.https", l.HTTPS}, {"listen.http", l.HTTP}, {"listen.admin", l.Admin}, {"listen.sip", l.SIP}, {"listen.sips", l.SIPS},
	} {
		if at.address == "" {
			continue
		}
		_, port, err := splitAddress(at.address)
		if err != nil {
			c.fail(at.path, "%s", err)
			continue
		}
		if other, ok := taken[at.address]; ok && port != 0 {
			c.fail(at.path, "has the same address as %s", other)
		}
		taken[at.address] = at.path
	}
}

// checkBrowsers checks what says which browsers may call.
func (c *checker) checkBrowsers() {
	for i, text := range c.cfg.Listen.Origins {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || text != strings.ToLower(u.Scheme+"://"+u.Host) {
			c.fail(fmt.Sprintf("listen.origins[%d]", i), `must be an origin such as "https://desk.example.org", in small letters, without a path or a slash at its end`)
		}
	}
	for i, text := range c.cfg.Listen.Hosts {
		if !hostForm.MatchString(text) {
			c.fail(fmt.Sprintf("listen.hosts[%d]", i), "must be the name of a host, without a port")
		}
	}
}

// splitAddress reads "host:port" or ":port".
func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf(`must be an address such as "127.0.0.1:8081" or ":8043", not %q`, address)
	}
	if port, err = strconv.Atoi(text); err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("must have a port between 0 and 65535, not %q", text)
	}
	return host, port, nil
}

func (c *checker) checkAuth() {
	if a := c.cfg.Auth; a.GUIDTimeout <= a.GUIDInterval {
		c.fail("auth.guid_timeout", "must be longer than guid_interval (%s)", a.GUIDInterval)
	}
}

func (c *checker) checkEvents() {
	e := c.cfg.Events
	if e.Silence > 0 && e.Silence <= e.PollWait {
		c.fail("events.silence", "must be longer than poll_wait (%s)", e.PollWait)
	}
	if e.PushGiveUp < e.PushRetry {
		c.fail("events.push_give_up", "must not be shorter than push_retry (%s)", e.PushRetry)
	}
	if e.PushTLS.TrustAll && e.PushTLS.CertFile != "" {
		c.fail("events.push_tls", "trust_all and cert_file contradict each other")
	}
	for i, text := range e.PushAllow {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil ||
			strings.ContainsAny(text, "?#") {
			c.fail(fmt.Sprintf("events.push_allow[%d]", i), "must be an https:// or http:// address with a host, maybe a path, and nothing else")
		}
	}
}

// checkTraces looks at the address of the collector. User and password would be shown wherever the address is.
func (c *checker) checkTraces() {
	endpoint := c.cfg.Traces.Endpoint
	if endpoint == "" {
		return
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		c.fail("traces.endpoint", `must be an https:// or http:// address without user and password, such as "http://127.0.0.1:4318/v1/traces"`)
	}
}

func (c *checker) checkSIP() {
	s := c.cfg.SIP
	if s.Advertise != "" {
		if a, err := netip.ParseAddr(s.Advertise); err != nil || a.IsUnspecified() {
			c.fail("sip.advertise", "must be an IP address that a phone can send to")
		}
	}
	if s.RegisterMax < s.RegisterMin {
		c.fail("sip.register_max", "must not be shorter than register_min (%s)", s.RegisterMin)
	}
	if s.SessionTimer > 0 && s.SessionTimer < minSessionTimer {
		c.fail("sip.session_timer", "must be 0 or at least %s (RFC 4028 section 5)", minSessionTimer)
	}
	if _, err := codec.FindAll(s.Codecs); err != nil {
		c.fail("sip.codecs", "%v", err)
	}
	if len(s.Digest) == 0 {
		c.fail("sip.digest", "must name an algorithm")
	}
	for i, algorithm := range s.Digest {
		path := fmt.Sprintf("sip.digest[%d]", i)
		if !slices.Contains(digests, algorithm) {
			c.fail(path, "must be %s, not %q", list(digests), algorithm)
		}
		if slices.Index(s.Digest, algorithm) < i {
			c.fail(path, "is there twice")
		}
	}
}

// validPeer tells whether an address names a host, with a port or without.
func validPeer(address string) bool {
	host := strings.Trim(address, "[]")
	if _, err := netip.ParseAddr(host); err != nil {
		if h, port, err := splitAddress(address); err == nil {
			if port == 0 {
				return false
			}
			host = h
		}
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return !a.IsUnspecified()
	}
	return hostForm.MatchString(host)
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// unique makes a function that notes values and reports one that was there before, with the line of the first. What was refused or
// is missing is passed over.
func (c *checker) unique(what string) func(path, value string) {
	seen := map[string]string{}
	return func(path, value string) {
		if !c.given(path) {
			return
		}
		if first, ok := seen[value]; ok {
			c.fail(path, "%s %q is there twice, before in %s (%s)", what, value, first, c.line(first))
			return
		}
		seen[value] = path
	}
}
