package store

import (
	"testing"
	"time"

	"ccgateway/internal/center"
)

func TestStore_RecordingsNamed(t *testing.T) { onAll(t, testRecordingsNamed) }

func testRecordingsNamed(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	began := func(vcc center.VCCID, id center.RecordingID, agent center.AgentID, name string, minute int) center.RecordingBegan {
		return center.RecordingBegan{VCC: vcc, Recording: id, Call: "c1", Agent: agent, File: "f/" + string(id), At: at(minute), Name: name}
	}
	mail := began(1, "c1-0", 0, "", 5)
	mail.Skill = 7
	s.Carry(1, []center.Effect{
		began(1, "c1-101", 101, "Y:/1/0/20151119/101/090000.V3", 0), center.RecordingEnded{VCC: 1, Recording: "c1-101", At: at(1)},
		began(1, "c1-102", 102, "a.V3", 2), center.RecordingEnded{VCC: 1, Recording: "c1-102", At: at(3)},
		began(1, "c1-103", 103, "a.V3", 4), mail, center.RecordingEnded{VCC: 1, Recording: "c1-0", At: at(6)},
		began(2, "c2-201", 201, "a.V3", 4), // the other tenant's
	})
	for _, c := range []struct {
		vcc  center.VCCID
		name string
		want string // ids
	}{
		{1, "Y:/1/0/20151119/101/090000.V3", "c1-101"},
		{1, "y:/1/0/20151119/101/090000.V3", "c1-101"},
		{1, `y:\1\0\20151119\101\090000.V3`, "c1-101"},
		{1, "c1-101", "c1-101"},
		{1, "a.V3", "c1-103 c1-102"},
		{1, "c1-0", "c1-0"},
		{1, "c2-201", ""},
		{2, "a.V3", "c2-201"},
		{1, "", ""}, {1, "f/c1-101", ""}, {1, "y:/", ""}, {1, "'", ""},
	} {
		found, err := s.RecordingsNamed(t.Context(), c.vcc, c.name)
		if got := idsOf(found); err != nil || got != c.want {
			t.Errorf("VCC %d, %q: %q, want %q (%v)", c.vcc, c.name, got, c.want, err)
		}
	}
	found, err := s.RecordingsNamed(t.Context(), 1, "c1-0")
	wantSame(t, []Recording{{VCC: 1, ID: "c1-0", Call: "c1", File: "f/c1-0", Began: at(5), Ended: at(6), Skill: 7}}, found, err)
	found, err = s.RecordingsOfCall(t.Context(), 1, "c1", 102)
	if idsOf(found) != "c1-102" || err != nil {
		t.Errorf("of agent 102 in the call: %q, %v", idsOf(found), err)
	}
	if found, err = s.RecordingsOfCall(t.Context(), 2, "c9", 0); len(found) > 0 || err != nil {
		t.Errorf("of an unknown call: %q, %v", idsOf(found), err)
	}
}

func idsOf(found []Recording) string {
	ids := ""
	for i, r := range found {
		if i > 0 {
			ids += " "
		}
		ids += string(r.ID)
	}
	return ids
}

func TestStore_RecordingsKept(t *testing.T) { onAll(t, testRecordingsKept) }

func testRecordingsKept(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	for i, id := range []center.RecordingID{"r1", "r2", "r3"} {
		s.Carry(1, []center.Effect{
			center.RecordingBegan{VCC: 1, Recording: id, Call: "c1", Agent: 101, At: at(2 * i)}, center.RecordingEnded{VCC: 1, Recording: id, At: at(2*i + 1)},
		})
	}
	s.Carry(1, []center.Effect{center.RecordingBegan{VCC: 1, Recording: "runs", Call: "c2", Agent: 101, At: at(0)}})
	mustFlush(t, s)
	kept := func(before time.Time, after center.RecordingID, want string) {
		t.Helper()
		found, err := s.KeptRecordings(t.Context(), 1, before, after, 2)
		if got := idsOf(found); err != nil || got != want {
			t.Errorf("kept before %v, after %q: %q, want %q (%v)", before, after, got, want, err)
		}
	}
	kept(at(60), "", "r1 r2")
	kept(at(60), "r2", "r3")
	kept(at(3), "", "r1")
	for range 2 { // the second time changes nothing
		if err := s.RecordingDeleted(t.Context(), Recording{VCC: 1, ID: "r1", Agent: 101}, "adm", "on request"); err != nil {
			t.Fatal(err)
		}
	}
	kept(at(60), "", "r2 r3")
	found, err := s.RecordingsNamed(t.Context(), 1, "r1")
	if err != nil || len(found) != 1 || found[0].Deleted.IsZero() {
		t.Errorf("the deleted recording's entry: %+v, %v", found, err)
	}
	entries, err := s.Audit(t.Context(), Filter{VCC: 1})
	if len(entries) == 1 {
		entries[0].At = time.Time{}
	}
	wantSame(t, []AuditEntry{{VCC: 1, ActorName: "adm", Act: "deleteRecording", Target: 101, Detail: "r1: on request"}}, entries, err)
	over, err := s.CallOver(t.Context(), 1, "c2")
	if over || err != nil {
		t.Errorf("call c2 is over: %v, %v", over, err)
	}
	s.Carry(1, []center.Effect{center.CallRecord{VCC: 1, Call: "c2", Began: at(0), Ended: at(1)}})
	mustFlush(t, s)
	if over, err = s.CallOver(t.Context(), 1, "c2"); !over || err != nil {
		t.Errorf("call c2 is not over: %v", err)
	}
}
