package center_test

import (
	"encoding/binary"
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// desk is an agent's desktop: what it knows of its GUIDs.
type desk struct {
	now      center.Token
	former   center.Token
	replaced time.Time // when former was
}

// newToken is a GUID's hash that nobody else has.
func (s *sim) newToken() center.Token {
	s.tokens++
	var t center.Token
	binary.BigEndian.PutUint64(t[:], s.tokens)
	t[31] = 1
	return t
}

// by gives the proof for a command: mostly the right one, sometimes the former, sometimes a wrong one.
func (s *sim) by(agent center.AgentID) center.By {
	d := s.desk(agent)
	switch s.r.IntN(40) {
	case 0:
		return center.By{Agent: agent, Token: s.newToken()}
	case 1:
		return center.By{Agent: agent}
	case 2:
		return center.By{Agent: agent, Token: d.former}
	}
	return center.By{Agent: agent, Token: d.now}
}

func (s *sim) desk(agent center.AgentID) *desk {
	if s.desks[agent] == nil {
		s.desks[agent] = &desk{}
	}
	return s.desks[agent]
}

// proves tells whether a token must be taken, must be refused, or (at the border, or without former) may be either.
func (s *sim) proves(by center.By) (taken, refused bool) {
	d := s.desk(by.Agent)
	if by.Token == d.now {
		return true, false
	}
	if by.Token != d.former || d.former == (center.Token{}) {
		return false, true
	}
	age := s.now.Sub(d.replaced)
	return age < s.cfg.Auth.Timeout, age > s.cfg.Auth.Timeout
}

// learnToken keeps the GUIDs that a desktop has.
func (s *sim) learnToken(cmd center.Command, reply center.Reply) {
	switch c := cmd.(type) {
	case center.SignIn:
		*s.desk(c.Agent) = desk{now: c.Token}
	case center.RenewToken:
		s.replace(c.Agent, c.NewToken)
	case center.Touch:
		if reply.Value.(center.Touched).Rotated {
			s.replace(c.Agent, c.NewToken)
		}
	case center.Restarted: // the time away does not count
		for _, d := range s.desks {
			if s.now.Sub(d.replaced) < s.cfg.Auth.Timeout {
				d.replaced = d.replaced.Add(max(0, c.Resumed.Sub(s.now)))
			}
		}
	}
}

func (s *sim) replace(agent center.AgentID, token center.Token) {
	d := s.desk(agent)
	d.former, d.now, d.replaced = d.now, token, s.now
}

// fromAgents makes an agent, or somebody with his number, do something.
func (s *sim) fromAgents() error {
	agent := s.agent()
	by := s.by(agent)
	seen := s.watch.sessions[agent]
	switch {
	case seen == nil:
		if s.r.IntN(10) > 0 {
			return s.send(s.signIn(agent))
		}
		return s.send(s.anything(by))
	case s.r.IntN(12) == 0:
		return s.send(s.anything(by))
	case s.r.IntN(10) == 0:
		return s.send(center.Touch{By: by, Poll: s.r.IntN(2) == 0, NewToken: s.newToken()})
	}
	return s.send(s.sensible(by, seen))
}

func (s *sim) agent() center.AgentID { return center.AgentID(101 + s.r.IntN(s.agents)) }

func (s *sim) signIn(agent center.AgentID) center.SignIn {
	c := center.SignIn{
		Agent: agent, Token: s.newToken(), Phone: fmt.Sprint(7000 + int(agent) - 100), AutoAnswer: s.r.IntN(2) == 0, AutoEnterIdle: s.r.IntN(3) > 0,
		ReleasePhone: s.r.IntN(3) > 0, AgentType: 4, Status: []int{4, 4, 4, 3, 5, 8}[s.r.IntN(6)], RestSeconds: 30, IP: "127.0.0.1",
		ListenStatus: s.r.IntN(3) == 0, Force: s.r.IntN(8) == 0,
	}
	if s.r.IntN(12) == 0 {
		c.Phone = s.phoneNumber()
	}
	if s.r.IntN(20) == 0 {
		c.WithoutPhone, c.PlatformOnly, c.Phone = true, true, ""
	}
	if s.r.IntN(15) == 0 {
		c.ForceChange = true
	}
	return c
}

// forceSignOut is rarer than the other things that an inspector does, or nobody would ever talk.
func (s *sim) forceSignOut(by center.By) center.Command {
	if s.r.IntN(4) == 0 {
		return center.ForceSignOut{By: by, Target: s.agent()}
	}
	return center.IsInspector{By: by}
}

// sensible is what a real desktop would do in the state that it sees.
func (s *sim) sensible(by center.By, seen *sessionSeen) center.Command {
	pick := func(list ...center.Command) center.Command { return list[s.r.IntN(len(list))] }
	wish := pick(center.SayBusy{By: by, Reason: 200}, center.Rest{By: by, Seconds: 20, Cause: 3}, center.CancelBusy{By: by}, center.CancelRest{By: by}, center.SayFree{By: by})
	held := center.CallID("")
	for id := range seen.held {
		if held == "" || id < held {
			held = id
		}
	}
	if s.model.roles[s.model.agents[by.Agent].Role].Has(center.RightListen) {
		if v, inspects := s.inspectionBy(by.Agent); inspects {
			return s.inspecting(by, v)
		}
	}
	switch {
	case seen.offered != "":
		return pick(center.Answer{By: by}, center.Answer{By: by, Call: seen.offered}, center.Answer{By: by}, center.PhonePickUp{By: by}, center.Reject{By: by, Mode: 1},
			center.Reject{By: by, Mode: 2, Call: seen.offered}, center.Release{By: by}, center.PhoneHangUp{By: by}, center.OfferedCall{By: by}, wish)
	case seen.present != "" && s.r.IntN(3) > 0:
		return s.talking(by, seen, held)
	case seen.present != "":
		return pick(center.Release{By: by}, center.Release{By: by}, center.Hold{By: by}, center.DropCall{By: by, Call: seen.present}, center.DropCall{By: by, Call: held},
			center.SetCallData{By: by, Data: "x"}, center.CurrentCall{By: by}, center.SyncInfo{By: by}, wish, wish, center.SignOut{By: by, Force: s.r.IntN(6) == 0})
	case held != "":
		return pick(center.GetHold{By: by}, center.GetHold{By: by, Call: held}, center.CallOut{By: by, Called: "0555123"}, center.DropCall{By: by, Call: held},
			center.CallInner{By: by, Called: s.dialled()}, center.Release{By: by}, center.Answer{By: by}, wish)
	}
	switch seen.state {
	case center.StateTalking: // reserved: his phone is called
		return pick(center.Answer{By: by}, center.PhonePickUp{By: by}, center.PhoneHangUp{By: by}, center.Release{By: by}, center.Reject{By: by, Mode: 1 + s.r.IntN(2)}, wish, center.Status{By: by})
	case center.StateBusy:
		return pick(center.SayFree{By: by}, center.CancelBusy{By: by}, center.SayBusy{By: by, Reason: 210, Prolong: true}, center.CallOut{By: by, Called: "0555123"}, center.SayWork{By: by})
	case center.StateRest:
		return pick(center.CancelRest{By: by}, center.CancelRest{By: by}, center.Rest{By: by, Seconds: 5, Cause: 1, Prolong: true}, center.CallOut{By: by, Called: "0555123"})
	case center.StateWork:
		return pick(center.SayFree{By: by}, center.CancelWork{By: by}, center.SayBusy{By: by}, center.Rest{By: by, Seconds: 10, Cause: 2}, center.CallOut{By: by, Called: "0555123"},
			center.CallInner{By: by, Called: fmt.Sprint(s.agent())})
	}
	if s.model.roles[s.model.agents[by.Agent].Role].Has(center.RightListen) && seen.state == center.StateIdle && s.r.IntN(2) == 0 {
		return s.inspect(by)
	}
	switch n := s.r.IntN(40); {
	case n < 1:
		return pick(center.SnatchPickup{By: by, Of: s.agent()}, center.CallInnerSkill{By: by, Skill: 1}, center.RequestWaiting{By: by, Call: center.CallID(s.anyCall()), Skill: center.SkillID(1 + s.r.IntN(3))}, center.ReleasePhone{By: by})
	case n < 14:
		return center.ResetSkill{By: by, All: true}
	case n < 20: // he waits for a call
		return center.Status{By: by}
	case n < 21:
		return center.SignOut{By: by}
	}
	if n := s.r.IntN(12); n < 2 && s.forwards {
		return pick(center.SetForwarding{By: by, Number: s.dialled()}, center.SetForwarding{By: by})
	}
	return pick(center.CallOut{By: by, Called: "0555123"}, center.CallOut{By: by, Called: s.phoneNumber()}, center.CallInner{By: by, Called: fmt.Sprint(s.agent())}, center.SayBusy{By: by}, center.Rest{By: by, Seconds: 10, Cause: 1},
		center.SayWork{By: by}, center.SetAutoAnswer{By: by, On: s.r.IntN(2) == 0}, center.SetAutoEnterIdle{By: by, On: s.r.IntN(2) == 0},
		center.SetTalkRight{By: by, On: s.r.IntN(4) > 0}, center.PasswordChanged{By: by}, center.ForceBusy{By: by, Target: s.agent()}, center.ForceIdle{By: by, Target: s.agent()},
		center.ForceRest{By: by, Target: s.agent(), Seconds: 10, Cause: 1}, s.forceSignOut(by), center.BindPhone{By: by, Phone: s.phoneNumber()},
		center.SetSelfRecord{By: by, On: s.r.IntN(2) == 0, BeforeTalking: s.r.IntN(2) == 0},
		center.SendNote{By: by, To: []center.AgentID{s.agent(), s.agent()}, Text: "note"}, center.SendBulletin{By: by, TargetType: s.r.IntN(2), Target: []string{"north", "queue1"}[s.r.IntN(2)], Text: "b"})
}

// talking is what an agent does in a talk beyond ending it: he consults, hands on, joins.
func (s *sim) talking(by center.By, seen *sessionSeen, held center.CallID) center.Command {
	switch n := s.r.IntN(10); {
	case n < 2:
		return center.InnerHelp{By: by, To: center.Device{Type: center.DeviceAgent, Address: fmt.Sprint(s.agent())}, Mode: center.HelpMode(1 + s.r.IntN(2)), Hold: s.r.IntN(2) == 0}
	case n < 5:
		return center.Transfer{By: by, To: s.device(), Mode: center.TransferMode(1 + s.r.IntN(5)), Hold: s.r.IntN(2) == 0}
	case n < 7 && held != "":
		if s.r.IntN(2) == 0 {
			return center.ConfJoin{By: by, Call: held}
		}
		return center.ConnectHeld{By: by, Call: held}
	}
	if helps := s.watch.helpsOf(by.Agent); len(helps) > 0 && s.r.IntN(4) == 0 {
		return center.DropCall{By: by, Call: helps[0]}
	}
	list := []center.Command{
		center.Hold{By: by}, center.BeginMute{By: by}, center.EndMute{By: by}, center.SecondDial{By: by, Digits: "12#"}, center.CancelTransfer{By: by},
		center.Disconnect{By: by, Number: s.dialled()}, center.TransmitNumber{By: by}, center.SwitchMedia{By: by, Video: true},
		center.ReportSound{By: by, Say: []center.Sound{{Text: "hello"}}}, center.Disconnect{By: by, Number: fmt.Sprint(s.agent())},
	}
	return list[s.r.IntN(len(list))]
}

// device is a target of a transfer that makes sense.
func (s *sim) device() center.Device {
	return []center.Device{
		{Type: center.DeviceAgent, Address: fmt.Sprint(s.agent())}, {Type: center.DeviceAgent, Address: fmt.Sprint(s.agent())},
		{Type: center.DeviceSkill, Address: fmt.Sprint(1 + s.r.IntN(3))}, {Type: center.DeviceCode, Address: "8000"},
		{Type: center.DeviceOutside, Address: "0555123"}, {Type: center.DeviceOutside, Address: s.dialled()},
	}[s.r.IntN(6)]
}
