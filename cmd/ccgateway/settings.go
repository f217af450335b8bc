package main

import (
	"context"
	"fmt"
	"strings"

	"ccgateway/internal/config"
	"ccgateway/internal/push"
)

// settings is the configuration that counts now: what the program was started with, and what was applied since.
func (p *program) settings() *config.Config { return p.live.Load() }

// remember makes cfg what settings gives.
func (p *program) remember(cfg *config.Config) {
	proxies := proxiesOf(cfg)
	p.proxies.Store(&proxies)
	p.live.Store(cfg)
}

// apply loads a configuration file into the running program and says what it has changed.
func (p *program) apply(ctx context.Context, name string, file []byte) (string, error) {
	cfg, err := config.Parse(name, file)
	if err != nil {
		return "", err
	}
	p.reloadCertificate()
	return p.renew(ctx, cfg, config.Partly, "apply "+name)
}

// reloadSettings takes the settings of the program's own file, which it was started with. Its tenants are left to apply: what sends a SIGHUP
// is often a tool that renews certificates, and knows nothing of them.
func (p *program) reloadSettings(ctx context.Context) {
	if p.own == nil {
		return
	}
	cfg, err := p.own()
	if err == nil {
		cfg.VCCs = nil
		_, err = p.renew(ctx, cfg, config.Wholly, "SIGHUP")
	}
	if err != nil {
		p.log.Error("settings stay as they were: the configuration file cannot be used", "err", err)
	}
}

// renew takes over what a file brings: its tenants if it has any, and of the program's settings those that count at once. It does all or, with
// an error, nothing. actor says in the audit whose wish it was.
func (p *program) renew(ctx context.Context, cfg *config.Config, whole config.Whole, actor string) (string, error) {
	p.applying.Lock()
	defer p.applying.Unlock()
	next, taken, err := p.settings().Renew(cfg, whole)
	if err != nil {
		return "", err
	}
	pushing, err := p.pushOptions(next)
	if err != nil {
		return "", err
	}
	changes, err := p.save(ctx, next, taken, whole, actor)
	if err != nil {
		return "", err
	}
	if err := p.use(next, pushing); err != nil {
		return "", err
	}
	for _, warning := range next.Warnings() {
		p.log.Warn(warning)
	}
	p.log.Info("settings have been read", "actor", actor, "from_now_on", taken.Now, "from_the_next_start", taken.Start, "set_by_environment", taken.Environment)
	return strings.TrimSpace(changes + "\n" + taken.String()), p.configure(ctx, next)
}

// save writes tenants and settings into the store. A file without tenants changes settings alone; one that has neither is a mistake.
func (p *program) save(ctx context.Context, next *config.Config, taken config.Taken, whole config.Whole, actor string) (string, error) {
	if len(next.VCCs) > 0 || taken.Empty() && whole == config.Partly {
		return load(ctx, p.store, next, actor)
	}
	changes, err := p.store.ApplySettings(ctx, next, actor)
	if err != nil {
		return "", err
	}
	if changes.Empty() {
		return "", nil // what taken says is more
	}
	return changes.String(), nil
}

// use lets the rooms work by next.
func (p *program) use(next *config.Config, pushing push.Options) error {
	if err := p.voice.Set(voiceSettings(next.SIP)); err != nil { // config has checked it
		return fmt.Errorf("use settings: %w", err)
	}
	p.remember(next)
	p.guard.SetRules(rulesOf(next))
	p.pusher.Set(pushing)
	p.doors.Set(p.gatewayConfig(next))
	p.boards.Set(wallboardBounds(next))
	for _, s := range p.servers {
		if s.limit != nil {
			s.limit.SetBounds(connectionLimits(next))
		}
	}
	setLogLevel(next.Log.Level)
	return nil
}
