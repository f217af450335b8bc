// Package testrig runs two SIP programs of others beside the gateway in tests: baresip as a telephone that says a tone and keeps
// what it hears, and sipp as callers, as registering phones and as answering phones in numbers.
//
// Every program runs in a directory of its own below t.TempDir, listens on loopback on free ports, and ends with the test: it is
// ended by its process id, and ends by itself after its time if the test is gone. A test whose program is missing is
// skipped, but fails where CI=true: there it must be installed.
package testrig
