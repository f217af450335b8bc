package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// statusRate is how often supervisors ask, a second, as far as the machine gives it (FIELD-LESSONS 14). Answers are judged, not speed.
const statusRate = 1000

// statusQueries are what agent 901 asks, with what a true answer has: agents 101 and 901 are signed in all the time, and agent 101 serves the
// queue.
var statusQueries = []struct{ path, has string }{
	{"agentgroup/901/allagentstatus", `"workno":"101"`},
	{"agentgroup/901/agentbyskill/1", `"workno":"101"`},
	{"agentgroup/901/agentbyworkno/101", `"workno":"101"`},
	{"onlineagent/901/agentstatus", `"agentState"`},
	{"calldata/901/waitcallinfo/1", `"retcode":"0"`},
	{"queuedevice/901/skillwaitnum/1", `"retcode":"0"`},
}

// askers ask a program for its status without a pause.
type askers struct {
	t       testing.TB
	address string
	guid    string
	http    *http.Client
	stop    context.CancelFunc
	running sync.WaitGroup
	asked   time.Time
	true    [6]atomic.Int64 // answers, by question
	closed  atomic.Int64    // questions that found nobody there
	absent  bool            // that is no fault: the program may be starting
}

// asks begins to ask with the GUID of agent 901. Each of several desktops asks at its pace; one that gets no answer in time asks less often.
func asks(t testing.TB, address, guid string, absent bool) *askers {
	t.Helper()
	const desktops = 10
	ctx, stop := context.WithCancel(context.Background())
	transport := &http.Transport{MaxIdleConnsPerHost: desktops}
	a := &askers{t: t, address: address, guid: guid, http: &http.Client{Transport: transport}, stop: stop, asked: time.Now(), absent: absent}
	for d := range desktops {
		a.running.Go(func() {
			tick := time.NewTicker(desktops * time.Second / statusRate)
			defer tick.Stop()
			for n := d; ctx.Err() == nil; n++ {
				select {
				case <-tick.C:
				case <-ctx.Done():
					return
				}
				if !a.ask(n % len(statusQueries)) {
					return
				}
			}
		})
	}
	t.Cleanup(func() {
		a.ends()
		transport.CloseIdleConnections()
	})
	return a
}

func (a *askers) ends() {
	a.stop()
	a.running.Wait()
}

// ask puts one question; false: its answer is wrong.
func (a *askers) ask(question int) bool {
	q := statusQueries[question]
	ctx, cancel := context.WithTimeout(context.Background(), testTime/2)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.address+"/agentgateway/resource/"+q.path, nil)
	if err != nil {
		a.t.Error(err)
		return false
	}
	request.Header.Set("Guid", a.guid)
	response, err := a.http.Do(request)
	if err != nil {
		if a.closed.Add(1); !a.absent {
			a.t.Errorf("%s: %v", q.path, err)
		}
		return a.absent
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if body := string(text); err != nil || response.StatusCode != http.StatusOK || !strings.Contains(body, `"retcode":"0"`) || !strings.Contains(body, q.has) {
		a.t.Errorf("%s: %v, %d, %s", q.path, err, response.StatusCode, body)
		return false
	}
	a.true[question].Add(1)
	return true
}

// answered checks that each question was answered, and says how often.
func (a *askers) answered(least int64) {
	a.t.Helper()
	var sum int64
	for i := range a.true {
		n := a.true[i].Load()
		sum += n
		if n < least {
			a.t.Errorf("%s was answered only %d times", statusQueries[i].path, n)
		}
	}
	spent := time.Since(a.asked)
	a.t.Logf("%d answers in %s, %.0f a second; %d questions found nobody", sum, spent.Round(time.Millisecond), float64(sum)/spent.Seconds(), a.closed.Load())
}

// TestField14_StatusQueries: supervisors ask 1,000 times a second while calls come and go. Every answer is whole and true, and no call suffers:
// each is offered, heard and ended with exactly its events.
func TestField14_StatusQueries(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) { cfg.Bounds.RequestsPerAgent = 0 })
	ann, ivy := in.agent(101), in.agent(901)
	a := asks(t, in.address("http"), ivy.GUID(), false)
	for range 3 {
		customer := in.customer("13900", amyTone).calls("1000")
		phone := answerByHand(in, ann, customer, fromAmy)
		converse(phone, customer)
		ann.ok(ann.Release)
		ann.expect(fromAmy.releasedByAgent(ready)...)
		clear(in.vars)
	}
	a.ends()
	a.answered(10)
	ann.quiet()
}

