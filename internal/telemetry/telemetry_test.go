package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/gateway"
	"ccgateway/internal/host"
	"ccgateway/internal/lockout"
	"ccgateway/internal/push"
	"ccgateway/internal/result"
	"ccgateway/internal/store"
	"ccgateway/internal/voice"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wallboard"
)

// centers gives every VCC the same census.
type centers struct {
	vccs   []center.VCCID
	census center.Census
	broken error
}

func (c centers) Do(_ context.Context, vcc center.VCCID, cmd center.Command) (center.Reply, error) {
	if _, counts := cmd.(center.Count); !counts {
		return center.Reply{}, fmt.Errorf("%T is not a count", cmd)
	}
	if vcc == 13 {
		return center.Reply{}, errors.New("stopped")
	}
	return center.Reply{Value: c.census}, nil
}
func (c centers) VCCs() []center.VCCID { return c.vccs }
func (c centers) Healthy() error       { return c.broken }

var sampleCensus = center.Census{
	Agents: 5, SignedIn: 3, States: map[center.State]int{center.StateIdle: 2, center.StateTalking: 1},
	Calls:  map[center.CallState]int{center.CallTalking: 1, center.CallWaiting: 2},
	Queues: []center.QueueView{{Skill: 1, Name: "support", Waiting: 2, Longest: 1500 * time.Millisecond, SignedIn: 3, Idle: 2}},
}

// program is a Metrics with all rooms and something told of each kind.
func program(t *testing.T, c centers) *Metrics {
	t.Helper()
	m := New("v1")
	m.Watch(Sources{
		Centers: c, Ready: func() error { return nil },
		Events: func() delivery.Stats {
			return delivery.Stats{Sessions: 4, Pushed: 1, Undelivered: 7, Longest: 5, Waiting: 2}
		},
		Push: func() push.Stats { return push.Stats{Pushed: 3, Failures: 2, Expired: 1} },
		SIP: func() (voice.Stats, voice.SIPCounts) {
			return voice.Stats{Legs: 2, Phones: 3}, voice.SIPCounts{
				RequestsIn: map[string]uint64{"INVITE": 4}, RequestsOut: map[string]uint64{"BYE": 1}, ResponsesIn: map[string]uint64{"2xx": 1},
				ResponsesOut: map[string]uint64{"4xx": 9}, Credentials: map[string]uint64{"wrong": 6},
			}
		},
		Trunks: func() []voice.TrunkState {
			return []voice.TrunkState{{Name: "provider", Registers: true, Registered: true, In: 2, Out: 26, Refused: map[string]uint64{"out calls": 27}, Downs: 28, Failed: 29}}
		},
		Media: func() (media.EngineStats, media.Stats) {
			return media.EngineStats{Legs: 2, Encrypted: 1, LongestTick: 3 * time.Millisecond}, media.Stats{Received: 100, Sent: 99, Lost: -2, Strangers: 1, Forged: 5}
		},
		Store: func() store.Stats { return store.Stats{Queued: 1, Written: 2, Lost: 3, Failing: true} },
		Journal: func() host.JournalStats {
			return host.JournalStats{Groups: 1, Commands: 5, Spent: 2 * time.Second, Within: make([]uint64, len(host.SyncBounds))}
		},
		Guard: func() lockout.Stats {
			return lockout.Stats{Wrong: 11, RefusedPair: 12, RefusedAccount: 13, RefusedAddress: 14, LockedPair: 15, SlowedAccount: 16,
				SlowedAddress: 17, Remembered: 18}
		},
		Doors: func() map[string]gateway.Connections {
			return map[string]gateway.Connections{"https": {New: 21, Idle: 22, Busy: 23, Bound: 24, RefusedAddress: 25, RefusedFull: 26, DisplacedNew: 27, DisplacedIdle: 28, Failed: 29}}
		},
		Limits: func() gateway.Refusals {
			return gateway.Refusals{Agent: 19, Address: 20, AgentQueries: 21, AllQueries: 22}
		},
		Boards: func() wallboard.Stats { return wallboard.Stats{Watchers: 23, Messages: 24, Slow: 25} },
	})
	m.Request("onlineagent", result.WrongPassword, 3*time.Millisecond)
	m.Request("getAgentEvent", result.OK, 9*time.Second)
	m.Command(center.Touch{}, time.Millisecond)
	m.Command(center.LegRinging{}, -1)
	m.Delivered(&delivery.Event{At: time.Now()})
	began := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	m.Carry(1, []center.Effect{
		center.SessionBegan{}, center.SessionEnded{Reason: center.ReasonInspector}, center.Event{}, center.RecordingBegan{},
		center.OutsideRefused{Agent: 101, Number: "0900123", Why: center.BarNumber}, center.OutsideRefused{Why: center.BarAgentRate}, center.OutsideRefused{Why: center.BarAgentRate},
		center.CallRecord{Skill: 1, Began: began, Answered: began.Add(12 * time.Second), Ended: began.Add(72 * time.Second),
			Waited: 12 * time.Second, Requeued: 2, Reason: center.LeaveUser},
		center.CallRecord{Skill: 1, Began: began, Ended: began.Add(time.Minute), Reason: center.LeaveQueueCancelled},
	})
	return m
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("scrape: %d, %v: %s", w.Code, err, body)
	}
	return string(body)
}

