package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/pgtest"
	"ccgateway/internal/store"
)

// TestPostgres_Serve: the whole program on PostgreSQL. A call is made and recorded; while the server is away the talk goes on and sign-ins are
// refused with a code; afterwards the records are there, as they are after a restart.
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
	ann.ok(ann.Release)
	ann.expect(fromAmy.releasedByAgent(ready)...)
	must(t, server.Start(t.Context()))
	in.await("the records are written", func() (bool, string) {
		calls, err := in.store.Calls(in.ctx, store.Filter{})
		return err == nil && len(calls) == 1, "not there"
	})
	in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (agent)", "agent 101 at 40101, answered: agent hung up",
		"customer 13900, answered: agent hung up")
	in.halt()
	in.withoutErrorsOf("could not check password", "the database fails; facts are kept and tried again")

	again, err := store.Open(in.ctx, t.TempDir(), in.log.logger(), store.Database(config.Secret(address)))
	must(t, err)
	defer func() { must(t, again.Close(context.WithoutCancel(in.ctx))) }()
	calls, err := again.Calls(in.ctx, store.Filter{})
	if err != nil || len(calls) != 1 || calls[0].Agent != 101 {
		t.Errorf("after a restart: %+v, %v", calls, err)
	}
}

// withoutErrorsOf checks that the log has errors of these kinds, and takes them out: the test has made them.
func (in *installation) withoutErrorsOf(kinds ...string) {
	in.t.Helper()
	in.log.mu.Lock()
	defer in.log.mu.Unlock()
	kept, seen := "", map[string]bool{}
	for line := range strings.Lines(in.log.text.String()) {
		expected := false
		for _, kind := range kinds {
			if strings.Contains(line, `"msg":"`+kind+`"`) {
				expected, seen[kind] = true, true
			}
		}
		if !expected || strings.Contains(line, pgtest.Password) {
			kept += line
		}
	}
	for _, kind := range kinds {
		if !seen[kind] {
			in.t.Errorf("the log does not say %q", kind)
		}
	}
	in.log.text.Reset()
	in.log.text.WriteString(kept)
}
