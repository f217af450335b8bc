// Package flow runs what a caller meets before (or after) an agent: prompts, menus, digits, opening hours, queues with announcements,
// call-backs, voicemail, surveys, web requests. docs/flows.md describes the language.
//
// Compile turns the steps of a configuration into a Program and finds everything that is wrong with them. A Run interprets a Program
// for one caller: it is a pure state machine, inputs in, orders out; it knows no clock, no goroutine and no center. An Engine gives
// Runs what they need: the center's news as inputs, timers and web requests, and the center's commands for their orders. Try plays a
// flow at a terminal with the same interpreter.
package flow
