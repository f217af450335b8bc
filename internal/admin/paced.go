package admin

import (
	"context"
	"net/http"
	"time"
)

// Bounds of questions about facts, which can go on for long.
const (
	maxQuestions = 2           // at a time: each holds a reading connection to the database, of which sign-ins need some, and memory
	maxAnswer    = time.Hour   // for one: a transaction that reads keeps the database's log from becoming shorter
	maxStall     = time.Minute // within which the asker must take each piece
	piece        = 64 << 10
)

// paced lets in maxQuestions at a time and gives each the time that it needs: the server's own bound is for short replies.
func paced() func(next http.HandlerFunc) http.HandlerFunc {
	taken := make(chan struct{}, maxQuestions)
	return func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case taken <- struct{}{}:
				defer func() { <-taken }()
			default:
				w.Header().Set("Retry-After", "10")
				http.Error(w, "other reports and lists are being made; try again later", http.StatusServiceUnavailable)
				return
			}
			ctx, cancel := context.WithTimeout(r.Context(), maxAnswer)
			defer cancel()
			next(pacedWriter{w}, r.WithContext(ctx))
		}
	}
}

// pacedWriter writes in pieces, each with its own time.
type pacedWriter struct{ http.ResponseWriter }

func (w pacedWriter) Write(p []byte) (n int, err error) {
	control := http.NewResponseController(w.ResponseWriter)
	for {
		if err := control.SetWriteDeadline(time.Now().Add(maxStall)); err != nil {
			return n, err
		}
		written, err := w.ResponseWriter.Write(p[:min(len(p), piece)])
		n, p = n+written, p[written:]
		if err != nil || len(p) == 0 {
			return n, err
		}
	}
}
