package host

import (
	"time"
)

// Steps are the times of one command on its way, for who wants to know where it went; see DoTimed. A step that a command does not take has
// the zero time: one that changes nothing is not journaled.
type Steps struct {
	Applied        time.Time // the center begins to carry it out: until then it waited for the commands before it
	Done           time.Time // it has been carried out
	Began, Written time.Time // the journal's transaction that it is in began, and has been synced: between Done and Began it waited for others
}

// The methods are called by the goroutines that have the command, one after another. A nil Steps notes nothing and costs no look at the clock.

func (s *Steps) applied() {
	if s != nil {
		s.Applied = time.Now()
	}
}

func (s *Steps) done() {
	if s != nil {
		s.Done = time.Now()
	}
}

func (s *Steps) written(began, ended time.Time) {
	if s != nil {
		s.Began, s.Written = began, ended
	}
}
