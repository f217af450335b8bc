package main

import (
	"context"
	"net/http"
	"testing"

	"ccgateway/internal/config"
)

// What users of other systems suffer from in queues, supervision and figures (FIELD-LESSONS.md), by its number there. field_test.go has those
// that concern offers and calls. Elsewhere:
//
//	5   internal/center's TestField5_Crowd
//	6   internal/host's TestField6_TwoOwners; internal/journal's TestAFormerOwnerCannotWrite, on both engines
//	8   TestOrder; internal/center's simulation (servedInOrder)
//	9   TestOfferFails; TestField13_NoQueueStandsStill
//	12  TestField12_WrapUpIsTheAgents
//	14  TestField14_StatusQueries, TestField14_StatusQueriesAtStart
//	16  internal/center/testdata/wrapup_ten.txt
//	19  recordsFit at the end of every test; TestSimQueries and the simulation of internal/report compare figures with records
//	25  TestField25_DeadDesktop; figures after a restart: TestField25_FiguresSurvive

// TestField25_FiguresSurvive: the counters of an agent's day are the same after a restart, and go on.
func TestField25_FiguresSurvive(t *testing.T) {
	t.Parallel()
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) { cfg.Listen.HTTP = freeAddress(t, "tcp") })
	p, _, ann := in.untilStopped(cfg)
	day := func() (counters struct {
		Result struct{ BusyNums, RestNums, AnswerNums int }
	}) {
		t.Helper()
		must(t, ann.Do(in.ctx, http.MethodGet, "calldata/101/statistics", nil, &counters.Result))
		return counters
	}
	must(t, ann.SayBusy(in.ctx, 210, false))
	must(t, ann.CancelBusy(in.ctx))
	must(t, ann.Rest(in.ctx, 60, 1))
	before := day()
	if before.Result.BusyNums != 1 || before.Result.RestNums != 1 {
		t.Errorf("before the stop: %+v", before)
	}
	must(t, p.stop(context.Background()))
	in.start(cfg)
	if after := day(); after != before {
		t.Errorf("after the start %+v, before the stop %+v", after, before)
	}
	must(t, ann.CancelRest(in.ctx))
	must(t, ann.SayBusy(in.ctx, 210, false))
	if later := day(); later.Result.BusyNums != 2 || later.Result.RestNums != 1 {
		t.Errorf("later: %+v", later)
	}
	must(t, ann.SignOut(in.ctx))
}
