package media

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"ccgateway/internal/g711"
	"ccgateway/internal/tone"
	"ccgateway/internal/wav"
)

// recorded reads a finished recording.
func recorded(t *testing.T, path string) (left, right []int16) {
	t.Helper()
	sound, err := wav.ReadFile(path, 3600*wav.SampleRate)
	if err != nil {
		t.Fatal(err)
	}
	if sound.Channels != 2 {
		t.Fatalf("%d channels", sound.Channels)
	}
	return sound.Channel(0), sound.Channel(1)
}

func (l *lab) record(id, path string, leg LegID, room RoomID) {
	l.t.Helper()
	if err := l.engine.StartRecording(RecordingID(id), path, leg, room); err != nil {
		l.t.Fatal(err)
	}
}

// stop ends a recording and checks that its file is whole.
func (l *lab) stop(id string) {
	l.t.Helper()
	l.engine.StopRecording(RecordingID(id))
	l.tick()
	if err := l.awaitRecording(id); err != nil {
		l.t.Errorf("recording %s: %v", id, err)
	}
}

// TestRecording_BothSides: left is what the agent hears, right what he says, exactly as long as it was recorded.
func TestRecording_BothSides(t *testing.T) {
	l := newLab(t, withMusic(t))
	agent, caller := l.phone("agent", g711.ALaw, 440), l.phone("caller", g711.MuLaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "agent", Hears: []LegID{"caller"}}, {Leg: "caller", Hears: []LegID{"agent"}}})
	l.steps(15)
	path := filepath.Join(t.TempDir(), "2026", "r.wav")
	l.record("r", path, "agent", "call")
	l.steps(120)
	l.stop("r")
	left, right := recorded(t, path)
	if len(left) != 120*160 {
		t.Errorf("%d samples, want %d", len(left), 120*160)
	}
	checkTone(t, "left: caller", left, caller.freq, true)
	checkTone(t, "left: agent", left, agent.freq, false)
	checkTone(t, "right: agent", right, agent.freq, true)
	checkTone(t, "right: caller", right, caller.freq, false)
	if repaired, err := wav.Repair(path); repaired || err != nil {
		t.Errorf("the file had to be repaired: %v, %v", repaired, err)
	}
}

// TestRecording_OtherRoomIsSilence: over hold with music, consultation in another room, a time in no room and the phone's own
// hold the file has its full length, with silence where the agent was not in the call's room.
func TestRecording_OtherRoomIsSilence(t *testing.T) {
	l := newLab(t, withMusic(t))
	agent := l.phone("agent", g711.ALaw, 440)
	l.phone("caller", g711.MuLaw, 700)
	l.phone("other", g711.ALaw, 1000)
	talk := []Row{{Leg: "agent", Hears: []LegID{"caller"}}, {Leg: "caller", Hears: []LegID{"agent"}}}
	path := filepath.Join(t.TempDir(), "r.wav")
	l.engine.SetRoom("call", talk)
	l.steps(25)
	l.record("r", path, "agent", "call")
	const part = 50
	l.steps(part) // talk
	l.engine.SetRoom("call", []Row{{Leg: "agent", Plays: "welcome"}, {Leg: "caller", Plays: PromptMusic}})
	l.steps(part) // hold: in the room, with a prompt
	l.engine.SetRoom("call", []Row{{Leg: "caller", Plays: PromptMusic}})
	l.steps(part) // in no room
	l.engine.SetRoom("consult", []Row{{Leg: "agent", Hears: []LegID{"other"}}, {Leg: "other", Hears: []LegID{"agent"}}})
	l.steps(part) // consultation
	l.engine.SetRoom("call", talk)
	l.steps(part) // talk again
	hold := agent.session()
	hold.Direction = Inactive
	agent.configure(hold)
	agent.deaf = true
	l.steps(part) // held by the phone
	l.stop("r")

	left, right := recorded(t, path)
	if len(left) != 6*part*160 {
		t.Fatalf("%d samples, want %d", len(left), 6*part*160)
	}
	want := []struct {
		left, right float64 // tones, 0 = silence
	}{{700, 440}, {900, 440}, {0, 0}, {0, 0}, {700, 440}, {0, 0}}
	for i, w := range want {
		from, to := i*part*160+15*160, (i+1)*part*160 // without what was still in the buffers
		for channel, pcm := range map[string][]int16{"left": left[from:to], "right": right[from:to]} {
			freq := w.left
			if channel == "right" {
				freq = w.right
			}
			for _, f := range []float64{440, 700, 900, 1000, musicFreq} {
				checkTone(t, "part "+string(rune('0'+i))+" "+channel, pcm, f, f == freq)
			}
			if freq == 0 && tone.Loudness(pcm) != tone.Floor {
				t.Errorf("part %d %s is not silent", i, channel)
			}
		}
	}
}

