package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/delivery"
	"ccgateway/internal/push"
)

// pushEndTime is how long pushes that are under way may go on when the program stops. One that is given up is done again after the
// next start.
const pushEndTime = 3 * time.Second

// pushOptions are the pusher's; a file with certificates is read anew each time.
func (p *program) pushOptions(cfg *config.Config) (push.Options, error) {
	events := cfg.Events
	allowed, err := push.ParseAllowed(events.PushAllow)
	if err != nil {
		return push.Options{}, err
	}
	options := push.Options{
		Allowed: allowed, Retry: events.PushRetry, GiveUp: events.PushGiveUp, TrustAll: events.PushTLS.TrustAll,
		Expel: p.expel, Log: p.log.With("room", "push"),
	}
	if file := events.PushTLS.CertFile; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return push.Options{}, fmt.Errorf("events.push_tls.cert_file: %w", err)
		}
		if options.Roots, err = push.Roots(pem); err != nil {
			return push.Options{}, fmt.Errorf("events.push_tls.cert_file %s: %w", file, err)
		}
	}
	return options, nil
}

// endPush ends the pusher.
func (p *program) endPush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pushEndTime)
	defer cancel()
	p.pusher.Close(ctx)
}

// expel signs an agent out whose events do not reach him: their queue is full, or they could not be pushed for too long.
func (p *program) expel(key delivery.Key) {
	p.host.Tell(key.VCC, center.Expel{Agent: key.Agent, Session: key.Session})
}
