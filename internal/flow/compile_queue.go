package flow

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// Bounds of announcements and overflow.
const (
	leastEvery, mostEvery = 5 * time.Second, time.Hour
	leastAfter, mostAfter = time.Second, 24 * time.Hour
	mostWaiting           = 100_000
)

func buildQueue(c *compiler, n node) step {
	m := n.members("skill")
	s := &queueStep{keys: map[byte][]step{}}
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing")
	}
	if announce, ok := m.get("announce"); ok {
		s.announcement(announce)
	}
	if after, ok := m.get("overflow"); ok {
		o := after.members("")
		s.after, s.length = o.duration("after", leastAfter, mostAfter, 0), o.whole("length", 1, mostWaiting, 0)
		if s.after == 0 && s.length == 0 {
			after.fail("must have after, length or both")
		}
		c.branches(func() { s.overflow = o.steps("do") })
		if len(s.overflow) == 0 {
			after.fail("do is missing: the steps for who overflows")
		}
		o.close()
	}
	waits := c.waits
	s.full = m.steps("full")
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if isKey(name) {
			s.keys[name[0]], s.keyed = m.steps(name), true
		}
	}
	c.waits = waits // a full queue does not make wait
	m.close()
	return s
}

// announcement reads what is announced to who waits.
func (s *queueStep) announcement(n node) {
	m := n.members("")
	s.every = m.duration("every", leastEvery, mostEvery, 30*time.Second)
	s.announce = m.sounds("prompt", "say")
	position, wait := m.flag("position"), m.flag("wait")
	if position {
		s.announce = append(s.announce, sound{text: template{{text: "You are number "}, {name: "place"}, {text: " in the queue."}}})
	}
	if wait {
		s.announce = append(s.announce, sound{text: template{{text: "The waiting time is about "}, {name: "wait_minutes"}, {text: " minutes."}}})
	}
	if len(s.announce) == 0 {
		n.fail("must have prompt, say, position or wait")
	}
	m.close()
}

func buildCallBack(c *compiler, n node) step {
	m := n.members("skill")
	s := callBackStep{number: template{{name: "caller"}}}
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing")
	}
	if number, ok := m.get("number"); ok {
		s.number = number.open(number.template())
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}

// longestMessage bounds a voicemail.
const longestMessage = 10 * time.Minute

// Silence that ends a voicemail: below the least, a breath would end it.
const (
	leastSilence   = 2 * time.Second
	longestSilence = time.Minute
)

func buildVoicemail(c *compiler, n node) step {
	m := n.members("skill")
	s := voicemailStep{longest: m.duration("longest", 5*time.Second, longestMessage, 2*time.Minute)}
	s.silence = m.durationOrNone("silence", leastSilence, longestSilence, 5*time.Second)
	if skill, ok := m.get("skill"); ok {
		s.skill = skill.skill()
	} else {
		n.fail("skill is missing: whose agents are told of the message")
	}
	c.branches(func() { c.waited() }, func() { s.other = m.steps("else") })
	m.close()
	return s
}

func buildTransfer(c *compiler, n node) step {
	m := n.members("")
	var s transferStep
	targets := 0
	for _, kind := range []string{"agent", "number", "flow", "skill"} {
		if _, there := m.get(kind); there {
			targets++
		}
	}
	if targets != 1 {
		n.fail("must have one of agent, number, flow and skill")
		return nil
	}
	if agent, ok := m.get("agent"); ok {
		s.to = center.Device{Type: center.DeviceAgent, Address: agent.text()}
		number, err := strconv.Atoi(s.to.Address)
		if err != nil || c.world.Agents != nil && !c.world.Agents[number] {
			agent.fail("no agent has the number %q", s.to.Address)
		}
	}
	if number, ok := m.get("number"); ok {
		s.to = center.Device{Type: center.DeviceOutside, Address: number.text()}
		if !dialable(s.to.Address) {
			number.fail("must be a number: at most 24 digits, *, # and +; variables are not taken, since callers could set them")
		}
	}
	if flow, ok := m.get("flow"); ok {
		name, known := flow.flowName(false)
		m.close()
		if !known {
			return nil
		}
		return gotoStep{flow: name}
	}
	if skill, ok := m.get("skill"); ok {
		name := skill.skill()
		m.close()
		return &queueStep{skill: name}
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}
