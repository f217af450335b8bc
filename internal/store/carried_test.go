package store

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// commandFacts are the effects of journaled command seq: a session that begins, an event, and two records.
func commandFacts(seq int) []center.Effect {
	return []center.Effect{
		center.SessionBegan{Agent: 101, Session: center.Session(seq), At: at(seq)}, //nolint:gosec // small
		center.Event{Agent: 101, Type: "not for the store"},
		center.StateRecord{VCC: 1, Agent: 101, State: center.StateIdle, From: at(seq), To: at(seq + 1)},
		center.CallRecord{VCC: 1, Call: center.CallID(fmt.Sprint(seq)), Began: at(seq), Ended: at(seq + 1)},
	}
}

// written counts calls and sessions.
func written(t *testing.T, s *Store) (calls, sessions int) {
	t.Helper()
	mustFlush(t, s)
	c, err := s.Calls(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Sessions(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return len(c), len(all)
}

func TestFactsOfAJournalAreWrittenOnce(t *testing.T) { onAll(t, testFactsOfAJournalAreWrittenOnce) }

func testFactsOfAJournalAreWrittenOnce(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where, KeepSessions())
	if err := s.Journaled(t.Context(), "j1"); err != nil {
		t.Fatal(err)
	}
	s.Recall(1, 1, commandFacts(1)) // nothing is written yet, so it is
	s.CarryNumbered(1, 2, commandFacts(2))
	s.CarryNumbered(1, 3, commandFacts(3)[:3]) // the program dies between the effects of a command
	s.CarryNumbered(2, 9, []center.Effect{center.CallRecord{VCC: 2, Call: "other", Began: at(9), Ended: at(9)}})
	if calls, sessions := written(t, s); calls != 3 || sessions != 3 {
		t.Fatalf("%d calls and %d sessions; want 3 and 3", calls, sessions)
	}
	mustClose(t, s)

	s = mustOpen(t, where, KeepSessions())
	if err := s.Journaled(t.Context(), "j1"); err != nil {
		t.Fatal(err)
	}
	for seq := 1; seq <= 4; seq++ {
		s.Recall(1, uint64(seq), commandFacts(seq))
	}
	if calls, sessions := written(t, s); calls != 5 || sessions != 4 {
		t.Errorf("after the restart %d calls and %d sessions; want 5 and 4", calls, sessions)
	}
	mustClose(t, s)

	s = mustOpen(t, where, KeepSessions())
	if err := s.Journaled(t.Context(), "j2"); err != nil { // its numbers begin anew
		t.Fatal(err)
	}
	s.Recall(1, 1, commandFacts(5))
	if calls, _ := written(t, s); calls != 6 {
		t.Errorf("with another journal %d calls; want 6", calls)
	}
}

func TestJournalThatLostItsEnd(t *testing.T) { onAll(t, testJournalThatLostItsEnd) }

// testJournalThatLostItsEnd: facts of four commands are written, and the journal knows of two of them alone after a power cut. The log says it, and
// what happens anew by the same numbers is written, also when the program dies before the first fact of it is.
func testJournalThatLostItsEnd(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where, KeepSessions())
	if err := s.Journaled(t.Context(), "j1"); err != nil {
		t.Fatal(err)
	}
	for seq := 1; seq <= 4; seq++ {
		s.CarryNumbered(1, uint64(seq), commandFacts(seq))
	}
	mustFlush(t, s)
	mustClose(t, s)
	for _, start := range []struct {
		name     string
		recalled int
		said     bool
	}{{"its end is lost", 2, true}, {"what came anew is there", 4, false}} {
		var said bytes.Buffer
		s, err := where.open(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), KeepSessions())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Journaled(t.Context(), "j1"); err != nil {
			t.Fatal(err)
		}
		for seq := 1; seq <= start.recalled; seq++ {
			s.Recall(1, uint64(seq), commandFacts(seq+10))
		}
		if err := s.Resume(t.Context(), 1, uint64(start.recalled)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(said.String(), "its last commands are lost"); got != start.said {
			t.Errorf("%s: the log says %q", start.name, said.String())
		}
		mustFlush(t, s)
		mustClose(t, s)
	}
	s = mustOpen(t, where, KeepSessions())
	if calls, sessions := written(t, s); calls != 6 || sessions != 6 {
		t.Errorf("%d calls and %d sessions; want the four of before and two anew", calls, sessions)
	}
}

func TestOnlyLivingSessionsStayOpen(t *testing.T) { onAll(t, testOnlyLivingSessionsStayOpen) }

func testOnlyLivingSessionsStayOpen(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where, KeepSessions())
	s.Carry(1, []center.Effect{
		center.SessionBegan{Agent: 101, Session: 1, At: at(1)}, center.SessionBegan{Agent: 102, Session: 2, At: at(1)},
		center.SessionBegan{Agent: 103, Session: 3, At: at(1)},
	})
	s.Carry(2, []center.Effect{center.SessionBegan{Agent: 201, Session: 2, At: at(1)}})
	mustFlush(t, s)
	mustClose(t, s)
	s = mustOpen(t, where, KeepSessions())
	if err := s.EndSessions(t.Context(), map[center.VCCID][]center.Session{1: {2, 3}}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Sessions(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, session := range all {
		living := session.VCC == 1 && session.Number != 1
		if session.Ended.IsZero() != living || !living && session.Reason != center.ReasonLostConnection {
			t.Errorf("%+v", session)
		}
	}
}

func TestARecordingThatACrashCutOffIsEndedOnce(t *testing.T) {
	onAll(t, testARecordingThatACrashCutOffIsEndedOnce)
}

func testARecordingThatACrashCutOffIsEndedOnce(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	s.Carry(1, []center.Effect{center.RecordingBegan{VCC: 1, Recording: "r", File: "r.wav", At: at(1)}})
	mustFlush(t, s)
	mustClose(t, s)
	s = mustOpen(t, where) // ends it
	s.Carry(1, []center.Effect{center.RecordingEnded{VCC: 1, Recording: "r", At: at(9), Failed: "the center says so later"}})
	mustFlush(t, s)
	all, err := s.Recordings(t.Context(), Filter{})
	if err != nil || len(all) != 1 || all[0].Failed != stopped {
		t.Errorf("%+v, %v", all, err)
	}
	if lost := s.Stats().Lost; lost != 0 {
		t.Errorf("%d facts are lost", lost)
	}
}
