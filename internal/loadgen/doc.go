// Package loadgen makes calls in bulk to a running installation and measures what comes of them: agents sign in by the agent interface,
// their phones register by SIP, and customers call in from an address of their own, with sound. Every party is real: the same client and
// the same soft phones as in the tests, over the network.
//
// The accounts are those of a configuration that WriteConfig makes. All agents share one password and its hash, so that making and
// loading thousands of them takes no time; such an installation is for measuring and for nothing else.
package loadgen
