package wallboard

import (
	"context"
	"fmt"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// before is how far before the day legs are looked at: their wrap-ups may still be going on.
const before = 24 * time.Hour

// figures are the sums of a VCC's facts: of its day, and of the present interval of it. One goroutine uses them.
type figures struct {
	zone     *time.Location
	interval time.Duration
	terms    report.Terms
	day      *report.Tally
	recent   *report.Tally
}

// dayOf gives the day of a moment.
func dayOf(at time.Time, zone *time.Location) (from, until time.Time) {
	year, month, date := at.In(zone).Date()
	return time.Date(year, month, date, 0, 0, 0, 0, zone), time.Date(year, month, date+1, 0, 0, 0, 0, zone)
}

// roll makes the tallies those of a moment. It tells whether one of them is a new one.
func (f *figures) roll(at time.Time) (day, recent bool, err error) {
	from, until := dayOf(at, f.zone)
	if day = f.day == nil || !f.day.From().Equal(from); day {
		if f.day, err = f.next(f.day, from, until); err != nil {
			return day, false, err
		}
	}
	begin := from.Add(at.Sub(from).Truncate(f.interval))
	if recent = f.recent == nil || !f.recent.From().Equal(begin); recent {
		end := begin.Add(f.interval)
		if end.After(until) {
			end = until
		}
		f.recent, err = f.next(f.recent, begin, end)
	}
	return day, recent, err
}

// next makes a tally that knows whose wrap-ups are still to come.
func (f *figures) next(old *report.Tally, from, until time.Time) (*report.Tally, error) {
	t, err := report.NewTally(report.Span{From: from, Until: until, Zone: f.zone}, f.terms)
	if err == nil && old != nil {
		t.Inherit(old, from.Add(-before))
	}
	return t, err
}

// add adds a fact. One that came about after the day or interval begins the next: who is late with it has missed nothing.
func (f *figures) add(what fact) (day, recent bool, err error) {
	if !what.at.Before(f.recent.Until()) {
		day, recent, err = f.roll(what.at)
	}
	f.day.Add(what.what)
	f.recent.Add(what.what)
	return day, recent, err
}

// read makes the figures of the day from the store, as they are in its picture, and tells up to which effect of which command that is.
func (f *figures) read(ctx context.Context, from Store, vcc center.VCCID, at time.Time) (seq uint64, part int, err error) {
	if err := from.Flush(ctx); err != nil {
		return 0, 0, fmt.Errorf("read the figures of the day: %w", err)
	}
	f.day, f.recent = nil, nil
	if _, _, err := f.roll(at); err != nil {
		return 0, 0, err
	}
	err = from.Picture(ctx, func(p *store.Picture) error {
		if seq, part, err = p.Written(ctx, vcc); err != nil {
			return err
		}
		day := store.Span{VCC: vcc, From: f.day.From(), Until: f.day.Until()}
		legs := store.Span{VCC: vcc, From: day.From.Add(-before), Until: day.Until}
		for _, read := range []func() error{ // legs before states, see report.Tally
			func() error { return p.EachCall(ctx, day, both(f, (*report.Tally).AddCall)) },
			func() error { return p.EachQueue(ctx, day, both(f, (*report.Tally).AddQueue)) },
			func() error { return p.EachLeg(ctx, legs, both(f, (*report.Tally).AddLeg)) },
			func() error { return p.EachState(ctx, day, both(f, (*report.Tally).AddState)) },
		} {
			if err := read(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("read the figures of the day: %w", err)
	}
	return seq, part, nil
}

func both[R any](f *figures, add func(*report.Tally, R)) func(R) error {
	return func(r R) error {
		add(f.day, r)
		add(f.recent, r)
		return nil
	}
}
