package center_test

import (
	"slices"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// matrix is call-model section 6: what each operation answers in each state. "" = it is allowed.
var matrix = []struct {
	name string
	cmd  func(by center.By) center.Command
	code map[string]result.Code // by state
	rest result.Code            // in the states that are not named
}{
	{"callout", func(by center.By) center.Command { return center.CallOut{By: by, Called: "0555"} }, allowed("idle", "busy", "work", "rest", "held"), result.OperationFailed},
	{"callinner", func(by center.By) center.Command { return center.CallInner{By: by, Called: "103"} }, allowed("idle", "busy", "work", "rest", "held"), result.OperationFailed},
	{"callinnerskill", func(by center.By) center.Command { return center.CallInnerSkill{By: by, Skill: 2} }, allowed("idle", "busy", "work", "rest", "held"), result.OperationFailed},
	{"answer", func(by center.By) center.Command { return center.Answer{By: by} }, allowed("ringing"), result.NothingToAnswer},
	{"reject", func(by center.By) center.Command { return center.Reject{By: by, Mode: 1} }, allowed("ringing"), result.NothingToAnswer},
	{"hold", func(by center.By) center.Command { return center.Hold{By: by} }, codes("talking", "", "inner", "", "heldtalk", "", "muted", "", "three", "", "ringing", "200-014"), result.NothingToHold},
	{"gethold", func(by center.By) center.Command { return center.GetHold{By: by} }, codes("held", "", "heldtalk", "200-016"), result.NoHeldCall},
	{"connecthold", func(by center.By) center.Command { return center.ConnectHeld{By: by} }, codes("heldtalk", "", "talking", "200-006", "inner", "200-006"), result.NothingToConnect},
	{"confjoin", func(by center.By) center.Command { return center.ConfJoin{By: by} }, codes("heldtalk", "", "talking", "200-011", "inner", "200-011"), result.NothingToJoin},
	{"beginmute", func(by center.By) center.Command { return center.BeginMute{By: by} }, codes("talking", "", "three", "", "heldtalk", "", "inner", "200-004", "ringing", "200-004", "muted", "200-004"), result.NothingToMute},
	{"endmute", func(by center.By) center.Command { return center.EndMute{By: by} }, codes("muted", "", "talking", "200-008", "inner", "200-008", "three", "200-008", "ringing", "200-008", "heldtalk", "200-008"), result.NothingToUnmute},
	{"seconddialex", func(by center.By) center.Command { return center.SecondDial{By: by, Digits: "1"} }, allowed("talking", "inner", "three", "heldtalk"), result.OperationFailed},
	{"innerhelp", func(by center.By) center.Command {
		return center.InnerHelp{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.HelpTwoParty}
	}, allowed("talking", "heldtalk", "inner", "muted", "three"), result.NothingToConsult},
	{"transfer", func(by center.By) center.Command {
		return center.Transfer{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.TransferSuccess}
	}, allowed("talking", "heldtalk", "muted", "three"), result.NothingToTransfer},
	{"canceltransfer", func(by center.By) center.Command { return center.CancelTransfer{By: by} }, allowed("three"), result.OperationFailed},
	{"release", func(by center.By) center.Command { return center.Release{By: by} }, allowed("ringing", "talking", "inner", "three", "muted", "heldtalk"), result.NothingToRelease},
	{"dropcall", func(by center.By) center.Command { return center.DropCall{By: by} }, allowed("ringing", "talking", "inner", "three", "muted", "heldtalk", "held"), result.NothingToDrop},
	{"disconnect", func(by center.By) center.Command { return center.Disconnect{By: by, Number: "101"} }, allowed("talking", "inner", "three", "muted", "heldtalk"), result.NothingToDisconnect},
	{"mediaswitch", func(by center.By) center.Command { return center.SwitchMedia{By: by} }, allowed("talking", "inner", "three", "heldtalk"), result.OperationFailed},
	{"snatchpickup", func(by center.By) center.Command { return center.SnatchPickup{By: by, Of: 105} }, allowed("idle"), result.OperationFailed},
	{"reportsound", func(by center.By) center.Command {
		return center.ReportSound{By: by, Say: []center.Sound{{Text: "x"}}}
	}, allowed("talking", "inner", "three", "muted", "heldtalk"), result.NothingToReport},
	{"transmitnumber", func(by center.By) center.Command { return center.TransmitNumber{By: by} }, allowed("three"), result.OperationFailed},
}

func allowed(states ...string) map[string]result.Code {
	m := make(map[string]result.Code)
	for _, s := range states {
		m[s] = ""
	}
	return m
}

func codes(pairs ...string) map[string]result.Code {
	m := make(map[string]result.Code)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = result.Code(pairs[i+1])
	}
	return m
}

