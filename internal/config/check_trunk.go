package config

import (
	"fmt"
	"regexp"
	"strings"
)

// maxRewrites bounds the changes to a kind of numbers: each is looked at for every call.
const maxRewrites = 100

// rewriteForm is what a change may take away or put there: the beginning of a number.
var rewriteForm = regexp.MustCompile(`^[0-9*#+]{0,24}$`)

func (c *checker) checkTrunks() {
	seen := c.unique("the line's name")
	for i, t := range c.cfg.Trunks {
		path := fmt.Sprintf("trunks[%d]", i)
		seen(path+".name", t.Name)
		if c.given(path+".name") && !nameForm.MatchString(t.Name) {
			c.fail(path+".name", "must be 1 to 64 letters, digits, dots, - and _")
		}
		if c.given(path+".address") && !validPeer(t.Address) {
			c.fail(path+".address", `must be a host or "host:port"`)
		}
		c.patterns(path+".numbers", t.Numbers)
		c.patterns(path+".caller.allowed", t.Caller.Allowed)
		c.checkAccount(path, t)
		c.checkNumbers(path, t)
	}
}

// patterns checks a list of numbers and prefixes.
func (c *checker) patterns(path string, patterns []string) {
	for j, pattern := range patterns {
		if pattern == "" || !planForm.MatchString(pattern) {
			c.fail(fmt.Sprintf("%s[%d]", path, j), "must be a number, or a prefix followed by *")
		}
	}
}

// checkAccount checks who we are at a line's far side.
func (c *checker) checkAccount(path string, t Trunk) {
	if t.Username == "" && t.Password != "" {
		c.fail(path+".username", "must be given with a password")
	}
	if strings.ContainsAny(t.Username, "\r\n\"") {
		c.fail(path+".username", "must not contain quotes or line ends")
	}
	if t.Register.On && t.Username == "" && c.given(path+".register.on") {
		c.fail(path+".register.on", "needs a username")
	}
	if t.Caller.From == "account" && t.Username == "" && c.given(path+".caller.from") {
		c.fail(path+".caller.from", `"account" needs a username`)
	}
	if t.Domain != "" && (!validPeer(t.Domain) || strings.Contains(t.Domain, ":")) {
		c.fail(path+".domain", "must be a host name or IPv4 address, without a port")
	}
	if t.TLS.Name != "" && !hostForm.MatchString(t.TLS.Name) {
		c.fail(path+".tls.name", "must be a host name or IP address")
	}
	if t.TLS != (TrunkTLS{}) && t.Transport != "tls" {
		c.fail(path+".tls", `is for lines whose transport is "tls"`)
	}
}

// checkNumbers checks a line's own number and its changes to numbers.
func (c *checker) checkNumbers(path string, t Trunk) {
	if t.Caller.Number != "" && !rewriteForm.MatchString(t.Caller.Number) {
		c.fail(path+".caller.number", "must be a number")
	}
	for at, rewrites := range map[string][]Rewrite{
		".called": t.Called, ".caller.rewrite": t.Caller.Rewrite, ".incoming.caller": t.Incoming.Caller, ".incoming.called": t.Incoming.Called,
	} {
		c.rewrites(path+at, rewrites)
	}
}

func (c *checker) rewrites(path string, rewrites []Rewrite) {
	if len(rewrites) > maxRewrites {
		c.fail(path, "has %d changes; the most are %d", len(rewrites), maxRewrites)
	}
	for j, r := range rewrites {
		at := fmt.Sprintf("%s[%d]", path, j)
		if !rewriteForm.MatchString(r.Strip) {
			c.fail(at+".strip", "must be the beginning of a number")
		}
		if !rewriteForm.MatchString(r.Prefix) {
			c.fail(at+".prefix", "must be the beginning of a number")
		}
		if r == (Rewrite{}) {
			c.fail(at, "changes nothing")
		}
	}
}
