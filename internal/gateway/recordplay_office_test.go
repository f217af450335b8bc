package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
)

// soundEnds tells the center that what plays has ended.
func (o *office) soundEnds(why string) {
	o.mu.Lock()
	id := o.played.Play
	o.mu.Unlock()
	o.world(center.PlayEnded{Play: id, Why: why})
}

// plays compares what the phone side was asked to play last; leg and name of the playing aside.
func (o *office) plays(want center.Play) {
	o.t.Helper()
	o.mu.Lock()
	got := o.played
	o.mu.Unlock()
	got.Play, got.Leg = "", ""
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Error(diff)
	}
}

const playAnns = `{"voicepath":"` + annsName + `","startpostion":0,"volumechange":"50","speedchange":"50","times":1,"codeformat":0}`

// TestOffice_Play: outside of a call, with the events of recordplay.yaml and no others.
func TestOffice_Play(t *testing.T) {
	o, s, ann, _ := hearers(t, Config{})
	ann.says("PUT recordplay/101/play", playAnns, okDone)
	ann.refused("PUT recordplay/101/play", playAnns, "500-007")
	ann.refused("POST recordplay/101/pauseplay", "", "500-003")
	ann.refused("POST recordplay/101/forefast/1", "", "500-002")
	o.rings("40101")
	o.lifts("40101")
	ann.hears("Busy PhoneAlerting PhoneOffhook Play_Succ Play")
	o.plays(center.Play{Sound: []center.Sound{{File: "1/20260105/c1-101.wav"}}, Volume: 50, Speed: 50})
	if got := s.used(); got != "1/101 beginPlay c1-101" {
		t.Errorf("written down: %s", got)
	}
	ann.refused("PUT recordplay/101/play", playAnns, "500-007")
	ann.refused("POST recordplay/101/resumeplay", "", "500-005")
	ann.says("POST recordplay/101/pauseplay", "", okDone)
	ann.refused("POST recordplay/101/pauseplay", "", "500-003")
	ann.says("POST recordplay/101/resumeplay", "", okDone)
	ann.says("POST recordplay/101/forefast/5", "", okDone)
	ann.says("POST recordplay/101/backfast/2", "", okDone)
	ann.says("POST recordplay/101/playrelocation", `{"position":1}`, okDone)
	ann.hears("PausePlayDone ResumePlayDone JumpPlayDone JumpPlayDone JumpPlayDone")
	o.soundEnds("")
	ann.hears("PhoneRelease Ready StopPlayDone")
	for line, code := range map[string]string{
		"POST recordplay/101/pauseplay": "500-003", "POST recordplay/101/resumeplay": "500-005", "POST recordplay/101/forefast/1": "500-002",
		"POST recordplay/101/backfast/1": "500-001", "DELETE recordplay/101/stopplay": "500-009",
	} {
		ann.refused(line, "", code)
	}
	ann.hears("")
}

func TestOffice_PlayStopped(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{})
	ann.says("PUT recordplay/101/play", `{"voicepath":"c1-101","startpostion":"3","volumechange":99999,"speedchange":"0","times":7}`, okDone)
	o.rings("40101")
	o.lifts("40101")
	o.plays(center.Play{Sound: []center.Sound{{File: "1/20260105/c1-101.wav"}}, StartMS: 3000, Volume: 100, Speed: 0})
	ann.hears("Busy PhoneAlerting PhoneOffhook Play_Succ Play")
	ann.says("DELETE recordplay/101/stopplay", "", okDone)
	if got := ann.call("GET agentevent/101", ""); !strings.Contains(got, "AgentOther_PhoneRelease") {
		t.Errorf("%s", got)
	}
	ann.call("GET agentevent/101", "")
	if got := ann.call("GET agentevent/101", ""); !strings.Contains(got, `"AgentMediaEvent_StopPlayDone"`) || !strings.Contains(got, `"content":{"cause":1}`) {
		t.Errorf("%s", got)
	}
}

// TestOffice_PlayNotAnswered: the agent's phone is not answered, or the file cannot be played.
func TestOffice_PlayFails(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{})
	ann.says("PUT recordplay/101/play", playAnns, okDone)
	o.rings("40101")
	o.world(center.LegEnded{Leg: o.leg("40101"), Cause: center.CauseNoAnswer})
	ann.hears("Busy PhoneAlerting PhoneRelease Ready Play_Fail StopPlayDone")
	ann.says("PUT recordplay/101/play", playAnns, okDone)
	o.rings("40101")
	o.lifts("40101")
	o.soundEnds("broken file")
	ann.hears("Busy PhoneAlerting PhoneOffhook Play_Succ Play PhoneRelease Ready StopPlayDone")
}

