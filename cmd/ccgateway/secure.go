package main

import (
	"context"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"ccgateway/internal/gateway"
	"ccgateway/internal/tlscert"
)

// secure makes the listener speak TLS with the keeper's certificate.
func (s *server) secure(keeper *tlscert.Keeper) {
	s.tls = true
	s.http.TLSConfig = keeper.Config()
}

// connectionLimits are the bounds of the agent interface's ports.
func (p *program) connectionLimits() gateway.ConnectionLimits {
	limits := gateway.ConnectionLimits{All: p.cfg.Bounds.Connections, PerAddress: p.cfg.Bounds.PerAddress, Exempt: make([]netip.Prefix, 0, len(p.cfg.Listen.Proxies))}
	for _, network := range p.cfg.Listen.Proxies {
		limits.Exempt = append(limits.Exempt, network.Prefix)
	}
	return limits
}

// reloadOnHangup takes the certificate from its files at each SIGHUP, until ctx ends: what renews certificates can be told to send one.
func (p *program) reloadOnHangup(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-hangup:
			p.reloadCertificate()
		case <-ctx.Done():
			return
		}
	}
}

// reloadCertificate takes the certificate from its files. One that cannot be used leaves the one before in use.
func (p *program) reloadCertificate() {
	if err := p.keeper.Reload(); err != nil {
		p.log.Error("the certificate stays as it was: the new one cannot be used", "err", err)
		return
	}
	p.log.Info("the certificate's files have been read")
}
