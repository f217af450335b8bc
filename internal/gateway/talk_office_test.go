package gateway

import (
	"testing"

	"ccgateway/internal/center"
)

// talkers is an office whose agents may do everything with calls; Ann and Ben are signed in, Ann talks with a caller.
func talkers(t *testing.T, change ...func(*center.Config)) (o *office, ann, ben *desktop) {
	t.Helper()
	o = newOffice(t, append(change, func(c *center.Config) {
		c.Agents[1].Group = 7
		c.Roles[0].Rights = center.RightsOf(center.RightBusy, center.RightHold, center.RightCallOut, center.RightCallInner, center.RightMute,
			center.RightConnectHeld, center.RightTransferInner, center.RightTakeTransfers, center.RightThreeParty, center.RightTransferOut,
			center.RightTransferFlow, center.RightPickUp)
	})...)
	ann, ben = o.signIn("101"), o.signIn("102")
	o.talk(ann)
	ann.events()
	return o, ann, ben
}

func TestOffice_Mute(t *testing.T) {
	_, ann, _ := talkers(t)
	ann.refused("POST voicecall/101/endmute", "", "200-008")
	ann.says("POST voicecall/101/beginmute", "", okDone)
	ann.refused("POST voicecall/101/beginmute", "", "200-004")
	ann.says("POST voicecall/101/endmute", "", okDone)
	ann.says("POST voicecall/101/seconddialex?number=1%23", "", okDone)
	ann.says("POST voicecall/101/seconddial/12", "", okDone)
	ann.says("POST voicecall/101/reportsound", `{"digits":"12"}`, okDone)
	ann.says("POST voicecall/101/mediaswitch?mediaType=3", "", okDone)
	ann.hears("MediaSwith")
	ann.refused("POST voicecall/101/disconnect/999", "", "200-024")
	ann.says("POST voicecall/101/disconnect/40101", "", okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Ready")
}

func TestOffice_HelpAndConference(t *testing.T) {
	o, ann, ben := talkers(t)
	customer := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ann.says("POST voicecall/101/innerhelp", `{"dstaddress":"102","devicetype":"2","mode":"1"}`, `{"message":"","retcode":"0","result":"<call>"}`)
	o.rings("40102")
	o.lifts("40102")
	ben.says("PUT voicecall/102/answer", "", okDone)
	ann.hears("Hold Customer_Alerting Talking")
	ben.hears("Busy PhoneAlerting PhoneOffhook Ringing Talking")
	ann.says("POST voicecall/101/confjoin", `{"callid":"`+customer+`"}`, okDone)
	ann.hears("Conference Customer_Release")
	ben.hears("Conference")
}

func TestOffice_Transfer(t *testing.T) {
	o, ann, ben := talkers(t)
	ann.refused("POST voicecall/101/canceltransfer", "", "100-007")
	ann.says("POST voicecall/101/transfer", `{"devicetype":"2","address":"102","mode":"0"}`, okDone)
	o.rings("40102")
	o.lifts("40102")
	ben.says("PUT voicecall/102/answer", "", okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Ready")
	ben.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking")
	ben.says("DELETE voicecall/102/release", "", okDone)
	ben.hears("Call_Release Customer_Release PhoneRelease Ready")
}

func TestOffice_TransferOutside(t *testing.T) {
	o, ann, _ := talkers(t)
	ann.says("POST voicecall/101/transfer", `{"devicetype":"5","address":"0399","mode":"3"}`, okDone)
	o.rings("0399")
	o.lifts("0399")
	ann.hears("Customer_Alerting Conference")
	ann.says("POST voicecall/101/canceltransfer", "", okDone)
	ann.hears("Customer_Release Talking")
}

func TestOffice_KeysToThirdParty(t *testing.T) {
	o, ann, _ := talkers(t)
	ann.refused("POST voicecall/101/thirdPartyConfTransmitNum", "", "10001")
	ann.says("POST voicecall/101/transfer", `{"devicetype":"5","address":"0399","mode":"4"}`, okDone)
	o.rings("0399")
	ann.refused("POST voicecall/101/thirdPartyConfTransmitNum", "", "10001")
	o.lifts("0399")
	ann.says("POST voicecall/101/thirdPartyConfTransmitNum", "", okDone)
	ann.says("POST voicecall/101/canceltransfer", "", okDone)
	ann.refused("POST voicecall/101/thirdPartyConfTransmitNum", "", "10001")
}

func TestOffice_ConnectHold(t *testing.T) {
	o, ann, ben := talkers(t)
	customer := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ann.says("POST voicecall/101/hold", "", okDone)
	ann.says("PUT voicecall/101/callinner", `{"called":"102"}`, `{"message":"","retcode":"0","result":"<call>"}`)
	o.rings("40102")
	o.lifts("40102")
	ben.says("PUT voicecall/102/answer", "", okDone)
	ann.hears("Hold Busy Customer_Alerting Talking")
	ben.hears("Busy PhoneAlerting PhoneOffhook Ringing Talking")
	ann.says("POST voicecall/101/connecthold/"+customer, "", okDone)
	ann.hears("Call_Release Customer_Release Call_Release Customer_Release PhoneRelease Ready")
	ben.hears("Customer_Release Talking")
}

func TestOffice_PickUpAndSkillCall(t *testing.T) {
	o, ann, ben := talkers(t)
	ann.says("DELETE voicecall/101/release", "", okDone)
	ben.says("POST onlineagent/102/saybusy", "", okDone)
	ann.refused("PUT voicecall/101/callinnerskill", `{"skillId":1}`, "100-007") // nobody idle
	o.world(center.CallArrived{Leg: "i9", Trunk: "provider", From: "0309", To: "1000"})
	o.rings("40101")
	o.lifts("40101")
	ben.says("POST onlineagent/102/cancelbusy", "", okDone)
	ben.events()
	ben.says("PUT voicecall/102/snatchpickup?destWorkNo=101", "", okDone)
	o.rings("40102")
	o.lifts("40102")
	ben.hears("Busy PhoneAlerting PhoneOffhook Talking Incoming_CallInfo")
	ben.says("DELETE voicecall/102/release", "", okDone)
	ben.hears("Call_Release Customer_Release PhoneRelease Ready")
	ben.says("POST onlineagent/102/resetskill/true", "", okDone)
	ann.events()
	ann.says("POST onlineagent/101/sayfree", "", okDone)
	ann.says("PUT voicecall/101/callinnerskill", `{"skillId":"1"}`, `{"message":"success","retcode":"0","result":"<call>"}`)
}

func TestOffice_ReleasePhone(t *testing.T) {
	o := newOffice(t)
	ann := o.signIn("101", `,"releasephone":false`)
	o.talk(ann)
	ann.refused("DELETE voicecall/101/releasephone", "", "100-007")
	ann.says("DELETE voicecall/101/release", "", okDone)
	ann.events()
	ann.says("DELETE voicecall/101/releasephone", "", okDone)
	ann.hears("PhoneRelease")
}
