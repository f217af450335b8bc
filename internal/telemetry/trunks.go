package telemetry

import (
	"strings"

	"ccgateway/internal/voice"
)

// Trunks. Their names are those of the configuration.
var (
	trunkUp         = define(gauge, "sip_trunk_up", "0 while a trunk does not answer OPTIONS; 1 where it is not asked.", "trunk")
	trunkRegistered = define(gauge, "sip_trunk_registered", "1 while we are registered at a trunk; only trunks that shall be have it.", "trunk")
	trunkCalls      = define(gauge, "sip_trunk_calls", "Calls of a trunk now, by direction (in, out).", "trunk", "direction")
	trunkRefused    = define(counter, "sip_trunk_refused_total",
		"Calls that a trunk's limits kept out, by direction and limit: calls (at a time), rate (per second).", "trunk", "direction", "limit")
	trunkDowns  = define(counter, "sip_trunk_downs_total", "How often a trunk went down, by OPTIONS.", "trunk")
	trunkFailed = define(counter, "sip_trunk_register_failures_total", "Registrations at a trunk that failed.", "trunk")
)

// mostTrunks bounds the trunks that have series of their own; those beyond, in the order of their names, have none.
const mostTrunks = 200

func trunks(s sheet, all []voice.TrunkState) {
	for _, t := range all[:min(len(all), mostTrunks)] {
		s.put(trunkUp, truth(t.Up), t.Name)
		if t.Registers {
			s.put(trunkRegistered, truth(t.Registered), t.Name)
			s.put(trunkFailed, float64(t.Failed), t.Name)
		}
		s.put(trunkCalls, float64(t.In), t.Name, "in")
		s.put(trunkCalls, float64(t.Out), t.Name, "out")
		for what, n := range t.Refused {
			direction, limit, _ := strings.Cut(what, " ")
			s.put(trunkRefused, float64(n), t.Name, direction, limit)
		}
		s.put(trunkDowns, float64(t.Downs), t.Name)
	}
}
