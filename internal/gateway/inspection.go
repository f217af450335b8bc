package gateway

import (
	"context"
	"strconv"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Listening, inserting, whispering, taking calls over (qualitycontrol.yaml).

// maxSkills bounds the queues of one adjustskill (cec_07_2409).
const maxSkills = 1000

// inspect makes the command that begins an inspection of the agent in the path.
func inspect(mode center.InspectMode) func(q *request) center.Command {
	return func(q *request) center.Command {
		return center.Inspect{By: q.by(), Target: q.pathAgent("workNo"), Mode: mode}
	}
}

// intercept takes the present call, or the one that query or path name.
func intercept(q *request) center.Command {
	cmd := center.Intercept{By: q.by(), Target: q.pathAgent("workNo"), Call: q.fromQuery().callID("callId")}
	if named := q.pathCall("callId"); named != "" {
		cmd.Call = named
	}
	return cmd
}

func stopSuperviseOrInsert(q *request) center.Command {
	return center.StopInspection{By: q.by(), Target: q.pathAgent("workNo")}
}

func switchSuperviseOrInsert(q *request) center.Command {
	return center.SwitchInspection{By: q.by(), Target: q.pathAgent("workNo"), Mode: center.InspectToggle}
}

func requestWhisperAgent(q *request) center.Command {
	return center.Inspect{By: q.by(), Target: whispered(q), Mode: center.InspectWhisper}
}

func requestStopWhisperAgent(q *request) center.Command {
	return center.StopInspection{By: q.by(), Target: whispered(q), Whisper: true}
}

func requestSwitchInsertWhisperAgent(q *request) center.Command {
	mode := q.fromQuery().need("switchtype", int(center.InspectListen), int(center.InspectWhisper))
	return center.SwitchInspection{By: q.by(), Target: whispered(q), Mode: center.InspectMode(mode)}
}

// whispered is the inspected agent; the reference marks it optional, but nothing else names him.
func whispered(q *request) center.AgentID { return q.fromQuery().agent("whisperagentid") }

func forceDropCall(q *request) center.Command {
	return center.ForceDrop{By: q.by(), Call: q.pathCall("callid")}
}

// adjustSkill: what is wrong with its body or a member is 100-001, which its page lists in place of 000-002 (cec_07_2409). The page calls
// both members optional, but nothing else names the target, and without a list nobody knows what to change: only an empty one means none.
func adjustSkill(q *request) center.Command {
	body := q.fromBodyOr(result.BadSignIn)
	cmd := center.AdjustSkill{By: q.by(), Target: body.agent("workNo")}
	value, _ := q.members().find("skills")
	texts := body.list(value, "skills")
	if texts == nil {
		body.wrong("skills", "is missing")
		return cmd
	}
	if len(texts) > maxSkills {
		body.wrong("skills", "has more than "+strconv.Itoa(maxSkills)+" elements")
		return cmd
	}
	for _, text := range texts {
		n, err := parseInt(text)
		if err != nil || n < 1 || n > maxSkill {
			body.wrong("skills", "holds something else than numbers of skill queues")
			return cmd
		}
		cmd.Skills = append(cmd.Skills, center.SkillID(n))
	}
	return cmd
}

// monitoredAgent is one agent of the list of those that may be inspected; all its members are texts.
type monitoredAgent struct {
	WorkNo string `json:"workno"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

func showMonitored(v center.AgentView) monitoredAgent {
	return monitoredAgent{WorkNo: workNo(v.ID), Name: v.Name, Status: strconv.Itoa(v.Status)}
}

// queryAllMonitoredAgents lists all agents of the VCC, those without queues and the inspector himself too: clients skip their own
// number. Others than inspectors have no right to it.
func queryAllMonitoredAgents(ctx context.Context, g *Gateway, q *request) (any, error) {
	if _, err := g.authenticate(ctx, q); err != nil {
		return nil, err
	}
	inspector, err := g.do(ctx, q, center.IsInspector{By: q.by()})
	if err != nil {
		return nil, err
	}
	if inspector != true {
		return nil, result.InspectionNoRight.Because("agent %d is no inspector", q.agent)
	}
	return ask(getAllStatusAgents, list(showMonitored))(ctx, g, q)
}
