// Package store keeps what must last: the configuration, passwords, and the facts of business (call records, agents' states and
// sessions, the index of recordings, the audit). It speaks SQL; the engine is SQLite in a file under the data folder, or a
// PostgreSQL.
//
// # Configuration
//
// Apply takes a configuration file into the tables, in one transaction: all of it or nothing. It compares what is there with what the
// file says, writes the differences alone and tells them in words. Centers, Phone, AccessCode and Trunks read the configuration
// back: the first from the tables, the others from a picture in memory that Apply renews, since the phone side asks for every call.
//
// A password in the file is the account's first one, and counts again when it is changed in the file. To notice that, the hash of what
// the file said last is remembered beside the hash in force; so a password that an agent has chosen survives every restart.
//
// # Facts
//
// Carry is a sink of the host: it picks the facts from the effects of a center and puts them into a bounded queue, without ever
// waiting. One goroutine, the writer, takes what has come together and writes it in one transaction; the slower the disk, the larger
// the groups. A database that fails is tried again until it works; what does not fit into the queue meanwhile is lost, counted and
// logged. Flush and Close wait until everything has been written.
//
// # Crash safety
//
// Every transaction is synced to disk (synchronous=FULL): a configuration, a changed password or a call record that has been written
// survives a power cut. DESIGN.md has the measurement. What was in the queue when the program died comes again from the journal of the
// centers (CarryNumbered, Recall): the transaction of facts also notes up to which journaled command they go, so each is written
// exactly once. Without a journal it is lost, at most the time of one transaction. Recordings that a crash left open are closed at the
// next Open, and so are sessions, unless a journal makes them again (KeepSessions, EndSessions).
//
// # Locks
//
// One process at a time uses an installation: a lock on a file in the data folder says so, in a PostgreSQL an advisory lock besides; both go
// with the process. Within the
// process there is one connection that writes and a pool of those that read; applying holds a mutex of its own, taken before the
// writing connection.
package store
