// Package wallboard streams what goes on in a VCC to whoever watches: agents, queues and calls of this instant, and the figures of the day
// and of its present interval. A watcher gets a snapshot first, then changes, each with a number; one who comes back goes on after the last
// number he has.
//
// # Where the figures come from
//
// A board has no arithmetic of its own. It gives the facts of the center (call, leg, queue and state records) to report.Tally, as reports
// do, after it has read those of the day from the store. So its figures are at each moment what a report over the same time says of the
// records; what has not ended yet (the talk that goes on, the present state) is in neither, and stands in the rows beside them with the time
// of its beginning.
//
// What is going on is asked of the center itself (center.Survey). The reply comes after the effects of all commands before it have been
// carried, and facts that are younger than it wait for the next one: figures and rows of one message are of one instant.
//
// # What it costs
//
// Without watchers nothing. With them the committer appends facts to a list; everything else is done by one goroutine for each watched VCC,
// which asks the center at most ten times a second, when something has happened or a second has passed, and takes at most a twentieth of
// its time. A message is encoded once for all watchers, who read it from one ring: who falls out of it, or does not take what is written to
// him, is cut off and nobody waits for him.
//
// # Duties
//
// Boards is a sink of the host, after the store in the order of sinks, and commands are journaled: by the number of the command it knows
// which facts the store's picture already has.
package wallboard