// TestOffice_PlayInCall: only the media events, and no pausing.
func TestOffice_PlayInCall(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{})
	o.talk(ann)
	ann.says("PUT recordplay/101/play", playAnns, okDone)
	ann.hears("Play_Succ Play")
	ann.refused("POST recordplay/101/pauseplay", "", "500-003")
	ann.says("POST recordplay/101/forefast/2147483647", "", okDone)
	o.soundEnds("")
	ann.hears("JumpPlayDone StopPlayDone")
	ann.says("POST recordplay/101/netplay", `{"fileName":"c1-101","ccId":1,"position":2,"playTime":0,"fileFormat":"2","locationId":"0"}`, okDone)
	o.plays(center.Play{Sound: []center.Sound{{File: "1/20260105/c1-101.wav"}}, StartMS: 2000, Volume: 50, Speed: 50, Endless: true})
	ann.says("DELETE recordplay/101/stopplay", "", okDone)
	ann.hears("Play_Succ Play StopPlayDone")
	ann.says("POST voicecall/101/hold", "", okDone)
	ann.events()
	ann.refused("PUT recordplay/101/play", playAnns, "500-007") // nobody is to be heard then but the music
	ann.hears("")
}

func TestOffice_PlayRefused(t *testing.T) {
	_, s, ann, ivy := hearers(t, Config{})
	long := strings.Repeat("x", 101)
	for _, c := range []struct{ body, code string }{
		{``, "000-002"}, {`{"voicepath":""}`, "000-002"}, {`{"voicepath":["a"]}`, "000-002"}, {`{"voicepath":"` + long + `"}`, "000-002"},
		{`{"voicepath":"c1-101","startpostion":-1}`, "000-002"}, {`{"voicepath":"c1-101","startpostion":"x"}`, "000-002"},
		{`{"voicepath":"c1-101","volumechange":"100000"}`, "000-002"}, {`{"voicepath":"c1-101","speedchange":"-1"}`, "000-002"},
		{`{"voicepath":"c1-101","codeformat":1}`, "000-002"}, {`{"voicepath":"c1-101","times":"x"}`, "000-002"}, {`{"voicepath":"c1-101","locationId":"x"}`, "000-002"},
		{`{"voicepath":"../x"}`, "104-003"}, {`{"voicepath":"a\u0000"}`, "104-003"}, {`{"voicepath":"..\\x"}`, "104-003"},
		{`{"voicepath":"c1-102"}`, "104-002"}, {`{"voicepath":"nothing"}`, "104-002"}, {`{"voicepath":"/etc/passwd"}`, "104-002"},
		{`{"voicepath":"1/20260105/c1-101.wav"}`, "104-002"}, {`{"voicepath":"runs"}`, "104-005"}, {`{"voicepath":"deleted"}`, "104-005"},
	} {
		ann.refused("PUT recordplay/101/play", c.body, c.code)
		if !strings.Contains(c.body, "volumechange") && !strings.Contains(c.body, "speedchange") && !strings.Contains(c.body, "startpostion") &&
			!strings.Contains(c.body, "codeformat") && !strings.Contains(c.body, "times") {
			ann.refused("POST recordplay/101/netplay", strings.Replace(strings.Replace(c.body, "voicepath", "fileName", 1), "}", `,"ccId":1}`, 1), c.code)
		}
	}
	ann.refused("POST recordplay/101/netplay", `{"fileName":"c1-101"}`, "000-002")
	ann.refused("POST recordplay/101/netplay", `{"fileName":"c1-101","ccId":1,"fileFormat":3}`, "000-002")
	ivy.refused("PUT recordplay/901/play", `{"voicepath":"c8-201"}`, "104-005") // another tenant's
	ann.refused("PUT recordplay/102/play", playAnns, "100-006")
	if got := s.used(); got != "" {
		t.Errorf("written down: %s", got)
	}
	ann.hears("")
}

// TestOffice_PlayInspector hears another's recording.
func TestOffice_PlayInspector(t *testing.T) {
	o, s, _, ivy := hearers(t, Config{})
	ivy.says("PUT recordplay/901/play", playAnns, okDone)
	o.rings("40901")
	o.lifts("40901")
	ivy.hears("Busy PhoneAlerting PhoneOffhook Play_Succ Play")
	if got := s.used(); got != "1/901 beginPlay c1-101" {
		t.Errorf("written down: %s", got)
	}
}

