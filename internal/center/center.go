package center

import (
	"time"
)

// Center is one VCC. The zero Center is not usable; see New.
type Center struct{}

// New makes a center with its first configuration and nobody signed in.
func New(now time.Time, cfg Config) *Center { return nil }

// Do applies one command at the time now, which never goes back. It returns the reply for whoever sent it and the effects for
// everybody else, in order. What it returns is not to be written to and stays valid.
func (c *Center) Do(now time.Time, cmd Command) (Reply, []Effect) { return Reply{}, nil }

// NextDeadline tells when the next Tick is due; false = nothing is pending.
func (c *Center) NextDeadline() (time.Time, bool) { return time.Time{}, false }
