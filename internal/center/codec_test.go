package center

import (
	"errors"
	"flag"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ccgateway/internal/plain"
)

// TestKindsAreComplete checks that every command of the package can be journaled.
func TestKindsAreComplete(t *testing.T) {
	names := CommandNames(t)
	for _, name := range names {
		if kinds[name] == nil {
			t.Errorf("command %s cannot be journaled", name)
		}
	}
	if len(names) != len(kinds) {
		t.Errorf("%d commands are declared, %d are journaled", len(names), len(kinds))
	}
}

func TestCommandsComeBack(t *testing.T) {
	for name, cmd := range map[string]Command{
		"SignIn":      SignIn{Agent: 101, Token: Token{1, 2}, Phone: "7001", Push: Push{URL: "https://x", Token: "t"}, DaysLeft: "3"},
		"SendNote":    SendNote{By: By{101, Token{3}}, To: []AgentID{102, 103}, Text: "\xff is no UTF-8"},
		"CallArrived": CallArrived{Leg: "i1", Trunk: "line", From: "139\x00", To: "8000"},
		"Configure":   Configure{fixtureConfig()},
		"Tick":        Tick{},
	} {
		kind, body := Encode(cmd)
		if kind != name {
			t.Errorf("%T is journaled as %s", cmd, kind)
		}
		if got, err := Decode(kind, body); err != nil || !reflect.DeepEqual(got, cmd) {
			t.Errorf("%s comes back as %+v, %v", name, got, err)
		}
	}
	for _, cmd := range []Command{Look{}, Sessions{}, Count{}, Survey{Everyone: true}, Why{}} {
		if kind, _ := Encode(cmd); kind != "Tick" {
			t.Errorf("%T is journaled as %s", cmd, kind)
		}
	}
}

func TestUnknownCommandsAreRefused(t *testing.T) {
	_, err := Decode("Teleport", nil)
	if !errors.Is(err, ErrUnknownCommand) || !strings.Contains(err.Error(), `"Teleport"`) {
		t.Errorf("err = %v", err)
	}
	if _, err := Decode("Tick", []byte{1, 0}); !errors.Is(err, plain.ErrNewer) {
		t.Errorf("a Tick with a field: err = %v", err)
	}
	if _, err := Decode("Answer", []byte{2}); !errors.Is(err, plain.ErrBroken) {
		t.Errorf("a broken Answer: err = %v", err)
	}
}

func TestSnapshotsOfOtherVersionsAreRefused(t *testing.T) {
	_, err := DecodeSnapshot(SnapshotVersion+1, nil)
	if !errors.Is(err, ErrSnapshotVersion) || !strings.Contains(err.Error(), "it has version 2, this program reads 1 to 1") {
		t.Errorf("err = %v", err)
	}
}

var rewriteSchema = flag.Bool("rewrite.schema", false, "write testdata/schema.txt anew; only after it has been thought about")

// TestSchema holds the form of all that is journaled against the one in testdata: old journals must stay readable. Fields may be added
// at the end of a struct; anything else needs a new command or version.
func TestSchema(t *testing.T) {
	var b strings.Builder
	b.WriteString("snapshot " + plain.Schema(Snapshot{}) + "\n")
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		b.WriteString(plain.Schema(kinds[name]) + "\n")
	}
	const path = "testdata/schema.golden"
	if *rewriteSchema {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(golden) != b.String() {
		t.Errorf("the form of journaled data has changed. If fields were only added at the end of structs, write %s anew with "+
			"-rewrite.schema; else journals in use could not be read any more", path)
	}
}

func FuzzDecode(f *testing.F) {
	for _, cmd := range kinds {
		kind, body := Encode(cmd)
		f.Add(kind, body)
	}
	kind, body := Encode(Configure{fixtureConfig()})
	f.Add(kind, body)
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		cmd, err := Decode(kind, body)
		if err != nil {
			return
		}
		if again, err := Decode(kind, plain.Append(nil, cmd)); err != nil || !reflect.DeepEqual(again, cmd) {
			t.Fatalf("%s is read as %+v and then as %+v, %v", kind, cmd, again, err)
		}
	})
}

func FuzzSnapshot(f *testing.F) {
	c := New(noon, fixtureConfig())
	f.Add(c.Snapshot().Encode())
	c.Do(noon, signIn(101))
	c.Do(noon, CallArrived{Leg: "i1", Trunk: "line", From: "1", To: "8000"})
	f.Add(c.Snapshot().Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := DecodeSnapshot(SnapshotVersion, data)
		if err != nil {
			return
		}
		if c, err := Restore(s); err == nil { // whatever it is, it must not panic when it is saved
			c.Snapshot().Encode()
		}
	})
}
