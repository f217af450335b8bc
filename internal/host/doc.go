// Package host runs the centers that this node owns.
//
// Each center has one goroutine, its owner. Commands reach it through a bounded inbox, in the order of their arrival; what is
// due by the clock is brought by the owner itself. The effects of a command are handed to the sinks, in order, before the
// reply goes to whoever sent it: so an agent that has its answer can already fetch the events that it caused.
//
// A sink must not block: it takes the effects and works on them elsewhere. That rule is what makes the host free of
// deadlocks, since sinks (the phone side above all) send commands themselves.
package host
