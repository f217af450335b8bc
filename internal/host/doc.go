// Package host runs the centers that this node owns.
//
// Each center has one goroutine, its owner. Commands reach it through a bounded inbox, in the order of their arrival; what is
// due by the clock is brought by the owner itself. Behind all owners stands the committer, one goroutine: it takes the commands that
// have been applied, writes those that changed something into the journal, all that came together in one transaction, then hands
// their effects to the sinks and the replies to whoever sent the commands, in order. So
//
//   - what has been answered, told or ordered is in the journal, and survives a crash;
//   - an agent that has its answer can already fetch the events that it caused;
//   - while one group is synced to the disk, the owners apply the commands of the next.
//
// A center whose commands cannot be journaled stops: it is ahead of its journal and must not answer any more.
//
// # Start
//
// An owner begins with what the journal has: the latest snapshot and the commands after it. Their effects are given again to the sinks
// that ask for it (Recaller), not to the others: no phone rings again. Then comes center.Restarted, which ends the calls whose legs
// died with the program.
//
// # Sinks
//
// A sink must not block: it takes the effects and works on them elsewhere. That rule is what makes the host free of
// deadlocks, since sinks (the phone side above all) send commands themselves.
package host
