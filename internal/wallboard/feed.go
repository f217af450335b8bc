package wallboard

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// maxKeptBytes bounds what can be gone on from beside Bounds.Changes.
const maxKeptBytes = 16 << 20

// feed has the latest changes of a board, for all watchers.
type feed struct {
	epoch  string
	bounds *atomic.Pointer[Bounds]

	mu      sync.Mutex
	last    uint64   // number of the last change; the first is 1
	kept    [][]byte // the changes up to last
	bytes   int
	changed chan struct{} // closed by the next change
	ended   error         // why there will be no more
}

func newFeed(bounds *atomic.Pointer[Bounds]) *feed {
	return &feed{epoch: newEpoch(), bounds: bounds, changed: make(chan struct{})}
}

// add publishes a change and gives its number.
func (f *feed) add(change []byte) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.kept = append(f.kept, change)
	f.bytes += len(change)
	for len(f.kept) > f.bounds.Load().Changes || f.bytes > maxKeptBytes && len(f.kept) > 1 {
		f.bytes -= len(f.kept[0])
		f.kept[0] = nil
		f.kept = f.kept[1:]
	}
	close(f.changed)
	f.changed = make(chan struct{})
	return f.last
}

// end tells all watchers that there will be no more.
func (f *feed) end(why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended == nil {
		f.ended = why
		close(f.changed)
	}
}

// after gives the change behind a number. ok = false: there is none yet, and changed tells when to look again. The error is ErrSlow when it
// is not kept any more, or why there will be none.
func (f *feed) after(n uint64) (change []byte, ok bool, changed <-chan struct{}, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.last - uint64(len(f.kept)) + 1
	switch {
	case n < f.last && n+1 >= first:
		return f.kept[n+1-first], true, nil, nil
	case n < f.last:
		return nil, false, nil, ErrSlow
	case f.ended != nil:
		return nil, false, nil, f.ended
	default:
		return nil, false, f.changed, nil
	}
}

// count is the number of the last change.
func (f *feed) count() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// holds tells whether a watcher who has the changes up to a number can go on.
func (f *feed) holds(n uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return n <= f.last && n+1 >= f.last-uint64(len(f.kept))+1
}

// id is a number as watchers know it.
func (f *feed) id(n uint64) string { return f.epoch + "-" + strconv.FormatUint(n, 10) }

// position reads the number that a watcher goes on from; ok = false: he needs a snapshot.
func (f *feed) position(id string) (n uint64, ok bool) {
	epoch, number, found := strings.Cut(id, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	if !found || err != nil || epoch != f.epoch || !f.holds(n) {
		return 0, false
	}
	return n, true
}
