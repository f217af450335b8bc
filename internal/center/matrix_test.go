package center_test

import (
	"maps"
	"os"
	"slices"
	"strings"
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
	also []string               // what happens before, beside the situation
}{
	{"callout", func(by center.By) center.Command { return center.CallOut{By: by, Called: "0555"} }, allowed("idle", "open", "busy", "work", "rest", "held"), result.OperationFailed, nil},
	{"callinner", func(by center.By) center.Command { return center.CallInner{By: by, Called: "103"} }, allowed("idle", "open", "busy", "work", "rest", "held"), result.OperationFailed, nil},
	{"callinnerskill", func(by center.By) center.Command { return center.CallInnerSkill{By: by, Skill: 2} }, allowed("idle", "open", "busy", "work", "rest", "held"), result.OperationFailed, nil},
	{"answer", func(by center.By) center.Command { return center.Answer{By: by} }, allowed("phone", "ringing"), result.NothingToAnswer, nil},
	{"reject", func(by center.By) center.Command { return center.Reject{By: by, Mode: 1} }, allowed("phone", "ringing"), result.NothingToAnswer, nil},
	{"hold", func(by center.By) center.Command { return center.Hold{By: by} }, with(allowed("talking", "inner", "heldtalk", "muted", "three", "help", "help3", "helper", "helper3"), "200-014", "phone", "ringing"), result.NothingToHold, nil},
	{"gethold", func(by center.By) center.Command { return center.GetHold{By: by} }, with(allowed("held"), "200-016", "heldtalk", "help"), result.NoHeldCall, nil},
	{"connecthold", func(by center.By) center.Command { return center.ConnectHeld{By: by} }, with(allowed("heldtalk", "help"), "200-006", "talking", "inner", "helper"), result.NothingToConnect, nil},
	{"confjoin", func(by center.By) center.Command { return center.ConfJoin{By: by} }, with(allowed("heldtalk", "help"), "200-011", "talking", "inner", "helper"), result.NothingToJoin, nil},
	{"beginmute", func(by center.By) center.Command { return center.BeginMute{By: by} }, with(allowed("talking", "three", "heldtalk", "help", "help3", "helper", "helper3"), "200-004", "inner", "phone", "ringing", "muted"), result.NothingToMute, nil},
	{"endmute", func(by center.By) center.Command { return center.EndMute{By: by} }, with(allowed("muted"), "200-008", "talking", "inner", "three", "phone", "ringing", "heldtalk", "help", "help3", "helper", "helper3"), result.NothingToUnmute, nil},
	{"seconddialex", func(by center.By) center.Command { return center.SecondDial{By: by, Digits: "1"} }, allowed("talking", "inner", "three", "heldtalk", "help", "help3", "helper", "helper3"), result.OperationFailed, nil},
	{"innerhelp", func(by center.By) center.Command {
		return center.InnerHelp{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.HelpTwoParty}
	}, allowed("talking", "heldtalk", "inner", "muted", "three", "help", "help3", "helper", "helper3"), result.NothingToConsult, nil},
	{"transfer", func(by center.By) center.Command {
		return center.Transfer{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.TransferSuccess}
	}, allowed("talking", "heldtalk", "muted", "three", "help", "help3", "helper", "helper3"), result.NothingToTransfer, nil},
	{"canceltransfer", func(by center.By) center.Command { return center.CancelTransfer{By: by} }, allowed("three"), result.OperationFailed, nil},
	{"release", func(by center.By) center.Command { return center.Release{By: by} }, allowed("phone", "ringing", "talking", "inner", "three", "muted", "heldtalk", "help", "help3", "helper", "helper3"), result.NothingToRelease, nil},
	{"dropcall", func(by center.By) center.Command { return center.DropCall{By: by} }, allowed("phone", "ringing", "talking", "inner", "three", "muted", "heldtalk", "held", "help", "help3", "helper", "helper3"), result.NothingToDrop, nil},
	{"disconnect", func(by center.By) center.Command { return center.Disconnect{By: by, Number: "101"} }, allowed("talking", "inner", "three", "muted", "heldtalk", "help", "help3", "helper", "helper3"), result.NothingToDisconnect, nil},
	{"mediaswitch", func(by center.By) center.Command { return center.SwitchMedia{By: by} }, allowed("talking", "inner", "three", "heldtalk", "help", "help3", "helper", "helper3"), result.OperationFailed, nil},
	{"snatchpickup", func(by center.By) center.Command { return center.SnatchPickup{By: by, Of: 105} }, allowed("idle", "open"), result.OperationFailed, nil},
	{"reportsound", func(by center.By) center.Command {
		return center.ReportSound{By: by, Say: []center.Sound{{Text: "x"}}}
	}, allowed("talking", "inner", "three", "muted", "heldtalk", "help", "help3", "helper", "helper3"), result.NothingToReport, nil},
	{"transmitnumber", func(by center.By) center.Command { return center.TransmitNumber{By: by} }, allowed("three"), result.OperationFailed, nil},
	{"dropcall of a help", func(by center.By) center.Command { return center.DropCall{By: by, Call: "the help"} }, allowed("help3", "helper3"), result.NothingToDrop, nil},
	{"reject for good", func(by center.By) center.Command { return center.Reject{By: by, Mode: 2} }, allowed("phone", "ringing"), result.NothingToAnswer, nil},
	{"blind transfer", func(by center.By) center.Command {
		return center.Transfer{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.TransferBlind}
	}, allowed("talking", "heldtalk", "muted", "three", "help", "help3", "helper", "helper3"), result.NothingToTransfer, nil},
	{"three-party help", func(by center.By) center.Command {
		return center.InnerHelp{By: by, To: center.Device{Type: center.DeviceAgent, Address: "103"}, Mode: center.HelpThreeParty, Hold: true}
	}, allowed("talking", "heldtalk", "muted", "three", "inner", "help", "help3", "helper", "helper3"), result.NothingToConsult, nil},
	{"previewcallout", func(by center.By) center.Command { return center.PreviewCallOut{By: by, Called: "0888", Control: 1} }, allowed("preview"), result.OperationFailed, nil},
	{"cancelPreviewCallout", func(by center.By) center.Command { return center.CancelPreview{By: by, Control: 1} }, allowed("preview"), result.OperationFailed, nil},
	{"requestcall", func(by center.By) center.Command { return center.RequestWaiting{By: by, Call: "the waiting", Skill: 1} }, allowed("idle", "open"), result.OperationFailed,
		[]string{"CallArrived i8 Trunk=line From=13998 To=8000"}},
	{"phonepickup", func(by center.By) center.Command { return center.PhonePickUp{By: by} }, allowed("phone", "ringing"), result.OperationFailed, nil},
	{"phonehangup", func(by center.By) center.Command { return center.PhoneHangUp{By: by} }, allowed("phone", "ringing"), result.OperationFailed, nil},
	{"releasephone", func(by center.By) center.Command { return center.ReleasePhone{By: by} }, allowed("open"), result.OperationFailed, nil},
}

