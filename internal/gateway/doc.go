// Package gateway is the agent interface: REST over HTTP as the published reference describes it and as programs in daily use
// expect it, byte for byte where it matters.
//
// Everything starts from one table of routes (Routes): group, method, path, log name, form of the reply, and the handler, or none
// where the interface is not built. Routing, log lines and docs/interfaces.md are made from it.
//
// A request goes through these steps, and the first that refuses answers (DECISIONS 5):
//
//  1. the path: no such interface, wrong method, a number out of range: 000-002
//  2. no session for the agent: 100-006; another GUID than the session's: 000-003
//  3. query and body: 000-002, or what the interface's page names
//  4. the center's own answer
//
// A handler decodes a request into one command for the agent's center and writes the center's value in the documented form. The
// gateway keeps no state of its own but who is just signing in or out, and which agent a GUID was given to (allagentevent).
//
// What is taken is read liberally, what is sent is exact: see fields.go and reply.go.
package gateway
