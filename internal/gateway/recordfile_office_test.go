package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

func TestOffice_Download(t *testing.T) {
	_, s, ann, ivy := hearers(t, Config{})
	w := ann.fetch("recordfile/101?recordId=" + strings.ReplaceAll(annsName, "/", "%2F"))
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream;charset=utf-8", "Content-Disposition": "attachment; filename=c1-101.wav", "Content-Length": "10",
		"Cache-Control": "no-store", "Accept-Ranges": "bytes", "Etag": `"c1-101"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w.Body.String() != "0123456789" || s.used() != "1/101 downloadRecordFile c1-101" {
		t.Errorf("%q", w.Body)
	}
	ann.gets("recordfile/101?recordId="+annsName, "0123456789")
	ann.gets("recordfile/101?recordid=c1-101&filetype=1&locationId=0", "0123456789")
	ann.gets("recordfile/101?recordId=c1-101&filetype=2&locationId=0&format=wav", "0123456789")
	ann.gets("recordfile/101?recordId=a.V3", "Ann's a") // Ben has a newer one of that name
	ivy.gets("recordfile/901?recordId=a.V3", "Ben's a")
	ivy.gets("recordfile/901?recordId=c1-102", "Ben's")
	ivy.gets("recordfile/901?recordId=c7-0", "voicemail")
	ann.gets("recordfile/101?recordId=c7-0", "voicemail") // of a queue that she serves
	ann.hears("")
	ivy.hears("")
}

func TestOffice_DownloadRange(t *testing.T) {
	_, _, ann, _ := hearers(t, Config{})
	for _, c := range []struct {
		header, body string
		status       int
	}{
		{"Range: bytes=2-4", "234", http.StatusPartialContent}, {"Range: bytes=7-", "789", http.StatusPartialContent},
		{"Range: bytes=-2", "89", http.StatusPartialContent}, {"Range: bytes=99-", "", http.StatusRequestedRangeNotSatisfiable},
		{"Range: lines=1-2", "", http.StatusRequestedRangeNotSatisfiable}, {`If-None-Match: "c1-101"`, "", http.StatusNotModified},
	} {
		w := ann.fetch("recordfile/101?recordId=c1-101", c.header)
		if w.Code != c.status || c.status == http.StatusPartialContent && w.Body.String() != c.body {
			t.Errorf("%s: HTTP %d %q", c.header, w.Code, w.Body)
		}
	}
	if w := ann.fetch("recordfile/101?recordId=c1-101", "Range: bytes=2-4", `If-Range: "another"`); w.Code != http.StatusOK || w.Body.Len() != 10 {
		t.Errorf("range of another file: HTTP %d %q", w.Code, w.Body)
	}
}

func TestOffice_DownloadRefused(t *testing.T) {
	_, s, ann, ivy := hearers(t, Config{})
	for path, code := range map[string]string{
		"": "000-002", "?recordId=": "000-002", "?recordId=" + strings.Repeat("x", 101): "000-002", "?recordId=c1-101&filetype=3": "000-002",
		"?recordId=c1-101&locationId=x": "000-002", "?recordId=c1-101&locationId=65536": "000-002", "?recordId=c1-101&format=" + strings.Repeat("x", 17): "000-002",
		"?recordId=../../../etc/passwd": "104-003", "?recordId=1/20260105/../../x": "104-003", "?recordId=a%00": "104-003", "?recordId=a%0db": "104-003",
		"?recordId=runs": "104-005", "?recordId=deleted": "104-005", "?recordId=lost": "104-005", "?recordId=c1-101&format=exe": "104-007",
		"?recordId=Y:/1/0/20260105/101/235959.V3": "104-005",
		"?recordId=1/20260105/c1-101.wav":         "104-002", // a path of ours is no name
		"?recordId=c1-102":                        "104-002", "?recordId=nothing": "104-002", "?recordId=c8-201": "104-002", "?recordId=/etc/passwd": "104-002",
	} {
		ann.getsNot("recordfile/101"+path, code)
	}
	ivy.getsNot("recordfile/901?recordId=nothing", "104-005")
	ivy.getsNot("recordfile/901?recordId=c8-201", "104-005") // another tenant's
	if got := s.used(); got != "" {
		t.Errorf("written down: %s", got)
	}
	s.fail = errors.New("no disk")
	ann.getsNot("recordfile/101?recordId=c1-101", "100-007")
	other := *ann
	other.guid = "00000000-0000-4000-8000-000000000009.AgentGateway1"
	other.getsNot("recordfile/101?recordId=c1-101", "000-003")
	ann.getsNot("recordfile/102?recordId=c1-102", "100-006")
	ann.getsNot("recordfile/7?recordId=c1-102", "000-002")
}

func TestOffice_DownloadRelation(t *testing.T) {
	_, _, _, ivy := hearers(t, Config{}, func(c *center.Config) { // Ivy's group inspects group 7, in which Ann is
		c.Inspection.Relations = []center.QCRelation{{Inspectors: -1, Agents: []int{7}}}
	})
	ivy.gets("recordfile/901?recordId=c1-101", "0123456789")
	ivy.getsNot("recordfile/901?recordId=c1-102", "104-002")
	ivy.gets("recordfile/901?recordId=a.V3", "Ann's a") // the newest that she may hear
}

func TestOffice_DownloadOff(t *testing.T) {
	_, _, ann, _ := hearers(t, Config{Downloads: -1})
	ann.getsNot("recordfile/101?recordId=c1-101", "104-001")
	ann.getsNot("recordfile/101/recordfiledownloadEx?callId=c1", "104-001")
	ann.refused("GET qualitycontrol/101/localrecordpath?format=1&recordId=c1-101", "", "104-001")
}

func TestOffice_DownloadEx(t *testing.T) {
	_, s, ann, ivy := hearers(t, Config{})
	const ex = "recordfile/101/recordfiledownloadEx"
	ann.gets(ex+"?callId=c1", "0123456789")
	ann.gets(ex+"?callid={c1}&workNo=101", "0123456789")
	ivy.gets("recordfile/901/recordfiledownloadEx?callId=c1&workNo=102", "Ben's")
	if got, want := s.used(), "1/101 downloadRecordFileEx c1-101, 1/101 downloadRecordFileEx c1-101, 1/901 downloadRecordFileEx c1-102"; got != want {
		t.Errorf("%s", got)
	}
	ann.getsNot(ex+"?callId=c1&workNo=102", "104-002")
	ann.getsNot(ex+"?callId=c9", "104-005")
	ann.getsNot(ex+"?callId=c4", "104-005") // is still being made
	ann.getsNot(ex, "000-002")
	ann.getsNot(ex+"?callId=c1&workNo=7", "000-002")
	ann.getsNot(ex+"?callId=c1&hwFileName=v.mp4", "104-005")
	ivy.getsNot("recordfile/901/recordfiledownloadEx?callId=c1", "104-005") // she was not in it, and named nobody
	ivy.getsNot("recordfile/901/recordfiledownloadEx?callId=c8&workNo=201", "104-005")
}

func TestOffice_Video(t *testing.T) {
	_, _, ann, _ := hearers(t, Config{})
	ann.getsNot("recordfile/101/videofiledownload?conferenceId=1&recordId=2&fileType=0", "104-001")
	ann.getsNot("recordfile/101/videofiledownload?conferenceId=1&fileType=3", "000-002")
	ann.getsNot("recordfile/101/videofiledownload?fileType=1", "000-002")
	ann.getsNot("recordfile/101/videofiledownloadEx?recordId=2&locationId=0", "104-001")
	ann.getsNot("recordfile/101/videofiledownloadEx", "000-002")
}

func TestOffice_DownloadConverted(t *testing.T) {
	_, s, ann, _ := hearers(t, Config{})
	ann.gets("recordfile/101?recordId=c1-101&format=mp3", "0123456789")
	w := ann.fetch("recordfile/101?recordId=c1-101&format=mp3", "Range: bytes=2-4") // nobody knows yet how long it is
	if w.Code != http.StatusOK || w.Body.String() != "0123456789" || w.Header().Get("Accept-Ranges") != "none" ||
		w.Header().Get("Content-Disposition") != "attachment; filename=c1-101.mp3" {
		t.Errorf("HTTP %d %v %q", w.Code, w.Header(), w.Body)
	}
	s.used()
	func() {
		defer func() {
			if broken := recover(); broken != http.ErrAbortHandler { //nolint:errorlint // is compared as net/http does
				t.Errorf("half a file ended with %v", broken)
			}
		}()
		ann.fetch("recordfile/101?recordId=c1-101&format=half")
	}()
	if got := s.used(); got != "1/101 downloadRecordFile c1-101" {
		t.Errorf("written down: %s", got)
	}
}

// TestDownloads_Bound: so many at a time, for all and for one agent.
func TestDownloads_Bound(t *testing.T) {
	d := newDownloads(agentDownloads + 1)
	var ends []func()
	begin := func(agent center.AgentID, want result.Code) {
		t.Helper()
		done, err := d.begin(agent)
		if result.Of(err) != want {
			t.Errorf("agent %d: %v, want %s", agent, err, want)
		}
		if err == nil {
			ends = append(ends, done)
		}
	}
	for range agentDownloads {
		begin(101, result.OK)
	}
	begin(101, result.RepeatedCall)
	begin(102, result.OK)
	begin(103, result.RepeatedCall)
	ends[0]()
	begin(103, result.OK)
	for _, end := range ends[1:] {
		end()
	}
	if d.all != 0 || len(d.agents) != 0 {
		t.Errorf("left: %d, %v", d.all, d.agents)
	}
}

func TestOffice_RecordToken(t *testing.T) {
	o, s, ann, ivy := hearers(t, Config{})
	ann.refused("GET qualitycontrol/101/localrecordpath?format=1&recordId=c1-101", "", "104-002")
	for path, code := range map[string]string{
		"": "000-002", "?format=1": "000-002", "?format=2&recordId=c1-101": "000-002", "?recordId=c1-101": "000-002", "?format=1&recordId=../x": "104-003",
		"?format=1&recordId=nothing": "104-005", "?format=1&recordId=c8-201": "104-005", "?format=1&recordId=runs": "104-005",
	} {
		ivy.refused("GET qualitycontrol/901/localrecordpath"+path, "", code)
	}
	const ask = "GET qualitycontrol/901/localrecordpath?format=1&recordId=" + annsName
	path := func() string {
		t.Helper()
		token, file := tokenIn(t, ivy.call(ask, ""))
		if file != "1/20260105/c1-101.wav" || len(token) < 32 {
			t.Errorf("token %q, path %q", token, file)
		}
		return "?token=" + token + "&localRecordPath=" + file
	}
	first, second := path(), path()
	ivy.getsNot("qualitycontrol/901/recordfile"+strings.Replace(first, "c1-101.wav", "c1-102.wav", 1), "104-002")
	ivy.getsNot("qualitycontrol/901/recordfile"+first, "104-002") // it is spent
	ann.getsNot("qualitycontrol/101/recordfile"+second, "104-002")
	ivy.gets("qualitycontrol/901/recordfile"+second, "0123456789")
	ivy.getsNot("qualitycontrol/901/recordfile"+second, "104-002")
	if got := s.used(); got != "1/901 recordFile c1-101" {
		t.Errorf("written down: %s", got)
	}
	third, fourth := path(), path()
	w := ivy.fetch("qualitycontrol/901/recordfile"+third, "Range: bytes=1-2")
	if w.Code != http.StatusPartialContent || w.Body.String() != "12" {
		t.Errorf("range: HTTP %d %q", w.Code, w.Body)
	}
	o.gateway.recordTokens.now = func() time.Time { return time.Now().Add(recordTokenLife) }
	ivy.getsNot("qualitycontrol/901/recordfile"+fourth, "104-002")
	ivy.getsNot("qualitycontrol/901/recordfile?localRecordPath=x", "000-002")
	ivy.getsNot("qualitycontrol/901/recordfile?token=x", "000-002")
	ivy.getsNot("qualitycontrol/901/recordfile?token="+strings.Repeat("x", 65)+"&localRecordPath=x", "000-002")
}

// TestOffice_RecordTokenRights: a right that was taken away meanwhile is not opened by a token.
func TestOffice_RecordTokenRights(t *testing.T) {
	o, _, _, ivy := hearers(t, Config{})
	token, file := tokenIn(t, ivy.call("GET qualitycontrol/901/localrecordpath?format=1&recordId=c1-101", ""))
	if err := o.host.Configure(t.Context(), []center.Config{firstVCC(), secondVCC()}); err != nil {
		t.Fatal(err)
	}
	ivy.getsNot("qualitycontrol/901/recordfile?token="+token+"&localRecordPath="+file, "104-002")
}

// tokenIn reads the reply of localRecordPath.
func tokenIn(t *testing.T, reply string) (token, path string) {
	t.Helper()
	var envelope struct{ Result localRecord }
	if err := json.Unmarshal([]byte(reply), &envelope); err != nil || !strings.HasPrefix(reply, `{"message":"","retcode":"0","result":{"token":"`) {
		t.Fatalf("%s: %v", reply, err)
	}
	return envelope.Result.Token, envelope.Result.Path
}