func allowed(states ...string) map[string]result.Code {
	m := make(map[string]result.Code)
	for _, s := range states {
		m[s] = ""
	}
	return m
}

// with adds states in which one code is answered.
func with(m map[string]result.Code, code result.Code, states ...string) map[string]result.Code {
	for _, s := range states {
		m[s] = code
	}
	return m
}

// talk is the beginning of most situations: agent 101 talks with a caller of a queue.
var talk = []string{"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own"}

// situations bring agent 101 into each state of the matrix. Agents 102 and 103 are idle, 105 is being rung.
var situations = map[string][]string{
	"idle": nil, "busy": {"101 SayBusy"}, "work": {"101 SayWork"}, "rest": {"101 Rest 60"},
	"phone":    {"101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegRinging own"},
	"ringing":  {"101 SetAutoAnswer false", "101 ResetSkill All", "CallArrived i1 Trunk=line From=13900 To=8000", "LegAnswered own"},
	"talking":  talk,
	"muted":    after(talk, "101 BeginMute"),
	"held":     after(talk, "101 Hold"),
	"heldtalk": after(talk, "101 Hold", "101 CallOut 0777", "LegAnswered 0777"),
	"inner":    {"101 CallInner 102", "LegAnswered own", "LegAnswered 7002"},
	"three":    after(talk, "101 Transfer 5:0777 Mode=5", "LegAnswered 0777"),
	"help":     after(talk, "101 InnerHelp 2:102 Mode=1", "LegAnswered 7002"),
	"help3":    after(talk, "101 InnerHelp 2:102 Mode=2", "LegAnswered 7002"),
	"helper":   after(bens, "102 InnerHelp 2:101 Mode=1", "LegAnswered own"),
	"helper3":  after(bens, "102 InnerHelp 2:101 Mode=2", "LegAnswered own"),
	"preview":  {"101 ResetSkill All", "OfferPreview 1 Numbers=0888"},
	"open":     {"101 SignOut", "101 SignIn 7001 -ReleasePhone", "101 CallOut 0777", "LegAnswered own", "LegAnswered 0777", "LegEnded 0777"},
}

