// Package voice is the phone side of the centers: SIP phones and lines, and the sound between them.
//
// It carries out what centers order (Carry: ring, answer, hang up, who hears whom, record) and tells them what happens
// (Centers.Tell: a call has arrived, a leg rings, has answered, has ended, a key was pressed). It decides nothing by itself about
// who may call whom; that is the center's. What it guards is identity: a call is either from a phone that proved its password,
// or from a trunk's address, or it is not let in.
//
// # Words
//
// A leg is one party's connection, named by a center.LegID: a SIP call that arrived, or one that the center asked for. An arrived
// leg is one INVITE. A leg asked for may be several INVITEs at once (an account with two registered phones), called attempts, of
// which one at most survives. A dialog is what SIP means by it (RFC 3261 section 12).
//
// # Owners
//
// Each leg has one goroutine, which owns everything about it: dialogs, transactions, timers, its sound. Whatever happens to the
// leg (a request or response from the network, an order from the center, a timer, a key) is a function put into its mailbox; see
// mailbox.go. So nothing of a leg is locked, and what one leg does is in order, although the SIP stack below gives every message to a
// goroutine of its own. Nothing that runs in a leg's goroutine waits for the network.
//
// The SIP stack below is sipgo's transport and transactions, and nothing else of it: dialogs, forks, retransmission of 2xx, session
// timers and the use of connections are ours. DESIGN.md says why, and which of its habits this package works around.
package voice
