package main

import (
	"context"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// TestJournalLost_EndsTheProgram: once the journal cannot be written, nothing is answered any more and the program ends, so that its supervisor starts it
// again. What was answered before is there then.
func TestJournalLost_EndsTheProgram(t *testing.T) {
	t.Parallel()
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) { cfg.Listen.HTTP = freeAddress(t, "tcp") })
	p, _, ann := in.untilStopped(cfg)
	must(t, ann.SayBusy(in.ctx, 210, false))
	must(t, p.journal.Close()) // its disk is gone
	if err := ann.CancelBusy(in.ctx); client.CodeOf(err) == "" {
		t.Errorf("a command that is in no journal: %v", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- p.failed() }()
	var why error
	in.await("the program ends", func() (bool, string) {
		select {
		case why = <-failed:
			return true, ""
		default:
			return false, "it goes on"
		}
	})
	if why == nil || !strings.Contains(why.Error(), "the journal is lost: VCC 1: commands cannot be journaled") {
		t.Errorf("the program ends because of %v", why)
	}
	_ = p.stop(context.Background()) // the journal that cannot be written cannot have a snapshot

	in.log = newLogbook() // that of the first life has errors
	in.start(cfg)
	if status, err := ann.Status(in.ctx); err != nil || int(status.State) != client.StateBusy {
		t.Errorf("after the start the agent is %+v, %v", status, err)
	}
	must(t, ann.SignOut(in.ctx))
}