// bens is agent 102 in a talk of his own, in which he can ask for help.
var bens = []string{"102 CallOut 0777", "LegAnswered 7002", "LegAnswered 0777"}

func after(lines []string, more ...string) []string { return append(slices.Clone(lines), more...) }

// TestMatrix gives every operation in every state: it answers its code and changes nothing, or it is allowed, and then everybody is told
// what testdata/matrix.golden says, in that order, and nothing else: agents their events, phones and lines what they are to do, and who
// hears whom; at once, and when the phones that are rung for it are lifted.
func TestMatrix(t *testing.T) {
	const path = "testdata/matrix.golden"
	var b strings.Builder
	b.WriteString("# What each operation brings about in each state that allows it (call-model 6). -rewrite writes it anew; review it by hand.\n")
	for _, op := range matrix {
		for _, state := range slices.Sorted(maps.Keys(situations)) {
			t.Run(op.name+"/"+state, func(t *testing.T) {
				s := matrixScript(t, after(situations[state], op.also...))
				for _, known := range s.overview().Calls { // c1 is agent 105's, c2 the first of agent 101
					s.call(known.Call)
				}
				before := s.center.Snapshot().Encode()
				want, named := op.code[state]
				if !named {
					want = op.rest
				}
				cmd := s.named(op.cmd(center.By{Agent: 101, Token: tokenOf(s.guid(101, op.name))}))
				reply, effects, err := s.do(cmd)
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
				if got != "" {
					if len(effects) > 0 || !slices.Equal(before, s.center.Snapshot().Encode()) {
						t.Errorf("is refused with %s, and yet something changed: %d effects", got, len(effects))
					}
					return
				}
				b.WriteString("\n" + op.name + ", " + state + "\n")
				s.outcome(t, &b, effects)
			})
		}
	}
	if t.Failed() {
		return
	}
	if *rewrite {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(golden) != b.String() {
		t.Errorf("%s is another:\n%s", path, lineDiff(string(golden), b.String()))
	}
}

// outcome writes what came of an operation: at once, and when the phones that it rings have rung and are lifted, one after the other.
func (s *script) outcome(t *testing.T, b *strings.Builder, effects []center.Effect) {
	t.Helper()
	var rung []center.LegID
	show := func(effects []center.Effect) {
		for _, e := range effects {
			switch e := e.(type) {
			case center.StateRecord, center.LegRecord, center.CallRecord, center.QueueRecord, center.TryRecord, center.Audit:
				continue
			case center.Ring:
				rung = append(rung, e.Leg)
			}
			b.WriteString("  " + s.effect(e) + "\n")
		}
		if err := s.look(); err != nil {
			t.Error(err)
		}
	}
	for show(effects); len(rung) > 0; rung = rung[1:] {
		for _, cmd := range []center.Command{center.LegRinging{Leg: rung[0]}, center.LegAnswered{Leg: rung[0]}} {
			_, effects, err := s.do(cmd)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString(" " + s.plain(cmd) + "\n")
			show(effects)
		}
	}
}

// named gives a command the ids that only the situation knows: that of the three-party help, and that of the call that waits.
func (s *script) named(cmd center.Command) center.Command {
	switch c := cmd.(type) {
	case center.DropCall:
		if c.Call == "the help" {
			for id := range s.watch.helps {
				c.Call = id
			}
			return c
		}
	case center.RequestWaiting:
		for _, waiting := range s.overview().Calls {
			if waiting.State == center.CallWaiting && waiting.Skill == c.Skill {
				c.Call = waiting.Call
			}
		}
		return c
	}
	return cmd
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
