// Package pgtest starts a PostgreSQL for tests from the system's server programs (Debian's package postgresql): in a folder of its own,
// reachable by a socket in that folder alone, and without syncs, since what a test writes need not survive the machine. It is started when the first
// test asks for it, shared by all tests of the program, and ended by Stop in TestMain, or by itself when the program is killed.
//
// Where the programs are missing, tests that need them are skipped; with CI=true they fail.
package pgtest
