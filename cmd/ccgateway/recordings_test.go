package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/store"
)

// mayHearAll lets inspectors play and download recordings.
func mayHearAll(cfg *config.Config) {
	for v := range cfg.VCCs {
		for r := range cfg.VCCs[v].Roles {
			if role := &cfg.VCCs[v].Roles[r]; role.Name == "inspector" {
				role.Rights = append(role.Rights, "inspect_recordings")
			}
		}
	}
}

// passage is how long Amy says each of her tones at least, in packets: a second and a half.
const passage = 75

// recordTalk lets Amy say three tones one after another in a talk with Ann, whose own tone is in all of it, and gives Ann's recording.
func recordTalk(t *testing.T, change ...setting) (talkOf, store.Recording) {
	t.Helper()
	s := beginTalk(t, append([]setting{mayHearAll}, change...)...)
	s.ben.ok(func(ctx context.Context) error { return s.ben.SayBusy(ctx, 0, false) }) // so that all calls are Ann's
	s.ben.expect(notReady(0))
	s.agent.listen(passage)
	for _, next := range []float64{bobTone, cleoTone} {
		s.amy.Say(next)
		s.agent.hears(next)
		s.agent.listen(passage)
	}
	s.ann.ok(s.ann.Release)
	s.ann.expect(fromAmy.releasedByAgent(ready)...)
	s.agent.over()
	must(t, s.store.Flush(s.ctx))
	found, err := s.store.Recordings(s.ctx, store.Filter{Agent: 101})
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d recordings", len(found))
	}
	s.recordingFile(found[0]) // until it is closed
	return s, found[0]
}

// asks makes a request with a desk's GUID, which must be answered with the code.
func (d *desk) asks(method, path, body, code string) {
	d.in.t.Helper()
	if got := d.in.ask(method, path, d.GUID(), body); got.code() != code {
		d.in.t.Errorf("%s %s: %s, want %s", method, path, got.body, code)
	}
}

// TestRecording_Play: the agent hears his recording at his phone from any place of it, and silence while it is paused.
func TestRecording_Play(t *testing.T) {
	t.Parallel()
	s, r := recordTalk(t)
	ann := s.ann
	ann.asks(http.MethodPut, "recordplay/101/play", `{"voicepath":"`+r.Name+`","times":1}`, "0")
	ann.expect("AgentState_Busy null")
	phone := ann.Phone.rung()
	ann.expect("AgentOther_PhoneAlerting null")
	phone.lift()
	ann.expect(`AgentOther_PhoneOffhook {"type":"main"}`, "AgentMediaEvent_Play_Succ null", "AgentMediaEvent_Play null")
	phone.hears(amyTone, annTone)
	ann.asks(http.MethodPost, "recordplay/101/pauseplay", "", "0")
	ann.expect("AgentMediaEvent_PausePlayDone null")
	phone.hears()
	phone.listen(10)
	phone.hears()
	move := func(path, body string, tones ...float64) { // in a pause, so that a busy machine does not miss a place
		t.Helper()
		ann.asks(http.MethodPost, path, body, "0")
		ann.expect("AgentMediaEvent_JumpPlayDone null")
		ann.asks(http.MethodPost, "recordplay/101/resumeplay", "", "0")
		ann.expect("AgentMediaEvent_ResumePlayDone null")
		phone.hears(tones...)
		ann.asks(http.MethodPost, "recordplay/101/pauseplay", "", "0")
		ann.expect("AgentMediaEvent_PausePlayDone null")
		phone.hears()
	}
	end := r.Ended.Sub(r.Began)
	move("recordplay/101/playrelocation", `{"position":`+wholeSeconds(end-time.Second)+`}`, cleoTone, annTone)
	move("recordplay/101/backfast/9999", "", amyTone, annTone)
	move("recordplay/101/forefast/"+wholeSeconds(end-time.Second), "", cleoTone, annTone)
	ann.asks(http.MethodDelete, "recordplay/101/stopplay", "", "0")
	ann.expect(platformHungUp, ready, `AgentMediaEvent_StopPlayDone {"cause":1}`)
	phone.over()
	ann.asks(http.MethodPost, "recordplay/101/pauseplay", "", "500-003")
	ann.quiet()
	s.ben.quiet()
}

