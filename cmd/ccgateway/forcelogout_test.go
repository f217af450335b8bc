package main

import (
	"net/http"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// shutdown is the last event of an agent that somebody else signed out.
const shutdown = `AgentOther_ShutdownService {"loginTime":"*"}`

// TestForceLogOut is POST qualitycontrol/{agentid}/forcelogout/{workNo} in every state of the target: its events and their end, its
// calls, its records, its phone.
func TestForceLogOut(t *testing.T) {
	t.Parallel()
	offeredOn := func(in *installation, call *talk, _ *desk) { // the caller is served by the next agent
		in.t.Helper()
		ben := in.agent(102)
		takeRequeued(ben, call, 1)
		ben.ok(ben.Release)
		ben.expect(fromAmy.releasedByAgent(ready)...)
		in.recorded("$call", "call 13900 to 1000, queue 1, requeued 1, answered by 102: agent hung up (agent)",
			"agent 101 at 40101: agent hung up", "agent 102 at 40102, answered: agent hung up", "customer 13900, answered: agent hung up")
		ben.ok(ben.SignOut) // he would get the next call
	}
	for _, c := range []struct {
		name   string
		until  func(in *installation, ann *desk, customer *talk)
		events []string
		after  func(in *installation, customer *talk, ann *desk)
		states []string
	}{
		{"idle", nil, nil, nil, []string{"idle"}},
		{"phone rings", func(in *installation, ann *desk, _ *talk) {
			ann.expect(busy)
			ann.Phone.rung()
			ann.expect(fromAmy.alerting())
		}, []string{fromAmy.noAnswer(), platformHungUp}, offeredOn, []string{"idle", "talking $call"}},
		{"ringing", func(in *installation, ann *desk, customer *talk) { offerByHand(in, ann, customer, fromAmy) },
			[]string{fromAmy.noAnswer(), platformHungUp}, offeredOn, []string{"idle", "talking $call"}},
		{"talking", func(in *installation, ann *desk, customer *talk) {
			converse(answerByHand(in, ann, customer, fromAmy), customer)
		}, []string{fromAmy.released(), fromAmy.left("13900"), platformHungUp}, func(in *installation, customer *talk, _ *desk) {
			customer.over()
			in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (system)",
				"agent 101 at 40101, answered: agent hung up", "customer 13900, answered: agent hung up")
		}, []string{"idle", "talking $call"}},
		{"holding one, talking to another", func(in *installation, ann *desk, customer *talk) {
			phone := answerByHand(in, ann, customer, fromAmy)
			ann.ok(ann.Hold)
			ann.expect(fromAmy.hold())
			callOutOnHold(ann, toOutside)
			ann.expect(busy)
			far := in.carrier().called()
			far.lift()
			ann.expect(toOutside.talking("7"), toOutside.record())
			converse(phone, far)
		}, []string{
			toOutside.released(), toOutside.left("5551234"), platformHungUp, fromAmy.released(), fromAmy.left("13900"),
		}, func(in *installation, customer *talk, _ *desk) {
			customer.over()
			in.recorded("$call", "call 13900 to 1000, queue 1, answered by 101: agent hung up (system)",
				"agent 101 at 40101, answered, held: agent hung up", "customer 13900, answered, held: agent hung up")
			in.recorded("$out", "call 101 to 5551234, feature 7, answered by 101: agent hung up (system)",
				"agent 101 at 40101, answered: agent hung up", "outside 5551234, answered: agent hung up")
		}, []string{"idle", "talking $call"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := install(t)
			ann := in.agent(101)
			inspector := in.enter(901, "40901")
			var customer *talk
			if c.until != nil {
				customer = in.customer("13900", amyTone).calls("1000")
				c.until(in, ann, customer)
			}
			in.ask(http.MethodPost, "qualitycontrol/901/forcelogout/101", inspector, "").exactly(t, `{"message":"","retcode":"0","result":{}}`)
			ann.expect(append(c.events, shutdown)...)
			if code := ann.ended(); code != client.NotSignedIn {
				t.Errorf("the target's poll ends with %q", code)
			}
			in.ask(http.MethodPost, "qualitycontrol/901/forcelogout/101", inspector, "").refused(t, "900-003")
			in.await("the target's phone is free", func() (bool, string) { return len(ann.Phone.Calls()) == 0, "in a call" })
			if c.after != nil {
				c.after(in, customer, ann)
			}
			in.states(101, c.states...)
			in.auditHas(901, "forceLogOutAgent", 101)

			// The phone can be used by the next one at once, for a call.
			cid := in.agentAt(ann.Phone, 103)
			next := in.customer("13901", bobTone).calls("1000")
			p := party{"$next", "13901", "1000"}
			served := answerByHand(in, cid, next, p)
			served.hears(bobTone)
			cid.ok(cid.Release)
			cid.expect(p.releasedByAgent(ready)...)
		})
	}
}

