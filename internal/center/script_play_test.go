package center_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// use takes in a file of configuration lines.
func (s *script) use(name string) error {
	text, err := os.ReadFile("testdata/" + name + ".conf")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		args, err := words(line)
		if err != nil {
			return err
		}
		edit, ok := configWords[args[0]]
		if !ok {
			return fmt.Errorf("%s.conf: %q is no configuration", name, line)
		}
		if err := edit(s.naming, &s.cfg, args[1:]); err != nil {
			return fmt.Errorf("%s.conf: %q: %w", name, line, err)
		}
	}
	return nil
}

// command makes the command of a line. A number in front is the agent that gives it; he shows his GUID unless the line names
// another (Token=name).
func (s *script) command(args []string) (center.Command, error) {
	agent, err := strconv.Atoi(args[0])
	if err == nil {
		args = args[1:]
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("no command")
	}
	entry, ok := commands[args[0]]
	if !ok {
		return nil, fmt.Errorf("unknown command %q", args[0])
	}
	v := reflect.New(reflect.TypeOf(entry.zero)).Elem()
	if args[0] == "SignIn" {
		v.Set(reflect.ValueOf(signInDefaults))
	}
	if who := v.FieldByName("Agent"); who.IsValid() != (agent != 0) {
		return nil, fmt.Errorf("%s: an agent is missing, or too many", args[0])
	} else if who.IsValid() {
		who.SetInt(int64(agent))
		if f := v.FieldByName("Token"); f.IsValid() {
			f.Set(reflect.ValueOf(tokenOf(s.guid(center.AgentID(agent), args[0]))))
		}
	}
	if f := v.FieldByName("NewToken"); f.IsValid() {
		f.Set(reflect.ValueOf(tokenOf(s.next(center.AgentID(agent)))))
	}
	if err := s.fill(v, entry.first, args[1:]); err != nil {
		return nil, err
	}
	cmd, _ := v.Interface().(center.Command)
	return cmd, nil
}

// guid names the GUID that an agent shows: "101/1" after his first sign-in, then "101/2" and so on.
func (s *script) guid(agent center.AgentID, command string) string {
	if command == "SignIn" {
		return s.next(agent)
	}
	return s.guids[agent]
}

func (s *script) next(agent center.AgentID) string {
	return fmt.Sprintf("%d/%d", agent, s.signIns[agent]+1)
}

// give applies a command and prints what came of it.
func (s *script) give(cmd center.Command) error {
	reply, effects, err := s.do(cmd)
	if _, quiet := cmd.(center.Tick); !quiet || reply.Err != nil {
		s.print(s.replace(s.reply(reply)))
	}
	for _, e := range effects {
		s.print(s.replace(s.naming.effect(e)))
	}
	if err != nil {
		return err
	}
	s.learn(cmd, reply)
	return s.look()
}

// learn keeps the GUID that an agent has from now on.
func (s *script) learn(cmd center.Command, reply center.Reply) {
	if reply.Err != nil {
		return
	}
	agent := center.AgentID(0)
	switch c := cmd.(type) {
	case center.SignIn:
		agent = c.Agent
	case center.RenewToken:
		agent = c.Agent
	case center.Touch:
		if reply.Value.(center.Touched).Rotated {
			agent = c.Agent
		}
	}
	if agent != 0 {
		s.guids[agent] = s.next(agent)
		s.signIns[agent]++
	}
}

// time lets time pass: "wait" gives a tick whenever one is due, "pass" gives none.
func (s *script) time(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("how long?")
	}
	d, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	until := s.now.Add(d)
	for args[0] == "wait" {
		due, ok := s.center.NextDeadline()
		if !ok || due.After(until) {
			break
		}
		if due.After(s.now) {
			s.now = due
		}
		if err := s.tick(); err != nil {
			return err
		}
	}
	s.now = until
	return nil
}

// tick gives one tick and prints its effects, if there are any, under the time of it.
func (s *script) tick() error {
	before := s.out.Len()
	if err := s.give(center.Tick{}); err != nil {
		return err
	}
	text := s.out.String()
	if len(text) > before {
		head, tail := text[:before], text[before:]
		s.out.Reset()
		s.out.WriteString(head)
		s.print("at +" + s.now.Sub(s.start).String())
		s.out.WriteString(tail)
	}
	return nil
}

// show prints the overview, signed-out agents left out.
func (s *script) show() error {
	if err := s.look(); err != nil {
		return err
	}
	for _, a := range s.overview().Agents {
		if a.Status != int(center.StateSignedOut) {
			s.print("agent" + s.fields(reflect.ValueOf(a)))
		}
	}
	for _, q := range s.overview().Queues {
		s.print("queue" + s.fields(reflect.ValueOf(q)))
	}
	for _, c := range s.overview().Calls {
		s.print("call" + s.fields(reflect.ValueOf(c)))
	}
	return nil
}

func (s *script) print(line string) { s.out.WriteString("  " + line + "\n") }

// end hangs up all legs, signs all agents out, lets an hour pass and checks that nothing is left.
func (s *script) end() error { return s.world.end() }

// end brings a world to rest and checks that nothing is left in it.
func (w *world) end() error {
	for len(w.watch.legs) > 0 {
		legs := make([]center.LegID, 0, len(w.watch.legs))
		for id := range w.watch.legs {
			legs = append(legs, id)
		}
		slices.Sort(legs)
		if err := w.step(center.LegEnded{Leg: legs[0], Cause: center.CauseHungUp}); err != nil {
			return err
		}
	}
	if err := w.signAllOut(); err != nil {
		return err
	}
	for range 10 {
		w.now = w.now.Add(3 * time.Hour) // also who waits to be called back does so no longer than a day
		if err := w.step(center.Tick{}); err != nil {
			return err
		}
	}
	if len(w.overview().Calls) > 0 || w.overview().Sessions > 0 {
		return fmt.Errorf("there are %d calls and %d sessions", len(w.overview().Calls), w.overview().Sessions)
	}
	if due, ok := w.center.NextDeadline(); ok {
		return fmt.Errorf("something is due at %s", due)
	}
	return w.watch.nothing()
}

// step does a command and looks at what it left.
func (w *world) step(cmd center.Command) error {
	if _, _, err := w.do(cmd); err != nil {
		return err
	}
	return w.look()
}

// signAllOut ends all sessions: their configuration is taken away, which no GUID is needed for, and is put back.
func (w *world) signAllOut() error {
	for range 3 { // a tick may have brought a call in between
		if err := w.look(); err != nil {
			return err
		}
		if w.overview().Sessions == 0 {
			return nil
		}
		cfg := w.cfg
		cfg.Agents = nil
		if err := w.step(center.Configure{Config: cfg}); err != nil {
			return err
		}
		if err := w.step(center.Configure{Config: w.cfg}); err != nil {
			return err
		}
	}
	return fmt.Errorf("agents stay signed in")
}

// lineDiff shows the first lines in which two texts differ.
func lineDiff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		if i < len(a) && i < len(b) && a[i] == b[i] {
			continue
		}
		var out strings.Builder
		for j := max(0, i-3); j < min(len(a), i+8); j++ {
			fmt.Fprintf(&out, "%4d want %s\n", j+1, a[j])
		}
		for j := max(0, i-3); j < min(len(b), i+8); j++ {
			fmt.Fprintf(&out, "%4d got  %s\n", j+1, b[j])
		}
		return out.String()
	}
	return ""
}
