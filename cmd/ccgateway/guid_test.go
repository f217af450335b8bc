package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
)

// emptyPoll is the answer of a poll when nothing has happened: these 28 bytes (client-rules.md 12).
const emptyPoll = `{"message":"","retcode":"0"}`

// guidForm is a UUID, a dot and the node's name.
var guidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.TestGateway$`)

// briefPoll makes an empty poll short.
func briefPoll(cfg *config.Config) { cfg.Events.PollWait = 50 * time.Millisecond }

// TestUpdateGUID is PUT onlineagent/{agentid}/updateGuid to the last detail, in both modes of authentication.
func TestUpdateGUID(t *testing.T) {
	t.Parallel()
	for _, mode := range []int{1, 2} {
		t.Run(fmt.Sprint("mode ", mode), func(t *testing.T) {
			t.Parallel()
			in := install(t, briefPoll, func(cfg *config.Config) {
				cfg.Auth.Mode, cfg.Auth.GUIDInterval, cfg.Auth.GUIDTimeout = mode, time.Minute, 2*time.Second
			})
			const path = "onlineagent/101/updateGuid"
			in.ask(http.MethodPut, path, "", "").exactly(t, `{"message":"agent 101 is not signed in","retcode":"100-006","result":""}`)
			in.ask(http.MethodPut, "onlineagent/100/updateGuid", "", "").refused(t, "000-002")
			in.ask(http.MethodPut, "onlineagent/999999/updateGuid", "", "").refused(t, "100-006")
			first := in.enter(101, "40101")
			if !guidForm.MatchString(first) {
				t.Errorf("GUID %q", first)
			}
			in.ask(http.MethodPut, path, "", "").refused(t, "000-003")
			in.ask(http.MethodPut, path, "wrong", "").refused(t, "000-003")
			in.ask(http.MethodPut, path, strings.ToUpper(first), "").refused(t, "000-003")
			in.ask(http.MethodPost, path, first, "").refused(t, "000-002")

			began := time.Now()
			r := in.ask(http.MethodPut, path, first, "")
			second := regexp.MustCompile(`"guid":"([^"]*)"`).FindStringSubmatch(r.body)[1]
			in.keep(second)
			r.exactly(t, `{"message":"success","retcode":"0","result":{"guid":"`+second+`"}}`)
			if !guidForm.MatchString(second) || second == first {
				t.Errorf("GUID %q after %q", second, first)
			}
			if r := in.ask(http.MethodGet, "onlineagent/101/agentstatus", first, ""); r.code() != "0" && time.Since(began) < time.Second {
				t.Errorf("the former GUID does not hold any more: %s", r.body)
			}
			in.ask(http.MethodGet, "onlineagent/101/agentstatus", "JSESSIONID="+second, "").exactly(t,
				`{"message":"","retcode":"0","result":{"agentState":4,"isWorking":false}}`)
			in.await("the former GUID ends", func() (bool, string) {
				r := in.ask(http.MethodGet, "onlineagent/101/agentstatus", first, "")
				return r.code() == "000-003", r.body
			})
			if took := time.Since(began); took < 1900*time.Millisecond {
				t.Errorf("the former GUID ended after %s", took)
			}
			// The session goes on with all it had.
			for _, event := range []string{"AgentOther_InService", "AgentState_Ready"} {
				in.ask(http.MethodGet, "agentevent/101", second, "").exactly(t,
					`{"message":"","retcode":"0","event":{"eventType":"`+event+`","workNo":"101","content":null}}`)
			}
			in.ask(http.MethodGet, "agentevent/101", second, "").exactly(t, emptyPoll)
			in.ask(http.MethodDelete, "onlineagent/101/logout", second, "").exactly(t, `{"message":"success","retcode":"0","result":{}}`)
			in.ask(http.MethodPut, path, second, "").refused(t, "100-006")
		})
	}
}