// auditHas checks that an act stands in the audit, once.
func (in *installation) auditHas(actor center.AgentID, act string, target center.AgentID) {
	in.t.Helper()
	must(in.t, in.store.Flush(in.ctx))
	entries, err := in.store.Audit(in.ctx, store.Filter{Agent: actor})
	must(in.t, err)
	found := 0
	for _, e := range entries {
		if e.Actor == actor && e.Act == act && e.Target == target {
			found++
		}
	}
	if found != 1 {
		in.t.Errorf("%d entries of %s by %d upon %d in the audit: %+v", found, act, actor, target, entries)
	}
}

// TestForceLogOut_Codes is every result code of the interface; 900-001 stands in TestStop_Graceful.
func TestForceLogOut_Codes(t *testing.T) {
	t.Parallel()
	in := install(t)
	const path = "qualitycontrol/901/forcelogout/101"
	in.ask(http.MethodPost, path, "", "").exactly(t, `{"message":"agent 901 is not signed in","retcode":"100-006","result":""}`)
	in.ask(http.MethodPost, path, "wrong", "").refused(t, "100-006")
	ann := in.agent(101)
	una := in.enter(201, "40201")
	inspector := in.enter(901, "40901")
	for _, c := range []struct {
		name, path, guid, code string
	}{
		{"without a GUID", path, "", "000-003"},
		{"with another agent's GUID", path, ann.GUID(), "000-003"},
		{"with another tenant's GUID", path, una, "000-003"},
		{"inspector's number below the range", "qualitycontrol/100/forcelogout/101", inspector, "000-002"},
		{"target below the range", "qualitycontrol/901/forcelogout/100", inspector, "000-002"},
		{"target above the range", "qualitycontrol/901/forcelogout/1000000", inspector, "000-002"},
		{"target is no number", "qualitycontrol/901/forcelogout/ann", inspector, "000-002"},
		{"target is missing", "qualitycontrol/901/forcelogout/", inspector, "000-002"},
		{"himself", "qualitycontrol/901/forcelogout/901", inspector, "000-005"},
		{"himself without the right", "qualitycontrol/101/forcelogout/101", ann.GUID(), "000-005"},
		{"without the right", "qualitycontrol/101/forcelogout/102", ann.GUID(), "900-002"},
		{"agent of another tenant", "qualitycontrol/901/forcelogout/201", inspector, "900-002"},
		{"nobody's number", "qualitycontrol/901/forcelogout/777", inspector, "900-002"},
		{"not signed in", "qualitycontrol/901/forcelogout/102", inspector, "900-003"},
	} {
		if r := in.ask(http.MethodPost, c.path, c.guid, ""); r.code() != c.code {
			t.Errorf("%s: %s, not %s", c.name, r.body, c.code)
		}
	}
	// Of another tenant and of nobody are not told apart, not even by the words.
	other, nobody := in.ask(http.MethodPost, "qualitycontrol/901/forcelogout/201", inspector, ""), in.ask(http.MethodPost, "qualitycontrol/901/forcelogout/777", inspector, "")
	if len(other.body) != len(nobody.body) {
		t.Errorf("%s\n%s", other.body, nobody.body)
	}
	in.ask(http.MethodGet, path, inspector, "").refused(t, "000-002")
	ann.quiet() // nothing has happened to anybody
	if r := in.ask(http.MethodGet, "onlineagent/201/agentstatus", una, ""); r.code() != "0" {
		t.Errorf("the other tenant's agent: %s", r.body)
	}
	// With what clients send beside it: a trailing slash, a body, an empty chunked body.
	in.ask(http.MethodPost, path+"/", inspector, `{"anything":1}`).exactly(t, `{"message":"","retcode":"0","result":{}}`)
	ann.expect(shutdown)
	if code := ann.ended(); code != client.NotSignedIn {
		t.Errorf("the target's poll ends with %q", code)
	}
}
