package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// offers gives a customer to the queue support and gives his control number.
func (o *office) offers(numbers ...string) int64 {
	o.t.Helper()
	reply, err := o.host.Do(o.t.Context(), 1, center.OfferPreview{Skill: 1, Numbers: numbers, Data: "gold"})
	if err != nil || reply.Err != nil {
		o.t.Fatal(err, reply.Err)
	}
	control, _ := reply.Value.(int64)
	return control
}

// TestOffice_Preview: the event of a preview, each spelling of previewCallout, a number that is not in the event, and the talk.
func TestOffice_Preview(t *testing.T) {
	for _, path := range []string{"previewCallout", "previewcallout"} {
		for _, control := range []string{"%d", `"%d"`} { // a string in the event, and clients send it back as they like
			o := newOffice(t)
			ann := o.signIn("101")
			line := "PUT voicecall/101/" + path
			ann.refused(line, `{"called":"0555","callcontrolid":1}`, "100-007") // no event yet
			ann.refused("PUT voicecall/101/cancelPreviewCallout", `{"callcontrolid":1}`, "100-007")
			ann.says("POST onlineagent/101/resetskill/true", "", okDone)
			id := o.offers("0555", "0556")
			ann.says("GET agentevent/101", "", event("101", "AgentState_Busy", "null"))
			ann.says("GET agentevent/101", "", event("101", "AgentEvent_Preview_CallOut_Ex", fmt.Sprintf(`{"controlid":"%d","dialeddigits":"0555,0556","callData":"gold"}`, id)))
			given := fmt.Sprintf(control, id)
			ann.refused(line, `{"called":"0557","callcontrolid":`+given+`}`, "000-002")
			ann.refused(line, `{"called":"0555","callcontrolid":7}`, "100-007")
			ann.refused("PUT voicecall/101/callout", `{"called":"0555"}`, "100-007")
			ann.hears("")
			ann.says(line, `{"called":"0556","callcontrolid":`+given+`}`, `{"message":"","retcode":"0","result":"<call>"}`)
			ann.refused(line, `{"called":"0556","callcontrolid":`+given+`}`, "100-007")
			ann.refused("PUT voicecall/101/cancelPreviewCallout", `{"callcontrolid":`+given+`}`, "100-007") // it is being dialled
			o.rings("40101")
			o.lifts("40101")
			o.rings("0556")
			ann.hears("PhoneAlerting PhoneOffhook Busy Customer_Alerting")
			o.lifts("0556")
			if got := ann.call("GET agentevent/101", ""); !strings.Contains(got, `"AgentEvent_Talking"`) || !strings.Contains(got, `"feature":"44"`) {
				t.Errorf("got %s", got)
			}
			ann.says("DELETE voicecall/101/release", "", okDone)
			ann.hears("Call_Release Customer_Release PhoneRelease Ready")
		}
	}
}

// event is the reply to a poll.
func event(agent, name, content string) string {
	return `{"message":"","retcode":"0","event":{"eventType":"` + name + `","workNo":"` + agent + `","content":` + content + `}}`
}

// TestOffice_PreviewGivenBack: the agent does not want the customer, lets the time pass, or signs out; the number cannot be reached.
func TestOffice_PreviewGivenBack(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101")
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	id := o.offers("0555")
	ann.hears("Busy Preview_CallOut")
	ann.refused("PUT voicecall/101/cancelPreviewCallout", `{"callcontrolid":7}`, "100-007")
	ann.says("PUT voicecall/101/cancelPreviewCallout", fmt.Sprintf(`{"callcontrolid":%d}`, id), okDone)
	ann.hears("Release_Preview Ready")

	o.offers("0556")
	ann.hears("Busy Preview_CallOut")
	o.pass(time.Minute) // as long as it is shown
	ann.hears("Release_Preview Ready")

	id = o.offers("0557")
	ann.hears("Busy Preview_CallOut")
	ann.says("PUT voicecall/101/previewCallout", fmt.Sprintf(`{"called":"0557","callcontrolid":%d}`, id), `{"message":"","retcode":"0","result":"<call>"}`)
	o.lifts("40101")
	o.world(center.LegEnded{Leg: o.leg("0557"), Cause: center.CauseBusy})
	ann.hears("PhoneAlerting PhoneOffhook Busy PhoneRelease Call_Out_Fail Connect_Fail Ready")

	o.offers("0558")
	ann.hears("Busy Preview_CallOut")
	o.world(center.Drain{})
	ann.hears("Release_Preview Ready")
}

// TestOffice_RequestCall: an agent fetches a caller whom he has chosen from the list of those who wait.
func TestOffice_RequestCall(t *testing.T) {
	o := newOffice(t)
	ann, ben := o.signIn("101"), o.signIn("102")
	o.callsIn()
	waiting := callIDForm.FindString(ann.call("GET calldata/101/waitcallinfo/1", ""))
	line := "POST voicecall/101/requestcall/" + waiting + "/0"
	for _, wrong := range []struct{ line, code string }{
		{line, "000-002"}, {line + "?skillId=x", "000-002"}, {line + "?skillId=2", "100-007"}, {line + "?skillId=99", "100-007"},
		{"POST voicecall/101/requestcall/1-1/0?skillId=1", "100-007"}, {"POST voicecall/101/requestcall/" + waiting + "/x?skillId=1", "000-002"},
	} {
		ann.refused(wrong.line, "", wrong.code)
	}
	ann.says("POST onlineagent/101/saybusy", "", okDone)
	ann.refused(line+"?skillId=1", "", "100-007")
	ann.says("POST onlineagent/101/cancelbusy", "", okDone)
	ann.events()
	ann.says(line+"?skillid=1", "", okDone)                                              // as generated clients spell it
	ben.refused("POST voicecall/102/requestcall/"+waiting+"/0?skillId=1", "", "100-007") // it is gone
	ann.refused("POST voicecall/101/requestcall/"+waiting+"/1?skillId=1", "", "100-007") // he has it
	o.rings("40101")
	o.lifts("40101")
	ann.hears("Busy PhoneAlerting PhoneOffhook Talking Incoming_CallInfo")
	ben.hears("")
}
