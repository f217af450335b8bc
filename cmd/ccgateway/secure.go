package main

import (
	"context"
	"net/netip"
	"os"

	"ccgateway/internal/config"
	"ccgateway/internal/gateway"
	"ccgateway/internal/tlscert"
)

// secure makes the listener speak TLS with the keeper's certificate.
func (s *server) secure(keeper *tlscert.Keeper) {
	s.tls = true
	s.http.TLSConfig = keeper.Config()
}

// connectionLimits are the bounds of the agent interface's ports.
func connectionLimits(cfg *config.Config) gateway.ConnectionLimits {
	return gateway.ConnectionLimits{All: cfg.Bounds.Connections, PerAddress: cfg.Bounds.PerAddress, Exempt: proxiesOf(cfg)}
}

// proxiesOf are the networks of listen.proxies.
func proxiesOf(cfg *config.Config) []netip.Prefix {
	all := make([]netip.Prefix, 0, len(cfg.Listen.Proxies))
	for _, network := range cfg.Listen.Proxies {
		all = append(all, network.Prefix)
	}
	return all
}

// reloadOnHangup takes the certificate from its files, and the settings from the program's own file, at each SIGHUP until ctx ends: what
// renews certificates can be told to send one.
func (p *program) reloadOnHangup(ctx context.Context, hangups <-chan os.Signal) {
	for {
		select {
		case <-hangups:
			p.reloadCertificate()
			p.reloadSettings(ctx)
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
