package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs
)

// hours are the opening hours of a place.
type hours struct {
	zone     *time.Location
	open     []span
	holidays map[string]bool // "2026-12-25", or "12-25" for every year
}

// span is an opening time on some days of the week; one that ends before it begins goes on into the next day.
type span struct {
	days     [7]bool
	from, to int // minutes since midnight
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

var spanForm = regexp.MustCompile(`^([a-z,-]+) ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)$`)

// parseSpan reads "mon-fri 08:00-18:00" or "sat,sun 22:00-02:00".
func parseSpan(text string) (span, error) {
	m := spanForm.FindStringSubmatch(text)
	if m == nil {
		return span{}, fmt.Errorf("must be such as %q", "mon-fri 08:00-18:00")
	}
	minutes := func(h, m string) int {
		hour, _ := strconv.Atoi(h)
		minute, _ := strconv.Atoi(m)
		return 60*hour + minute
	}
	s := span{from: minutes(m[2], m[3]), to: minutes(m[4], m[5])}
	const day = 24 * 60
	if s.from >= day || s.to > day || s.from == s.to {
		return span{}, fmt.Errorf("must have two different times between 00:00 and 24:00")
	}
	for days := range strings.SplitSeq(m[1], ",") {
		first, last, isRange := strings.Cut(days, "-")
		if !isRange {
			last = first
		}
		from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if from < 0 || to < 0 {
			return span{}, fmt.Errorf("names no days of the week: mon, tue, wed, thu, fri, sat, sun")
		}
		for d := from; ; d = (d + 1) % 7 {
			s.days[d] = true
			if d == to {
				break
			}
		}
	}
	return s, nil
}

// holiday tells whether now is in a holiday.
func (h *hours) holiday(now time.Time) bool {
	now = now.In(h.zone)
	return h.holidays[now.Format("2006-01-02")] || h.holidays[now.Format("01-02")]
}

// isOpen tells whether now is in an opening time. What began on the day before counts, unless that day was a holiday.
func (h *hours) isOpen(now time.Time) bool {
	now = now.In(h.zone)
	minute, day := 60*now.Hour()+now.Minute(), int(now.Weekday())
	yesterday := now.AddDate(0, 0, -1)
	for _, s := range h.open {
		if s.from < s.to {
			if s.days[day] && minute >= s.from && minute < s.to && !h.holiday(now) {
				return true
			}
			continue
		}
		if s.days[day] && minute >= s.from && !h.holiday(now) ||
			s.days[(day+6)%7] && minute < s.to && !h.holiday(yesterday) {
			return true
		}
	}
	return false
}