// TestRecording_Several: two recordings of one leg and one of the other side at the same time; the end of one is not that of
// the others; a closed leg ends its own.
func TestRecording_Several(t *testing.T) {
	l := newLab(t)
	agent, caller := l.phone("agent", g711.ALaw, 440), l.phone("caller", g711.MuLaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "agent", Hears: []LegID{"caller"}}, {Leg: "caller", Hears: []LegID{"agent"}}})
	l.steps(20)
	dir := t.TempDir()
	file := func(id string) string { return filepath.Join(dir, id+".wav") }
	l.record("one", file("one"), "agent", "call")
	l.record("two", file("two"), "agent", "call")
	l.record("three", file("three"), "caller", "call")
	if s := l.engine.Stats(); s.Recordings != 3 {
		t.Errorf("stats %+v", s)
	}
	l.steps(30)
	l.stop("one")
	l.steps(29)
	agent.leg.Close()
	l.tick()
	if err := l.awaitRecording("two"); err != nil {
		t.Error(err)
	}
	l.steps(10)
	l.stop("three")
	for id, ticks := range map[string]int{"one": 30, "two": 60, "three": 71} {
		left, right := recorded(t, file(id))
		if len(left) != ticks*160 {
			t.Errorf("%s: %d ticks, want %d", id, len(left)/160, ticks)
		}
		heard, said := caller.freq, agent.freq
		if id == "three" {
			heard, said = said, heard
		}
		checkTone(t, id, left[:25*160], heard, true)
		checkTone(t, id, right[:25*160], said, true)
	}
	l.engine.StopRecording("two") // has ended: nothing
	l.engine.StopRecording("never was")
	if s := l.engine.Stats(); s.Recordings != 0 || s.FailedRecordings != 0 {
		t.Errorf("stats %+v", s)
	}
}

