package gateway

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"
)

// Bounds of the HTTP server. A desktop sends small requests at once; whatever takes longer holds a connection on purpose.
const (
	readHeaderTime = 10 * time.Second // for a request's head, and for the TLS handshake
	idleTime       = 2 * time.Minute  // between two requests; longer than the 60 s between two heartbeats
	writeTime      = time.Minute      // from a request's head to the end of its reply; a poll is held for MaxPollWait of it
	maxHeader      = 64 << 10         // room for the GUIDs of the poll for all agents, and for garbled cookies
)

// NewServer makes the server of the interface for a handler. The caller gives it certificates, listeners, and its end: first
// delivery's Close, so that held polls are answered, then Shutdown.
//
// It speaks HTTP/1.1 only: HTTP/2 has no capitals in header names, and clients in use look for "Set-GUID" letter by letter.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: readHeaderTime,
		IdleTimeout:       idleTime,
		WriteTimeout:      writeTime,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       withConnection,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
