package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"ccgateway/internal/voice/media/rtpaudio"
	"ccgateway/internal/wav"
)

const (
	recordingChannels = 2
	frameBytes        = rtpaudio.FrameSize * recordingChannels * 2
	// chunkFrames (half a second) is what is handed to the disk at a time, and what a crash may cost.
	chunkFrames = 25
	// maxPending is how many chunks (8 s, 256 KB) one recording may have waiting for the disk.
	maxPending = 16
	// pauseTail (200 ms) is what stays silent after a pause: what was said in it can wait 120 ms in the jitter buffer, be drawn out
	// for 60 ms where packets are lost, and fill one frame more.
	pauseTail = 10
)

// chunk is a piece of a recording on its way to the disk.
type chunk struct {
	data [chunkFrames * frameBytes]byte
	used int
}

// recording is a file being made. Schedulers fill chunks; a disk writer writes them.
type recording struct {
	id   RecordingID
	path string
	room RoomID // outside of it silence is recorded
	leg  *Leg
	disk *disk

	filling *chunk       // of the scheduler that drives leg, and after the leg's last tick of finishStopped
	writer  int          // which disk writer has it: all its chunks, so that they keep their order
	pending atomic.Int32 // chunks handed over and not yet written
	failed  atomic.Bool  // nothing more is taken
	told    atomic.Bool  // RecordingEnded is on its way
	paused  atomic.Bool  // silence is recorded
	silence silenceWatch
	tail    int  // ticks that stay silent after the pause; of the scheduler, as filling
	stopped bool // guarded by Engine.mu

	out *wav.Writer // of the disk writer
}

// StartRecording records leg into a new stereo file (left: what it hears, right: what it says) until StopRecording or until
// the leg is closed; silence while the leg is not in room. Missing folders are made; an existing file is not overwritten.
// Errors: ErrNoLeg, ErrExists, ErrClosed; those of the disk come by Events.RecordingEnded.
func (e *Engine) StartRecording(id RecordingID, path string, leg LegID, room RoomID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.legs[leg]
	var err error
	switch {
	case e.closed:
		err = ErrClosed
	case l == nil:
		err = ErrNoLeg
	case e.recordings[id] != nil:
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("record leg %s as %s: %w", leg, id, err)
	}
	r := &recording{id: id, path: path, room: room, leg: l, disk: e.disk}
	e.recordings[id] = r
	e.counts.recordings.Add(1)
	e.disk.begin(r)
	var list []*recording
	if old := l.recordings.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = append(list, r)
	l.recordings.Store(&list)
	return nil
}

// StopRecording ends a recording; Events.RecordingEnded follows. An unknown id, or one that has ended, is none.
func (e *Engine) StopRecording(id RecordingID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.recordings[id]; r != nil {
		e.stop(r)
	}
}

// PauseRecording lets silence be recorded from the next tick on, of both sides, or ends that: the file stays as long as the talk.
// Silence goes on for pauseTail after the end, so that nothing said during the pause comes out of the jitter buffer into the file. An
// unknown id is none.
func (e *Engine) PauseRecording(id RecordingID, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.recordings[id]; r != nil {
		r.paused.Store(on)
	}
}

// silent tells whether this tick is silence because of a pause. It is called once in each tick, by the scheduler of the leg.
func (r *recording) silent() bool {
	if r.paused.Load() {
		r.tail = pauseTail
		return true
	}
	if r.tail == 0 {
		return false
	}
	r.tail--
	return true
}

// stopped is a list of recordings that signalling has stopped: the schedulers finish them before their next tick, when
// nobody fills them any more.
type stopped struct {
	recording *recording
	next      *stopped
}

// stop takes a recording from its leg and lets it be finished. The caller holds e.mu.
func (e *Engine) stop(r *recording) {
	if r.stopped {
		return
	}
	r.stopped = true
	delete(e.recordings, r.id)
	if old := r.leg.recordings.Load(); old != nil {
		list := slices.DeleteFunc(slices.Clone(*old), func(o *recording) bool { return o == r })
		if len(list) == 0 {
			r.leg.recordings.Store(nil)
		} else {
			r.leg.recordings.Store(&list)
		}
	}
	node := &stopped{recording: r}
	for {
		node.next = e.stopped.Load()
		if e.stopped.CompareAndSwap(node.next, node) {
			return
		}
	}
}

// finishStopped hands the rest of stopped recordings to the disk. It is called between ticks.
func (e *Engine) finishStopped() {
	for node := e.stopped.Swap(nil); node != nil; node = node.next {
		node.recording.finish()
	}
}

// forgetRecording takes a recording that has ended by itself out of everything.
func (e *Engine) forgetRecording(r *recording) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop(r)
}

// recordingEnded is told by the disk, and by add when the disk is too slow.
func (e *Engine) recordingEnded(r *recording, err error) {
	if !r.told.CompareAndSwap(false, true) {
		return
	}
	e.counts.recordings.Add(-1)
	if err != nil {
		e.counts.failedRecordings.Add(1)
		e.cfg.Log.Error("recording broken off", "recording", r.id, "file", r.path, "error", err)
	}
	e.events.add(happening{kind: happenedRecordingEnded, recording: r, err: err})
}

// add takes the sound of one tick. It never waits: a disk that is too slow ends the recording.
func (r *recording) add(left, right *frame) {
	if r.failed.Load() {
		return
	}
	if r.filling == nil {
		r.filling = r.disk.chunk()
	}
	c := r.filling
	out := c.data[c.used : c.used+frameBytes]
	for i := range left {
		binary.LittleEndian.PutUint16(out[4*i:], uint16(left[i]))
		binary.LittleEndian.PutUint16(out[4*i+2:], uint16(right[i]))
	}
	if c.used += frameBytes; c.used == len(c.data) {
		r.handOver()
	}
}

// handOver gives the chunk being filled to the disk.
func (r *recording) handOver() {
	c := r.filling
	r.filling = nil
	if r.pending.Load() >= maxPending {
		r.disk.free(c)
		r.failed.Store(true)
		r.disk.ended(r, fmt.Errorf("recording %s: %w", r.id, ErrDiskSlow))
		return
	}
	r.pending.Add(1)
	r.disk.put(r, task{recording: r, chunk: c})
}

// finish hands over what is left, and the end.
func (r *recording) finish() {
	if r.filling != nil {
		if r.failed.Load() {
			r.disk.free(r.filling)
			r.filling = nil
		} else {
			r.handOver()
		}
	}
	r.disk.put(r, task{recording: r, end: true})
}

// openRecording makes the file and the folders that lead to it.
func openRecording(path string) (wav.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
}

// open begins the file.
func (r *recording) open(open func(string) (wav.File, error)) error {
	file, err := open(r.path)
	if err != nil {
		return fmt.Errorf("begin recording: %w", err)
	}
	if r.out, err = wav.NewWriter(file, recordingChannels); err != nil {
		return errors.Join(fmt.Errorf("begin recording: %w", err), file.Close())
	}
	return nil
}