// TestRecording_Refused: what cannot be begun is told at once, what the disk refuses by its end.
func TestRecording_Refused(t *testing.T) {
	l := newLab(t)
	l.phone("a", g711.ALaw, 440)
	dir := t.TempDir()
	path := filepath.Join(dir, "r.wav")
	if err := l.engine.StartRecording("r", path, "nobody", "call"); !errors.Is(err, ErrNoLeg) {
		t.Errorf("no leg: %v", err)
	}
	l.record("r", path, "a", "call")
	if err := l.engine.StartRecording("r", path+"2", "a", "call"); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	l.steps(30)
	l.stop("r")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l.record("again", path, "a", "call") // the file exists
	if err := l.awaitRecording("again"); !errors.Is(err, os.ErrExist) {
		t.Errorf("existing file: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the existing file was changed")
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l.record("nowhere", filepath.Join(dir, "file", "r.wav"), "a", "call")
	if err := l.awaitRecording("nowhere"); err == nil {
		t.Error("a file below a file was made")
	}
	l.steps(5)
	if s := l.engine.Stats(); s.Recordings != 0 || s.FailedRecordings != 2 {
		t.Errorf("stats %+v", s)
	}
	if l.engine.Leg("a").recordings.Load() != nil {
		t.Error("a failed recording is still fed")
	}
}

// slowDisk is a file that waits, or fails, when told to.
type slowDisk struct {
	*os.File
	mu   sync.Mutex
	gate chan struct{} // writes wait until it is closed
	fail error
}

func (d *slowDisk) WriteAt(p []byte, off int64) (int, error) {
	d.mu.Lock()
	gate, fail := d.gate, d.fail
	d.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if fail != nil {
		return 0, fail
	}
	return d.File.WriteAt(p, off)
}

func (d *slowDisk) set(gate chan struct{}, fail error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.fail = gate, fail
}

// withDisk gives the engine that disk.
func withDisk(d *slowDisk) setup {
	return func(_ *Config, open *openFile) {
		*open = func(path string) (wav.File, error) {
			file, err := os.Create(path)
			d.File = file
			return d, err
		}
	}
}

// TestRecording_DiskFull: a write error ends the recording and is told, what was written before plays, and the call goes on.
func TestRecording_DiskFull(t *testing.T) {
	disk := &slowDisk{}
	l := newLab(t, withDisk(disk))
	a, b := l.phone("a", g711.ALaw, 440), l.phone("b", g711.ALaw, 700)
	l.engine.SetRoom("call", []Row{{Leg: "a", Hears: []LegID{"b"}}, {Leg: "b", Hears: []LegID{"a"}}})
	l.steps(20)
	path := filepath.Join(t.TempDir(), "r.wav")
	l.record("r", path, "a", "call")
	r := l.engine.recordings["r"]
	l.steps(2 * chunkFrames)
	l.await("the chunks on disk", func() bool { return r.pending.Load() == 0 })
	full := errors.New("no space left on device")
	disk.set(nil, full)
	l.steps(chunkFrames)
	if err := l.awaitRecording("r"); !errors.Is(err, full) {
		t.Errorf("told %v", err)
	}
	l.listen()
	a.hears(b)
	b.hears(a)
	left, _ := recorded(t, path)
	if len(left) != 2*chunkFrames*160 {
		t.Errorf("%d samples are kept, want %d", len(left), 2*chunkFrames*160)
	}
	checkTone(t, "what is kept", left, b.freq, true)
}

// TestRecording_DiskNearlyFull: recordings leave the last part of the disk to what calls need. The one that runs is broken off and plays, the
// next is not begun, until there is room again.
func TestRecording_DiskNearlyFull(t *testing.T) {
	l := newLab(t)
	var free atomic.Uint64
	free.Store(diskReserve)
	l.engine.disk.space.free = func(string) (uint64, error) { return free.Load(), nil }
	l.phone("a", g711.ALaw, 440)
	l.engine.SetRoom("call", []Row{{Leg: "a"}})
	folder := t.TempDir()
	l.record("runs", filepath.Join(folder, "runs.wav"), "a", "call")
	l.steps(chunkFrames)
	runs := l.engine.recordings["runs"]
	l.await("the first chunk on disk", func() bool { return runs.pending.Load() == 0 })
	free.Store(diskReserve - 1)
	l.await("the end of the recording", func() bool {
		if runs.pending.Load() == 0 {
			l.steps(chunkFrames)
		}
		return runs.failed.Load()
	})
	if err := l.awaitRecording("runs"); !errors.Is(err, ErrDiskFull) {
		t.Errorf("told %v", err)
	}
	if left, _ := recorded(t, filepath.Join(folder, "runs.wav")); len(left) < chunkFrames*160 {
		t.Errorf("%d samples are kept", len(left))
	}
	l.record("late", filepath.Join(folder, "late.wav"), "a", "call")
	if err := l.awaitRecording("late"); !errors.Is(err, ErrDiskFull) {
		t.Errorf("told of the second %v", err)
	}

	free.Store(diskReserve)
	l.await("room again", func() bool { return l.engine.disk.space.check(folder) == nil })
	l.record("again", filepath.Join(folder, "again.wav"), "a", "call")
	l.steps(chunkFrames)
	l.engine.StopRecording("again")
	l.steps(1)
	if err := l.awaitRecording("again"); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestRecording_DiskStuck: a disk that takes nothing for longer than the bound ends the recording, is told at once, holds up
// nobody, and loses nothing of what was handed over.
func TestRecording_DiskStuck(t *testing.T) {
	disk := &slowDisk{}
	l := newLab(t, withDisk(disk))
	a := l.phone("a", g711.ALaw, 440)
	l.engine.SetRoom("call", []Row{{Leg: "a"}})
	gate := make(chan struct{})
	disk.set(gate, nil)
	path := filepath.Join(t.TempDir(), "r.wav")
	l.record("r", path, "a", "call")
	l.steps((maxPending + 1) * chunkFrames)
	if err := l.awaitRecording("r"); !errors.Is(err, ErrDiskSlow) {
		t.Errorf("told %v", err)
	}
	l.listen()
	disk.set(nil, nil)
	close(gate)
	if err := l.engine.Close(); err != nil {
		t.Fatal(err)
	}
	left, right := recorded(t, path)
	if len(left) != maxPending*chunkFrames*160 {
		t.Errorf("%d ticks are kept, want %d", len(left)/160, maxPending*chunkFrames)
	}
	checkTone(t, "what is kept", right[10*160:], a.freq, true)
}

// TestRecording_CrashLeavesWhatItHad: the file as it lies on disk in the middle of a recording plays up to its last chunk,
// without any repair.
func TestRecording_CrashLeavesWhatItHad(t *testing.T) {
	l := newLab(t)
	a := l.phone("a", g711.ALaw, 440)
	l.engine.SetRoom("call", []Row{{Leg: "a"}})
	l.steps(10)
	dir := t.TempDir()
	path := filepath.Join(dir, "r.wav")
	l.record("r", path, "a", "call")
	r := l.engine.recordings["r"]
	l.steps(3*chunkFrames + 10)
	l.await("the chunks on disk", func() bool { return r.pending.Load() == 0 })
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(dir, "crashed.wav")
	if err := os.WriteFile(crashed, image, 0o600); err != nil {
		t.Fatal(err)
	}
	_, right := recorded(t, crashed)
	if len(right) != 3*chunkFrames*160 {
		t.Errorf("%d ticks are kept, want %d", len(right)/160, 3*chunkFrames)
	}
	checkTone(t, "what is kept", right, a.freq, true)
	l.stop("r")
}

// TestRecording_CloseFinishesAll: the engine's end ends all recordings, whole.
func TestRecording_CloseFinishesAll(t *testing.T) {
	l := newLab(t)
	dir := t.TempDir()
	ids := []string{"a", "b", "c", "d", "e"}
	for _, id := range ids {
		l.phone(id, g711.ALaw, 440)
		l.record(id, filepath.Join(dir, id+".wav"), LegID(id), "call")
	}
	l.steps(37)
	if err := l.engine.Close(); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if err := l.awaitRecording(id); err != nil {
			t.Error(err)
		}
		if left, _ := recorded(t, filepath.Join(dir, id+".wav")); len(left) != 37*160 {
			t.Errorf("%s: %d ticks", id, len(left)/160)
		}
	}
	if err := l.engine.StartRecording("f", filepath.Join(dir, "f.wav"), "a", "call"); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
