package lockout

import (
	"fmt"
	"slices"
	"time"
)

// Unlock forgets the wrong passwords of an agent, by number and, where it has one, by account name, and those of an address for all accounts.
// Agent 0 or address "" leave that part out; with both, the address also becomes a usual one of the agent's. It tells how many locks that ended. actor is for the audit.
func (g *Guard) Unlock(agent int, account string, from Address, actor string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	var whose []Subject
	if agent != 0 {
		whose = append(whose, Agent(agent))
		if account != "" {
			whose = append(whose, Account(account))
		}
	}
	ended := 0
	for key, e := range g.book.entries {
		if from != "" && key.From == from || slices.Contains(whose, key.Who) {
			ended += g.clear(e, now)
		}
	}
	if from != "" {
		for _, who := range whose {
			e := g.book.look(Key{who, from}, now, g.rules)
			g.book.keep(e, now, g.rules)
			g.book.setUsual(e, now)
			g.note(e.Key)
		}
	}
	detail := fmt.Sprintf("%d locks ended", ended)
	if from != "" {
		detail += " for " + string(from)
	}
	g.tell(Event{Act: ActUnlock, Agent: agent, At: now, Actor: actor, Detail: detail})
	return ended
}

// clear forgets what is known against an entry, and tells whether (1) it was locked.
func (g *Guard) clear(e *entry, now time.Time) int {
	locked := 0
	if now.Before(e.Until) {
		locked = 1
	}
	e.Wrong, e.Level, e.Until = 0, 0, time.Time{}
	g.note(e.Key)
	return locked
}
