// Package tracetest has a collector for tests of traces. It is there with the build tag "otel" only, as traces are.
package tracetest
