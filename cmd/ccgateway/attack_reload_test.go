package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"ccgateway/internal/config"
)

// TestCertificateReload_Hangup: SIGHUP takes the certificate from its files.
func TestCertificateReload_Hangup(t *testing.T) {
	in := install(t, func(cfg *config.Config) { cfg.Listen.HTTPS = "127.0.0.1:0" })
	ours := make(chan os.Signal, 1)
	// Before the program listens, and after it has stopped, a signal still under way would end the test's process: it is caught
	// here for as long as the process lives.
	signal.Notify(ours, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(in.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.reloadOnHangup(ctx)
	}()
	in.await("the certificate is read at SIGHUP", func() (bool, string) {
		must(t, syscall.Kill(syscall.Getpid(), syscall.SIGHUP))
		return strings.Contains(in.log.String(), "the certificate's files have been read"), "not"
	})
	cancel()
	in.wait("end of reloadOnHangup", done)
}
