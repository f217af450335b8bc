package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What a story watches: ears and events.

// wanted reads who is to hear whom after a step.
func (p *play) wanted(s step) map[string]sounds {
	p.t.Helper()
	want := map[string]sounds{}
	if s.hear == "=" {
		for name, a := range p.actors {
			want[name] = a.is
		}
		return want
	}
	want, err := hearing(p.ofMode(s.hear))
	if err != nil {
		p.t.Fatalf("%s: %v", s.what, err)
	}
	for name := range want {
		if a := p.actors[name]; a == nil || a.ear == nil {
			p.t.Fatalf("%s: %s has no connection to hear anything at", s.what, name)
		}
	}
	return want
}

// ofMode leaves out the rows that hold with permanent connections only.
func (p *play) ofMode(hear string) string {
	rows := slices.DeleteFunc(strings.Fields(hear), func(row string) bool { return !p.permanent && strings.HasPrefix(row, "~") })
	return strings.ReplaceAll(strings.Join(rows, " "), "~", "")
}

// mark ends the change of a step at its last event: what each ear is to hear from now on.
func (p *play) mark(s step, before map[*actor]*ear) (spans []*span) {
	p.t.Helper()
	between, err := hearing(s.between)
	must(p.t, err)
	want := p.wanted(s)
	for _, a := range p.actors {
		was := a.is
		for _, e := range []*ear{before[a], a.ear} {
			if e == nil || !e.speaks() || slices.Contains(p.lost, a.line) || len(spans) > 0 && spans[len(spans)-1].at == e {
				continue
			}
			if e != before[a] {
				was = nil
			}
			gone := e != a.ear || p.leaves(s, a, e)
			if gone {
				e.over()
			} else if p.hungUp(e) {
				p.t.Fatalf("%s: %s's connection has ended by %s", s.what, a.name, e.EndReason())
			}
			spans = append(spans, &span{
				who: a, at: e, begin: e.began, event: e.Position(), was: was, is: want[a.name], between: between[a.name], over: gone,
			})
			if gone && e == a.ear {
				a.ear = nil
			}
		}
		a.is = want[a.name]
	}
	return spans
}

// leaves tells whether a step ends a party's connection.
func (p *play) leaves(s step, a *actor, e *ear) bool {
	return slices.Contains(strings.Fields(s.gone), a.name) && (a.desk == nil || !p.permanent || p.hungUp(e))
}

// speaks tells whether a connection carries sound: it was answered.
func (e *ear) speaks() bool {
	select {
	case <-e.Answered():
		return true
	default:
		return false
	}
}

// hungUp tells whether a connection has ended.
func (p *play) hungUp(e *ear) bool {
	select {
	case <-e.Ended():
		return true
	default:
		return false
	}
}

// listen waits until all ears have heard the new situation for a while.
func (p *play) listen(spans []*span) {
	p.t.Helper()
	for _, s := range spans {
		if s.over || s.at.holds {
			continue
		}
		until := s.event + samplesOf(hearWithin+dwell)
		p.await("sound goes on at "+s.who.name, func() (bool, string) { return s.at.Position() >= until, fmt.Sprint(s.at.Position() - s.event) })
		for _, f := range s.is {
			if f != ringTone { // it pauses
				p.try(fmt.Sprintf("%s: %s hears %s", p.current.what, s.who.name, toneName(f)), func(ctx context.Context) error { return s.at.Hear(ctx, f) })
			}
		}
	}
}

func (p *play) judge(spans []*span) {
	p.t.Helper()
	for _, s := range spans {
		s.end, s.stall = s.at.Position(), p.pulse.worst()
		slowest, wrong := s.verdict(s.at.Recording())
		s.at.began = s.end
		p.slowest = max(p.slowest, slowest)
		if len(wrong) > 0 {
			const most = 8
			p.t.Errorf("%s: %s is to hear %s after %s:\n  %s", p.current.what, s.who.name, named(s.is), named(s.was),
				strings.Join(wrong[:min(most, len(wrong))], "\n  "))
		}
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}

func named(s sounds) string {
	var names []string
	for _, f := range s {
		names = append(names, toneName(f))
	}
	return fmt.Sprintf("%q", names)
}

// checkTold waits for the events of a step.
func (p *play) checkTold(s step) {
	p.t.Helper()
	for _, line := range s.told {
		who, events, err := readTold(line)
		must(p.t, err)
		a := p.actors[who]
		if a == nil || a.desk == nil {
			p.t.Fatalf("%s: %s is no agent of the story", s.what, who)
		}
		for _, e := range events {
			if e.perCall && p.permanent {
				continue
			}
			if event := a.desk.next(e.original); !e.is(p.installation, event) {
				p.t.Fatalf("%s: %s is told %s %s, not %s\n%s", s.what, who, event.Type, event.Content, p.filled(e.original), a.desk.history())
			}
		}
	}
}

// checkQuiet checks that nobody is told anything else.
func (p *play) checkQuiet() {
	p.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(p.actors)) {
		if d := p.actors[name].desk; d != nil {
			d.quiet()
		}
	}
}