// TestGUID_Rotates: in dynamic mode polls bring new GUIDs; the former one holds until its time is over, and then never.
func TestGUID_Rotates(t *testing.T) {
	t.Parallel()
	in := install(t, briefPoll, func(cfg *config.Config) { cfg.Auth.GUIDInterval, cfg.Auth.GUIDTimeout = time.Second, 2*time.Second })
	first := in.enter(101, "40101")
	for range 2 { // the sign-in's events
		in.ask(http.MethodGet, "agentevent/101", first, "")
	}
	began := time.Now()
	second := in.rotated(first)
	if took := time.Since(began); took < 800*time.Millisecond {
		t.Errorf("a new GUID after %s", took)
	}
	if r := in.ask(http.MethodGet, "onlineagent/101/agentstatus", first, ""); r.code() != "0" {
		t.Errorf("the former GUID does not hold: %s", r.body)
	}
	third := in.rotated(second)
	in.await("the first GUID ends", func() (bool, string) {
		r := in.ask(http.MethodGet, "agentevent/101", first, "")
		return r.code() == "000-003", r.body
	})
	if r := in.ask(http.MethodGet, "onlineagent/101/agentstatus", third, ""); r.code() != "0" {
		t.Errorf("the newest GUID does not hold: %s", r.body)
	}
}

// rotated polls with a GUID until the answer brings a new one.
func (in *installation) rotated(guid string) string {
	in.t.Helper()
	var next string
	in.await("a new GUID", func() (bool, string) {
		r := in.ask(http.MethodGet, "agentevent/101", guid, "")
		next = r.guid()
		if r.code() != "0" {
			in.t.Fatalf("poll: %s", r.body)
		}
		return next != "", "none"
	})
	if !guidForm.MatchString(next) || next == guid {
		in.t.Errorf("GUID %q after %q", next, guid)
	}
	in.keep(next)
	return next
}

// TestGUID_Static: the GUID of the sign-in holds for the whole session, for an installation, and for one agent of a dynamic one.
func TestGUID_Static(t *testing.T) {
	t.Parallel()
	short := func(cfg *config.Config) {
		cfg.Auth.GUIDInterval, cfg.Auth.GUIDTimeout = 100*time.Millisecond, 200*time.Millisecond
	}
	for _, c := range []struct {
		name string
		set  setting
	}{
		{"installation", func(cfg *config.Config) { cfg.Auth.Mode = 1 }},
		{"agent", func(cfg *config.Config) { cfg.VCCs[0].Agents[0].Auth = "static" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t, briefPoll, short, c.set)
			guid := in.enter(101, "40101")
			for began := time.Now(); time.Since(began) < time.Second; {
				r := in.ask(http.MethodGet, "agentevent/101", guid, "")
				if r.code() != "0" || r.guid() != "" {
					t.Fatalf("poll: %s, new GUID %q", r.body, r.guid())
				}
			}
		})
	}
}

// TestGUID_OnTheWire: the header's spelling, letter by letter, and that the sign-in's answer is exact (client-rules.md 3, 4, 7, 8).
func TestGUID_OnTheWire(t *testing.T) {
	t.Parallel()
	in := install(t)
	conn, err := net.Dial("tcp", in.address("http")) //nolint:noctx // a raw connection is what the test is about
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(testTime/2)))
	body := fmt.Sprintf(`{"password":%q,"phonenum":"40101"}`, agentPassword)
	// What a Java client of the field sends: a double slash, an empty cookie, a lower-case header.
	_, err = fmt.Fprintf(conn, "PUT /agentgateway/resource//onlineagent/101 HTTP/1.1\r\nHost: x\r\nCookie:\r\nguid:\r\n"+
		"Content-Length: %d\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n%s", len(body), body)
	must(t, err)
	var head []string
	lines := bufio.NewScanner(conn)
	for lines.Scan() && lines.Text() != "" {
		head = append(head, lines.Text())
	}
	lines.Scan()
	text := strings.Join(head, "\n")
	found := regexp.MustCompile(`(?m)^Set-GUID: JSESSIONID=(.*)$`).FindStringSubmatch(text)
	if found == nil || !guidForm.MatchString(found[1]) {
		t.Fatalf("no Set-GUID in\n%s", text)
	}
	in.keep(found[1])
	if !regexp.MustCompile(`(?m)^Content-Type: application/json$`).MatchString(text) || !strings.Contains(text, "JSON-Type: application/json") {
		t.Errorf("headers\n%s", text)
	}
	want := regexp.MustCompile(`^\{"message":"","retcode":"0","result":\{"vdnid":1,"workno":"101","mediatype":"TTF","loginTime":"\d{13}",` +
		`"isForceChange":"false","serverName":"AgentGateway","timeRemaining":""\}\}$`)
	if !want.MatchString(lines.Text()) {
		t.Errorf("sign-in answers %s", lines.Text())
	}
}

