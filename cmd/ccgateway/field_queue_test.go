package main

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
)

// What users of other systems suffer from in queues, supervision and figures (FIELD-LESSONS.md), by its number there. field_test.go has those
// that concern offers and calls. Elsewhere:
//
//	8   TestOrder; internal/center's simulation (servedInOrder)
//	9   TestOfferFails; TestField13_NoQueueStandsStill
//	12  TestField12_WrapUpIsTheAgents
//	16  internal/center/testdata/wrapup.txt
//	19  recordsFit at the end of every test; TestSimQueries and the simulation of internal/report compare figures with records
//	25  TestField25_DeadDesktop; figures after a restart: TestField25_FiguresSurvive

// TestField14_StatusQueries: supervisors ask without a pause while calls come and go. Every answer is whole and true, and no call suffers.
func TestField14_StatusQueries(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Bounds.RequestsPerAgent = 0 })
	ann, ivy := in.agent(101), in.agent(901)
	ctx, stop := context.WithCancel(in.ctx)
	defer stop()
	var asking sync.WaitGroup
	var answers [4]int
	for i, path := range []string{"agentgroup/901/allagentstatus", "calldata/901/waitcallinfo/1", "agentgroup/901/agentbyskill/1", "queuedevice/901/skillwaitnum/1"} {
		asking.Go(func() {
			for ctx.Err() == nil {
				r, err := in.tryAsk(http.MethodGet, path, ivy.GUID(), "")
				if err != nil || r.code() != "0" {
					t.Errorf("%s: %v %s", path, err, r.body)
					return
				}
				answers[i]++
			}
		})
	}
	for range 3 {
		customer := in.customer("13900", amyTone).calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		converse(phone, customer)
		ann.ok(ann.Release)
		ann.expect(fromAmy.releasedByAgent(ready)...)
		clear(in.vars)
	}
	stop()
	asking.Wait()
	for i, n := range answers {
		if n < 10 {
			t.Errorf("question %d was answered only %d times", i, n)
		}
	}
	ann.quiet()
}

// TestField25_FiguresSurvive: the counters of an agent's day are the same after a restart, and go on.
func TestField25_FiguresSurvive(t *testing.T) {
	t.Parallel()
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) { cfg.Listen.HTTP = freeAddress(t, "tcp") })
	p, err := start(in.ctx, cfg, in.log.logger())
	must(t, err)
	c, err := client.New("http://" + p.address("http"))
	must(t, err)
	defer c.Close()
	ann, err := c.SignIn(in.ctx, client.SignIn{Agent: 101, Password: agentPassword, Phone: "40101"})
	must(t, err)
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
