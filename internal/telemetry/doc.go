// Package telemetry tells the outside how the program is doing, as Prometheus metrics.
//
// Most figures are read from the rooms when somebody asks for them (Sources): they cost nothing in between. What cannot be read
// afterwards is told as it happens: answered requests (Request), commands (Command), delivered events (Delivered), and the effects of
// centers, of which Metrics is a sink (Carry): ended calls, sign-outs, recordings.
//
// All metrics stand in one table (definitions), from which they are made and docs/metrics.md is written; a test compares what a program
// really serves with it, and the dashboard and the alert rules of deploy/ with the table.
//
// Labels are bounded: VCCs and queues by mostQueues, everything else by what this program knows. No label has a caller's number, an
// agent's, or anything else that comes from outside.
package telemetry

//go:generate go test -run ^TestMetricsDoc$ -update .
