package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/journal"
	"ccgateway/internal/pgtest"
)

var rewriteReplay = flag.Bool("rewrite.replay", false, "write the transcripts of TestReplay anew")

// keptJournal has the journal that all versions must read: a talk with a caller that waits behind it, and a center with a snapshot.
const keptJournal = "../../internal/host/testdata/format1"

// played gives what replay prints of a copy of the kept journal.
func played(t *testing.T, c replayCommand) string {
	t.Helper()
	c.Data = t.TempDir()
	data, err := os.ReadFile(filepath.Join(keptJournal, journal.FileName))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(c.Data, journal.FileName), data, 0o400))
	var out bytes.Buffer
	if err := c.play(t.Context(), &out); err != nil {
		out.WriteString(err.Error() + "\n")
	}
	left, err := os.ReadDir(c.Data)
	must(t, err)
	if len(left) != 1 {
		t.Errorf("replay has left files behind: %v", left)
	}
	return out.String()
}

func TestReplay(t *testing.T) {
	for name, c := range map[string]replayCommand{
		"all":   {},
		"from":  {VCC: 1, From: 9},
		"agent": {Agent: 201},
		"call":  {Call: "1795597209-16777218"},
		"none":  {VCC: 7},
	} {
		t.Run(name, func(t *testing.T) {
			got := played(t, c)
			path := filepath.Join("testdata", "replay_"+name+".txt")
			if *rewriteReplay {
				must(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			must(t, err)
			if got != string(want) {
				t.Errorf("replay prints something else than %s (-rewrite.replay writes it anew):\n%s", path, got)
			}
		})
	}
}

func TestReplayPrintsNoSecrets(t *testing.T) {
	text := played(t, replayCommand{})
	for _, secret := range []string{"secret", "Token", "receiver", "01000000", "[1 0 0"} {
		if strings.Contains(text, secret) {
			t.Errorf("replay prints %q", secret)
		}
	}
}

func TestReplayReadsARunningInstallation(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		in := install(t)
		testReplayRunning(t, in, replayCommand{Data: in.cfg.Data, VCC: 1, Agent: 101})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		in := prepare(t)
		cfg := testConfig(t, func(c *config.Config) { c.Database = config.Secret(pgtest.Address(t)) })
		in.start(cfg)
		file := filepath.Join(t.TempDir(), "c.yaml")
		must(t, os.WriteFile(file, []byte("database: '"+cfg.Database.Reveal()+"'\n"), 0o600))
		testReplayRunning(t, in, replayCommand{Config: file, VCC: 1, Agent: 101})
	})
}

func testReplayRunning(t *testing.T, in *installation, c replayCommand) {
	t.Helper()
	ann := in.signIn(client.SignIn{Agent: 101, Phone: "40101"})
	must(t, ann.SayBusy(in.ctx, 210, false))
	var out bytes.Buffer
	must(t, c.play(in.ctx, &out))
	for _, want := range []string{"SignIn Agent=101", "101 SayBusy Reason=210", "AgentState_SetNotReady_Success"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("replay does not print %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), ann.GUID()) {
		t.Error("replay prints a GUID")
	}
}
