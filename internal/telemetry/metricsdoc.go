package telemetry

import (
	"bytes"
	"fmt"
	"strings"
)

// MetricsDoc is docs/metrics.md.
func MetricsDoc() []byte {
	var out bytes.Buffer
	out.WriteString(`<!-- Made from the table of internal/telemetry by "go generate ./internal/telemetry". Do not edit. -->

# Metrics

` + "`GET /metrics`" + ` on the admin port, in the text format of Prometheus. It needs no token, as health and readiness do not: it has counts and
times, and the names of VCCs' queues and of trunks, but nothing of calls, callers or agents. Who must not see these must not reach the admin port.

Labels are bounded: ` + "`vcc` and `queue`" + ` are numbers of the configuration (beyond ` + fmt.Sprint(mostQueues) + ` pairs they are summed up as ` + "`other`" + `),
all other values are known to the program beforehand. Counters begin at 0 when the program starts. Beside these there are the
` + "`go_`" + ` and ` + "`process_`" + ` metrics of every Go program.

A dashboard for Grafana is in ` + "`deploy/grafana-dashboard.json`" + `, alert rules are in ` + "`deploy/alerts.yaml`" + `.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
`)
	for _, d := range definitions {
		labels := strings.Join(d.labels, ", ")
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", d.name, d.kind, labels, d.help)
	}
	return out.Bytes()
}