func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// TestRecording_PlayToEnd: it ends by itself where the recording ends, from a place near it, and in a talk the customer hears none of it.
func TestRecording_PlayToEnd(t *testing.T) {
	t.Parallel()
	s, r := recordTalk(t)
	ann, from := s.ann, wholeSeconds(r.Ended.Sub(r.Began)-time.Second)
	ann.asks(http.MethodPut, "recordplay/101/play", `{"voicepath":"`+string(r.ID)+`","startpostion":`+from+`}`, "0")
	ann.expect("AgentState_Busy null")
	phone := ann.Phone.rung()
	phone.lift()
	ann.expect("AgentOther_PhoneAlerting null", `AgentOther_PhoneOffhook {"type":"main"}`, "AgentMediaEvent_Play_Succ null", "AgentMediaEvent_Play null")
	phone.hears(cleoTone, annTone)
	ann.expect(platformHungUp, ready, `AgentMediaEvent_StopPlayDone {"cause":0}`)
	phone.over()

	bob := s.customer("13901", bobTone).calls("1000")
	bob.answered()
	agent := ann.takes()
	ann.until("AgentMediaEvent_Record")
	converse(agent, bob)
	ann.asks(http.MethodPost, "recordplay/101/netplay", `{"fileName":"`+r.Name+`","ccId":1,"playTime":0,"position":`+from+`}`, "0")
	ann.expect("AgentMediaEvent_Play_Succ null", "AgentMediaEvent_Play null")
	agent.hears(cleoTone, annTone, bobTone)
	bob.hears(annTone)
	ann.asks(http.MethodPost, "recordplay/101/pauseplay", "", "500-003")
	ann.asks(http.MethodDelete, "recordplay/101/stopplay", "", "0")
	ann.expect(`AgentMediaEvent_StopPlayDone {"cause":1}`)
	converse(agent, bob)
	ann.ok(ann.Release)
	agent.over()
}

// TestRecording_Download: who may, what he gets, and that it is gone once it is deleted.
func TestRecording_Download(t *testing.T) {
	t.Parallel()
	s, r := recordTalk(t)
	ivy := s.agent901()
	una := s.installation.agent(201)
	file, err := os.ReadFile(filepath.Join(s.cfg.Data, recordingsFolder, filepath.FromSlash(r.File)))
	must(t, err)
	download := func(d *desk, agent, more string) reply {
		return s.ask(http.MethodGet, "recordfile/"+agent+"?recordId="+url.QueryEscape(r.Name)+more, d.GUID(), "")
	}
	for agent, d := range map[string]*desk{"101": s.ann, "901": ivy} {
		if got := download(d, agent, ""); got.status != http.StatusOK || got.body != string(file) || got.header.Get("Content-Type") != "application/octet-stream;charset=utf-8" {
			t.Errorf("agent %s: HTTP %d %v, %d bytes of %d", agent, got.status, got.header, len(got.body), len(file))
		}
	}
	for agent, d := range map[string]*desk{"102": s.ben, "201": una} {
		if got := download(d, agent, ""); got.code() != "104-002" {
			t.Errorf("agent %s: %.200s", agent, got.body)
		}
	}
	if got := download(s.ann, "101", "&format=mp3"); got.status != http.StatusOK || len(got.body) == 0 || len(got.body) > len(file)/4 {
		t.Errorf("MP3: HTTP %d, %d bytes where the recording has %d", got.status, len(got.body), len(file))
	}
	s.inTwoSteps(ivy, r, string(file))
	s.talkIsKept(r)
	s.deleted(r)
	if got := download(s.ann, "101", ""); got.code() != "104-005" {
		t.Errorf("deleted: %.200s", got.body)
	}
	s.ann.asks(http.MethodPut, "recordplay/101/play", `{"voicepath":"`+r.Name+`"}`, "104-005")
	s.ann.quiet()
}

