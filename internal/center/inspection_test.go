package center_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// hearing is what the test of who hears whom knows of a call of customer B and agent A with inspectors S and T. It says what each must
// hear from ARCHITECTURE's table alone.
type hearing struct {
	modes map[string]center.InspectMode // of the inspectors who inspect
	held  bool
	muted bool
}

// hears is the table.
func (h *hearing) hears(who, whom string) bool {
	mode, inspects := h.modes[whom]
	own, listens := h.modes[who]
	switch who + whom {
	case "AB":
		return !h.held
	case "BA":
		return !h.held && !h.muted
	}
	switch {
	case len(h.modes) == 0, (who == "S" || who == "T") && !listens, (whom == "S" || whom == "T") && !inspects:
		return false
	case h.held: // the agent has no talk: those who insert talk with him and each other
		in := func(x string) bool { m, ok := h.modes[x]; return x == "A" || ok && m == center.InspectInsert }
		return in(who) && in(whom)
	case listens && !inspects: // an inspector hears all who talk
		return whom == "B" || !h.muted
	case listens && inspects:
		return mode == center.InspectInsert && own >= 0
	case who == "A":
		return mode == center.InspectWhisper || mode == center.InspectInsert
	default:
		return mode == center.InspectInsert
	}
}

// TestInspection_WhoHearsWhom plays every order of up to four steps and compares all that is heard with the table after each.
func TestInspection_WhoHearsWhom(t *testing.T) {
	steps := []string{"listen S", "whisper S", "insert S", "stop S", "insert T", "listen T", "hold", "retrieve", "mute", "unmute"}
	longest := 4
	if testing.Short() || raceEnabled {
		longest = 3
	}
	cases := 0
	var play func(order []string)
	play = func(order []string) {
		if len(order) == longest {
			cases++
			if err := playHearing(t, order); err != nil {
				t.Fatalf("%s: %v", strings.Join(order, ", "), err)
			}
			return
		}
		for _, step := range steps {
			play(append(slices.Clone(order), step))
		}
	}
	play(nil)
	t.Logf("%d orders of %d steps", cases, longest)
}

// hearingDesk is the world of one order of steps.
type hearingDesk struct {
	*world
	legs map[string]center.LegID
	h    hearing
}

func playHearing(t *testing.T, order []string) error {
	t.Helper()
	d := &hearingDesk{world: newWorld(scriptStart, hearingConfig(), nil), legs: map[string]center.LegID{}, h: hearing{modes: map[string]center.InspectMode{}}}
	if err := d.begin(); err != nil {
		return err
	}
	for i, step := range order {
		if err := d.step(step); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		if err := d.check(); err != nil {
			return fmt.Errorf("after step %d: %w", i+1, err)
		}
	}
	return nil
}

func hearingConfig() center.Config {
	return center.Config{
		ID: 1, WaitMusic: "music", Phones: []string{"7001", "7009", "7010"},
		Roles: []center.Role{
			{ID: 2, Rights: center.RightsOf(center.RightHold, center.RightMute)}, {ID: 3, Rights: center.RightsOf(center.RightListen)},
		},
		Skills:      []center.Skill{{ID: 1, Name: "q", Media: center.MediaVoice}},
		AccessCodes: []center.AccessCode{{Code: "8000", Skill: 1}},
		Trunks:      []center.Trunk{{Name: "line", Numbers: []string{"0*"}}},
		Agents: []center.Agent{
			{ID: 101, Role: 2, Skills: []center.AgentSkill{{Skill: 1, Weight: 50}}}, {ID: 901, Role: 3}, {ID: 902, Role: 3},
		},
	}
}

var hearingAgents = map[string]center.AgentID{"A": 101, "S": 901, "T": 902}

func deskOf(id center.AgentID) center.By { return center.By{Agent: id, Token: tokenOf(fmt.Sprint(id))} }

