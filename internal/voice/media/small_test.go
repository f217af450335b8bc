package media

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// TestLimiter: a burst passes, then the rate.
func TestLimiter(t *testing.T) {
	l := newLimiter(200, 100)
	passed := func(at time.Duration, n int) (count int) {
		for range n {
			if l.allow(at) {
				count++
			}
		}
		return count
	}
	if got := passed(0, 500); got != 100 {
		t.Errorf("burst of %d", got)
	}
	if got := passed(100*time.Millisecond, 500); got != 20 {
		t.Errorf("%d in a tenth of a second", got)
	}
	if got := passed(time.Hour, 500); got != 100 {
		t.Errorf("burst of %d later", got)
	}
	total := 0
	for ms := range 10_000 {
		total += passed(2*time.Hour+time.Duration(ms)*time.Millisecond, 3)
	}
	if total < 2095 || total > 2105 { // ten seconds and a burst
		t.Errorf("%d in ten seconds", total)
	}
}

// TestEvents_Bound: digits that nobody fetches are dropped above the bound; what must not be lost is not.
func TestEvents_Bound(t *testing.T) {
	q := newEventQueue()
	for range maxDigits {
		if !q.add(happening{kind: happenedDigit}) {
			t.Fatal("dropped below the bound")
		}
	}
	if q.add(happening{kind: happenedDigit}) {
		t.Error("not dropped above the bound")
	}
	if !q.add(happening{kind: happenedMediaLost}) {
		t.Error("a loss was dropped")
	}
	q.close()
	all, ok := q.take(nil)
	if !ok || len(all) != maxDigits+1 {
		t.Errorf("%d events", len(all))
	}
	if _, ok := q.take(nil); ok {
		t.Error("no end")
	}
}

// promptFile writes a file into a folder.
func promptFile(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPrompts_Folder: files become prompts by their names, replace built-in ones, and other files are left aside; a broken
// one is an error that names it.
func TestPrompts_Folder(t *testing.T) {
	dir := t.TempDir()
	w, err := wav.Create(filepath.Join(dir, "music.wav"), 2)
	if err != nil {
		t.Fatal(err)
	}
	left, both := tone.Sine(500, 0.5, 1000), []int16{}
	for _, s := range left {
		both = append(both, s, 0)
	}
	if err := w.Write(both); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	promptFile(t, dir, "notes.txt", []byte("no sound"))
	if err := os.Mkdir(filepath.Join(dir, "folder.wav"), 0o700); err != nil {
		t.Fatal(err)
	}
	set, err := loadPrompts(dir)
	if err != nil {
		t.Fatal(err)
	}
	music, ok := set.find("music")
	if !ok || len(music) != 1000 || !tone.Hears(music, 500) {
		t.Errorf("music is %d samples", len(music))
	}
	if ring, ok := set.find(PromptRingBack); !ok || !tone.Hears(ring[:8000], 425) {
		t.Error("no ring-back")
	}
	if _, ok := set.find("notes"); ok {
		t.Error("a text is a prompt")
	}
	for name, data := range map[string]string{"garbage.wav": "garbage", "short.wav": "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x02\x00\x00\x00\x01\x00"} {
		dir := t.TempDir()
		promptFile(t, dir, name, []byte(data))
		if _, err := loadPrompts(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEngine_ReloadPrompts: new files are found, and an error changes nothing.
func TestEngine_ReloadPrompts(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, func(c *Config, _ *openFile) { c.PromptDir = dir })
	if l.engine.HasPrompt("new") {
		t.Error("prompt before its file")
	}
	w, err := wav.Create(filepath.Join(dir, "new.wav"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]int16, 160)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.engine.ReloadPrompts(); err != nil || !l.engine.HasPrompt("new") {
		t.Errorf("not found: %v", err)
	}
	promptFile(t, dir, "bad.wav", nil)
	if err := l.engine.ReloadPrompts(); err == nil || !l.engine.HasPrompt("new") {
		t.Errorf("after a bad file: %v", err)
	}
}

// TestDirection_Names are SDP's.
func TestDirection_Names(t *testing.T) {
	for d, name := range map[Direction]string{SendRecv: "sendrecv", SendOnly: "sendonly", RecvOnly: "recvonly", Inactive: "inactive"} {
		if d.String() != name {
			t.Errorf("%d is %s", d, d)
		}
	}
}