// TestScrape_TableAndServedAgree: what is served is exactly what the table has, each with its type and its help.
func TestScrape_TableAndServedAgree(t *testing.T) {
	text := scrape(t, program(t, centers{vccs: []center.VCCID{1}, census: sampleCensus}))
	served := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if words := strings.Fields(line); len(words) == 4 && words[1] == "TYPE" && !strings.HasPrefix(words[2], "go_") && !strings.HasPrefix(words[2], "process_") {
			served[words[2]] = words[3]
		}
	}
	for _, d := range definitions {
		if served[d.name] != string(d.kind) {
			t.Errorf("%s is served as %q; the table says %s", d.name, served[d.name], d.kind)
		}
		if d.kind == counter && !strings.HasSuffix(d.name, "_total") || d.help == "" || !strings.HasSuffix(d.help, ".") {
			t.Errorf("%s: a counter ends in _total, and every metric has a sentence of help: %q", d.name, d.help)
		}
		delete(served, d.name)
	}
	if len(served) > 0 {
		t.Errorf("served and not in the table: %v", served)
	}
	if !strings.Contains(text, "\ngo_goroutines ") {
		t.Error("the metrics of the Go runtime are missing")
	}
}

func TestScrape_Values(t *testing.T) {
	text := scrape(t, program(t, centers{vccs: []center.VCCID{1, 13}, census: sampleCensus, broken: errors.New("VCC 13: stopped")}))
	for _, want := range []string{
		`ccgateway_connections{port="https",state="new"} 21`, `ccgateway_connections{port="https",state="idle"} 22`, `ccgateway_connections{port="https",state="busy"} 23`,
		`ccgateway_connections_bound{port="https"} 24`, `ccgateway_connections_refused_total{port="https",reason="address"} 25`,
		`ccgateway_connections_refused_total{port="https",reason="full"} 26`, `ccgateway_connections_refused_total{port="https",reason="new"} 27`,
		`ccgateway_connections_refused_total{port="https",reason="idle"} 28`, `ccgateway_connections_refused_total{port="https",reason="system"} 29`,
		`ccgateway_outside_refused_total{reason="number",vcc="1"} 1`, `ccgateway_outside_refused_total{reason="agent_rate",vcc="1"} 2`,
		`ccgateway_healthy 0`, `ccgateway_ready 1`, `ccgateway_build_info{goversion="`,
		`ccgateway_agents{state="idle",vcc="1"} 2`, `ccgateway_agents{state="signed_out",vcc="1"} 2`, `ccgateway_agents{state="rest",vcc="1"} 0`,
		`ccgateway_calls{state="waiting",vcc="1"} 2`,
		`ccgateway_queue_waiting{queue="1",vcc="1"} 2`, `ccgateway_queue_longest_wait_seconds{queue="1",vcc="1"} 1.5`,
		`ccgateway_queue_info{name="support",queue="1",vcc="1"} 1`, `ccgateway_queue_agents_idle{queue="1",vcc="1"} 2`,
		`ccgateway_queue_calls_total{end="answered",queue="1",vcc="1"} 1`, `ccgateway_queue_calls_total{end="abandoned",queue="1",vcc="1"} 1`,
		`ccgateway_queue_answer_wait_seconds_bucket{queue="1",vcc="1",le="10"} 0`,
		`ccgateway_queue_answer_wait_seconds_bucket{queue="1",vcc="1",le="20"} 1`, `ccgateway_queue_requeued_total{queue="1",vcc="1"} 2`,
		`ccgateway_calls_total{direction="inbound",outcome="success",reason="user_hung_up",vcc="1"} 1`,
		`ccgateway_calls_total{direction="inbound",outcome="client",reason="abandoned",vcc="1"} 1`,
		`ccgateway_talk_seconds_bucket{direction="inbound",le="60"} 1`,
		`ccgateway_sign_outs_total{reason="inspector"} 1`, `ccgateway_events_undelivered 7`, `ccgateway_event_sessions{way="pushed"} 1`,
		`ccgateway_requests_total{code="100-004",interface="onlineagent"} 1`, `ccgateway_poll_seconds_count 1`,
		`ccgateway_request_seconds_count{interface="onlineagent"} 1`, `ccgateway_commands_total{type="LegRinging"} 1`,
		`ccgateway_command_seconds_count{type="Touch"} 1`, `ccgateway_event_delivery_seconds_count 1`,
		`ccgateway_sip_requests_total{direction="in",method="INVITE"} 4`, `ccgateway_sip_responses_total{class="4xx",direction="out"} 9`,
		`ccgateway_sip_trunk_up{trunk="provider"} 0`, `ccgateway_sip_trunk_registered{trunk="provider"} 1`,
		`ccgateway_sip_trunk_calls{direction="out",trunk="provider"} 26`, `ccgateway_sip_trunk_downs_total{trunk="provider"} 28`,
		`ccgateway_sip_trunk_refused_total{direction="out",limit="calls",trunk="provider"} 27`, `ccgateway_sip_trunk_register_failures_total{trunk="provider"} 29`,
		`ccgateway_sip_credentials_total{verdict="wrong"} 6`, `ccgateway_rtp_packets_total{direction="in"} 100`, `ccgateway_rtp_lost_total 0`,
		`ccgateway_rtp_refused_total{why="strangers"} 1`, `ccgateway_rtp_refused_total{why="forged"} 5`, `ccgateway_rtp_encrypted_legs 1`, `ccgateway_media_longest_tick_seconds 0.003`, `ccgateway_store_failing 1`,
		`ccgateway_journal_seconds_total 2`, `ccgateway_journal_sync_seconds_bucket{le="0.005"} 0`, `ccgateway_journal_sync_seconds_count 1`, `ccgateway_push_expired_total 1`, `ccgateway_recordings_total 1`,
		`ccgateway_passwords_wrong_total 11`, `ccgateway_lockout_refused_total{reason="pair"} 12`,
		`ccgateway_lockout_refused_total{reason="account"} 13`, `ccgateway_lockout_refused_total{reason="address"} 14`,
		`ccgateway_lockouts_total{what="pair"} 15`, `ccgateway_lockouts_total{what="account"} 16`, `ccgateway_lockouts_total{what="address"} 17`,
		`ccgateway_lockout_remembered 18`, `ccgateway_rate_limited_total{reason="agent"} 19`, `ccgateway_rate_limited_total{reason="address"} 20`,
		`ccgateway_rate_limited_total{reason="agent_queries"} 21`, `ccgateway_rate_limited_total{reason="all_queries"} 22`,
		`ccgateway_wallboard_watchers 23`, `ccgateway_wallboard_changes_total 24`, `ccgateway_wallboard_slow_total 25`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, `vcc="13"`) {
		t.Error("a VCC that does not answer is shown")
	}
	for _, absent := range []string{`ccgateway_request_seconds_count{interface="getAgentEvent"}`, `ccgateway_command_seconds_count{type="LegRinging"}`} {
		if strings.Contains(text, absent) {
			t.Errorf("there should be no %s", absent)
		}
	}
}

