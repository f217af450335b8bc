package demo

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"ccgateway/internal/center"
)

// Figures count what the simulated parties have seen so far.
type Figures struct {
	Calls     int // calls that callers began
	Answered  int // that an agent talked to
	Abandoned int // that the caller gave up while waiting
	Failed    int // that the center refused or dropped
	Checked   int // talks whose sound was measured
	SoundGood int // of those: each side heard the other's tone
}

// Board is where simulated callers and agents meet: who is which caller (to measure the right tone), and what became of the
// calls. It is safe for use by many goroutines.
type Board struct {
	mu      sync.Mutex
	figures Figures
	callers map[string]*Caller
	sound   map[center.AgentID]string // last verdict of each agent's talk
	news    chan string
}

// newsSize bounds the lines waiting for the plain view; when nobody reads, old news is worth nothing and is thrown away.
const newsSize = 256

// NewBoard makes an empty board.
func NewBoard() *Board {
	return &Board{callers: map[string]*Caller{}, sound: map[center.AgentID]string{}, news: make(chan string, newsSize)}
}

// Figures reads the counters.
func (b *Board) Figures() Figures {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.figures
}

// Verdict returns what was wrong with the demo so far: no talk at all, or one whose sound was bad.
func (b *Board) Verdict() error {
	f := b.Figures()
	switch {
	case f.Checked == 0:
		return errors.New("no talk came about whose sound could be measured")
	case f.SoundGood < f.Checked:
		return fmt.Errorf("the sound was bad in %d of %d talks", f.Checked-f.SoundGood, f.Checked)
	case f.Failed > 0:
		return fmt.Errorf("%d of %d calls failed", f.Failed, f.Calls)
	default:
		return nil
	}
}

// Sound gives the last verdict on the sound of an agent's talks, "" before the first.
func (b *Board) Sound(agent center.AgentID) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sound[agent]
}

// News is the stream of what happened, one line each, for the plain view.
func (b *Board) News() <-chan string { return b.news }

func (b *Board) tell(format string, args ...any) {
	line := time.Now().Format("15:04:05 ") + fmt.Sprintf(format, args...)
	select {
	case b.news <- line:
	default:
	}
}

func (b *Board) count(change func(*Figures)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.figures)
}

func (b *Board) enter(c *Caller) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.callers[c.Number] = c
}

func (b *Board) leave(c *Caller) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.callers, c.Number)
}

// caller finds the simulated caller with this number; nil = the caller is a real one.
func (b *Board) caller(number string) *Caller {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.callers[number]
}

// judge notes whether both sides of an agent's talk heard each other.
func (b *Board) judge(agent center.AgentID, caller string, problem error) {
	verdict := "sound ok both ways"
	if problem != nil {
		verdict = "SOUND FAULT: " + problem.Error()
	}
	b.mu.Lock()
	b.figures.Checked++
	if problem == nil {
		b.figures.SoundGood++
	}
	b.sound[agent] = verdict
	b.mu.Unlock()
	b.tell("agent %d talks with %s: %s", agent, caller, verdict)
}
