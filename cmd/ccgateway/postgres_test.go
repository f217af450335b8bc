package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/journal"
	"ccgateway/internal/pgtest"
	"ccgateway/internal/store"
)

// TestPostgres_Serve: the whole program on PostgreSQL. A call is made and recorded; while the server is away the talk goes on, sign-ins are
// refused with a code, and what would have to be journaled waits; afterwards it is done, and the records are there, as they are after a restart.
func TestPostgres_Serve(t *testing.T) {
	t.Parallel()
	server := pgtest.Own(t)
	address, _, err := server.Schema(t.Context())
	must(t, err)
	var cfg *config.Config
	in := prepare(t)
	in.keep(pgtest.Password)
	cfg = testConfig(t, in.connectOutside, func(c *config.Config) { c.Database = config.Secret(address) })
	in.start(cfg)
	ann := in.agent(101)
	_, err = in.trySignIn(client.SignIn{Agent: 102, Phone: "40102", Password: "wrong"})
	mustCode(t, err, "100-004")

	amy := in.customer("13900", amyTone)
	customer := amy.calls("1000")
	answerByHand(in, ann, customer, fromAmy)
	must(t, server.Halt(t.Context()))
	_, err = in.trySignIn(client.SignIn{Agent: 102, Phone: "40102"})
	var refusal *client.Error
	if !errors.As(err, &refusal) || refusal.Code == "100-004" {
		t.Errorf("without a database: %v", err)
	}
	in.await("the program says so, though nothing waits for the journal", func() (bool, string) {
		err := in.program.readiness()
		return err != nil && strings.Contains(err.Error(), "database is away"), "it does not"
	})
	released := make(chan error, 1)
	go func() { released <- ann.Release(in.ctx) }()
	in.await("the release waits for the journal", func() (bool, string) { return in.program.journal.Away() != nil, "it does not" })
	if len(released) > 0 {
		t.Errorf("the release is answered before it lasts: %v", <-released)
	}
	must(t, server.Start(t.Context()))
	must(t, <-released)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	in.await("the records are written", func() (bool, string) {
		calls, err := in.store.Calls(in.ctx, store.Filter{})
		return err == nil && len(calls) == 1, "not there"
	})
	in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
		"customer 13900, answered: agent hung up")
	in.halt()
	in.withoutErrorsOf("could not check password", "locked accounts cannot be saved; they hold, and are tried again", "the database fails; facts are kept and tried again", "how far desktops have got their events is not saved")

	again, err := store.Open(in.ctx, t.TempDir(), in.log.logger(), store.Database(config.Secret(address)))
	must(t, err)
	defer func() { must(t, again.Close(context.WithoutCancel(in.ctx))) }()
	calls, err := again.Calls(in.ctx, store.Filter{})
	if err != nil || len(calls) != 1 || calls[0].Agent != 101 {
		t.Errorf("after a restart: %+v, %v", calls, err)
	}
}

// TestPostgres_TakenOver: another machine claims the centers of a running program. It stops, says why, and writes nothing more.
func TestPostgres_TakenOver(t *testing.T) {
	t.Parallel()
	address := pgtest.Address(t)
	in, p := serveProcess(t, []string{"CCGATEWAY_DATABASE=" + address}, centerFile(t, t.TempDir(), nil))
	ann, err := in.client.SignIn(in.ctx, client.SignIn{Agent: 101, Password: agentPassword, PlatformOnly: true})
	must(t, err)
	other, err := journal.OpenPostgres(in.ctx, config.Secret(address), "other")
	must(t, err)
	defer func() { must(t, other.Close()) }()
	epoch, err := other.Claim(in.ctx, 1)
	must(t, err)
	if err := ann.SayBusy(in.ctx, 210, false); err == nil {
		t.Error("a former owner answers")
	}
	if code := p.exits(); code == 0 || !strings.Contains(p.stderr.String(), "center has another owner by now") {
		t.Errorf("exit code %d, %s", code, p.stderr)
	}
	first, err := other.First(in.ctx, 1)
	must(t, err)
	must(t, other.Walk(in.ctx, 1, first, func(e journal.Entry) error {
		if e.Kind == "SayBusy" || e.Epoch >= epoch {
			t.Errorf("the former owner has written %s in epoch %d", e.Kind, e.Epoch)
		}
		return nil
	}))
	if saved, err := other.Latest(in.ctx, 1); err != nil || saved != nil {
		t.Errorf("the former owner leaves a snapshot: %v", err)
	}
}

// withoutErrorsOf checks that the log has errors of the first kind, and takes them and those of the others out: the test has made them.
func (in *installation) withoutErrorsOf(kind string, others ...string) {
	in.t.Helper()
	in.log.mu.Lock()
	defer in.log.mu.Unlock()
	kept, seen := "", false
	for line := range strings.Lines(in.log.text.String()) {
		expected := false
		for i, kind := range append([]string{kind}, others...) {
			if strings.Contains(line, `"msg":"`+kind+`"`) {
				expected, seen = true, seen || i == 0
			}
		}
		if !expected || strings.Contains(line, pgtest.Password) {
			kept += line
		}
	}
	if !seen {
		in.t.Errorf("the log does not say %q", kind)
	}
	in.log.text.Reset()
	in.log.text.WriteString(kept)
}
