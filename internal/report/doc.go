// Package report turns the facts that the store keeps into the figures that supervisors get: traffic of agents, skill queues and VCCs by
// interval. Each figure stands beside the formula by which it comes about (Column.Formula), and all come from the same records that
// `ccgateway records` shows, so that they can be recounted.
//
// What belongs to which interval:
//
//   - a stay in a queue, to the interval in which it began (offered = answered + abandoned + timed out + moved + closed, in every row);
//   - an agent's stay in a call, with its whole talk and hold, to the interval in which it began;
//   - a state of an agent, to every interval that it touches, with the part that lies there, to the millisecond.
package report
