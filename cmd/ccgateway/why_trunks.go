package main

import (
	"fmt"
	"strings"

	"ccgateway/internal/voice"
)

// trunks writes a line for each line to the outside.
func (p *printer) trunks(all []voice.TrunkState) {
	if len(all) > 0 {
		p.line("\nlines to the outside")
	}
	for _, t := range all {
		p.line("  %s: %s", t.Name, strings.Join(trunkWords(t), ", "))
	}
}

// trunkWords says how a line fares.
func trunkWords(t voice.TrunkState) []string {
	words := []string{"up"}
	if !t.Up {
		words[0] = "DOWN since " + t.Changed.Format("15:04:05") + ": it does not answer OPTIONS"
	}
	switch {
	case t.Registers && t.Registered:
		words = append(words, "registered until "+t.Until.Format("15:04:05"))
	case t.Registers:
		words = append(words, "NOT registered")
	}
	if t.Trouble != "" {
		words = append(words, "registration: "+t.Trouble)
	}
	words = append(words, fmt.Sprintf("%d calls in, %d out", t.In, t.Out))
	refused := uint64(0)
	for _, n := range t.Refused {
		refused += n
	}
	if refused > 0 {
		words = append(words, fmt.Sprintf("%d calls kept out by its limits since the start", refused))
	}
	return words
}
