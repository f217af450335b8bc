package report_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/doctest"
	"ccgateway/internal/report"
)

var rewrite = flag.Bool("rewrite", false, "write docs/reports.md anew")

const docsHead = `# Reports and records

Figures of skill queues, agents and tenants by interval, from the same records that can be listed one by one:

    ccgateway report skill --interval 30m
    ccgateway report agent --from 2026-11-01 --until 2026-12-01 --interval 24h --zone Europe/Berlin --format xlsx -o november.xlsx
    ccgateway records calls --from 2026-11-24 -o calls.csv

The commands ask the running program at its admin address; programs ask ` + "`GET /admin/report`" + ` and ` + "`GET /admin/records`" + ` there with the
installation's token and the members ` + "`vcc`, `kind`, `from`, `until`, `interval`, `zone`, `format`, `level`, `short`" + `. Formats: ` + "`csv`" + ` (durations in
seconds), ` + "`json`" + ` (in milliseconds, with the columns' formulas) and ` + "`xlsx`" + ` (with a page of formulas); records come as ` + "`csv`" + ` or as a JSON object a line.

Two questions are answered at a time, a third gets 503. A report has at most 500,000 rows and reads at most 5,000,000 stays of agents in calls.

Days begin at midnight of the tenant's time zone (` + "`vccs[].zone`" + ` of the configuration), or of that of ` + "`--zone`" + `, also when the clocks change in
them. Without a beginning a report is about the present day. The same figures, live, are on wallboards: docs/wallboards.md.

What belongs to which interval: a stay in a queue and an agent's stay in a call to the interval in which it began, whole; a state of an agent
to every interval that it touches, with the part that lies there. So the rows of a day add up to the day, to the millisecond.

<!-- The tables below are made by go test ./internal/report -run Docs -rewrite. -->
`

// TestDocs keeps docs/reports.md in step with the figures.
func TestDocs(t *testing.T) {
	tally := mustTally(t, report.Span{From: start, Until: start.Add(time.Hour)})
	var b strings.Builder
	b.WriteString(docsHead)
	for _, kind := range report.Kinds {
		fmt.Fprintf(&b, "\n## %s\n\n| column | title | unit | formula |\n| --- | --- | --- | --- |\n", kind)
		for _, c := range mustSheet(t, tally, kind).Columns {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name, c.Title, c.Unit, c.Formula)
		}
	}
	doctest.Page(t, "../../docs/reports.md", []byte(b.String()), *rewrite, "go test ./internal/report -run Docs -rewrite")
}
