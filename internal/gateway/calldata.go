package gateway

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// What is known of calls, and data that goes with them (calldata.yaml).

// queryCallInfo: isNoContainLastCall=true gives the last call when none is running, whatever its name suggests (cec_07_0419).
func queryCallInfo(q *request) center.Command {
	return center.CurrentCall{By: q.by(), Last: q.fromQuery().flag("isNoContainLastCall", false)}
}

func queryCallInfoBeforeAnswer(q *request) center.Command { return center.OfferedCall{By: q.by()} }

func queryCallInfoByCallID(q *request) center.Command {
	return center.CallByID{By: q.by(), Call: q.pathCall("callid")}
}

// callInfoResult is one call, in the order of the example of waitcallinfo (cec_07_0429), the only one whose example was seen.
type callInfoResult struct {
	CallFeature   int       `json:"callfeature"`
	CallID        string    `json:"callid"`
	Caller        string    `json:"caller"`
	Called        string    `json:"called"`
	CallSkill     string    `json:"callskill"`
	CallSkillID   int       `json:"callskillid"`
	OrgiCalledNum string    `json:"orgicallednum"`
	CallData      string    `json:"calldata"`
	BeginTime     int64     `json:"begintime"`
	EndTime       *int64    `json:"endtime"` // null while the call lasts
	UserPriority  int       `json:"userPriority"`
	TrunkNo       int       `json:"trunkNo"`
	LogonTimes    int64     `json:"logontimes"` // seconds
	MediaType     int       `json:"mediaType"`
	MediaAbility  int       `json:"mediaAbility"`
	WaitTime      int64     `json:"waitTime"` // seconds
	Trace         *struct{} `json:"trace"`    // reserved: null
}

const (
	noTrunk          = 65535 // trunkNo where trunks have no numbers, as in the example
	mediaAbilityTalk = 1     // voice
)

// showCallInfo shows a *center.CallInfo; null for none.
func showCallInfo(value any) any { return shownCall(value, callInfo) }

// showNamedCall is showCallInfo without the members that callinfobycallid does not use (cec_07_0424).
func showNamedCall(value any) any { return shownCall(value, listedCall) }

// showOffered is showCallInfo without those that callinfobeforeanswer does not use (cec_07_1265).
func showOffered(value any) any {
	return shownCall(value, func(v center.CallInfo) callInfoResult {
		shown := listedCall(v)
		shown.EndTime = nil
		return shown
	})
}

func shownCall(value any, show func(center.CallInfo) callInfoResult) any {
	v, _ := value.(*center.CallInfo)
	if v == nil {
		return nil
	}
	return show(*v)
}

// listedCall is a call where the original called number is not used, and empty (cec_07_0422, cec_07_0424, cec_07_0429, cec_07_1265).
func listedCall(v center.CallInfo) callInfoResult {
	shown := callInfo(v)
	shown.OrgiCalledNum = ""
	return shown
}

func callInfo(v center.CallInfo) callInfoResult {
	shown := callInfoResult{
		CallFeature: v.Feature, CallID: string(v.Call), Caller: v.Caller, Called: v.Called, CallSkill: v.SkillName,
		CallSkillID: int(v.Skill), OrgiCalledNum: v.Original, CallData: v.Data, BeginTime: began(&v).UnixMilli(),
		TrunkNo: noTrunk, LogonTimes: int64(v.Age / time.Second), MediaType: int(v.Media), MediaAbility: mediaAbilityTalk,
		WaitTime: int64(v.Waited / time.Second),
	}
	if !v.End.IsZero() {
		end := v.End.UnixMilli()
		shown.EndTime = &end
	}
	return shown
}

// began gives the answer of a call; before it the entry into the center, as in the example of a waiting call.
func began(v *center.CallInfo) time.Time {
	if v.Begin.IsZero() {
		return v.Entered
	}
	return v.Begin
}

// queryCallAppData gives a call's data, on demand as Base64 (cec_07_0420).
func queryCallAppData(ctx context.Context, g *Gateway, q *request) (any, error) {
	encode := strings.EqualFold(q.fromQuery().text("isEncodeResult", 16), "true") // anything else counts as false
	cmd := center.CallData{By: q.by(), Call: q.fromQuery().callID("callId")}
	return ask(func(*request) center.Command { return cmd }, func(value any) any {
		data, _ := value.(string)
		if encode {
			return base64.StdEncoding.EncodeToString([]byte(data))
		}
		return data
	})(ctx, g, q)
}

// setCallAppDataEx stores data with a call; it may come as Base64 (cec_07_0421). Without the member, or with null, there is nothing to set;
// an empty text is there to be set: it takes the data away.
func setCallAppDataEx(q *request) center.Command {
	body := q.fromBody()
	cmd := center.SetCallData{By: q.by(), Call: body.callID("callid")}
	encoded := body.flag("isDataEncoded", false)
	longest := maxCallData
	if encoded {
		longest = base64.StdEncoding.EncodedLen(maxCallData)
	}
	var present bool
	if cmd.Data, present = body.raw("calldata", longest); !present {
		body.wrong("calldata", "is missing") // 000-002: the page's list is whole, and has not 400-002
	}
	if encoded {
		plain, err := base64.StdEncoding.DecodeString(cmd.Data)
		if err != nil {
			body.wrong("calldata", "is not Base64")
		}
		cmd.Data = string(plain)
	}
	return cmd
}
