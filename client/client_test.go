package client

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers with what the test says and remembers what it was asked.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // "METHOD path body guid"
	answer func(r *http.Request) (body, setGUID string)
}

func newServer(t *testing.T, answer func(r *http.Request) (body, setGUID string)) *server {
	t.Helper()
	s := &server{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.asked = append(s.asked, fmt.Sprintf("%s %s %s %s", r.Method, r.RequestURI, text, r.Header.Get("Guid")))
		s.mu.Unlock()
		body, guid := s.answer(r)
		if guid != "" {
			w.Header()["Set-GUID"] = []string{"JSESSIONID=" + guid}
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

const signedIn = `{"message":"","retcode":"0","result":{"vdnid":1,"workno":"101","mediatype":"TTF","loginTime":"1471585949806",` +
	`"isForceChange":"true","serverName":"AgentGateway","timeRemaining":"9"}}`

// signIn gives an agent of a server; guid is "g1.N".
func signIn(t *testing.T, s *server) *Agent {
	t.Helper()
	answer := s.answer
	s.answer = func(*http.Request) (string, string) { return signedIn, "g1.N" }
	c, err := New(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	a, err := c.SignIn(t.Context(), SignIn{Agent: 101, Password: "x", Phone: "40101"})
	if err != nil {
		t.Fatal(err)
	}
	s.answer = answer
	return a
}

func TestSignIn(t *testing.T) {
	s := newServer(t, nil)
	for _, c := range []struct {
		in   SignIn
		want string
	}{
		{SignIn{Agent: 101, Password: "x", Phone: "1"}, `PUT /agentgateway/resource/onlineagent/101 {"password":"x","phonenum":"1"} `},
		{
			SignIn{Agent: 101, Password: "x", Phone: "1", Force: true, AutoAnswer: Bool(false), ReleasePhone: Bool(true), Status: 8, RestSeconds: 60},
			`PUT /agentgateway/resource/onlineagent/101/forcelogin {"password":"x","phonenum":"1","autoanswer":false,"releasephone":true,"status":8,"time":60} `,
		},
		{SignIn{Agent: 101, PlatformOnly: true}, `PUT /agentgateway/resource/onlineagent/101/loginex {"password":""} `},
		{SignIn{Agent: 101, PlatformOnly: true, Force: true}, `PUT /agentgateway/resource/onlineagent/101/forceloginex {"password":""} `},
		{SignIn{Account: "ann", Password: "x"}, `PUT /agentgateway/resource/onlineagent/loginbyaccount {"account":"ann","password":"x"} `},
	} {
		s.answer = func(*http.Request) (string, string) { return signedIn, "g1.N" }
		client, err := New(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		a, err := client.SignIn(t.Context(), c.in)
		if err != nil {
			t.Fatal(err)
		}
		want := Session{VCC: 1, Agent: 101, MediaTypes: "TTF", SignedIn: 1471585949806, ForceChange: true, ServerName: "AgentGateway", DaysRemaining: "9"}
		if s.last() != c.want || a.Session != want || a.GUID() != "g1.N" || a.Number() != 101 {
			t.Errorf("asked %s\nwant  %s\ngot %+v with GUID %s", s.last(), c.want, a.Session, a.GUID())
		}
		client.Close()
	}
}

func TestSignIn_Refused(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"is signed in","retcode":"100-002"}`: AlreadySignedIn, `<html>`: "", `{}`: "", `{"message":"","retcode":"0","result":{}}`: "",
	} {
		s := newServer(t, func(*http.Request) (string, string) { return body, "" })
		c, err := New(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.SignIn(t.Context(), SignIn{Agent: 101, Password: "secret"})
		if err == nil || CodeOf(err) != want {
			t.Errorf("%s: got %v", body, err)
		}
		c.Close()
	}
}

func TestNew_Address(t *testing.T) {
	for _, address := range []string{"", "cc.example.org", "ftp://x", "https://", "://"} {
		if _, err := New(address); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

// TestMethods says what each method sends.
func TestMethods(t *testing.T) {
	const ok = `{"message":"success","retcode":"0","result":{}}`
	for _, c := range []struct {
		call  func(context.Context, *Agent) (any, error)
		want  string
		reply string
		value any
	}{
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SignOut(ctx) }, "DELETE onlineagent/101/logout ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceSignOut(ctx, 0) }, "DELETE onlineagent/101/forcelogout ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceSignOut(ctx, 7) }, "DELETE onlineagent/101/forcelogoutwithreason/7 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.HandShake(ctx) }, "POST onlineagent/101/handshake ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ServeAll(ctx) }, "POST onlineagent/101/resetskill/true ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Serve(ctx, 1, 2) }, "POST onlineagent/101/resetskill/false?skillid=1%3B2 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Serve(ctx) }, "POST onlineagent/101/resetskill/false ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.Skills(ctx) }, "GET onlineagent/101/agentskills ", `{"retcode":"0","result":[{"name":"q","id":1,"mediatype":5}]}`, []Skill{{1, "q", 5}}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.SkillsOf(ctx, 102) }, "GET onlineagent/101/agentskillsbyworkno/102 ", `{"retcode":"0","result":[]}`, []Skill{}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.ServedBy(ctx, 102) }, "GET queuedevice/101/agentskill/102 ", `{"retcode":"0","result":[{"name":"q","id":"1","mediatype":"5"}]}`, []Skill{{1, "q", 5}}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.AllSkills(ctx) }, "GET queuedevice/101/agentvdnskill ", `{"retcode":"0","result":[{"name":"q","id":1,"mediatype":5,"realFlag":1}]}`, []Skill{{1, "q", 5}}},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetAutoAnswer(ctx, true) }, "POST onlineagent/101/autoanswer/true ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetAutoEnterIdle(ctx, false) }, "POST onlineagent/101/autoenteridle/false ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SayFree(ctx) }, "POST onlineagent/101/sayfree ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SayBusy(ctx, 0, false) }, "POST onlineagent/101/saybusy ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SayBusy(ctx, 200, true) }, "POST onlineagent/101/saybusy?prolong=true&reason=200 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.CancelBusy(ctx) }, "POST onlineagent/101/cancelbusy ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Rest(ctx, 60, 7) }, "POST onlineagent/101/rest/60/7 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.CancelRest(ctx) }, "POST onlineagent/101/cancelrest ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SayWork(ctx) }, "POST onlineagent/101/work ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.CancelWork(ctx) }, "POST onlineagent/101/cancelwork ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.Status(ctx) }, "GET onlineagent/101/agentstatus ", `{"retcode":"0","result":{"agentState":4,"isWorking":false}}`, Status{State: StateIdle}},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetTalkRight(ctx, true) }, "POST onlineagent/101/settalkright?flag=1 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetTalkRight(ctx, false) }, "POST onlineagent/101/settalkright?flag=0 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ChangePassword(ctx, "o", "n") }, `POST onlineagent/101/modifyaccountpwdex {"newPassword":"n","oldPassword":"o"}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetCustomState(ctx, 5) }, "POST onlineagent/101/setcustomstate?customstate=5 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.CustomState(ctx) }, "GET onlineagent/101/querycustomstate ", `{"retcode":"0","result":{"agentcustomstate":"65535"}}`, 65535},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.CancelCustomState(ctx) }, "POST onlineagent/101/cancelsetcustomstate ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.BindPhone(ctx, "1") }, `POST onlineagent/101/bindphone {"phonenum":"1"}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetForwarding(ctx, "1") }, `POST onlineagent/101/setforwarding {"forwardnumber":"1"}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetSelfRecord(ctx, true, false) }, "POST onlineagent/101/setselfrecord/1/0 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.PauseRecord(ctx) }, "POST recordplay/101/pauserecord ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ResumeRecord(ctx) }, "POST recordplay/101/resumerecord ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SendNote(ctx, "t", 102, 103) }, `POST onlineagent/101/sendnoteletex {"agentIds":[102,103],"content":"t"}`, `{"retcode":"0","result":null}`, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.BulletinToSkill(ctx, "q", "t") }, `POST onlineagent/101/notifybulletin {"bulletindata":"t","targetname":"q","targettype":1}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.BulletinToGroup(ctx, "q", "t") }, `POST onlineagent/101/notifybulletin {"bulletindata":"t","targetname":"q","targettype":0}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) {
			return a.CallOut(ctx, CallOut{Called: "0", Skill: 2})
		}, `PUT voicecall/101/callout {"called":"0","skillid":2}`, `{"retcode":"0","result":"1-2"}`, "1-2"},
		{func(ctx context.Context, a *Agent) (any, error) { return a.CallInner(ctx, "102", "d") }, `PUT voicecall/101/callinner {"called":"102","callappdata":"d"}`, `{"retcode":"0","result":"1-2"}`, "1-2"},
		{func(ctx context.Context, a *Agent) (any, error) { return a.CallInnerSkill(ctx, 2) }, `PUT voicecall/101/callinnerskill {"skillId":2}`, `{"retcode":"0","result":"1-2"}`, "1-2"},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.RequestCall(ctx, "1-2", 7) }, "POST voicecall/101/requestcall/1-2/0?skillId=7 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.TransmitKeys(ctx) }, "POST voicecall/101/thirdPartyConfTransmitNum ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) {
			return nil, a.ReportSound(ctx, Report{Prompt: "p", Digits: "12"})
		}, `POST voicecall/101/reportsound {"prompt":"p","digits":"12"}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SwitchMedia(ctx, true) }, "POST voicecall/101/mediaswitch?mediaType=3 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SwitchMedia(ctx, false) }, "POST voicecall/101/mediaswitch?mediaType=1 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Answer(ctx, "1-2") }, "PUT voicecall/101/answer?callid=1-2 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Answer(ctx, "") }, "PUT voicecall/101/answer ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.GiveBack(ctx, "1-2") }, `POST voicecall/101/reject {"callid":"1-2","mode":1}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Reject(ctx, "1-2") }, `POST voicecall/101/reject {"callid":"1-2","mode":2}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Release(ctx) }, "DELETE voicecall/101/release ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.DropCall(ctx, "1-2") }, "POST voicecall/101/dropcall/1-2 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.Hold(ctx) }, "POST voicecall/101/hold ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.GetHold(ctx, "1-2") }, "POST voicecall/101/gethold?callid=1-2 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.PhonePickUp(ctx) }, "POST voicecall/101/phonepickup ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.PhoneHangUp(ctx) }, "POST voicecall/101/phonehangup ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.Call(ctx, true) }, "GET calldata/101/callinfo?isNoContainLastCall=true ", `{"retcode":"0","result":null}`, (*Call)(nil)},
		{func(ctx context.Context, a *Agent) (any, error) { return a.Call(ctx, false) }, "GET calldata/101/callinfo ", `{"retcode":"0","result":{"callid":"1-2","callfeature":0,"caller":70003,"endtime":null}}`, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.OfferedCall(ctx) }, "GET calldata/101/callinfobeforeanswer ", `{"retcode":"0","result":null}`, (*Call)(nil)},
		{func(ctx context.Context, a *Agent) (any, error) { return a.CallByID(ctx, "1-2") }, "GET calldata/101/callinfobycallid/1-2 ", `{"retcode":"0","result":{"callid":"1-2","begintime":5}}`, &Call{ID: "1-2", Began: 5}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.CallData(ctx, "1-2") }, "GET calldata/101/appdata?callId=1-2 ", `{"retcode":"0","result":"d"}`, "d"},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.SetCallData(ctx, "1-2", "d") }, `PUT calldata/101/setcalldataex {"calldata":"d","callid":"1-2"}`, ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceSignOutAgent(ctx, 102) }, "POST qualitycontrol/101/forcelogout/102 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceBusy(ctx, 102) }, "POST qualitycontrol/101/forcebusy/102 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceIdle(ctx, 102) }, "POST qualitycontrol/101/forceidle/102 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.ForceRest(ctx, 102, 60, 1) }, "POST qualitycontrol/101/forcerest/102/60/1 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) {
			return nil, a.RecordAgents(ctx, true, false, 102, 103)
		}, "POST qualitycontrol/101/setselfrecord/1/0?agents=102%3B103 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return nil, a.LeaveRecording(ctx, 102) }, "POST qualitycontrol/101/cancelselfrecord?agents=102 ", ok, nil},
		{func(ctx context.Context, a *Agent) (any, error) { return a.OnlineAgents(ctx) }, "GET agentgroup/101/allonlineagents ", `{"retcode":"0","result":[{"workno":"102","status":"4","skilllist":[{"id":1}]}]}`, []View{{Agent: 102, Status: 4, Skills: []Skill{{ID: 1}}}}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.AgentByNumber(ctx, 102) }, "GET agentgroup/101/agentbyworkno/102 ", `{"retcode":"0","result":{"workno":"102","status":2}}`, View{Agent: 102, Status: 2}},
		{func(ctx context.Context, a *Agent) (any, error) { return a.IsInspector(ctx) }, "GET agentgroup/101/iscensor ", `{"retcode":"0","result":true}`, true},
		{func(ctx context.Context, a *Agent) (any, error) { return a.Waiting(ctx) }, "GET queuedevice/101/waitnum ", `{"retcode":"0","result":3}`, 3},
		{func(ctx context.Context, a *Agent) (any, error) { return a.WaitingIn(ctx, 7) }, "GET queuedevice/101/skillwaitnum/7 ", `{"retcode":"0","result":3}`, 3},
	} {
		s := newServer(t, func(*http.Request) (string, string) { return c.reply, "" })
		a := signIn(t, s)
		value, err := c.call(t.Context(), a)
		method, path, _ := cut(c.want)
		if want := method + " /agentgateway/resource/" + path + " g1.N"; s.last() != want {
			t.Errorf("asked %s\nwant  %s", s.last(), want)
		}
		if c.value == nil && value != nil { // a reply whose types are wrong
			if err == nil {
				t.Errorf("%s: %+v was taken", c.want, value)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(value, c.value) {
			t.Errorf("%s: got %+v, %v", c.want, value, err)
		}
	}
}

func cut(want string) (method, rest string, found bool) {
	for i := range want {
		if want[i] == ' ' {
			return want[:i], want[i+1:], true
		}
	}
	return want, "", false
}

func TestUpdateGUIDAndSync(t *testing.T) {
	s := newServer(t, func(*http.Request) (string, string) { return `{"retcode":"0","result":{"guid":"g2.N"}}`, "" })
	a := signIn(t, s)
	if err := a.UpdateGUID(t.Context()); err != nil || a.GUID() != "g2.N" {
		t.Errorf("GUID is %s, %v", a.GUID(), err)
	}
	s.answer = func(*http.Request) (string, string) {
		return `{"retcode":"0","result":{"callinfo":null,"agentStateInfo":{"workNo":"101","state":1,"lastState":255,"beginHoldTime":null,"currentTime":"7","agentStateBeginTime":8}}}`, ""
	}
	info, err := a.Sync(t.Context())
	if err != nil || info.State.State != 1 || info.State.Now != 7 || info.State.Since != 8 || string(info.Call) != "null" {
		t.Errorf("got %+v, %v", info, err)
	}
	if want := "POST /agentgateway/resource/onlineagent/101/syncagentinfo  g2.N"; s.last() != want {
		t.Errorf("asked %s, want %s", s.last(), want)
	}
}

func TestStream(t *testing.T) {
	polls := 0
	s := newServer(t, nil)
	s.answer = func(*http.Request) (string, string) {
		polls++ // the stream polls one at a time
		switch polls {
		case 1:
			return `{"message":"","retcode":"0","event":{"eventType":"AgentState_Ready","workNo":"101","content":null}}`, "g2.N"
		case 2:
			return `{"message":"","retcode":"0"}`, ""
		case 3:
			return `{"message":"soon","retcode":"000-004"}`, ""
		case 4:
			return `not an envelope`, ""
		case 5:
			return `{"message":"","retcode":"0","event":{"eventType":"AgentEvent_Hold","workNo":101,"content":"1-2"}}`, ""
		default:
			return `{"message":"gone","retcode":"100-006","result":""}`, ""
		}
	}
	a := signIn(t, s)
	stream := a.Events(t.Context())
	var got []string
	for event := range stream.C {
		got = append(got, event.Type+" "+event.CallID())
	}
	if diff := cmp.Diff([]string{"AgentState_Ready ", "AgentEvent_Hold 1-2"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if CodeOf(stream.Err()) != NotSignedIn || a.GUID() != "g2.N" {
		t.Errorf("ended with %v, GUID %s", stream.Err(), a.GUID())
	}
	if want := "GET /agentgateway/resource/agentevent/101  g2.N"; s.last() != want {
		t.Errorf("asked %s", s.last())
	}
}

func TestStream_EndsWithItsContext(t *testing.T) {
	asked := make(chan struct{}, 1)
	s := newServer(t, nil)
	s.answer = func(r *http.Request) (string, string) {
		asked <- struct{}{}
		<-r.Context().Done()
		return "", ""
	}
	a := signIn(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	stream := a.Events(ctx)
	<-asked
	cancel()
	for range stream.C {
		t.Error("an event came")
	}
	if stream.Err() != nil {
		t.Errorf("ended with %v", stream.Err())
	}
}

func TestEvent_Value(t *testing.T) {
	for wire, want := range map[string]any{
		`{"eventType":"AgentState_Ready","workNo":"101","content":null}`:                                                       nil,
		`{"eventType":"AgentEvent_Hold","workNo":"101","content":"1-2"}`:                                                       "1-2",
		`{"eventType":"AgentEvent_Ringing","workNo":"101","content":{"callid":"1-2","caller":"7","feature":"6"}}`:              &Offer{Call: "1-2", Caller: "7", Feature: 6},
		`{"eventType":"AgentEvent_Auto_Answer","workNo":"101","content":{"callid":"1-2","mediaType":5}}`:                       &Offer{Call: "1-2", MediaType: 5},
		`{"eventType":"AgentEvent_Incoming_CallInfo","workNo":"101","content":{"callId":"1-2","lastReleaseAgentId":65535}}`:    &IncomingInfo{Call: "1-2", LastRelease: 65535},
		`{"eventType":"AgentState_SetNotReady_Success","workNo":"101","content":{"reason":"2"}}`:                               &Reason{2},
		`{"eventType":"AgentOther_PhoneRelease","workNo":"101","content":{"phoneState":3}}`:                                    &PhoneState{3},
		`{"eventType":"AgentMediaEvent_Record","workNo":"101","content":{"callId":"1-2","recordID":"r","locationId":"0"}}`:     &Recorded{Call: "1-2", Recording: "r", Location: "0"},
		`{"eventType":"AgentEvent_Customer_Release","workNo":"101","content":{"callid":"1-2","number":"7"}}`:                   &Left{"1-2", "7"},
		`{"eventType":"AgentOther_Note","workNo":"101","content":{"sender":"102","context":"您好"}}`:                             &Note{Sender: 102, Text: "您好"},
		`{"eventType":"QC_AgentState_Notify","workNo":"101","content":{"subtype":"QC_AgentState_Login","monitoredagent":"9"}}`: &Notice{Kind: "QC_AgentState_Login", Agent: 9},
		`{"eventType":"Something_Else","workNo":"101","content":{"a":1}}`:                                                      json.RawMessage(`{"a":1}`),
	} {
		var event Event
		if err := json.Unmarshal([]byte(wire), &event); err != nil || event.Agent != 101 {
			t.Errorf("%s: %v", wire, err)
			continue
		}
		if got, err := event.Value(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", wire, got, err)
		}
	}
	for _, wire := range []string{`{}`, `[]`, `{"eventType":"x","workNo":"a"}`} {
		if err := json.Unmarshal([]byte(wire), new(Event)); err == nil {
			t.Errorf("%s was taken", wire)
		}
	}
	if _, err := (Event{Type: Talking, Content: json.RawMessage(`{"feature":"x"}`)}).Value(); err == nil {
		t.Error("a feature that is no number was taken")
	}
}

func TestError(t *testing.T) {
	err := fmt.Errorf("sign in: %w", &Error{Code: "100-002", Message: "m", Interface: "PUT x"})
	if CodeOf(err) != AlreadySignedIn || CodeOf(errors.New("x")) != "" || CodeOf(nil) != "" || err.Error() != "sign in: PUT x: 100-002: m" {
		t.Errorf("got %v", err)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Set-GUID"] = []string{"JSESSIONID=g1.N"}
		_, _ = io.WriteString(w, signedIn)
	}))
	s.Config.ErrorLog = nil
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	for name, c := range map[string]struct {
		options []Option
		good    bool
	}{
		"unknown certificate": {nil, false}, "insecure": {[]Option{InsecureTLS()}, true}, "its authority": {[]Option{CA(pool)}, true},
		"own client": {[]Option{HTTP(s.Client())}, true},
	} {
		client, err := New(s.URL, c.options...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = client.SignIn(t.Context(), SignIn{Agent: 101, Password: "x", Phone: "1"}); (err == nil) != c.good {
			t.Errorf("%s: got %v", name, err)
		}
		client.Close()
	}
}

// FuzzEvent looks that nothing a gateway sends breaks a program.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"eventType":"AgentEvent_Ringing","workNo":"101","content":{"callid":"1-2","feature":"6"}}`))
	f.Add([]byte(`{"eventType":"AgentEvent_Hold","workNo":101,"content":"1-2"}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var event Event
		if json.Unmarshal(data, &event) == nil {
			_, _ = event.Value()
			_ = event.CallID()
		}
	})
}