// inTwoSteps: an inspector asks for a token, and gets the recording for it once.
func (s talkOf) inTwoSteps(ivy *desk, r store.Recording, file string) {
	s.t.Helper()
	const path = "localrecordpath?format=1&recordId="
	var given struct {
		Result struct {
			Token string `json:"token"`
			Path  string `json:"localRecordPath"`
		} `json:"result"`
	}
	must(s.t, json.Unmarshal([]byte(s.ask(http.MethodGet, "qualitycontrol/901/"+path+url.QueryEscape(r.Name), ivy.GUID(), "").body), &given))
	fetch := "qualitycontrol/901/recordfile?" + url.Values{"token": {given.Result.Token}, "localRecordPath": {given.Result.Path}}.Encode()
	if got := s.ask(http.MethodGet, fetch, ivy.GUID(), ""); got.status != http.StatusOK || got.body != file {
		s.t.Errorf("in two steps: HTTP %d, %d bytes of %d", got.status, len(got.body), len(file))
	}
	ivy.asks(http.MethodGet, fetch, "", "104-002")
	s.ann.asks(http.MethodGet, "qualitycontrol/101/"+path+url.QueryEscape(r.Name), "", "104-002") // no right to inspect recordings
}

// talkIsKept: a recording of a call that still runs is not deleted.
func (s talkOf) talkIsKept(r store.Recording) {
	s.t.Helper()
	bob := s.customer("13901", bobTone).calls("1000")
	bob.answered()
	agent := s.ann.takes()
	content := s.ann.until("AgentMediaEvent_Record")
	_, after, _ := strings.Cut(content, `"recordID":"`)
	id, _, _ := strings.Cut(after, `"`)
	if err := run(s.ctx, []string{"recordings", "delete", "--data", s.cfg.Data, "--admin", s.address("admin"), "--vcc", "1", "--recording", id, "--why", "test"}); err == nil ||
		!strings.Contains(err.Error(), "still runs") {
		s.t.Errorf("recording %s of a talk was deleted: %v", id, err)
	}
	s.ann.asks(http.MethodGet, "recordfile/101?recordId="+id, "", "104-005")
	s.ann.ok(s.ann.Release)
	s.ann.until("AgentState_Ready")
	agent.over()
}

// deleted lets the administrator delete a recording: the file is gone, the entry and the audit stay.
func (s talkOf) deleted(r store.Recording) {
	s.t.Helper()
	must(s.t, run(s.ctx, []string{
		"recordings", "delete", "--data", s.cfg.Data, "--admin", s.address("admin"), "--vcc", "1", "--recording", r.Name, "--why", "ticket 77",
	}))
	if _, err := os.Stat(filepath.Join(s.cfg.Data, recordingsFolder, filepath.FromSlash(r.File))); !errors.Is(err, os.ErrNotExist) {
		s.t.Errorf("the file is still there: %v", err)
	}
	entries, err := s.store.Audit(s.ctx, store.Filter{VCC: 1, Agent: 101})
	must(s.t, err)
	acts := map[string]int{}
	for _, e := range entries {
		if strings.Contains(e.Detail, string(r.ID)) {
			acts[e.Act]++
		}
	}
	if acts["deleteRecording"] != 1 || acts["downloadRecordFile"] != 3 {
		s.t.Errorf("the audit has %v", acts)
	}
}

// toldUntil takes events until one of the type comes, and gives the types of those before it.
func (d *desk) toldUntil(last string) []string {
	d.in.t.Helper()
	var told []string
	for {
		event := d.next(last)
		if event.Type == last {
			return told
		}
		told = append(told, event.Type)
	}
}

// talksWith lets a customer's call be answered and ended by the agent, and looks whether a recording was told of.
func (d *desk) talksWith(customer *line, recorded bool) {
	d.in.t.Helper()
	call := customer.calls("1000")
	call.answered()
	agent := d.takes()
	converse(agent, call)
	agent.listen(25)
	d.ok(d.Release)
	if told := slices.Contains(d.toldUntil("AgentState_Ready"), "AgentMediaEvent_Record"); told != recorded {
		d.in.t.Errorf("agent %d: a recording was told of: %v", d.Number(), told)
	}
	agent.over()
	call.over()
}

