// Package journal keeps what a center is made of: the commands that changed it, and from time to time a snapshot of it.
//
// A command is appended before it is answered, all that arrived during one sync to disk in one transaction. So whatever has been
// answered is still known after a crash of the program or, with SyncFull, of the machine. At the next start a center is made again from
// its latest snapshot and the commands after it.
//
// Each center has one owner at a time, named by an epoch that grows with each claim. Appends and snapshots name the epoch; those of a
// former owner fail with ErrFenced.
//
// The tables are the same in SQLite, where the journal has a file of its own, and PostgreSQL. DESIGN.md says why they are as they are, how
// much the sync costs, and what of the journal is secret or personal.
package journal
