//go:build !unix

package media

import "log/slog"

// warnOfFileLimit does nothing: this system has no such limit.
func warnOfFileLimit(*slog.Logger, int) {}
