package voice

import (
	"context"
	"log/slog"
)

// quietLog is the log of the SIP stack: everything at level debug, and without the members that hold whole messages. The stack
// logs each malformed packet as an error with its bytes, so that a stranger could fill the log, or have credentials written there.
type quietLog struct{ slog.Handler }

func newQuietLog(log *slog.Logger) *slog.Logger {
	return slog.New(quietLog{log.Handler()})
}

func (q quietLog) Enabled(ctx context.Context, _ slog.Level) bool {
	return q.Handler.Enabled(ctx, slog.LevelDebug)
}

func (q quietLog) Handle(ctx context.Context, r slog.Record) error {
	quiet := slog.NewRecord(r.Time, slog.LevelDebug, "sip stack: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if !holdsMessage(a.Key) {
			quiet.AddAttrs(a)
		}
		return true
	})
	return q.Handler.Handle(ctx, quiet)
}

func (q quietLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietLog{q.Handler.WithAttrs(attrs)}
}

func (q quietLog) WithGroup(name string) slog.Handler { return quietLog{q.Handler.WithGroup(name)} }

// holdsMessage names the members by which the stack logs messages or parts of them (an error of its parser quotes the line).
func holdsMessage(key string) bool {
	switch key {
	case "data", "req", "res", "msg", "error", "reason":
		return true
	}
	return false
}
