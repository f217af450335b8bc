//go:build !linux

package gateway

import "time"

// setUserTimeout does nothing: dead clients are noticed when the system's own time-out is over.
func setUserTimeout(int, time.Duration) {}

// acknowledged cannot be known here: what may not have arrived is given again.
func acknowledged(int) bool { return false }

// closedThere cannot be known here.
func closedThere(int) bool { return false }
