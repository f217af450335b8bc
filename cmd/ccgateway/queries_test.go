package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// asked is the value of a query that must succeed.
func asked[T any](d *desk, method, path, body string) T {
	d.in.t.Helper()
	r := d.in.ask(method, path, d.GUID(), body)
	var envelope struct {
		Code   string `json:"retcode"`
		Result T      `json:"result"`
	}
	if err := json.Unmarshal([]byte(r.body), &envelope); err != nil || envelope.Code != "0" {
		d.in.t.Fatalf("%s: %s (%v)", path, r.body, err)
	}
	return envelope.Result
}

type (
	agentShown struct{ WorkNo, Status string }
	loadShown  struct{ QueueSize, AvailAgents, LoggedOnAgents int }
	callShown  struct{ CallID, Caller string }
)

// listing is who is in a list of agents, with his state: "101:4 102:7".
func (d *desk) listing(path string) string {
	d.in.t.Helper()
	var all []string
	for _, a := range asked[[]agentShown](d, http.MethodGet, path, "") {
		if a.Status != "2" { // who is signed out is of no interest here
			all = append(all, a.WorkNo+":"+a.Status)
		}
	}
	return strings.Join(all, " ")
}

// queueNow is what there is to ask of a queue: "2 wait 13901 13902, 0 of 3 free".
func (d *desk) queueNow(skill int) string {
	d.in.t.Helper()
	var callers []string
	for _, c := range asked[[]callShown](d, http.MethodGet, fmt.Sprintf("calldata/%s/waitcallinfo/%d", d.number(), skill), "") {
		callers = append(callers, c.Caller)
	}
	load := asked[[]loadShown](d, http.MethodPost, "queuedevice/"+d.number()+"/queryacdstat", fmt.Sprintf(`{"skills":["%d"]}`, skill))[0]
	count := asked[int](d, http.MethodGet, fmt.Sprintf("queuedevice/%s/skillwaitnum/%d", d.number(), skill), "")
	if count != load.QueueSize || count != len(callers) {
		d.in.t.Errorf("queue %d: %d wait, by its load %d, and the list has %v", skill, count, load.QueueSize, callers)
	}
	return strings.Join(append([]string{fmt.Sprint(count, " wait")}, callers...), " ") + fmt.Sprintf(", %d of %d free", load.AvailAgents, load.LoggedOnAgents)
}

func (d *desk) number() string { return fmt.Sprint(d.Number()) }

// callsOf are how many calls an agent has and how many of them he holds, as he and an inspector are told: "2, 1 held".
func callsOf(d, inspector *desk) string {
	d.in.t.Helper()
	own := asked[int](d, http.MethodGet, "calldata/"+d.number()+"/callnums", "")
	ids := asked[[]string](inspector, http.MethodGet, "calldata/"+inspector.number()+"/allcallinfoEx/"+d.number(), "")
	if len(ids) != own {
		d.in.t.Errorf("agent %s has %d calls, an inspector is told %v", d.number(), own, ids)
	}
	held := 0
	for path, asker := range map[string]*desk{"calldata/" + d.number() + "/holdlist": d, "calldata/" + inspector.number() + "/holdlistex/" + d.number(): inspector} {
		r := d.in.ask(http.MethodGet, path, asker.GUID(), "")
		if r.code() == "400-003" {
			continue
		}
		held = len(asked[[]callShown](asker, http.MethodGet, path, ""))
	}
	return fmt.Sprintf("%d, %d held", own, held)
}

// situation is the answer to every query that has a figure.
type situation struct{ agents, idle, support, sales, ann, ben, cid string }

// office is three agents, who ask for themselves, and an inspector who asks about them.
type office struct{ ann, ben, cid, ivy *desk }

// is compares the answers with what is known.
func (o office) is(step string, want situation) {
	in := o.ivy.in
	in.t.Helper()
	got := situation{
		agents: o.ivy.listing("agentgroup/901/allagentstatus"), idle: o.ivy.listing("agentgroup/901/idleagent"),
		support: o.ivy.queueNow(1), sales: o.ivy.queueNow(2), ann: callsOf(o.ann, o.ivy), ben: callsOf(o.ben, o.ivy), cid: callsOf(o.cid, o.ivy),
	}
	if got != want {
		in.t.Errorf("%s:\n got %+v\nwant %+v", step, got, want)
	}
	for _, path := range []string{"agentgroup/901/onlineagentonvdn", "qualitycontrol/901/allagent"} {
		if list := o.ivy.listing(path); list != want.agents {
			in.t.Errorf("%s: %s lists %s", step, path, list)
		}
	}
}

