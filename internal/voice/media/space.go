package media

import (
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// diskReserve is what recordings leave free on their disk. The journal and the records of calls lie on it too, as a rule, and without room
// for them a center stops: recordings end before calls do. It is what a center of 100 agents writes in days.
const diskReserve = 256 << 20

// spaceEvery is how often the system is asked for the free space: 1,000 recordings write 20 MB within it.
const spaceEvery = time.Second / 4

// space watches what is free on the disk of recordings.
type space struct {
	free func(folder string) (uint64, error)

	mu    sync.Mutex
	asked time.Time
	err   error
}

// check is ErrDiskFull when less than diskReserve is free where the file of this path lies. Where the system does not tell, it is nil: then
// the first write that fails says so.
func (s *space) check(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.asked.IsZero() || now.Sub(s.asked) >= spaceEvery {
		s.asked, s.err = now, nil
		if free, err := s.free(filepath.Dir(path)); err == nil && free < diskReserve {
			s.err = fmt.Errorf("%w: %d MB are free, and recordings leave %d MB to calls", ErrDiskFull, free>>20, diskReserve>>20)
		}
	}
	return s.err
}
