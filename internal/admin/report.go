package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
	"ccgateway/internal/store"
)

// Facts is what reports and lists of records are made from.
type Facts interface {
	report.Facts
	// Names gives the names of a VCC's queues, agents and rest reasons.
	Names(ctx context.Context, vcc center.VCCID) (report.Names, error)
	// Zone gives the time zone in which a VCC's days begin.
	Zone(vcc center.VCCID) *time.Location
}

// The members of a query about facts, for the paths /admin/report and /admin/records.
const (
	askVCC      = "vcc"
	askKind     = "kind"
	askFrom     = "from"     // RFC 3339, or a date in the zone; none = the beginning of the present day
	askUntil    = "until"    // the same, exclusive; none = a day after the beginning, or now
	askInterval = "interval" // such as 30m or 24h; none = the whole
	askZone     = "zone"     // IANA name; none = the VCC's
	askFormat   = "format"
	askLevel    = "level" // time of the service level, such as 20s
	askShort    = "short" // time of short abandons
)

// longestReport bounds a report or list: a leap year.
const longestReport = 366 * 24 * time.Hour

// question is a query about facts, read.
type question struct {
	vcc    center.VCCID
	kind   string
	format report.Format
	span   report.Span
	terms  report.Terms
}

// vcc reads which VCC is meant; it may be left out where there is one.
func (o Options) vcc(q url.Values) (center.VCCID, error) {
	vccs := o.Centers.VCCs()
	n, err := strconv.Atoi(q.Get(askVCC))
	switch {
	case q.Get(askVCC) == "" && len(vccs) == 1:
		return vccs[0], nil
	case q.Get(askVCC) == "" && len(vccs) > 1:
		return 0, fmt.Errorf("vcc: there are %d VCCs: give the number of one", len(vccs))
	case err != nil || !slices.Contains(vccs, center.VCCID(n)):
		return 0, fmt.Errorf("vcc: %q is no VCC of this installation", q.Get(askVCC))
	default:
		return center.VCCID(n), nil
	}
}

// readQuestion reads a query; what is wrong is said with the member's name.
func (o Options) readQuestion(q url.Values, formats ...report.Format) (question, error) {
	asked := question{kind: q.Get(askKind), format: report.Format(q.Get(askFormat))}
	var err error
	if asked.vcc, err = o.vcc(q); err != nil {
		return asked, err
	}
	if asked.format == "" {
		asked.format = formats[0]
	}
	if !slices.Contains(formats, asked.format) {
		return asked, fmt.Errorf("format: %q is none of %v", asked.format, formats)
	}
	if err := o.readSpan(q, &asked); err != nil {
		return asked, err
	}
	for name, into := range map[string]*time.Duration{askInterval: &asked.span.Every, askLevel: &asked.terms.Level, askShort: &asked.terms.Short} {
		if q.Get(name) == "" {
			continue
		}
		d, err := time.ParseDuration(q.Get(name))
		if err != nil || d < 0 {
			return asked, fmt.Errorf("%s: %q is no duration such as 30m", name, q.Get(name))
		}
		*into = d
	}
	return asked, nil
}

// readSpan reads which time is meant.
func (o Options) readSpan(q url.Values, asked *question) (err error) {
	zone, now := o.Facts.Zone(asked.vcc), time.Now()
	if name := q.Get(askZone); name != "" {
		if zone, err = time.LoadLocation(name); err != nil {
			return fmt.Errorf("zone: %q is no time zone", name)
		}
	}
	year, month, date := now.In(zone).Date()
	asked.span.Zone, asked.span.From = zone, time.Date(year, month, date, 0, 0, 0, 0, zone)
	if text := q.Get(askFrom); text != "" {
		if asked.span.From, err = moment(text, zone); err != nil {
			return fmt.Errorf("%s: %w", askFrom, err)
		}
	}
	asked.span.Until = asked.span.From.In(zone).AddDate(0, 0, 1)
	if text := q.Get(askUntil); text != "" {
		if asked.span.Until, err = moment(text, zone); err != nil {
			return fmt.Errorf("%s: %w", askUntil, err)
		}
	} else if asked.span.Until.After(now) {
		asked.span.Until = now.Add(time.Second) // what has been written is in it
	}
	if asked.span.Until.Sub(asked.span.From) > longestReport {
		return fmt.Errorf("from, until: longer than %d days", int(longestReport.Hours()/24))
	}
	return nil
}

// moment reads a date or a time.
func moment(text string, zone *time.Location) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a date (2026-11-25) nor a time (2026-11-25T08:00)", text)
}

// report answers /admin/report.
func (o Options) report(w http.ResponseWriter, r *http.Request) {
	asked, err := o.readQuestion(r.URL.Query(), report.Formats...)
	if err == nil && !slices.Contains(report.Kinds, report.Kind(asked.kind)) {
		err = fmt.Errorf("kind: %q is none of %v", asked.kind, report.Kinds)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	tally, err := report.Read(r.Context(), o.Facts, asked.vcc, asked.span, asked.terms)
	switch {
	case errors.Is(err, report.ErrSpan):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	case err != nil:
		o.broken(w, err)
		return
	}
	names, err := o.Facts.Names(r.Context(), asked.vcc)
	if err != nil {
		o.broken(w, err)
		return
	}
	sheet, err := tally.Sheet(report.Kind(asked.kind), names)
	if err != nil {
		o.broken(w, err)
		return
	}
	var whole bytes.Buffer // so that a failure is not half an answer
	if err := sheet.Write(&whole, asked.format); err != nil {
		o.broken(w, err)
		return
	}
	w.Header().Set("Content-Type", asked.format.ContentType())
	if _, err := whole.WriteTo(w); err != nil {
		o.Log.Debug("report not delivered", "err", err)
	}
}

// records answers /admin/records. The answer is written while it is read, so a failure on the way breaks the connection.
func (o Options) records(w http.ResponseWriter, r *http.Request) {
	asked, err := o.readQuestion(r.URL.Query(), report.CSV, report.JSON)
	if err == nil && !slices.Contains(report.AllRecords, report.Records(asked.kind)) {
		err = fmt.Errorf("kind: %q is none of %v", asked.kind, report.AllRecords)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", asked.format.ContentType())
	span := store.Span{VCC: asked.vcc, From: asked.span.From, Until: asked.span.Until}
	if err := report.WriteRecords(r.Context(), o.Facts, report.Records(asked.kind), span, asked.format, w); err != nil {
		o.Log.Error("records not delivered whole", "err", err)
		panic(http.ErrAbortHandler)
	}
}

func (o Options) broken(w http.ResponseWriter, err error) {
	o.Log.Error("facts cannot be read", "err", err)
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

// Ask sends a question about facts to the running server at address and copies the answer to out. path is "report" or "records".
// ErrNotRunning when nobody answers there.
func Ask(ctx context.Context, address, token, path string, query url.Values, out io.Writer) error {
	return door{address, token}.ask(ctx, http.MethodGet, path, query, nil, func(body io.Reader) error {
		_, err := io.Copy(out, body)
		return err
	})
}
