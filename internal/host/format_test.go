package host

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/journal"
)

var newFormat = flag.Bool("rewrite.journal", false, "write testdata/format1 anew: only while no release has this format")

// formatFolder has a journal as this version of the format writes it. It stays as it is: journals in use look like this.
const formatFolder = "testdata/format1"

// TestAJournalOfFormat1IsRead holds every later version to reading what this one writes.
func TestAJournalOfFormat1IsRead(t *testing.T) {
	if *newFormat {
		writeFormat(t)
	}
	folder := t.TempDir()
	data, err := os.ReadFile(filepath.Join(formatFolder, journal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, journal.FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	other := vcc(2, 201)
	h := opened(t, folder, Keeping{}, desk(), other)
	if got := h.must(center.Status{By: ann}); got != (center.AgentStatus{State: int(center.StateIdle)}) {
		t.Errorf("agent 101: %+v", got)
	}
	if view, _ := h.must(center.Look{}).(center.Overview); len(view.Calls) != 0 {
		t.Errorf("calls outlived: %+v", view.Calls)
	}
	types := h.tape.events(1, 101)
	if len(types) < 3 || types[0] != center.EvCustomerRelease {
		t.Errorf("the talk's end is told by %v", types)
	}
	reply, err := h.Do(t.Context(), 2, center.Status{By: center.By{Agent: 201, Token: center.Token{2}}})
	if err != nil || reply.Err != nil || reply.Value != (center.AgentStatus{State: int(center.StateRest)}) {
		t.Errorf("agent 201: %+v, %v, %v", reply.Value, reply.Err, err)
	}
	if _, err := h.Do(t.Context(), 2, center.Tick{}); err != nil { // his rest was over long ago
		t.Fatal(err)
	}
	batch, err := h.delivery.NextOf(t.Context(), 0, 100, delivery.Key{VCC: 2, Agent: 201, Session: 1})
	if err != nil || len(batch.Events) != 5 || batch.Events[0].Type != center.EvInService || batch.Events[4].Type != center.EvRestTimeout {
		t.Errorf("%d events of agent 201, %v; want two of the snapshot, two after it, and the reminder of his rest", len(batch.Events), err)
	}
	batch.Confirm()
}

// story is a center whose commands come at fixed times.
type story struct {
	t      *testing.T
	j      *journal.Journal
	d      *delivery.Delivery
	center *center.Center
	vcc    center.VCCID
	epoch  uint64
	seq    uint64
	now    time.Time
}

func writeFormat(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	j, err := journal.OpenSQLite(t.Context(), folder, "n1", journal.SyncFull)
	if err != nil {
		t.Fatal(err)
	}
	d := delivery.New(delivery.Options{})
	defer d.Close()
	one := begun(t, j, d, desk())
	one.tell(annSignsIn(), center.ResetSkill{By: ann, All: true},
		center.CallArrived{Leg: "i1", Trunk: "line", From: "0555", To: "8000"}, center.LegRinging{Leg: "o1-1"},
		center.LegAnswered{Leg: "o1-1"}, center.SayBusy{By: ann, Reason: 7}, center.Answer{By: ann},
		center.SetCallData{By: ann, Data: "customer 4711"}, center.CallArrived{Leg: "i2", Trunk: "line", From: "\xff\x00", To: "8000"})
	by := center.By{Agent: 201, Token: center.Token{2}}
	two := begun(t, j, d, vcc(2, 201))
	two.tell(center.SignIn{Agent: 201, Token: by.Token, WithoutPhone: true, AgentType: 4, Status: 4, Push: center.Push{URL: "https://receiver/secret", Token: "secret"}})
	two.snapshot()
	two.tell(center.SayBusy{By: by, Reason: 210}, center.Rest{By: by, Seconds: 600, Cause: 3})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, journal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(formatFolder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(formatFolder, journal.FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func begun(t *testing.T, j *journal.Journal, d *delivery.Delivery, cfg center.Config) *story {
	t.Helper()
	epoch, err := j.Claim(t.Context(), cfg.ID)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	s := &story{t: t, j: j, d: d, vcc: cfg.ID, epoch: epoch, now: now, center: center.New(now, center.Config{ID: cfg.ID})}
	s.tell(center.Configure{Config: cfg})
	return s
}

// tell applies and journals commands, a second apart. Even a refused one is journaled if something was due.
func (s *story) tell(all ...center.Command) {
	s.t.Helper()
	for _, cmd := range all {
		_, effects := s.center.Do(s.now, cmd)
		s.d.Carry(s.vcc, effects)
		s.seq++
		kind, body := center.Encode(cmd)
		entry := journal.Entry{VCC: s.vcc, Epoch: s.epoch, Seq: s.seq, At: s.now, Kind: kind, Body: body}
		if _, err := s.j.Append(context.Background(), []journal.Entry{entry}); err != nil {
			s.t.Fatal(err)
		}
		s.now = s.now.Add(time.Second)
	}
}

func (s *story) snapshot() {
	s.t.Helper()
	state := s.center.Snapshot()
	saved := journal.Snapshot{
		VCC: s.vcc, Epoch: s.epoch, Seq: s.seq, At: state.Now, Version: center.SnapshotVersion, Center: state.Encode(), Events: s.d.Save(s.vcc)(),
	}
	if err := s.j.SaveSnapshot(context.Background(), saved, state.Sessions()); err != nil {
		s.t.Fatal(err)
	}
}