// situations bring agent 101 into each state of the matrix. Agents 102 and 103 are idle, 105 is being rung.
var situations = map[string][]string{
	"idle": nil, "busy": {"101 SayBusy"}, "work": {"101 SayWork"}, "rest": {"101 Rest 60"},
	"ringing":  {"101 SetAutoAnswer false", "101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own"},
	"talking":  {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own"},
	"muted":    {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own", "101 BeginMute"},
	"held":     {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own", "101 Hold"},
	"heldtalk": {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own", "101 Hold", "101 CallOut 0777", "LegAnswered 0777"},
	"inner":    {"101 CallInner 102", "LegAnswered own", "LegAnswered 7002"},
	"three":    {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own", "101 Transfer 5:0777 Mode=5", "LegAnswered 0777"},
}

// TestMatrix gives every operation in every state: it succeeds, or answers its code and changes nothing.
func TestMatrix(t *testing.T) {
	for state, lines := range situations {
		for _, op := range matrix {
			t.Run(op.name+"/"+state, func(t *testing.T) {
				w := matrixScript(t, lines)
				before := w.center.Snapshot().Encode()
				want, named := op.code[state]
				if !named {
					want = op.rest
				}
				reply, effects, err := w.do(op.cmd(center.By{Agent: 101, Token: tokenOf(w.guid(101, op.name))}))
				if err != nil {
					t.Fatal(err)
				}
				got := result.Code("")
				if reply.Err != nil {
					got = reply.Err.Code
				}
				if got != want {
					t.Fatalf("answers %q, want %q (%v)", got, want, reply.Err)
				}
				if got != "" && (len(effects) > 0 || !slices.Equal(before, w.center.Snapshot().Encode())) {
					t.Errorf("is refused with %s, and yet something changed: %d effects", got, len(effects))
				}
			})
		}
	}
}

// matrixScript plays the lines of a situation. "LegAnswered own" is the agent's phone, "LegAnswered 0777" the leg to that number.
func matrixScript(t *testing.T, lines []string) *script {
	t.Helper()
	s := &script{naming: newNaming(scriptStart), start: scriptStart, guids: make(map[center.AgentID]string), signIns: make(map[center.AgentID]int)}
	s.cfg = center.Config{ID: 1, Name: "demo", ServerName: "AgentGateway", WaitMusic: "music"}
	if err := s.use("matrix"); err != nil {
		t.Fatal(err)
	}
	s.world = newWorld(scriptStart, s.cfg, nil)
	for _, line := range append([]string{
		"101 SignIn 7001", "102 SignIn 7002", "103 SignIn 7003", "105 SignIn 7005", "103 ResetSkill All", "105 ResetSkill All",
		"CallArrived i9 Trunk=line From=13999 To=8003",
	}, lines...) {
		args, err := words(line)
		if err != nil {
			t.Fatal(err)
		}
		if args[0] == "LegAnswered" || args[0] == "LegEnded" {
			args[1] = legName(s.legTo(t, args[1]))
		}
		cmd, err := s.command(args)
		if err != nil {
			t.Fatal(err)
		}
		reply, _, err := s.do(cmd)
		if err != nil || reply.Err != nil {
			t.Fatalf("%s: %v, %v", line, reply.Err, err)
		}
		if err := s.look(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		s.learn(cmd, reply)
	}
	return s
}

// legTo finds the leg that rings at a phone or a number.
func (s *script) legTo(t *testing.T, number string) center.LegID {
	t.Helper()
	if number == "own" {
		number = "7001"
	}
	for id, leg := range s.watch.legs {
		if leg.phone == number || leg.number == number {
			return id
		}
	}
	t.Fatalf("no leg rings at %s", number)
	return ""
}
