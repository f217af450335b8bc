package lockout

// Stats counts what a guard has done since the start. All but Remembered only grow.
type Stats struct {
	Wrong uint64 // wrong passwords

	// Tries that were refused without a look at the password, by what was locked or slowed down: the account for the address, the account
	// for all but its usual addresses, the address.
	RefusedPair, RefusedAccount, RefusedAddress uint64

	// How often each of them was locked or slowed down.
	LockedPair, SlowedAccount, SlowedAddress uint64

	Remembered int // pairs, accounts and addresses in memory
}

// Stats gives the counts.
func (g *Guard) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.stats
	s.Remembered = len(g.book.entries)
	return s
}
