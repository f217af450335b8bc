package gateway

import (
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// withFlow has an access code that leads to a flow, and a queue that Ben serves and Ann does not.
func withFlow(c *center.Config) {
	c.Flows = []string{"hello"}
	c.AccessCodes = append(c.AccessCodes, center.AccessCode{Code: "2000", Flow: "hello"}, center.AccessCode{Code: "1001", Skill: 2})
	c.Agents[0].Skills = c.Agents[0].Skills[:1]
	c.Agents[1].Skills = append(c.Agents[1].Skills, center.AgentSkill{Skill: 2, Weight: 50})
}

// What the parties of a transfer hear.
const (
	letGo   = "Call_Release Customer_Release PhoneRelease Ready"                                    // the agent at once (14.9)
	took    = "Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Talking"                   // a colleague, watched
	tookNow = "Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking" // blind, as any call
	watched = "Customer_Alerting SuccTransResult Call_Release Customer_Release PhoneRelease Ready"  // the agent (14.10)
	outside = "Customer_Alerting SuccTransResult TransOutResult Call_Release Customer_Release PhoneRelease Ready"
)

// TestOffice_TransferModes is every mode that the page documents for each kind of target (call-model 4): the reply, the events of both agents,
// and how it fails.
func TestOffice_TransferModes(t *testing.T) {
	colleague := func(o *office, ben *desktop) {
		o.rings("40102")
		o.lifts("40102")
		ben.says("PUT voicecall/102/answer", "", okDone)
	}
	answers := func(o *office, _ *desktop) { o.rings("0399"); o.lifts("0399") }
	silent := func(o *office, _ *desktop) { o.rings("0399"); o.pass(3 * time.Minute) }
	nobody := func(*office, *desktop) {}
	for name, c := range map[string]struct {
		body     string
		goes     func(o *office, ben *desktop)
		ann, ben string
	}{
		"queue, blind":            {`{"devicetype":1,"address":"2","mode":0}`, colleague, letGo, tookNow},
		"queue, watched":          {`{"devicetype":1,"address":"1","mode":"2"}`, colleague, watched, took},
		"agent, blind":            {`{"devicetype":2,"address":"102","mode":0}`, colleague, letGo, tookNow},
		"agent, watched":          {`{"devicetype":"2","address":102,"mode":2}`, colleague, watched, took},
		"agent, named":            {`{"devicetype":2,"address":"102","mode":3,"caller":"40040"}`, colleague, letGo, tookNow},
		"flow, blind":             {`{"devicetype":3,"address":"2000","mode":0}`, nobody, letGo, ""},
		"code, blind":             {`{"devicetype":4,"address":"1001","mode":0}`, colleague, letGo, tookNow},
		"code, watched":           {`{"devicetype":4,"address":"1000","mode":2}`, colleague, watched, took},
		"code of a flow, blind":   {`{"devicetype":4,"address":"2000","mode":0}`, nobody, letGo, ""},
		"outside, blind":          {`{"devicetype":5,"address":"0399","mode":1}`, answers, letGo, ""},
		"outside, watched":        {`{"devicetype":5,"address":"0399","mode":2}`, answers, outside, ""},
		"outside, talk":           {`{"devicetype":5,"address":"0399","mode":3}`, answers, "Customer_Alerting Conference", ""},
		"outside, three":          {`{"devicetype":5,"address":"0399","mode":4}`, answers, "Customer_Alerting Conference", ""},
		"outside, watched, fails": {`{"devicetype":5,"address":"0399","mode":2}`, silent, "Customer_Alerting Connect_Fail SuccTransResult TransOutResult Talking", ""},
		"outside, talk, fails":    {`{"devicetype":5,"address":"0399","mode":3}`, silent, "Customer_Alerting Connect_Fail TransOutResult Talking", ""},
		"outside, three, fails":   {`{"devicetype":5,"address":"0399","mode":4}`, silent, "Customer_Alerting Connect_Fail TransOutResult Talking", ""},
		"agent, watched, fails": {`{"devicetype":2,"address":"102","mode":2}`, func(o *office, _ *desktop) { o.rings("40102"); o.pass(30 * time.Second) },
			"Customer_Alerting Connect_Fail SuccTransResult Talking", "Busy PhoneAlerting No_Answer PhoneRelease SetNotReady_Success"},
	} {
		t.Run(name, func(t *testing.T) {
			o, ann, ben := talkers(t, withFlow, func(c *center.Config) { c.Silence = time.Hour })
			ben.says("POST onlineagent/102/resetskill/true", "", okDone)
			ann.says("POST voicecall/101/transfer", c.body, okDone)
			c.goes(o, ben)
			ann.hears(c.ann)
			ben.hears(c.ben)
		})
	}
}

// TestOffice_TransferSuspended: the customer goes into a flow and comes back to the agent who waits (call-model 12).
func TestOffice_TransferSuspended(t *testing.T) {
	for _, body := range []string{`{"devicetype":3,"address":"2000","mode":1}`, `{"devicetype":"3","address":2000,"mode":"1","callappdata":"pin"}`} {
		o, ann, _ := talkers(t, withFlow)
		call := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
		ann.says("POST voicecall/101/transfer", body, okDone)
		ann.hears("")
		ann.refused("POST voicecall/101/hold", "", "200-014")
		o.world(center.FlowReturn{Call: center.CallID(call), Run: 1})
		ann.hears("ReturnFromIvr Talking")
	}
}

// TestOffice_HelpModes is innerHelp in both modes, to an agent and to a queue, and how each fails.
func TestOffice_HelpModes(t *testing.T) {
	const called = `{"message":"","retcode":"0","result":"<call>"}`
	comes := func(o *office, ben *desktop) {
		o.rings("40102")
		o.lifts("40102")
		ben.says("PUT voicecall/102/answer", "", okDone)
	}
	silent := func(o *office, _ *desktop) { o.rings("40102"); o.pass(30 * time.Second) }
	const helped, missed = "Busy PhoneAlerting PhoneOffhook Ringing", "Busy PhoneAlerting No_Answer PhoneRelease SetNotReady_Success"
	for name, c := range map[string]struct {
		body     string
		goes     func(o *office, ben *desktop)
		ann, ben string
	}{
		"agent, two":        {`{"dstaddress":"102","devicetype":2,"mode":1}`, comes, "Hold Customer_Alerting Talking", helped + " Talking"},
		"queue, two":        {`{"dstaddress":"1","devicetype":1,"mode":"1"}`, comes, "Hold Customer_Alerting Talking", helped + " Talking"},
		"agent, three":      {`{"dstaddress":"102","devicetype":2,"mode":2}`, comes, "Customer_Alerting Conference", helped + " Conference"},
		"queue, three":      {`{"dstaddress":1,"devicetype":"1","mode":2,"holdflag":false}`, comes, "Customer_Alerting Conference", helped + " Conference"},
		"agent, two, fails": {`{"dstaddress":"102","mode":1}`, silent, "Hold Customer_Alerting Consult_Fail", missed},
		"three, fails":      {`{"dstaddress":"102","mode":2}`, silent, "Customer_Alerting Consult_Fail Talking", missed},
	} {
		t.Run(name, func(t *testing.T) {
			o, ann, ben := talkers(t, func(c *center.Config) { c.Silence = time.Hour })
			ben.says("POST onlineagent/102/resetskill/true", "", okDone)
			ann.says("POST voicecall/101/innerhelp", c.body, called)
			c.goes(o, ben)
			ann.hears(c.ann)
			ben.hears(c.ben)
		})
	}
}

// TestOffice_HelpByItsID: in both modes the reply is an id of the help's own, by which it is found and ended; the customer stays.
func TestOffice_HelpByItsID(t *testing.T) {
	for name, c := range map[string]struct {
		mode     string
		lifts    bool
		ann, ben string
	}{
		"three, rings": {"2", false, "Call_Release Customer_Release Talking", "Customer_Release PhoneRelease Ready"},
		"three, talks": {"2", true, "Call_Release Customer_Release Talking", "Call_Release Customer_Release PhoneRelease Ready"},
		"two, talks":   {"1", true, "Call_Release Customer_Release", "Customer_Release Call_Release PhoneRelease Ready"},
	} {
		t.Run(name, func(t *testing.T) {
			o, ann, ben := talkers(t)
			customer := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
			help := callIDForm.FindString(ann.call("POST voicecall/101/innerhelp", `{"dstaddress":"102","mode":`+c.mode+`}`))
			if help == customer || help == "" {
				t.Fatalf("the help is %q, the customer's call %q", help, customer)
			}
			o.rings("40102")
			if c.lifts {
				o.lifts("40102")
				ben.says("PUT voicecall/102/answer", "", okDone)
			}
			for _, line := range []string{"GET calldata/101/callinfobycallid/" + help, "GET calldata/101/allcallid"} {
				if got := ann.call(line, ""); !strings.Contains(got, help) {
					t.Errorf("%s: %s", line, got)
				}
			}
			ann.events()
			ben.events()
			ann.says("POST voicecall/101/dropcall/"+help, "", okDone)
			ann.hears(c.ann)
			ben.hears(c.ben)
			ann.refused("POST voicecall/101/dropcall/"+help, "", "200-025")
			if c.mode == "1" {
				ann.says("POST voicecall/101/gethold", "", okDone)
			}
			if got := callIDForm.FindString(ann.call("GET calldata/101/callinfo", "")); got != customer {
				t.Errorf("the customer's call is %q, was %q", got, customer)
			}
		})
	}
}

// TestOffice_PhoneByEitherMethod: phonepickup and phonehangup by the page's POST and by the PUT that clients send.
func TestOffice_PhoneByEitherMethod(t *testing.T) {
	for _, method := range []string{"POST", "PUT"} {
		o := newOffice(t)
		ann := o.signIn("101")
		ann.says("POST onlineagent/101/resetskill/true", "", okDone)
		o.callsIn()
		o.rings("40101")
		ann.says(method+" voicecall/101/phonepickup", "", okDone)
		o.lifts("40101")
		ann.hears("Busy PhoneAlerting PhoneOffhook Incoming_CallInfo Talking")
		ann.says("DELETE voicecall/101", "", okDone) // releaseEx
		ann.hears(letGo)
		o.world(center.CallArrived{Leg: "i2", Trunk: "provider", From: "0302", To: "1000"})
		o.rings("40101")
		ann.says(method+" voicecall/101/phonehangup", "", okDone)
		ann.hears("Busy PhoneAlerting PhoneRelease No_Answer SetNotReady_Success")
	}
}