// TestField14_StatusQueriesAtStart: they go on asking while the program starts with a long journal. Until it listens nobody is there; from its
// first answer on every answer is true: nobody is told that he is not signed in, and no list lacks who is. Then calls come as ever.
func TestField14_StatusQueriesAtStart(t *testing.T) {
	t.Parallel()
	const commands, atOnce = 10_000, 100
	in := prepare(t)
	cfg := testConfig(t, in.connectOutside, func(cfg *config.Config) {
		cfg.Listen.HTTP = freeAddress(t, "tcp")
		cfg.Bounds.RequestsPerAgent, cfg.Events.Silence = 0, 0
	})
	p, c, ann := in.untilStopped(cfg)
	must(t, ann.ServeAll(in.ctx))
	must(t, ann.SayBusy(in.ctx, 210, false))
	ivy, err := c.SignIn(in.ctx, client.SignIn{Agent: 901, Password: agentPassword, Phone: "40901"})
	must(t, err)
	fillJournal(t, p, commands, atOnce)
	must(t, p.store.Flush(in.ctx))
	dead := *cfg
	dead.Data = t.TempDir()
	must(t, os.CopyFS(dead.Data, os.DirFS(cfg.Data))) // what a death at this moment leaves
	must(t, p.stop(context.Background()))

	a := asks(t, cfg.Listen.HTTP, ivy.GUID(), true)
	in.await("they ask before it starts", func() (bool, string) {
		n := a.closed.Load()
		return n >= 100, fmt.Sprint(n, " questions")
	})
	began := time.Now()
	in.start(&dead)
	t.Logf("the start took %s", time.Since(began).Round(time.Millisecond))
	cid := in.agent(103)
	absent := a.closed.Load()
	customer := in.customer("13900", amyTone).calls("1000")
	phone := answerByHand(in, cid, customer, fromAmy)
	converse(phone, customer)
	cid.ok(cid.Release)
	cid.expect(fromAmy.releasedByAgent(ready)...)
	cid.quiet()
	a.ends()
	a.answered(10)
	if n := a.closed.Load(); n != absent {
		t.Errorf("%d questions found nobody while the program ran", n-absent)
	}
	if log := in.log.String(); !strings.Contains(log, `"msg":"center restored"`) || !longReplay(log, commands) {
		t.Error("the journal that was replayed was not long")
	}
	must(t, ann.CancelBusy(in.ctx)) // she is signed in as before
	must(t, ann.SignOut(in.ctx))
	must(t, ivy.SignOut(in.ctx))
}

// fillJournal lets agent 102 change his state so often.
func fillJournal(t *testing.T, p *program, commands, atOnce int) {
	t.Helper()
	by := center.By{Agent: 102, Token: center.Token{1}}
	do := func(cmd center.Command) {
		if reply, err := p.host.Do(t.Context(), 1, cmd); err != nil || reply.Err != nil {
			t.Errorf("%T: %v, %v", cmd, err, reply.Err)
		}
	}
	do(center.SignIn{Agent: by.Agent, Token: by.Token, Phone: "40102", AutoEnterIdle: true, AgentType: 4, Status: 4})
	var wg sync.WaitGroup
	for worker := range atOnce {
		wg.Go(func() {
			for i := worker; i < commands; i += atOnce {
				do(center.SayBusy{By: by, Reason: 200 + i%10, Prolong: true})
			}
		})
	}
	wg.Wait()
}

// longReplay looks in the log for the replay of so many commands.
func longReplay(log string, commands int) bool {
	for line := range strings.SplitSeq(log, "\n") {
		_, count, found := strings.Cut(line, `"replayed":`)
		var n int
		if found {
			if _, err := fmt.Sscanf(count, "%d", &n); err == nil && n >= commands {
				return true
			}
		}
	}
	return false
}