// begin lets agent and customer talk, with both inspectors idle.
func (d *hearingDesk) begin() error {
	for i, name := range []string{"A", "S", "T"} {
		signIn := signInDefaults
		signIn.Agent, signIn.Token = hearingAgents[name], tokenOf(fmt.Sprint(hearingAgents[name]))
		signIn.Phone = []string{"7001", "7009", "7010"}[i]
		if err := d.send(signIn); err != nil {
			return err
		}
	}
	d.legs["B"] = "i1"
	if err := d.send(center.ResetSkill{By: deskOf(101), All: true}); err != nil {
		return err
	}
	if err := d.lift("A", center.CallArrived{Leg: "i1", Trunk: "line", From: "139", To: "8000"}); err != nil {
		return err
	}
	return d.check()
}

// send does a command that must succeed.
func (d *hearingDesk) send(cmd center.Command) error {
	reply, _, err := d.do(cmd)
	if err == nil && reply.Err != nil {
		return fmt.Errorf("%T: %w", cmd, reply.Err)
	}
	return err
}

// lift does a command that rings a phone, which is lifted.
func (d *hearingDesk) lift(name string, cmd center.Command) error {
	reply, effects, err := d.do(cmd)
	if err != nil || reply.Err != nil {
		return fmt.Errorf("%T: %v, %w", cmd, reply.Err, err)
	}
	for _, e := range effects {
		if ring, ok := e.(center.Ring); ok {
			d.legs[name] = ring.Leg
			return d.send(center.LegAnswered{Leg: ring.Leg})
		}
	}
	return fmt.Errorf("%T rings no phone", cmd)
}

// step does one step; one that makes no sense now must be refused, and nothing may be heard differently.
func (d *hearingDesk) step(step string) error {
	word, who, _ := strings.Cut(step, " ")
	mode, isMode := map[string]center.InspectMode{"listen": center.InspectListen, "whisper": center.InspectWhisper, "insert": center.InspectInsert}[word]
	now, inspects := d.h.modes[who]
	by := deskOf(hearingAgents[who])
	switch {
	case isMode && !inspects:
		d.h.modes[who] = mode
		return d.lift(who, center.Inspect{By: by, Target: 101, Mode: mode})
	case isMode:
		d.h.modes[who] = mode
		return d.tried(center.SwitchInspection{By: by, Target: 101, Mode: mode}, mode != now)
	case word == "stop":
		delete(d.h.modes, who)
		return d.tried(center.StopInspection{By: by, Target: 101}, inspects)
	}
	by = deskOf(101)
	talks := !d.h.held && !d.h.muted
	switch word {
	case "hold": // ends the mute
		held := d.h.held
		d.h.held, d.h.muted = true, false
		return d.tried(center.Hold{By: by}, !held)
	case "retrieve":
		held := d.h.held
		d.h.held = false
		return d.tried(center.GetHold{By: by}, held)
	case "mute":
		d.h.muted = d.h.muted || talks
		return d.tried(center.BeginMute{By: by}, talks)
	default:
		muted := d.h.muted
		d.h.muted = false
		return d.tried(center.EndMute{By: by}, muted)
	}
}

// tried does a command that must be taken, or refused.
func (d *hearingDesk) tried(cmd center.Command, taken bool) error {
	reply, _, err := d.do(cmd)
	if err == nil && (reply.Err == nil) != taken {
		return fmt.Errorf("%T gives %v, and is taken should be %v", cmd, reply.Err, taken)
	}
	return err
}

// check compares everything that is heard with the table.
func (d *hearingDesk) check() error {
	for who, leg := range d.legs {
		for whom, heard := range d.legs {
			if who == whom {
				continue
			}
			is := false
			for _, row := range d.watch.rooms[d.watch.inRoom[leg]] {
				is = is || row.Leg == leg && slices.Contains(row.Hears, heard) && d.watch.inRoom[heard] == d.watch.inRoom[leg]
			}
			if want := d.h.hears(who, whom); is != want {
				return fmt.Errorf("%s hears %s: %v, want %v, with %+v", who, whom, is, want, d.h)
			}
		}
	}
	return nil
}