// TestQueries_KnownSituation: three agents and four callers, and every query has the exact figures after each step.
func TestQueries_KnownSituation(t *testing.T) {
	t.Parallel()
	in := install(t)
	o := office{ann: in.agent(101), ben: in.agent(102, notServing), cid: in.agent(103, notServing), ivy: in.agent(901)}
	want := situation{
		agents: "101:4 102:3 103:3 901:4", idle: "101:4 901:4", support: "0 wait, 1 of 3 free", sales: "0 wait, 0 of 1 free",
		ann: "0, 0 held", ben: "0, 0 held", cid: "0, 0 held",
	}
	o.is("before the first call", want)

	amy := in.customer("13900", amyTone).calls("1000")
	phone := answerByHand(in, o.ann, amy, fromAmy)
	converse(phone, amy)
	want.agents, want.idle, want.support, want.ann = "101:7 102:3 103:3 901:4", "901:4", "0 wait, 0 of 3 free", "1, 0 held"
	o.is("Ann talks", want)

	var waiting []*talk
	for i, number := range []string{"1000", "1000", "1001"} {
		caller := in.customer(fmt.Sprint(13901+i), bobTone).calls(number)
		in.waiting(1, map[string]center.SkillID{"1000": 1, "1001": 2}[number], []int{1, 2, 1}[i])
		waiting = append(waiting, caller)
	}
	want.support, want.sales = "2 wait 13901 13902, 0 of 3 free", "1 wait 13903, 0 of 1 free"
	o.is("three wait", want)

	o.ann.ok(o.ann.Hold)
	o.ann.expect(fromAmy.hold())
	want.ann = "1, 1 held"
	o.is("Ann holds", want)

	o.ben.ok(o.ben.CancelBusy)
	o.ben.expect(freed)
	second := party{"$second", "13901", "1000"}
	benPhone := answerByHand(in, o.ben, waiting[0], second)
	converse(benPhone, waiting[0])
	want.agents, want.support, want.ben = "101:7 102:7 103:3 901:4", "1 wait 13902, 0 of 3 free", "1, 0 held"
	o.is("Ben talks", want)

	waiting[1].hangUp()
	in.waiting(1, 1, 0)
	want.support = "0 wait, 0 of 3 free"
	o.is("one has given up", want)

	o.ann.ok(func(ctx context.Context) error { return o.ann.GetHold(ctx, "") })
	o.ann.expect(fromAmy.talking("0"))
	o.ann.ok(o.ann.Release)
	o.ann.expect(fromAmy.releasedByAgent(ready)...)
	want.agents, want.idle, want.support, want.ann = "101:4 102:7 103:3 901:4", "101:4 901:4", "0 wait, 1 of 3 free", "0, 0 held"
	o.is("Ann is idle again", want)
	day := asked[map[string]int](o.ann, http.MethodGet, "calldata/101/statistics", "")
	for name, n := range map[string]int{"answernums": 1, "keepnums": 1, "agentrelease": 1, "noanswernums": 0, "calloutnums": 0, "transfernums": 0} {
		if day[name] != n {
			t.Errorf("Ann's day: %s is %d, not %d", name, day[name], n)
		}
	}
	for name, n := range asked[map[string]int](o.ann, http.MethodGet, "calldata/101/statisticsEx", "") {
		if day[name] != n {
			t.Errorf("Ann's day in short: %s is %d, not %d", name, n, day[name])
		}
	}
	reasons := asked[[]map[string]any](o.ann, http.MethodGet, "agentgroup/101/restreason", "")
	if len(reasons) != 1 || reasons[0]["restReasonId"] != 1.0 || reasons[0]["restReason"] != "lunch" {
		t.Errorf("reasons for rests: %v", reasons)
	}
}

// TestQueries_Bound: by default an agent is answered five queries in 2 s. What is refused is counted, and soon she is answered again.
func TestQueries_Bound(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Bounds.QueriesPerAgent = 5 })
	ann, ben := in.agent(101), in.agent(102)
	const many = 40
	answered, refused := 0, uint64(0)
	began := time.Now()
	for range many {
		switch code := in.ask(http.MethodGet, "queuedevice/101/waitnum", ann.GUID(), "").code(); code {
		case "0":
			answered++
		case "000-007":
			refused++
		default:
			t.Fatalf("code %s", code)
		}
	}
	spans := int(time.Since(began)/(2*time.Second)) + 1
	if answered > 5*spans || answered < 5 || refused == 0 && spans == 1 {
		t.Errorf("%d of %d were answered within %d times 2 s", answered, many, spans)
	}
	if n := in.doors.Refused().AgentQueries; n != refused {
		t.Errorf("%d were refused, %d are counted", refused, n)
	}
	if code := in.ask(http.MethodGet, "queuedevice/102/waitnum", ben.GUID(), "").code(); code != "0" {
		t.Errorf("a colleague gets %s", code)
	}
	in.await("she is answered again", func() (bool, string) {
		code := in.ask(http.MethodGet, "queuedevice/101/waitnum", ann.GUID(), "").code()
		return code == "0", code
	})
}
