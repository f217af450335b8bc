// Package database opens a PostgreSQL by its address, for whoever keeps something there (internal/store, internal/journal), by way of
// database/sql. It decides what is the same for all: time-outs, settings of a connection, how sizes of pools are bounded, and that the
// password in the address never gets into an error.
//
// A connection that breaks is replaced when it is next needed; what ran on it fails with an error. Nothing is tried again here, since
// only the caller knows whether that is right.
package database
