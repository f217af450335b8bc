package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"ccgateway/internal/password"
	"ccgateway/internal/pgtest"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// agentPassword is the password of all agents of the tests' installation; agentHash its hash, made once: hashing is slow by design.
const agentPassword = "Kiwi-7-Tree"

var agentHash string

// promptFolder has the music that waiting and held callers hear: a pure tone, so that it can be measured.
var promptFolder string

// templateFolder is the data folder of an installation that has started once. Tests begin with a copy of it: making all tables costs
// more than a whole test. TestStart_Again, and all tests of processes, begin with none.
var templateFolder string

// asProgram, set in the environment, makes the test binary the program itself: what is tested as a process is then what was
// compiled for the tests.
const asProgram = "CCGATEWAY_TEST_AS_PROGRAM"

// otherProcesses has what else the test binary can be, by the environment variable that has its task. Files of one system add to it.
var otherProcesses = map[string]func(task string) error{}

// atOnce is how many tests run at a time: they wait for real time to pass, and hardly compute.
const atOnce = "8"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram) // it would be taken for a member of the configuration
		main()
		return
	}
	for name, run := range otherProcesses {
		if task := os.Getenv(name); task != "" {
			if err := run(task); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	code, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// runTests makes what all tests share, runs them, and looks for goroutines that were left behind.
func runTests(m *testing.M) (int, error) {
	var err error
	if agentHash, err = password.NewHasher(1).Hash(context.Background(), agentPassword); err != nil {
		return 1, err
	}
	if promptFolder, err = os.MkdirTemp("", "ccgateway-prompts-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(promptFolder)
	for name, frequency := range map[string]float64{"music": musicTone, "welcome": welcomeTone, "menu": menuTone} {
		if err := writePrompt(filepath.Join(promptFolder, name+".wav"), frequency); err != nil {
			return 1, err
		}
	}
	if templateFolder, err = os.MkdirTemp("", "ccgateway-template-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(templateFolder)
	if err := makeTemplate(); err != nil {
		return 1, err
	}
	code := m.Run()
	if err := pgtest.Stop(); err != nil || code != 0 {
		return code, err
	}
	return 0, goleak.Find()
}

// makeTemplate starts and stops the tests' installation in templateFolder.
func makeTemplate() error {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	cfg, err := loopbackConfig()
	if err != nil {
		return err
	}
	cfg.Data = templateFolder
	p, err := start(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return p.stop(ctx)
}

// writePrompt writes two seconds of a tone; played in a loop it goes on without a click.
func writePrompt(path string, frequency float64) error {
	w, err := wav.Create(path, 1)
	if err != nil {
		return err
	}
	const amplitude = 0.3
	if err := w.Write(tone.Sine(frequency, amplitude, 2*tone.SampleRate)); err != nil {
		return err
	}
	return w.Close()
}
