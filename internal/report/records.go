package report

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// Records names a kind of record, as `ccgateway records` lists them.
type Records string

// The kinds of records.
const (
	CallRecords  Records = "calls"
	LegRecords   Records = "legs"
	QueueRecords Records = "queues"
	TryRecords   Records = "tries"
	StateRecords Records = "states"
	Recordings   Records = "recordings"
)

// AllRecords lists them.
var AllRecords = []Records{CallRecords, LegRecords, QueueRecords, TryRecords, StateRecords, Recordings}

// WriteRecords writes the records of a span, oldest first, as they are read: CSV with a line of names, or JSON with an object a line. It
// holds none of them in memory.
func WriteRecords(ctx context.Context, facts Facts, kind Records, span store.Span, format Format, w io.Writer) error {
	out, err := newRecordWriter(w, format)
	if err != nil {
		return err
	}
	switch kind {
	case CallRecords:
		err = facts.EachCall(ctx, span, writing(out, callColumns))
	case LegRecords:
		err = facts.EachLeg(ctx, span, writing(out, legColumns))
	case QueueRecords:
		err = facts.EachQueue(ctx, span, writing(out, queueColumns))
	case TryRecords:
		err = facts.EachTry(ctx, span, writing(out, tryColumns))
	case StateRecords:
		err = facts.EachState(ctx, span, writing(out, stateColumns))
	case Recordings:
		err = facts.EachRecording(ctx, span, writing(out, recordingColumns))
	default:
		return fmt.Errorf("there are no records %q; there are %v", kind, AllRecords)
	}
	if err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return out.close()
}

// field is a column of a record.
type field struct {
	name  string
	value any
}

var outcomes = map[center.QueueOutcome]string{
	center.QueueAnswered: "answered", center.QueueAbandoned: "abandoned", center.QueueTimedOut: "timed_out", center.QueueMoved: "moved", center.QueueClosed: "closed",
}

var parties = map[center.PartyKind]string{
	center.PartyCustomer: "customer", center.PartyAgent: "agent", center.PartyOutside: "outside", center.PartyPhone: "phone", center.PartySystem: "system",
}

func callColumns(r center.CallRecord) []field {
	return []field{
		{"call", string(r.Call)}, {"feature", r.Feature}, {"skill", int(r.Skill)}, {"caller", r.Caller}, {"called", r.Called}, {"trunk", r.Trunk},
		{"began", r.Began}, {"answered", r.Answered}, {"ended", r.Ended}, {"waited", r.Waited}, {"duration", r.Ended.Sub(r.Began)}, {"requeued", r.Requeued},
		{"agent", int(r.Agent)}, {"reason", int(r.Reason)}, {"released_by", parties[r.Released]},
	}
}

func legColumns(r center.LegRecord) []field {
	talk := time.Duration(0)
	if !r.Answered.IsZero() {
		talk = r.Ended.Sub(r.Answered) - r.Held
	}
	return []field{
		{"call", string(r.Call)}, {"leg", string(r.Leg)}, {"party", parties[r.Party]}, {"agent", int(r.Agent)}, {"number", r.Number}, {"skill", int(r.Skill)},
		{"feature", r.Feature}, {"made_call", r.Maker}, {"began", r.Began}, {"ringing", r.Ringing}, {"answered", r.Answered}, {"ended", r.Ended},
		{"in_flow", r.InFlow}, {"waited", r.Waited}, {"talk", talk}, {"hold", r.Held}, {"reason", int(r.Reason)},
	}
}

func queueColumns(r center.QueueRecord) []field {
	return []field{
		{"call", string(r.Call)}, {"feature", r.Feature}, {"skill", int(r.Skill)}, {"entered", r.Entered}, {"left", r.Left}, {"waited", r.Left.Sub(r.Entered)},
		{"outcome", outcomes[r.Outcome]}, {"agent", int(r.Agent)}, {"offers", r.Offers},
	}
}

var tryOutcomes = map[center.TryOutcome]string{
	center.TryTalked: "talked", center.TryNotReached: "not_reached", center.TryGivenBack: "given_back", center.TryNotDialled: "not_dialled",
	center.TryTakenAway: "taken_away", center.TryGivenUp: "given_up",
}

func tryColumns(r center.TryRecord) []field {
	return []field{
		{"control", r.Control}, {"feature", r.Feature}, {"skill", int(r.Skill)}, {"number", r.Number}, {"agent", int(r.Agent)}, {"call", string(r.Call)},
		{"entered", r.Entered}, {"began", r.Began}, {"ended", r.Ended}, {"outcome", tryOutcomes[r.Outcome]}, {"last", r.Final},
	}
}

func stateColumns(r center.StateRecord) []field {
	return []field{
		{"agent", int(r.Agent)}, {"state", r.State.String()}, {"reason", r.Reason}, {"from", r.From}, {"until", r.To}, {"duration", r.To.Sub(r.From)}, {"call", string(r.Call)},
	}
}

// recordingColumns: an end that is empty says that it is being made, a deletion that is empty that its file is kept.
func recordingColumns(r store.Recording) []field {
	return []field{
		{"recording", string(r.ID)}, {"name", r.Name}, {"call", string(r.Call)}, {"agent", int(r.Agent)}, {"skill", int(r.Skill)}, {"caller", r.Caller},
		{"called", r.Called}, {"file", r.File}, {"began", r.Began}, {"ended", r.Ended}, {"failed", r.Failed}, {"deleted", r.Deleted},
	}
}

// writing makes the function that writes each record.
func writing[R any](out *recordWriter, columns func(R) []field) func(R) error {
	var none R
	out.names = columns(none)
	return func(r R) error { return out.write(columns(r)) }
}

// recordWriter writes records in one of two forms.
type recordWriter struct {
	csv   *csv.Writer
	json  *json.Encoder
	names []field
	began bool
	line  []string
}

func newRecordWriter(w io.Writer, format Format) (*recordWriter, error) {
	switch format {
	case CSV:
		return &recordWriter{csv: csv.NewWriter(w)}, nil
	case JSON:
		return &recordWriter{json: json.NewEncoder(w)}, nil
	default:
		return nil, fmt.Errorf("records are not written as %q but as csv or json", format)
	}
}

func (o *recordWriter) head() error {
	o.began = true
	for _, f := range o.names {
		o.line = append(o.line, f.name)
	}
	return o.csv.Write(o.line)
}

func (o *recordWriter) write(record []field) error {
	if o.json != nil {
		object := make(map[string]any, len(record))
		for _, f := range record {
			object[f.name] = jsonValue(f.value)
		}
		return o.json.Encode(object)
	}
	if !o.began {
		if err := o.head(); err != nil {
			return err
		}
	}
	for i, f := range record {
		o.line[i] = csvText(f.value)
	}
	return o.csv.Write(o.line)
}

// close writes what is left; CSV has its line of names also without any record.
func (o *recordWriter) close() error {
	if o.csv == nil {
		return nil
	}
	if !o.began {
		if err := o.head(); err != nil {
			return err
		}
	}
	o.csv.Flush()
	return o.csv.Error()
}

// jsonValue is a value in JSON: durations in milliseconds, no moment as null.
func jsonValue(value any) any {
	switch v := value.(type) {
	case time.Duration:
		return v.Milliseconds()
	case time.Time:
		if v.IsZero() {
			return nil
		}
	}
	return value
}
