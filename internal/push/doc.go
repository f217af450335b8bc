// Package push posts agents' events to URLs that they named at sign-in: the gateway as an HTTP client.
//
// A Pusher is told by the centers' effects (Carry) which sessions want it and has one worker for each. A worker takes events from
// package delivery, posts them, and confirms what the receiver has accepted; so order and no-loss are delivery's, and a slow or
// dead receiver holds up nobody but its own session.
//
// There are two forms (agentevent.yaml):
//
//   - callBackUri and serviceToken: {"workNo":"101","eventList":[...]} with the headers Guid and service_token, several events at once
//     (cec_07_1275)
//   - the older pushUrl: one event for each request, in the shape of a poll's reply and nothing more, since receivers in use refuse
//     unknown members (client-rules.md 35)
//
// Both go out with Content-Length and in pure ASCII, for the sake of receivers in use (client-rules.md 34, 36). A push is accepted by
// HTTP 200 with retcode "0" or 0 alone; the older form's also by HTTP 200 without a body, which is what one receiver in use answers.
// A push that is not accepted is repeated after a pause, with whatever has come meanwhile behind it: an event whose acceptance was
// lost on its way comes twice, none is left out. When failing has lasted for GiveUp without a success in between, the agent
// is signed out by force (cec_05_1407); the worker goes on trying until the session's events are thrown away, so that a receiver that
// comes back learns of the sign-out.
//
// Only URLs of the installation's white list are ever called (Allowed), redirects are not followed, and receivers prove themselves
// by a certificate. URLs, GUIDs and tokens are never logged.
package push
