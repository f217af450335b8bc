package main

import (
	"context"
	"errors"
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
	// After the program has stopped, a signal still under way would end the test's process: it is caught for as long as the process lives.
	signal.Notify(ours, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(in.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.reloadOnHangup(ctx, ours)
	}()
	in.await("the certificate is read at SIGHUP", func() (bool, string) {
		must(t, syscall.Kill(syscall.Getpid(), syscall.SIGHUP))
		return strings.Contains(in.log.String(), "the certificate's files have been read"), "not"
	})
	cancel()
	in.wait("end of reloadOnHangup", done)
}

// TestReload_WhileStarting: a SIGHUP during the start, as a renewed certificate brings it, ends nothing; it counts once the start is done.
func TestReload_WhileStarting(t *testing.T) {
	t.Parallel()
	file := centerFile(t, t.TempDir(), nil)
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.Remove(file))
	must(t, syscall.Mkfifo(file, 0o600))
	p := launch(t, nil, "serve", "--config", file)
	slow, err := os.OpenFile(file, os.O_WRONLY, 0) // the program has begun to read its file now
	must(t, err)
	must(t, os.Remove(file))
	must(t, os.WriteFile(file, text, 0o600))
	must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	_, err = slow.Write(text)
	must(t, errors.Join(err, slow.Close()))
	p.says(p.stderr, `"msg":"ready"`)
	p.says(p.stderr, "the certificate's files have been read")
	p.says(p.stderr, `"actor":"SIGHUP"`)
}
