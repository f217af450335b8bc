package main

import (
	"net/netip"

	"ccgateway/internal/config"
	"ccgateway/internal/voice"
)

func (d directory) Trunks() []voice.Trunk {
	stored := d.store.Trunks()
	all := make([]voice.Trunk, 0, len(stored))
	for i := range stored {
		all = append(all, trunk(&stored[i]))
	}
	return all
}

// trunk turns a line of the configuration into one of the phone side.
func trunk(t *config.Trunk) voice.Trunk {
	allow := make([]netip.Prefix, 0, len(t.Allow))
	for _, network := range t.Allow {
		allow = append(allow, network.Prefix)
	}
	return voice.Trunk{
		Name: t.Name, Address: t.Address, Transport: t.Transport, Allow: allow, Username: t.Username, Password: t.Password.Reveal(),
		Numbers: t.Numbers, Encryption: voice.EncryptionOf(t.SRTP), TLS: voice.TrunkTLS{CA: t.TLS.CA, Name: t.TLS.Name}, Domain: t.Domain,
		Register: voice.TrunkRegister{On: t.Register.On, Expires: t.Register.Expires},
		Options:  voice.TrunkOptions{Every: t.Options.Every, Timeout: t.Options.Timeout, Misses: t.Options.Misses},
		Limits:   voice.TrunkLimits{Calls: t.Limits.Calls, In: t.Limits.In, Out: t.Limits.Out, Rate: t.Limits.Rate},
		Caller: voice.TrunkCaller{Number: t.Caller.Number, Allowed: t.Caller.Allowed, Anonymous: t.Caller.Anonymous,
			Account: t.Caller.From == "account", Identity: identities[t.Caller.Identity], Rewrite: rewrites(t.Caller.Rewrite), Diversion: t.Caller.Diversion},
		Incoming: voice.TrunkIncoming{FromOnly: t.Incoming.Believe == "from", Caller: rewrites(t.Incoming.Caller),
			Called: rewrites(t.Incoming.Called)},
		Called: rewrites(t.Called), InfoDigits: t.DTMF == "info",
	}
}

// identities are the headers by the configuration's words; what is missing, "none" say, is none.
var identities = map[string]voice.Identity{"asserted": voice.IdentityAsserted, "preferred": voice.IdentityPreferred}

func rewrites(all []config.Rewrite) []voice.Rewrite {
	rules := make([]voice.Rewrite, len(all))
	for i, r := range all {
		rules[i] = voice.Rewrite{Strip: r.Strip, Prefix: r.Prefix}
	}
	return rules
}