// TestScrape_Zeros: what alerts watch for its first count is there before it counts anything.
func TestScrape_Zeros(t *testing.T) {
	m := New("v1")
	m.Watch(Sources{Centers: centers{vccs: []center.VCCID{1}, census: sampleCensus}})
	scrape(t, m) // finds the VCC
	text := scrape(t, m)
	for _, want := range []string{
		`ccgateway_outside_refused_total{reason="number",vcc="1"} 0`, `ccgateway_outside_refused_total{reason="agent_calls",vcc="1"} 0`,
		`ccgateway_calls_total{direction="inbound",outcome="ours",reason="internal_error",vcc="1"} 0`,
		`ccgateway_calls_total{direction="outbound",outcome="ours",reason="no_resource",vcc="1"} 0`,
		`ccgateway_sign_outs_total{reason="lost_connection"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

// TestLabelsAreBounded: an installation with more queues than the bound has its rest summed up, also in counters.
func TestLabelsAreBounded(t *testing.T) {
	big := center.Census{}
	for i := range mostQueues + 500 {
		big.Queues = append(big.Queues, center.QueueView{Skill: center.SkillID(i + 1), Name: "q", Waiting: 1, Longest: time.Duration(i) * time.Second})
	}
	m := New("v1")
	m.Watch(Sources{Centers: centers{vccs: []center.VCCID{1}, census: big}})
	text := scrape(t, m)
	if n := strings.Count(text, "\nccgateway_queue_waiting{"); n > mostQueues+1 || n < mostQueues-1 {
		t.Errorf("%d series for %d queues", n, len(big.Queues))
	}
	if !strings.Contains(text, `ccgateway_queue_waiting{queue="other",vcc="other"} 501`) || !strings.Contains(text, `longest_wait_seconds{queue="other",vcc="other"} 2499`) {
		t.Error("the rest is not summed up")
	}
	m.Carry(2, []center.Effect{center.CallRecord{Skill: 9, Reason: center.LeaveTimeout}})
	if !strings.Contains(scrape(t, m), `ccgateway_queue_calls_total{end="timeout",queue="other",vcc="other"} 1`) {
		t.Error("a further queue's calls have labels of their own")
	}
}

// TestOutcomes: each reason for which a call ends has one outcome and a word of its own.
func TestOutcomes(t *testing.T) {
	words := map[string]bool{}
	for reason, e := range endings {
		if words[e.word] {
			t.Errorf("word %s stands for two reasons", e.word)
		}
		words[e.word] = true
		who, why := outcomeOf(center.CallRecord{Reason: reason})
		if who != e.who || why != e.word || !slices.Contains([]outcome{ours, client, upstream, unknown}, who) {
			t.Errorf("unanswered, reason %d: %s, %s", reason, who, why)
		}
	}
	talked := time.Now()
	for reason, want := range map[center.Leave]outcome{
		center.LeaveAgent: success, center.LeaveUser: success, center.LeaveInternalError: ours, center.LeaveUnreachable: upstream, 999: unknown,
	} {
		if who, _ := outcomeOf(center.CallRecord{Reason: reason, Answered: talked}); who != want {
			t.Errorf("talked, reason %d: %s; want %s", reason, who, want)
		}
	}
}
