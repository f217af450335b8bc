package gateway

import (
	"context"
	"strconv"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// The agent's own states, settings and queues (onlineagent.yaml).

func logout(q *request) center.SignOut { return center.SignOut{By: q.by()} }

func forceLogout(q *request) center.SignOut { return center.SignOut{By: q.by(), Force: true} }

// forceLogoutWithReason has BadSignOut as its page's only code, so a reason outside 1..255 gets it (cec_07_0354).
func forceLogoutWithReason(q *request) center.SignOut {
	reason, err := strconv.Atoi(q.path("reason"))
	if err != nil || reason < 1 || reason > 255 {
		q.refuse(result.BadSignOut.Because("path: reason is not a number from 1 to 255"))
	}
	return center.SignOut{By: q.by(), Force: true, Reason: reason}
}

// maxSkillList bounds the skillid query (cec_07_1209).
const maxSkillList = 4000

func resetSkill(q *request) center.Command {
	cmd := center.ResetSkill{By: q.by(), All: q.pathFlag("autoflag", 16)}
	listed := q.fromQuery().text("skillid", maxSkillList)
	q.fromQuery().flag("phonelinkage", false) // the phone is bound by the sign-in
	if cmd.All {
		return cmd
	}
	for _, text := range splitList(listed) {
		id, err := strconv.Atoi(text)
		if err != nil || id < 1 || id > maxSkill {
			q.refuse(result.BadArgument.Because("query member skillid holds something else than ids of skill queues"))
			break
		}
		cmd.Skills = append(cmd.Skills, center.SkillID(id))
	}
	return cmd
}

// maxSkill is the highest id of a skill queue (roles.md).
const maxSkill = 10000

func queryAgentSkills(q *request) center.Command { return center.ConfiguredSkills{By: q.by()} }

func queryAgentSkillsByWorkNo(q *request) center.Command {
	return center.ConfiguredSkills{By: q.by(), Of: q.pathAgent("workno")}
}

func setAgentAutoAnswer(q *request) center.Command {
	return center.SetAutoAnswer{By: q.by(), On: q.pathFlag("isautoanswer", 5)}
}

func setAgentAutoEnterIdle(q *request) center.Command {
	return center.SetAutoEnterIdle{By: q.by(), On: q.pathFlag("flag", 5)}
}

func sayFree(q *request) center.Command    { return center.SayFree{By: q.by()} }
func cancelBusy(q *request) center.Command { return center.CancelBusy{By: q.by()} }
func cancelRest(q *request) center.Command { return center.CancelRest{By: q.by()} }
func sayWork(q *request) center.Command    { return center.SayWork{By: q.by()} }
func cancelWork(q *request) center.Command { return center.CancelWork{By: q.by()} }

// sayBusy: no reason, 0, or 200..250 (cec_07_13461).
func sayBusy(q *request) center.Command {
	query := q.fromQuery()
	reason := query.integer("reason", 0, 0, 250)
	if reason > 0 && reason < 200 {
		query.wrong("reason", "is not 0 or a number from 200 to 250")
	}
	return center.SayBusy{By: q.by(), Reason: reason, Prolong: query.flag("prolong", false)}
}

func rest(q *request) center.Command {
	return center.Rest{
		By: q.by(), Seconds: q.pathNumber("time", 1, maxRestSeconds), Cause: q.pathNumber("restcause", 0, maxRestCause),
		Prolong: q.fromQuery().flag("prolong", false),
	}
}

func getAgentStatus(q *request) center.Command { return center.Status{By: q.by()} }

type statusResult struct {
	AgentState int  `json:"agentState"`
	IsWorking  bool `json:"isWorking"`
}

func showStatus(value any) any {
	v, _ := value.(center.AgentStatus)
	return statusResult{AgentState: v.State, IsWorking: v.Working}
}

func setTalkRight(q *request) center.Command {
	return center.SetTalkRight{By: q.by(), On: q.fromQuery().need("flag", 0, 1) == 1}
}

// updateGUID gives a reloaded page a new GUID: plain in the result (cec_07_0358), and as with every new GUID in Set-GUID.
func updateGUID(ctx context.Context, g *Gateway, q *request) (any, error) {
	if err := g.decoded(ctx, q); err != nil {
		return nil, err
	}
	next := g.newGUID()
	if _, err := g.do(ctx, q, center.RenewToken{By: q.by(), NewToken: tokenOf(next)}); err != nil {
		return nil, err
	}
	g.give(q, next)
	if g.config.Pushes != nil {
		if proof, err := g.authenticate(ctx, q); err == nil { // else the session has ended meanwhile
			g.config.Pushes.Renew(delivery.Key{VCC: q.vcc, Agent: q.agent, Session: proof.Session}, next, true, "")
		}
	}
	return struct {
		GUID string `json:"guid"`
	}{next}, nil
}

// maxCustomState is the highest number that can be set; one more stands for none (cec_07_0361, cec_07_0362).
const maxCustomState = 65534

func setCustomState(q *request) center.Command {
	return center.SetCustomState{By: q.by(), State: q.fromQuery().need("customstate", 0, maxCustomState)}
}

func queryCustomState(q *request) center.Command { return center.CustomState{By: q.by()} }

func showCustomState(value any) any {
	state, _ := value.(int)
	return struct {
		State string `json:"agentcustomstate"`
	}{strconv.Itoa(state)}
}

func cancelSetCustomState(q *request) center.Command { return center.CancelCustomState{By: q.by()} }

// bindAgentPhone, setForwarding: only their names and that they have a body are known; the members are those that the sign-in
// and its sisters suggest.
func bindAgentPhone(q *request) center.Command {
	phone := q.fromBody().first(maxPhone, "phonenum", "phonenumber", "phoneno", "phone")
	if phone == "" {
		q.fromBody().wrong("phonenum", "is missing")
	}
	return center.BindPhone{By: q.by(), Phone: phone}
}

func setForwarding(q *request) center.Command {
	body := q.fromBody()
	for _, name := range []string{"forwardnumber", "forwardnum", "forwarding", "number", "phonenum", "phone"} {
		if number := body.number(name); number != "" {
			return center.SetForwarding{By: q.by(), Number: number}
		}
	}
	return center.SetForwarding{By: q.by()}
}

func setAgentSelfRecord(q *request) center.Command {
	return center.SetSelfRecord{
		By: q.by(), On: q.pathNumber("recordflag", 0, 1) == 1, BeforeTalking: q.pathNumber("recordbeforetalking", 0, 1) == 1,
	}
}
