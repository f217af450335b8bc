//go:build race

package gateway

// raceFactor is how much more memory the race detector may take: frames, and with them stacks, are larger.
const raceFactor = 2
