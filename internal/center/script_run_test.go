package center_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts give into their files; review the difference by hand")

// scriptStart is when every script begins: 1700000000 seconds since 1970.
var scriptStart = time.Unix(1_700_000_000, 0).UTC()

// TestScript plays the scenarios of testdata. A file consists of lines:
//
//	# a comment                      and empty lines: kept
//	use base                         configuration from testdata/base.conf, then lines of configuration of its own
//	101 SayBusy Reason=200           a command of an agent, with his GUID
//	LegAnswered o1                   another command
//	configure                        the configuration lines since the last one take effect
//	wait 30s                         time passes, ticks are given when they are due
//	pass 30s                         time passes, ticks are late
//	look, deadline                   what the center says of itself
//	  101 AgentState_Ready null      indented: what came of the line above; all of it, so nothing else came
//
// At the end of each script all parties hang up and all agents are signed out; nothing may then be left.
func TestScript(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file) })
	}
}

func playFile(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{naming: newNaming(scriptStart), start: scriptStart, guids: make(map[center.AgentID]string), signIns: make(map[center.AgentID]int)}
	if ref, err := loadReference(); err == nil {
		s.known = ref
	}
	got, err := s.play(string(text))
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if got != string(text) && !*rewrite {
		t.Errorf("%s gives another trace (go test ./internal/center -run Script -rewrite shows it in the file):\n%s", file, lineDiff(string(text), got))
	}
}

// script is a scenario being played.
type script struct {
	*naming
	*world
	start   time.Time
	known   *reference
	cfg     center.Config
	guids   map[center.AgentID]string
	signIns map[center.AgentID]int
	out     strings.Builder
	edited  bool // configuration lines wait for their configure
}

// play runs a script and returns it with the trace that it gives now.
func (s *script) play(text string) (string, error) {
	s.cfg = center.Config{ID: 1, Name: "demo", ServerName: "AgentGateway", WaitMusic: "music"}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  ") {
			continue // former output
		}
		s.out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := s.line(line); err != nil {
			s.out.WriteString(strings.Join(lines[i+1:], "\n") + "\n") // what has not been played stays as it is
			return s.out.String(), fmt.Errorf("line %d, %q: %w", i+1, line, err)
		}
	}
	if s.world == nil {
		return s.out.String(), fmt.Errorf("nothing happens in the script")
	}
	trace := s.out.String()
	if err := s.end(); err != nil {
		return trace, fmt.Errorf("after the end: %w", err)
	}
	return trace, nil
}

func (s *script) line(line string) error {
	args, err := words(line)
	if err != nil {
		return err
	}
	if args[0] == "use" {
		return s.use(args[1])
	}
	if edit, ok := configWords[args[0]]; ok {
		s.cfg = cloneConfig(s.cfg)
		s.edited = true
		return edit(s.naming, &s.cfg, args[1:])
	}
	if s.world == nil {
		s.world = newWorld(s.start, cloneConfig(s.cfg), s.known)
		s.edited = false
	}
	switch args[0] {
	case "configure":
		s.edited = false
		return s.give(center.Configure{Config: cloneConfig(s.cfg)})
	case "wait", "pass":
		return s.time(args)
	case "look":
		return s.show()
	case "deadline":
		at, ok := s.center.NextDeadline()
		if !ok {
			s.print("nothing")
			return nil
		}
		s.print("+" + at.Sub(s.start).String())
		return nil
	}
	cmd, err := s.command(args)
	if err != nil {
		return err
	}
	return s.give(cmd)
}
