package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"ccgateway/internal/report"
	"ccgateway/internal/wallboard"
)

// TestWallboard: what a wallboard is told while calls come and go is what there is, and its figures are those of the report and of the records,
// to the millisecond, also of a program that has been started again (FIELD-LESSONS: figures that agree; figures zero after a restart, 25).
func TestWallboard(t *testing.T) {
	t.Parallel()
	in := install(t)
	board := in.watches(in.address("admin"))
	board.until("the queue is empty", func() bool { return number(board.Queues["1"]["waiting"]) == 0 })
	answeredAndAbandoned(in, func() *desk { return in.agent(101, toWrapUp) }, func(step string) { board.step(step) })
	must(t, in.store.Flush(in.ctx))
	board.agrees(in)
	if got := board.figure(board.Queues["1"]["interval"], "offered"); got != 2 {
		t.Errorf("%v offered in the present interval, want 2", got)
	}
	before := board.Queues["1"]["today"]
	in.halt()
	again, err := start(in.ctx, in.cfg, in.log.logger())
	must(t, err)
	defer func() { must(t, again.stop(context.Background())) }()
	board = in.watches(again.address("admin"))
	board.until("there is something to show", func() bool { return board.Queues["1"] != nil })
	if after := board.Queues["1"]["today"]; string(after) != string(before) {
		t.Errorf("the figures of the day after a restart:\n%s\nbefore:\n%s", after, before)
	}
}

// watching is a wallboard of a test.
type watching struct {
	wallboard.View
	in    *installation
	came  chan wallboard.Message
	means map[report.Kind][]report.Column
}

// watches opens the stream of VCC 1 at an admin address. It ends with the test.
func (in *installation) watches(address string) *watching {
	in.t.Helper()
	w := &watching{in: in, came: make(chan wallboard.Message)}
	reply := in.administers(in.ctx, address, "figures")
	must(in.t, json.NewDecoder(reply.Body).Decode(&w.means))
	must(in.t, reply.Body.Close())
	ctx, cancel := context.WithCancel(in.ctx)
	reply = in.administers(ctx, address, "wallboard?vcc=1")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer reply.Body.Close()
		_ = wallboard.ReadStream(reply.Body, func(name, id string, data []byte) error { // its end is the test's or the program's
			if id == "" {
				return nil
			}
			select {
			case w.came <- wallboard.Message{Snapshot: name == "snapshot", ID: id, Data: append([]byte(nil), data...)}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	in.t.Cleanup(func() { cancel(); <-ended })
	return w
}

// administers asks the admin port.
func (in *installation) administers(ctx context.Context, address, path string) *http.Response {
	in.t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/admin/"+path, nil)
	must(in.t, err)
	request.Header.Set("Authorization", "Bearer "+in.token)
	reply, err := in.http.Do(request)
	must(in.t, err)
	if reply.StatusCode != http.StatusOK {
		text, err := io.ReadAll(reply.Body)
		in.t.Fatalf("%s: %s %s", path, reply.Status, errors.Join(errors.New(string(text)), err, reply.Body.Close()))
	}
	return reply
}

// until reads changes until something is so.
func (w *watching) until(what string, so func() bool) {
	w.in.t.Helper()
	ctx, cancel := w.in.within()
	defer cancel()
	for w.Queues == nil || !so() {
		select {
		case m := <-w.came:
			must(w.in.t, w.Take(m))
		case <-ctx.Done():
			w.in.t.Fatalf("%s: the board still shows queue %s, agent %s, %d calls, %s", what, w.Queues["1"], w.Agents["101"], len(w.Calls), w.VCC["today"])
		}
	}
}

// step waits until the board shows a step of answeredAndAbandoned.
func (w *watching) step(step string) {
	w.in.t.Helper()
	open := func() int { return number(w.Queues["1"]["waiting"]) + number(w.Queues["1"]["offered"]) }
	state := func() string { return string(w.Agents["101"]["state"]) }
	w.until(step, map[string]func() bool{
		"waits": func() bool { return open() == 1 && w.Queues["1"]["oldest"] != nil && len(w.Calls) == 1 },
		"signed in": func() bool {
			return state() == `"idle"` && open() == 0 && w.figure(w.Queues["1"]["today"], "abandoned") == 1
		},
		"talks": func() bool {
			var call *wallboard.AgentCall
			must(w.in.t, json.Unmarshal(w.Agents["101"]["call"], &call))
			return state() == `"talking"` && call != nil && call.Type == "inbound" && call.Skill == 1 && !call.Talking.IsZero() && open() == 0 &&
				w.figure(w.Queues["1"]["today"], "answered") == 1
		},
		"wraps up": func() bool {
			return state() == `"wrap-up"` && len(w.Calls) == 0 && w.figure(w.VCC["today"], "calls_answered") == 1
		},
		"over": func() bool { return state() == `"idle"` && w.figure(w.Agents["101"]["today"], "wrap_up") > 0 },
	}[step])
}

// agrees compares all figures of the day with what the report commands write.
func (w *watching) agrees(in *installation) {
	in.t.Helper()
	for kind, row := range map[report.Kind]wallboard.Row{report.BySkill: w.Queues["1"], report.ByAgent: w.Agents["101"], report.ByVCC: w.VCC} {
		written := figures(in.t, in.facts("report", string(kind)))
		shown := map[string]any{}
		must(in.t, json.Unmarshal(row["today"], &shown))
		if len(w.means[kind]) == 0 || len(shown) != len(w.means[kind]) {
			in.t.Errorf("by %s: %d figures are shown, %d explained", kind, len(shown), len(w.means[kind]))
		}
		for _, c := range w.means[kind] {
			if got := asWritten(c.Unit, shown[c.Name]); c.Formula == "" || got != written[c.Name] {
				in.t.Errorf("by %s: %s is %s on the board and %s in the report", kind, c.Name, got, written[c.Name])
			}
		}
	}
}

// asWritten is a figure as reports write it in CSV.
func asWritten(unit report.Unit, value any) string {
	n, ok := value.(float64)
	switch {
	case !ok:
		return ""
	case unit == report.UnitDuration:
		return fmt.Sprintf("%.3f", (time.Duration(n) * time.Millisecond).Seconds())
	case unit == report.UnitShare:
		return strconv.FormatFloat(n, 'f', 4, 64)
	default:
		return fmt.Sprint(int(n))
	}
}

// figure reads one figure of a row's; 0 = there is none.
func (w *watching) figure(of json.RawMessage, name string) float64 {
	all := map[string]any{}
	if of != nil {
		must(w.in.t, json.Unmarshal(of, &all))
	}
	n, _ := all[name].(float64)
	return n
}

// number reads a whole number; -1 = there is none.
func number(text json.RawMessage) int {
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return -1
	}
	return n
}
