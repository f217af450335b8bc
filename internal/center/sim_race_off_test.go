//go:build !race

package center_test

// raceEnabled says that the tests run with the race detector, which makes them many times slower.
const raceEnabled = false