// TestOffice_RecordOnDemand: what beginRecord begins stopRecord ends; a recording by the tenant's rule is not the agent's to end.
func TestOffice_RecordOnDemand(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{})
	const record = "PUT recordplay/101/record"
	ann.refused(record, `{"mediaType":5}`, "500-008")
	ann.refused("DELETE recordplay/101/stoprecord", "", "500-010")
	o.talk(ann)
	ann.refused("DELETE recordplay/101/stoprecord", "", "500-010")
	ann.says(record, `{"fileName":"","mediaType":5,"recordMode":0,"recordFormat":0}`, okDone)
	ann.refused(record, `{"mediaType":5}`, "500-008")
	got := ann.call("GET agentevent/101", "")
	for _, want := range []string{`"AgentMediaEvent_Record"`, `"fileName":"Y:/1/0/20260105/101/090000.V3"`, `"locationId":"0"`, `"fileMediaType":"1"`, `-101"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	ann.says("DELETE recordplay/101/stoprecord", "", okDone)
	ann.hears("StopRecordDone")
	ann.refused("DELETE recordplay/101/stoprecord", "", "500-010")
	ann.says(record, `{"fileName":"second.V3","mediaType":"5"}`, okDone)
	if got := ann.call("GET agentevent/101", ""); !strings.Contains(got, `"fileName":"second.V3"`) {
		t.Errorf("%s", got)
	}
	ann.says("DELETE voicecall/101/release", "", okDone)
	ann.hears("Call_Release Customer_Release PhoneRelease Ready")
}

func TestOffice_RecordByRule(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{}, func(c *center.Config) { c.Recording.Mode = center.RecordAll })
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	o.callsIn()
	o.rings("40101")
	o.lifts("40101")
	ann.says("PUT voicecall/101/answer", "", okDone)
	ann.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking Record")
	ann.refused("DELETE recordplay/101/stoprecord", "", "500-010")
	ann.refused("PUT recordplay/101/record", `{"mediaType":5}`, "500-008")
	ann.hears("")
}

// TestOffice_PauseRecord: card data stay out of the recording from a pause until the agent resumes, or until the longest pause is over. What is
// not being recorded cannot be paused, what is not paused cannot be resumed, and nobody is told anything.
func TestOffice_PauseRecord(t *testing.T) {
	o, _, ann, _ := hearers(t, Config{}, func(c *center.Config) { c.Recording.Mode, c.Pause = center.RecordAll, time.Minute })
	const pause, resume, held = "POST recordplay/101/pauserecord", "POST recordplay/101/resumerecord", "POST voicecall/101/hold"
	refuses := func(line, code, why string) {
		t.Helper()
		if got := ann.call(line, ""); !strings.Contains(got, `"retcode":"`+code+`"`) || !strings.Contains(got, why) {
			t.Errorf("%s: %s", line, got)
		}
	}
	paused := func(want string) {
		t.Helper()
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.pauses != want {
			t.Errorf("the phone side was told %q, want %q", o.pauses, want)
		}
		o.pauses = ""
	}
	refuses(pause, "500-004", "is not being recorded")
	refuses(resume, "500-006", "has paused no recording")
	ann.says("POST onlineagent/101/resetskill/true", "", okDone)
	o.callsIn()
	o.rings("40101")
	o.lifts("40101")
	refuses(pause, "500-004", "is not being recorded") // offered, not answered
	ann.says("PUT voicecall/101/answer", "", okDone)
	ann.hears("Busy PhoneAlerting PhoneOffhook Ringing Incoming_CallInfo Customer_Alerting Talking Record")
	refuses(resume, "500-006", "has paused no recording")
	ann.says(pause, "", okDone)
	paused("on ")
	refuses(pause, "500-004", "has paused")
	ann.says(resume, "", okDone)
	paused("off ")
	refuses(resume, "500-006", "has paused no recording")
	ann.says(pause, "", okDone)
	o.pass(59 * time.Second)
	paused("on ")
	o.pass(time.Second) // the longest pause
	paused("off ")
	refuses(resume, "500-006", "has paused no recording")
	ann.says(pause, "", okDone)
	ann.says(held, "", okDone)
	refuses(resume, "500-006", "has paused no recording") // no present talk; the pause goes on until its time is over
	refuses(pause, "500-004", "is not being recorded")
	paused("on ")
	o.pass(time.Minute)
	paused("off ")
	ann.says("POST voicecall/101/gethold", "", okDone)
	ann.says(pause, "", okDone)
	ann.says("DELETE voicecall/101/release", "", okDone)
	refuses(pause, "500-004", "is not being recorded")
	refuses(resume, "500-006", "has paused no recording")
	paused("on ")
	ann.hears("Hold Talking Call_Release Customer_Release PhoneRelease Ready")
	ann.refused("POST recordplay/102/pauserecord", "", "100-006")
	ben := o.signIn("102")
	ben.refused("POST recordplay/101/pauserecord", "", "000-003")
	ben.refused("POST recordplay/102/resumerecord", "", "500-006")
}

// TestOffice_Screen: no screen recorder is connected; the answer says so, and the events of the pages do, without content.
func TestOffice_Screen(t *testing.T) {
	o, _, ann, ivy := hearers(t, Config{})
	const refused = `{"message":"no screen recorder is connected","retcode":"100-007","result":{}}`
	for line, event := range map[string]string{
		"PUT recordplay/101/startrecordscreen": "AgentMediaEvent_StartRecordScreen_Fail", "DELETE recordplay/101/stoprecordscreen": "AgentMediaEvent_StopRecordScreen_Fail",
	} {
		ann.says(line, "", refused)
		ann.says("GET agentevent/101", "", `{"message":"","retcode":"0","event":{"eventType":"`+event+`","workNo":"101","content":null}}`)
		ivy.refused(line, "", "000-003")
		o.desktop("102").refused(strings.Replace(line, "101", "102", 1), "", "100-006")
		ann.hears("")
	}
	o.talk(ann)
	ann.says("PUT recordplay/101/startrecordscreen", "", refused)
	ann.hears("StartRecordScreen_Fail")
	ivy.hears("")
	ann.says("GET recordplay/101/getconnecttoken", "", `{"message":"no screen recorder is connected","retcode":"100-007"}`)
	ann.hears("")
}
