// Package tone makes sine tones and measures whether they are heard, at 8000 samples a second.
//
// It is what proves sound: each party of a test, of the demo and of the load generator plays a tone of its own and measures
// the tones of the others where they should be heard, and their absence where they should not.
package tone
