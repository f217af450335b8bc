package media

import (
	"sync"
	"sync/atomic"

	"ccgateway/internal/wav"
)

// diskWriters is the number of goroutines that write recordings. A few let a disk work on several files at a time; many would
// only make threads that wait for the same disk.
const diskWriters = 4

// disk writes recordings. Handing something to it never waits for a disk.
type disk struct {
	open    func(path string) (wav.File, error)
	space   space
	ended   func(r *recording, err error)
	chunks  sync.Pool
	next    atomic.Uint32
	writers [diskWriters]diskWriter
	done    sync.WaitGroup
}

// diskWriter is a queue and the goroutine that works it off. Its length is bounded by maxPending for each recording.
type diskWriter struct {
	mu     sync.Mutex
	queue  []task
	closed bool
	wake   chan struct{} // has room for one
}

// task is one thing to do for a recording: begin it, write a chunk, end it.
type task struct {
	recording  *recording
	chunk      *chunk
	begin, end bool
}

func newDisk(open func(string) (wav.File, error), ended func(*recording, error)) *disk {
	d := &disk{open: open, space: space{free: freeSpace}, ended: ended}
	d.chunks.New = func() any { return new(chunk) }
	for i := range d.writers {
		w := &d.writers[i]
		w.wake = make(chan struct{}, 1)
		d.done.Go(func() { d.work(w) })
	}
	return d
}

// begin gives a recording a writer and lets it make the file.
func (d *disk) begin(r *recording) {
	r.writer = int(d.next.Add(1) % diskWriters)
	d.put(r, task{recording: r, begin: true})
}

func (d *disk) chunk() *chunk {
	c := d.chunks.Get().(*chunk)
	c.used = 0
	return c
}

func (d *disk) free(c *chunk) { d.chunks.Put(c) }

func (d *disk) put(r *recording, t task) {
	w := &d.writers[r.writer]
	w.mu.Lock()
	w.queue = append(w.queue, t)
	w.mu.Unlock()
	w.signal()
}

func (w *diskWriter) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// close waits until all is written.
func (d *disk) close() {
	for i := range d.writers {
		w := &d.writers[i]
		w.mu.Lock()
		w.closed = true
		w.mu.Unlock()
		w.signal()
	}
	d.done.Wait()
}

func (d *disk) work(w *diskWriter) {
	var spare []task
	for {
		w.mu.Lock()
		tasks, closed := w.queue, w.closed
		w.queue = spare[:0]
		w.mu.Unlock()
		if len(tasks) == 0 {
			if closed {
				return
			}
			spare = tasks
			<-w.wake
			continue
		}
		for _, t := range tasks {
			d.do(t)
		}
		clear(tasks)
		spare = tasks
	}
}

func (d *disk) do(t task) {
	r := t.recording
	switch {
	case t.begin:
		err := r.open(d.open)
		if err == nil {
			err = d.space.check(r.path)
		}
		if err != nil {
			d.fail(r, err)
		}
	case t.chunk != nil:
		defer d.free(t.chunk)
		defer r.pending.Add(-1)
		if r.out == nil {
			return
		}
		err := d.space.check(r.path)
		if err == nil {
			err = r.out.WriteBytes(t.chunk.data[:t.chunk.used])
		}
		if err != nil {
			d.fail(r, err)
		}
	case t.end && r.out != nil:
		err := r.out.Close()
		r.out = nil
		d.ended(r, err)
	}
}

// fail breaks a recording off: what was written stays, nothing more is taken.
func (d *disk) fail(r *recording, err error) {
	r.failed.Store(true)
	if r.out != nil {
		_ = r.out.Close() // the first error is the one to tell
		r.out = nil
	}
	d.ended(r, err)
}