// TestSignIn_ElsewhereByForce: a forced sign-in takes the session over: the former one's poll says 100-006 at once, and no other code,
// since some programs poll without pause on those (client-rules.md 15).
func TestSignIn_ElsewhereByForce(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	former := ann.GUID()
	if _, err := in.trySignIn(client.SignIn{Agent: 101, Phone: "40101"}); client.CodeOf(err) != client.AlreadySignedIn {
		t.Errorf("a second sign-in: %v", err)
	}
	again := in.signIn(client.SignIn{Agent: 101, Phone: "40101", Force: true})
	again.expect("AgentOther_InService null", ready)
	if code := ann.ended(); code != client.NotSignedIn {
		t.Errorf("the former session's poll ends with %q", code)
	}
	in.ask(http.MethodGet, "onlineagent/101/agentstatus", former, "").refused(t, "100-006")
	again.quiet()
	must(t, in.store.Flush(in.ctx))
	sessions, err := in.store.Sessions(in.ctx, store.Filter{Agent: 101})
	must(t, err)
	if len(sessions) != 2 || sessions[1].Reason != center.ReasonForcedElsewhere || !sessions[0].Ended.IsZero() {
		t.Errorf("sessions: %+v", sessions)
	}
}

// TestSilence: an agent from whom nothing comes is signed out, and only he. His phone is free, his call goes on to others.
func TestSilence(t *testing.T) {
	t.Parallel()
	in := install(t, func(cfg *config.Config) {
		cfg.Events.Silence, cfg.Events.PollWait = 2*time.Second, 200*time.Millisecond
	})
	ben := in.agent(102, notServing)
	silent := in.enter(101, "40101")
	in.await("the silent agent is signed out", func() (bool, string) {
		status := in.agentView(1, 101).Status
		return status == int(center.StateSignedOut), fmt.Sprint("state ", status)
	})
	in.ask(http.MethodGet, "onlineagent/101/agentstatus", silent, "").refused(t, "100-006")
	for _, event := range []string{"AgentOther_InService", "AgentState_Ready", "AgentOther_ShutdownService"} { // what was left
		if r := in.ask(http.MethodGet, "agentevent/101", silent, ""); !strings.Contains(r.body, event) {
			t.Errorf("poll: %s, not %s", r.body, event)
		}
	}
	in.ask(http.MethodGet, "agentevent/101", silent, "").refused(t, "100-006")
	must(t, in.store.Flush(in.ctx))
	sessions, err := in.store.Sessions(in.ctx, store.Filter{Agent: 101})
	must(t, err)
	if len(sessions) != 1 || sessions[0].Reason != center.ReasonLostConnection {
		t.Errorf("sessions: %+v", sessions)
	}
	if in.agentView(1, 102).Status != int(center.StateBusy) {
		t.Error("who polls was signed out too")
	}
	ben.quiet()
	in.enter(103, "40101") // the phone is free
}

// agentView reads one agent.
func (in *installation) agentView(vcc center.VCCID, id center.AgentID) center.AgentView {
	in.t.Helper()
	for _, a := range in.look(vcc).Agents {
		if a.ID == id {
			return a
		}
	}
	in.t.Fatalf("VCC %d has no agent %d", vcc, id)
	return center.AgentView{}
}
