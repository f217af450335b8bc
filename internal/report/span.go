package report

import (
	"errors"
	"fmt"
	"sort"
	"time"
)

// maxIntervals bounds a report: a year of half-hours are 17,520.
const maxIntervals = 20_000

// Span is the time of a report. Every is the length of an interval, 0 = the whole; intervals of whole days begin at midnight of Zone,
// whatever the length of the day.
type Span struct {
	From  time.Time
	Until time.Time // exclusive
	Every time.Duration
	Zone  *time.Location // nil = UTC
}

// ErrSpan says that the time of a report makes no sense.
var ErrSpan = errors.New("bad time of report")

// bounds lists the beginnings of the intervals, and the end of the last.
func (s Span) bounds() ([]time.Time, error) {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	from, until := s.From.In(zone), s.Until.In(zone)
	switch {
	case !from.Before(until):
		return nil, fmt.Errorf("%w: it ends at %s and begins at %s", ErrSpan, until.Format(time.RFC3339), from.Format(time.RFC3339))
	case s.Every < 0 || s.Every > 0 && s.Every < time.Minute:
		return nil, fmt.Errorf("%w: an interval of %s is shorter than a minute", ErrSpan, s.Every)
	case s.Every == 0:
		return []time.Time{from, until}, nil
	}
	bounds := []time.Time{from}
	for at := s.next(from); at.Before(until); at = s.next(at) {
		if len(bounds) == maxIntervals {
			return nil, fmt.Errorf("%w: more than %d intervals", ErrSpan, maxIntervals)
		}
		bounds = append(bounds, at)
	}
	return append(bounds, until), nil
}

// next is the end of the interval that begins at a moment.
func (s Span) next(at time.Time) time.Time {
	const day = 24 * time.Hour
	if s.Every%day == 0 {
		year, month, date := at.Date()
		return time.Date(year, month, date+int(s.Every/day), 0, 0, 0, 0, at.Location())
	}
	return at.Add(s.Every)
}

// interval finds in which interval a moment lies, -1 = in none.
func interval(bounds []time.Time, at time.Time) int {
	n := sort.Search(len(bounds), func(i int) bool { return bounds[i].After(at) })
	if n == len(bounds) {
		return -1
	}
	return n - 1
}