// TestRecording_Picked: where the rule is "chosen" an inspector picks who is recorded, signed in or not and whatever the agents say themselves, and
// leaves it to them again; he needs the right inspect_recordings, and picks nobody of another tenant. It outlives sessions.
func TestRecording_Picked(t *testing.T) {
	t.Parallel()
	in := install(t, everyRight, mayHearAll, func(cfg *config.Config) { cfg.VCCs[0].Recording = config.Recording{Mode: "chosen"} })
	ivy, ira := in.agent(901), in.agent(902)
	pick := func(by *desk, code string, on bool, agents ...int) {
		t.Helper()
		by.do(code, func(ctx context.Context) error { return by.RecordAgents(ctx, on, false, agents...) })
	}
	pick(ivy, "", true, 101) // before he signs in
	ann := in.agent(101)
	for _, d := range []*desk{ivy, ira} {
		pick(d, "900-002", true, 101, 201) // one of each tenant
		d.do("900-002", func(ctx context.Context) error { return d.LeaveRecording(ctx, 101, 201) })
		pick(d, "000-005", true, d.Number())
	}
	pick(ann, "104-002", true, 102)
	customer := in.customer("13900", amyTone)
	ann.ok(func(ctx context.Context) error { return ann.SetSelfRecord(ctx, false, false) })
	ann.talksWith(customer, true)
	ann.ok(func(ctx context.Context) error { return ann.SetSelfRecord(ctx, true, false) })
	pick(ivy, "", false, 101, 102)
	ann.talksWith(customer, false)
	ivy.ok(func(ctx context.Context) error { return ivy.LeaveRecording(ctx, 101, 102) })
	ann.talksWith(customer, true)
	pick(ivy, "", true, 102)
	ann.ok(func(ctx context.Context) error { return ann.SayBusy(ctx, 0, false) })
	ann.expect(notReady(0))
	ben := in.agent(102)
	ben.talksWith(customer, true)
	ben.ok(ben.SignOut)
	for _, d := range []*desk{ivy, ira, ann} {
		d.quiet()
	}

	must(t, in.store.Flush(in.ctx))
	found, err := in.store.Recordings(in.ctx, store.Filter{})
	must(t, err)
	var of []center.AgentID
	for _, r := range found {
		of = append(of, r.Agent)
		sound := in.recordingFile(r)
		in.sounds(r, "left", sound.Channel(0), amyTone, talkTone[strconv.Itoa(40000+int(r.Agent))])
		in.sounds(r, "right", sound.Channel(1), talkTone[strconv.Itoa(40000+int(r.Agent))], amyTone)
	}
	if slices.Sort(of); !slices.Equal(of, []center.AgentID{101, 101, 102}) {
		t.Errorf("recordings of %v", of)
	}
	entries, err := in.store.Audit(in.ctx, store.Filter{})
	must(t, err)
	var audited []string
	for _, e := range entries {
		if strings.HasPrefix(e.Act, "qc") {
			audited = append(audited, fmt.Sprintf("%d %s %d", e.Actor, e.Act, e.Target))
		}
	}
	slices.Reverse(audited)
	if want := []string{
		"901 qcSetAgentSelfRecord 101", "901 qcSetAgentSelfRecord 101", "901 qcSetAgentSelfRecord 102",
		"901 qcCancelAgentSelfRecord 101", "901 qcCancelAgentSelfRecord 102", "901 qcSetAgentSelfRecord 102",
	}; !slices.Equal(audited, want) {
		t.Errorf("the audit has %q, not %q", audited, want)
	}
}

// TestRecording_Rules: who is recorded in every mode of the tenant's rule, and that the index, the folder and the events agree.
func TestRecording_Rules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule     config.Recording
		chosen   bool
		recorded string // one letter for each of four talks
	}{
		"none": {config.Recording{Mode: "none"}, false, "----"}, "all": {config.Recording{Mode: "all"}, false, "RRRR"},
		"share of a half": {config.Recording{Mode: "share", Share: 50}, false, "-R-R"},
		"chosen":          {config.Recording{Mode: "chosen"}, true, "RRRR"}, "not chosen": {config.Recording{Mode: "chosen"}, false, "----"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := install(t, everyRight, func(cfg *config.Config) { cfg.VCCs[0].Recording = c.rule })
			ann := in.agent(101)
			if c.chosen {
				ann.ok(func(ctx context.Context) error { return ann.SetSelfRecord(ctx, true, false) })
			}
			customer := in.customer("13900", amyTone)
			for _, want := range c.recorded {
				ann.talksWith(customer, want == 'R')
			}
			must(t, in.store.Flush(in.ctx))
			found, err := in.store.Recordings(in.ctx, store.Filter{VCC: center.VCCID(1)})
			must(t, err)
			if want := strings.Count(c.recorded, "R"); len(found) != want {
				t.Errorf("%d recordings in the index, want %d", len(found), want)
			}
		})
	}
}
