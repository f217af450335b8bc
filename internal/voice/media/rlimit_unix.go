//go:build unix

package media

import (
	"log/slog"
	"syscall"
)

// otherFiles is what the rest of the program may have open: connections, database, recordings.
const otherFiles = 1024

// warnOfFileLimit says at start that the system would not let all media ports be opened. (Go has raised the limit to the
// highest that is allowed.)
func warnOfFileLimit(log *slog.Logger, sockets int) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return
	}
	if need := uint64(sockets + otherFiles); uint64(limit.Cur) < need { //nolint:unconvert // it is signed on FreeBSD
		log.Warn("limit of open files is below what the media port range needs", "limit", limit.Cur, "need", need)
	}
}
