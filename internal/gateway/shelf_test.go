package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// shelf is an index of recordings whose files are texts.
type shelf struct {
	mu   sync.Mutex
	kept []shelved
	uses []string
	fail error // of Used

	conversions sync.WaitGroup
}

type shelved struct {
	Recording
	vcc  center.VCCID
	name string
	text string
}

func (s *shelf) find(match func(shelved) bool) ([]Recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Recording
	for _, one := range slices.Backward(s.kept) {
		if match(one) {
			found = append(found, one.Recording)
		}
	}
	return found, nil
}

func (s *shelf) Named(_ context.Context, vcc center.VCCID, name string) ([]Recording, error) {
	return s.find(func(one shelved) bool { return one.vcc == vcc && (one.name == name || string(one.ID) == name) })
}

func (s *shelf) OfCall(_ context.Context, vcc center.VCCID, call center.CallID, agent center.AgentID) ([]Recording, error) {
	return s.find(func(one shelved) bool { return one.vcc == vcc && one.Call == call && one.Owner == agent })
}

// shelfFile is a text as a file; its conversion is the text twice.
type shelfFile struct {
	io.ReadSeeker
	ended func()
}

func (f shelfFile) Close() error {
	f.ended()
	return nil
}

func (s *shelf) open(r Recording) (shelfFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.kept {
		if one.ID == r.ID && one.text != "" {
			s.conversions.Add(1)
			return shelfFile{strings.NewReader(one.text), s.conversions.Done}, nil
		}
	}
	return shelfFile{}, result.NoRecording.Because("file of %s is gone", r.ID)
}

func (s *shelf) Open(r Recording) (io.ReadSeekCloser, error) { return s.open(r) }

func (s *shelf) Convert(_ context.Context, r Recording, format string) (io.ReadCloser, error) {
	file, err := s.open(r)
	switch {
	case err != nil:
		return nil, err
	case format == "mp3":
		return file, nil
	case format == "half":
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(file, 3), brokenOff{}), file}, nil
	}
	return nil, errors.Join(result.BadRecordFormat.Because("no such format"), file.Close())
}

// brokenOff is the rest of a conversion that fails.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, errors.New("the converter died") }

func (s *shelf) Used(_ context.Context, vcc center.VCCID, agent center.AgentID, act string, r Recording) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses = append(s.uses, fmt.Sprintf("%d/%d %s %s", vcc, agent, act, r.ID))
	return s.fail
}

// used gives what was written down since the last call.
func (s *shelf) used() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.uses, ", ")
	s.uses = nil
	return all
}

// The name of Ann's recording, as her desktop was told it.
const annsName = "Y:/1/0/20260105/101/090000.V3"

func newShelf() *shelf {
	at := opening.Add(time.Minute)
	one := func(id center.RecordingID, call center.CallID, owner center.AgentID, name, text string) shelved {
		return shelved{Recording{ID: id, Call: call, Owner: owner, File: "1/20260105/" + string(id) + ".wav", Ended: at, Kept: true}, 1, name, text}
	}
	s := &shelf{kept: []shelved{
		one("c1-101", "c1", 101, annsName, "0123456789"), one("c1-102", "c1", 102, "Y:/1/0/20260105/102/090000.V3", "Ben's"),
		one("c2-101", "c2", 101, "a.V3", "Ann's a"), one("c3-102", "c3", 102, "a.V3", "Ben's a"),
		one("runs", "c4", 101, "", "x"), one("deleted", "c5", 101, "", "x"), one("lost", "c6", 101, "", ""), one("c7-0", "c7", 0, "", "voicemail"),
		one("c8-201", "c8", 201, "", "Eve's"),
	}}
	s.kept[4].Ended, s.kept[5].Kept, s.kept[7].Skill, s.kept[8].vcc = time.Time{}, false, 2, 2
	return s
}

// hearers is an office with a shelf: Ann and Ben are agents, Ivy may hear all recordings.
func hearers(t *testing.T, config Config, change ...func(*center.Config)) (o *office, s *shelf, ann, ivy *desktop) {
	t.Helper()
	s = newShelf()
	config.Recordings = s
	o = newOfficeWith(t, config, append([]func(*center.Config){func(c *center.Config) {
		c.Roles[1].Rights = center.RightsOf(center.RightForceState, center.RightInspectRecordings)
	}}, change...)...)
	t.Cleanup(s.conversions.Wait) // all files are closed
	return o, s, o.signIn("101"), o.signIn("901")
}

// fetch makes a request and gives the whole reply.
func (d *desktop) fetch(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, Base+path, nil)
	r.Header.Set("Guid", d.guid)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.o.gateway.ServeHTTP(w, r)
	return w
}

// gets downloads and compares the file.
func (d *desktop) gets(path, want string) {
	d.o.t.Helper()
	w := d.fetch(path)
	if got := w.Body.String(); w.Code != http.StatusOK || got != want || w.Header().Get("Content-Type") != "application/octet-stream;charset=utf-8" {
		d.o.t.Errorf("%s: HTTP %d %v, %q, want %q", path, w.Code, w.Header(), got, want)
	}
}

// getsNot asks for a download that is refused.
func (d *desktop) getsNot(path, code string) {
	d.o.t.Helper()
	w := d.fetch(path)
	if !strings.Contains(w.Body.String(), `"retcode":"`+code+`","result":""`) || !bytes.HasPrefix(w.Body.Bytes(), []byte(`{"message":"`)) || w.Code != http.StatusOK {
		d.o.t.Errorf("%s: HTTP %d %s, want %s", path, w.Code, w.Body, code)
	}
}
