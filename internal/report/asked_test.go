package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"ccgateway/internal/center"
	"ccgateway/internal/report"
)

// TestSheet_HasWhatSupervisorsGet: the figures that supervisors of such systems get are in each report, in each format.
func TestSheet_HasWhatSupervisorsGet(t *testing.T) {
	tally := mustTally(t, report.Span{From: start, Until: at(3600)})
	tally.AddQueue(center.QueueRecord{Skill: 1, Entered: at(0), Left: at(9), Outcome: center.QueueAnswered})
	tally.AddState(center.StateRecord{Agent: 101, State: center.StateRest, Reason: 1, From: at(0), To: at(60)})
	tally.AddState(center.StateRecord{Agent: 101, State: center.StateBusy, Reason: 201, From: at(60), To: at(90)})
	ofQueues := []string{"offered", "answered", "abandoned", "within", "service_level", "asa", "aht", "talk", "hold", "wrap_up", "longest_wait", "abandon_rate"}
	ofAgents := []string{"offered", "answered", "talk", "talk_inner", "hold", "wrap_up", "busy", "rest", "idle", "called_out", "reached", "talk_outbound", "occupancy"}
	all := append([]string{"inbound", "outbound", "inner"}, ofQueues...)
	for _, name := range ofAgents {
		all = append(all, "agents_"+name)
	}
	for kind, names := range map[report.Kind][]string{
		report.BySkill: ofQueues, report.ByAgent: ofAgents, report.ByVCC: all, report.ByReason: {"state", "reason", "reason_name", "time"},
	} {
		s := mustSheet(t, tally, kind)
		for format, written := range map[report.Format][]string{report.JSON: inJSON(t, s), report.CSV: inCSV(t, s), report.XLSX: inXLSX(t, s)} {
			for _, name := range names {
				if !slices.Contains(written, name) {
					t.Errorf("%s, %s: %s is not in %v", kind, format, name, written)
				}
			}
		}
	}
}

func written(t *testing.T, s report.Sheet, format report.Format) *bytes.Buffer {
	t.Helper()
	var text bytes.Buffer
	if err := s.Write(&text, format); err != nil {
		t.Fatal(err)
	}
	return &text
}

func inJSON(t *testing.T, s report.Sheet) (names []string) {
	t.Helper()
	var read struct{ Rows []map[string]any }
	if err := json.Unmarshal(written(t, s, report.JSON).Bytes(), &read); err != nil || len(read.Rows) == 0 {
		t.Fatalf("%d rows, %v", len(read.Rows), err)
	}
	for name := range read.Rows[0] {
		names = append(names, name)
	}
	return names
}

func inCSV(t *testing.T, s report.Sheet) []string {
	t.Helper()
	lines, err := csv.NewReader(written(t, s, report.CSV)).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	return lines[0]
}

// inXLSX reads the page of formulas, which has a line for each column of the page of figures.
func inXLSX(t *testing.T, s report.Sheet) (names []string) {
	t.Helper()
	book, err := excelize.OpenReader(written(t, s, report.XLSX))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	lines, err := book.GetRows("formulas")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		names = append(names, line[0])
	}
	return names
}
