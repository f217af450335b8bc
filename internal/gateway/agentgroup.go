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
	return ask(queryAllOnlineAgents, func(value any) any {
		agents, _ := value.([]center.AgentView)
		shown := []agentResult{}
		for _, agent := range agents {
			if len(shown) < limit && serves(agent, center.SkillID(wanted)) && inState(agent, states) {
				shown = append(shown, showAgent(agent))
			}
		}
		return shown
	})(ctx, g, q)
}

func serves(agent center.AgentView, skill center.SkillID) bool {
	return slices.ContainsFunc(agent.Skills, func(s center.SkillInfo) bool { return s.ID == skill })
}

// inState tells whether an agent is in one of the states; no states are all.
func inState(agent center.AgentView, states []string) bool {
	return len(states) == 0 || slices.Contains(states, strconv.Itoa(agent.Status))
}
