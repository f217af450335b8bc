package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Format is a form in which a sheet is written.
type Format string

// The formats.
const (
	JSON Format = "json"
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Formats lists them.
var Formats = []Format{JSON, CSV, XLSX}

// ContentType is the media type of a format.
func (f Format) ContentType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	default:
		return "application/json"
	}
}

// Write writes the sheet in a format.
func (s Sheet) Write(w io.Writer, format Format) error {
	switch format {
	case JSON:
		return s.writeJSON(w)
	case CSV:
		return s.writeCSV(w)
	case XLSX:
		return s.writeXLSX(w)
	default:
		return fmt.Errorf("there is no format %q; there are %v", format, Formats)
	}
}

// writeJSON writes the columns with their formulas, and the rows as objects. Durations are in milliseconds, times as in RFC 3339.
func (s Sheet) writeJSON(w io.Writer) error {
	out := struct {
		Sheet
		Rows []map[string]any `json:"rows"`
	}{Sheet: s, Rows: make([]map[string]any, len(s.Rows))}
	for i, row := range s.Rows {
		out.Rows[i] = make(map[string]any, len(row))
		for n, value := range row {
			if d, ok := value.(time.Duration); ok {
				value = d.Milliseconds()
			}
			out.Rows[i][s.Columns[n].Name] = value
		}
	}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// writeCSV writes one line with the columns' names and one a row. Durations are in seconds. A text that a spreadsheet would take for a
// formula gets an apostrophe in front.
func (s Sheet) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	line := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		line[i] = c.Name
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for _, row := range s.Rows {
		for i, value := range row {
			line[i] = csvText(value)
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func csvText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format("2006-01-02T15:04:05.000Z07:00")
	case time.Duration:
		return durationText(v)
	case float64:
		return strconv.FormatFloat(v, 'f', 4, 64)
	case string:
		return harmless(v)
	default:
		return fmt.Sprint(v)
	}
}

// harmless keeps spreadsheets from running a text that a caller or a desktop has sent (CSV injection).
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) && !isNumber(text) {
		return "'" + text
	}
	return text
}

// isNumber tells whether a text is a plain telephone number.
func isNumber(text string) bool {
	return strings.Trim(strings.TrimPrefix(text, "+"), "0123456789") == ""
}

// writeXLSX writes a workbook: the figures, and a second page with the formula of each.
func (s Sheet) writeXLSX(w io.Writer) error {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // nothing of it is on disk yet
	const page, formulas = "report", "formulas"
	if err := book.SetSheetName("Sheet1", page); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	styles := map[Unit]int{}
	for unit, form := range map[Unit]string{UnitDuration: "[h]:mm:ss", UnitShare: "0.0%", UnitTime: "yyyy-mm-dd hh:mm"} {
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &form})
		if err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		styles[unit] = style
	}
	head := make([]any, len(s.Columns))
	explained := [][]any{{"column", "title", "formula"}}
	for i, c := range s.Columns {
		head[i] = c.Title
		explained = append(explained, []any{c.Name, c.Title, c.Formula})
	}
	lines := [][]any{head}
	for _, row := range s.Rows {
		line := make([]any, len(row))
		for i, value := range row {
			line[i] = excelize.Cell{StyleID: styles[s.Columns[i].Unit], Value: cellValue(value)}
		}
		lines = append(lines, line)
	}
	if err := writePage(book, page, lines); err != nil {
		return err
	}
	if _, err := book.NewSheet(formulas); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := writePage(book, formulas, explained); err != nil {
		return err
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func writePage(book *excelize.File, page string, lines [][]any) error {
	out, err := book.NewStreamWriter(page)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for i, line := range lines {
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), line); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// cellValue is a value as a spreadsheet keeps it: a duration is a part of a day, a moment has no zone.
func cellValue(value any) any {
	switch v := value.(type) {
	case time.Duration:
		return v.Hours() / 24
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC)
	default:
		return v
	}
}
