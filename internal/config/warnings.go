package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Warnings says what is allowed and yet worth a line in the log at start, a sentence each.
func (c *Config) Warnings() []string { return c.warnings }

// minPhonePassword is the length below which a phone's password is worth a warning: registrars on the Internet are tried day and night.
const minPhonePassword = 8

// manyPlain is the number of agents with plain passwords from which comparing them at every start takes long enough to be felt.
const manyPlain = 200

// srtpRequired is the word of `srtp` by which a call in the clear is refused.
const srtpRequired = "required"

// warningsOf collects what is allowed and yet worth a line in the log.
func warningsOf(c *Config) []string {
	var all []string
	warn := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if c.Auth.Mode == 1 {
		warn("auth.mode 1: GUIDs never change; whoever sees one can use it for the whole session")
	}
	if c.Listen.HTTP != "" && !onLoopback(c.Listen.HTTP) {
		warn("listen.http %s: passwords and GUIDs cross the network without TLS", c.Listen.HTTP)
	}
	if c.Listen.Admin != "" && !onLoopback(c.Listen.Admin) {
		warn("listen.admin %s: others than this machine reach health, metrics and administration", c.Listen.Admin)
	}
	if c.Events.PushTLS.TrustAll {
		warn("events.push_tls.trust_all: pushed events and tokens go to whoever answers; receivers do not have to prove themselves")
	}
	for _, text := range c.Events.PushAllow {
		if strings.HasPrefix(strings.ToLower(text), "http:") {
			warn("events.push_allow %s: pushed events and tokens cross the network without TLS", text)
		}
	}
	plain := 0
	for _, v := range c.VCCs {
		for _, p := range v.Phones {
			if p.Password != "" && len(p.Password) < minPhonePassword {
				warn("phone %s has a password of less than %d characters", p.Number, minPhonePassword)
			}
		}
		for _, a := range v.Agents {
			if a.Password != "" {
				plain++
			}
		}
	}
	if plain > manyPlain {
		warn("%d agents have plain passwords, which are compared at each start (about 26 ms of one processor each); password_hash takes none", plain)
	}
	if c.Listen.SIPS == "" {
		for _, v := range c.VCCs {
			if i := slices.IndexFunc(v.Phones, func(p Phone) bool { return p.SRTP == srtpRequired }); i >= 0 {
				warn("phone %s of VCC %d must encrypt its sound, and without listen.sips the keys cross the network in the clear", v.Phones[i].Number, v.ID)
			}
		}
	}
	for _, t := range c.Trunks {
		if t.SRTP == srtpRequired && t.Transport != "tls" {
			warn("line %q must encrypt its sound, and by transport %s the keys cross the network in the clear", t.Name, t.Transport)
		}
		if t.Transport == "tls" && c.Listen.SIPS == "" {
			warn("line %q signals by TLS, and without listen.sips its far side can only reach us by the connections that we make", t.Name)
		}
		for _, n := range t.Allow {
			if n.Bits() == 0 {
				warn("line %q takes calls from every address", t.Name)
			}
		}
	}
	return all
}

// onLoopback tells whether a listener can be reached from its own machine only.
func onLoopback(address string) bool {
	host, _, err := splitAddress(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
