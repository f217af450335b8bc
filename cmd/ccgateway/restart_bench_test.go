package main

import (
	"context"
	"crypto/md5" //nolint:gosec // digest authentication of phones
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// The restart that is measured: as many agents as an installation is meant for, and a journal that is nearly as long as it gets.
const (
	restartAgents   = 20_000
	restartCommands = 90_000
	restartFirst    = 100_001 // number of the first agent
	restartAim      = 5 * time.Second
)

// BenchmarkRestart measures how long the whole program takes until it is ready again with 20,000 agents signed in: configuration, database,
// journal, center, events, phone side and ports. Once after a death, with the longest journal to replay, and once after a graceful stop, which
// leaves a snapshot. Aim: 5 s.
func BenchmarkRestart(b *testing.B) {
	cfg := testConfig(b, restartCenter)
	p, err := start(b.Context(), cfg, slog.New(slog.DiscardHandler))
	must(b, err)
	signInMany(b, p)
	for range restartCommands/restartAgents - 2 { // signInMany has sent two
		eachOf(b, p, func(by center.By, _ int) center.Command { return center.SayBusy{By: by, Reason: 210, Prolong: true} })
	}
	must(b, p.store.Flush(b.Context()))
	dead := *cfg
	dead.Data = b.TempDir()
	must(b, os.CopyFS(dead.Data, os.DirFS(cfg.Data))) // what a death at this moment leaves
	must(b, p.stop(context.Background()))
	b.Run("after a death", func(b *testing.B) { measureRestart(b, &dead) })
	b.Run("after a graceful stop", func(b *testing.B) { measureRestart(b, cfg) })
}

// restartCenter gives the first tenant so many agents, each with a phone.
func restartCenter(cfg *config.Config) {
	v := &cfg.VCCs[0]
	template := v.Agents[0]
	for i := range restartAgents {
		agent := template
		agent.ID, agent.Name = restartFirst+i, fmt.Sprint("Agent ", i)
		sum := md5.Sum(fmt.Appendf(nil, "%d:ccgateway:phone-secret", agent.ID)) //nolint:gosec // digest authentication of phones
		v.Agents = append(v.Agents, agent)
		v.Phones = append(v.Phones, config.Phone{Number: fmt.Sprint(agent.ID), HA1: config.Secret(hex.EncodeToString(sum[:])), SRTP: "optional"})
	}
	cfg.Events.Silence = 0 // nobody is signed out for saying nothing in between
}

func signInMany(b *testing.B, p *program) {
	b.Helper()
	eachOf(b, p, func(by center.By, i int) center.Command {
		return center.SignIn{Agent: by.Agent, Token: by.Token, Phone: fmt.Sprint(restartFirst + i), AutoEnterIdle: true, AgentType: 4, Status: 4}
	})
	eachOf(b, p, func(by center.By, _ int) center.Command { return center.ResetSkill{By: by, All: true} })
}

// eachOf sends a command of each agent, many at a time, since each waits for the journal.
func eachOf(b *testing.B, p *program, command func(by center.By, i int) center.Command) {
	b.Helper()
	const atOnce = 200
	var wg sync.WaitGroup
	for worker := range atOnce {
		wg.Go(func() {
			for i := worker; i < restartAgents; i += atOnce {
				by := center.By{Agent: center.AgentID(restartFirst + i), Token: center.Token{1, byte(i), byte(i >> 8)}}
				if reply, err := p.host.Do(b.Context(), 1, command(by, i)); err != nil || reply.Err != nil {
					b.Errorf("agent %d: %v, %v", by.Agent, reply.Err, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// measureRestart starts the program over cfg's data again and again, stops it, and says where the time went.
func measureRestart(b *testing.B, cfg *config.Config) {
	kept := b.TempDir()
	must(b, os.CopyFS(kept, os.DirFS(cfg.Data)))
	split := map[string]time.Duration{}
	var total time.Duration
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		again := *cfg
		again.Data = b.TempDir()
		must(b, os.CopyFS(again.Data, os.DirFS(kept)))
		marks := &marks{at: map[string]time.Time{}}
		b.StartTimer()
		began := time.Now()
		p, err := start(b.Context(), &again, slog.New(marks))
		spent := time.Since(began)
		b.StopTimer()
		must(b, err)
		total += spent
		loaded, restored, resumed := marks.last("configuration loaded"), marks.last("center restored"), marks.last("agents are still signed in")
		split["s-file+database"] += loaded.Sub(began)
		split["s-journal+center"] += restored.Sub(loaded)
		split["s-events+sessions"] += resumed.Sub(restored)
		split["s-ports"] += began.Add(spent).Sub(resumed)
		reply, err := p.host.Do(b.Context(), 1, center.Count{})
		must(b, err)
		if census, _ := reply.Value.(center.Census); census.SignedIn != restartAgents {
			b.Errorf("%d agents are signed in, not %d", census.SignedIn, restartAgents)
		}
		must(b, p.stop(context.Background()))
	}
	for what, spent := range split {
		b.ReportMetric(spent.Seconds()/float64(b.N), what)
	}
	b.ReportMetric(total.Seconds()/float64(b.N), "s/restart(aim:5)")
	if total/time.Duration(b.N) > restartAim {
		b.Logf("a restart takes longer than %s", restartAim)
	}
}

// marks notes when each message was logged last: each center says when it is restored.
type marks struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (m *marks) last(message string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[message]
}

// Enabled takes what is logged in operation.
func (m *marks) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle notes a message.
func (m *marks) Handle(_ context.Context, r slog.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[r.Message] = r.Time
	return nil
}

// WithAttrs and WithGroup change nothing: what counts is the message.
func (m *marks) WithAttrs([]slog.Attr) slog.Handler { return m }

// WithGroup gives the same.
func (m *marks) WithGroup(string) slog.Handler { return m }
