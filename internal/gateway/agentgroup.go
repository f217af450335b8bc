package gateway

import (
	"context"
	"slices"
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// Agents of the VCC (agentgroup.yaml).

func queryAllOnlineAgents(q *request) center.Command { return center.OnlineAgents{By: q.by()} }

func queryAgentInfoByWorkNo(q *request) center.Command {
	return center.AgentByNumber{By: q.by(), Of: q.pathAgent("workno")}
}

func isCensor(q *request) center.Command { return center.IsInspector{By: q.by()} }

// agentResult is one agent. status is text, since a page in use compares it with strings (client-rules.md 22); the other
// numbers are numbers as on the reference's pages.
type agentResult struct {
	WorkNo           string            `json:"workno"`
	Name             string            `json:"name"`
	Status           string            `json:"status"`
	CTIStatus        int               `json:"ctiStatus"`
	GroupID          int               `json:"groupid"`
	GroupName        string            `json:"groupname"`
	SkillList        []configuredSkill `json:"skilllist"`
	CallIDs          []string          `json:"callids"` // not used: null
	MediaType        string            `json:"mediatype"`
	VDNID            int               `json:"vdnid"`
	PhoneNumber      string            `json:"phonenumber"`
	CurrentStateTime int64             `json:"currentstatetime"` // beginning of the state, ms
	LoginDate        int64             `json:"logindate"`        // ms; 0 = signed out
	InMultimediaConf int               `json:"inMultimediaConf"`
}

func showAgent(v center.AgentView) agentResult {
	shown := agentResult{
		WorkNo: workNo(v.ID), Name: v.Name, Status: strconv.Itoa(v.Status), CTIStatus: v.CTIStatus, GroupID: v.Group,
		GroupName: v.GroupName, SkillList: []configuredSkill{}, MediaType: v.MediaTypes, VDNID: int(v.VCC), PhoneNumber: v.Phone,
		CurrentStateTime: milliseconds(v.StateSince), LoginDate: milliseconds(v.SignedIn),
	}
	for _, skill := range v.Skills {
		shown.SkillList = append(shown.SkillList, showSkill(skill))
	}
	return shown
}

func showOneAgent(value any) any {
	v, _ := value.(center.AgentView)
	return showAgent(v)
}

// milliseconds is a time as a number; 0 for none.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// maxAgents bounds agentLimit (agentgroup.yaml).
const maxAgents = 500

// queryAgentInfoBySkillID lists who is signed in to the queue in the path. agentStatus and agentLimit go together.
func queryAgentInfoBySkillID(ctx context.Context, g *Gateway, q *request) (any, error) {
	wanted := q.pathNumber("skillid", 1, maxSkill)
	limit := q.fromBody().integer("agentLimit", maxAgents, 1, maxAgents)
	value, _ := q.members().find("agentStatus")
	states := q.fromBody().list(value, "agentStatus")
	left := limit
	return ask(queryAllOnlineAgents, listIf(func(agent center.AgentView) bool {
		if left == 0 || !serves(agent, center.SkillID(wanted)) || !inState(agent, states) {
			return false
		}
		left--
		return true
	}, showAgent))(ctx, g, q)
}

func serves(agent center.AgentView, skill center.SkillID) bool {
	return slices.ContainsFunc(agent.Skills, func(s center.SkillInfo) bool { return s.ID == skill })
}

// inState tells whether an agent is in one of the states; no states are all.
func inState(agent center.AgentView, states []string) bool {
	return len(states) == 0 || slices.Contains(states, strconv.Itoa(agent.Status))
}

// queryAgentInfoByList lists who is signed in to any of the queues in the body's skillIds. The name of that member is ours: the page
// (cec_07_0417) is cut off before it.
func queryAgentInfoByList(ctx context.Context, g *Gateway, q *request) (any, error) {
	body := q.fromBody()
	value, _ := q.members().find("skillIds")
	ids := body.list(value, "skillIds")
	wanted := map[center.SkillID]bool{}
	for _, text := range ids {
		id, err := strconv.Atoi(text)
		if err != nil || id < 1 || id > maxSkill {
			body.wrong("skillIds", "holds no number of a skill queue")
		}
		wanted[center.SkillID(id)] = true
	}
	if len(ids) == 0 || len(ids) > maxSkillsAsked {
		body.wrong("skillIds", "names no skill queue or too many")
	}
	return ask(queryAllOnlineAgents, listIf(func(agent center.AgentView) bool {
		return slices.ContainsFunc(agent.Skills, func(s center.SkillInfo) bool { return wanted[s.ID] })
	}, showAgent))(ctx, g, q)
}

// maxSkillsAsked bounds skillIds, as resetskill does with an agent's queues.
const maxSkillsAsked = 100

func getAllStatusAgents(q *request) center.Command { return center.AllAgents{By: q.by()} }

func isIdle(v center.AgentView) bool { return v.Status == int(center.StateIdle) }

func isSignedIn(v center.AgentView) bool { return v.Status != int(center.StateSignedOut) }

func isPickUp(q *request) center.Command { return center.MayPickUp{By: q.by()} }

func queryGroupInfoOnVdn(q *request) center.Command { return center.WorkGroups{By: q.by()} }

func queryGroupInfoByWorkNo(q *request) center.Command {
	return center.WorkGroupOf{By: q.by(), Of: q.pathAgent("workno")}
}

func queryAllAgentInfoOnMyGroupEx(q *request) center.Command {
	return center.GroupAgents{By: q.by(), Group: q.fromQuery().need("groupid", 0, maxGroup)}
}

// maxGroup bounds the number of a work group; which there are is the center's to say.
const maxGroup = 1<<31 - 1

// groupResult is one work group; monitorno is 0 where it has no leader.
type groupResult struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	MonitorNo   int    `json:"monitorno"`
	MonitorName string `json:"monitorname"`
}

func showGroup(v center.GroupView) groupResult {
	return groupResult{ID: v.ID, Name: v.Name, MonitorNo: int(v.Leader), MonitorName: v.LeaderName}
}

func showOneGroup(value any) any {
	v, _ := value.(center.GroupView)
	return showGroup(v)
}
