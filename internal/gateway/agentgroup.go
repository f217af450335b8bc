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

// queryAgentInfoBySkillID lists who is signed in to the queue in the path. agentStatus and agentLimit go together on the page; each is
// taken alone as well.
func queryAgentInfoBySkillID(ctx context.Context, g *Gateway, q *request) (any, error) {
	cmd := center.SkillAgents{By: q.by(), Skills: []center.SkillID{center.SkillID(q.pathNumber("skillid", 1, maxSkill))}}
	left := q.fromBody().integer("agentLimit", maxAgents, 1, maxAgents)
	states := q.fromBody().numbers("agentStatus", int(center.StateUnknown), maxStatus)
	return ask(func(*request) center.Command { return cmd }, listIf(func(agent center.AgentView) bool {
		if left == 0 || len(states) > 0 && !slices.Contains(states, agent.Status) {
			return false
		}
		left--
		return true
	}, showAgent))(ctx, g, q)
}

// maxStatus is the highest state of an agent (agentgroup.yaml, agent_status.gateway).
const maxStatus = 9

// queryAgentInfoByList lists who is signed in to any of the queues in the body's skillIds, or to queues of the media in the query. The name of that
// member is ours, beside queryacdstat's skills: the page (cec_07_0417) is cut off before it.
func queryAgentInfoByList(q *request) center.Command {
	body := q.fromBody()
	cmd := center.SkillAgents{By: q.by(), Skills: body.skills("skillIds", "skills")}
	for _, text := range splitList(q.fromQuery().text("mediaTypes", maxMediaTypes)) {
		medium, err := parseInt(text)
		if err != nil {
			q.fromQuery().wrong("mediaTypes", "is not a list of numbers")
		}
		cmd.Media = append(cmd.Media, center.Media(medium))
	}
	if len(cmd.Skills) == 0 && len(cmd.Media) == 0 {
		body.wrong("skillIds", "names no skill queue, nor does the query name a medium")
	}
	return cmd
}

// maxMediaTypes bounds the text of mediaTypes: every medium there is, with room.
const maxMediaTypes = 128

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

func getAgentRestReason(q *request) center.Command { return center.RestCauses{By: q.by()} }

// restReason is a reason that agents may give for a rest (client-rules.md 23): restReasonId is what rest takes as its restcause.
type restReason struct {
	ID   int    `json:"restReasonId"`
	Name string `json:"restReason"`
}

func showRestReason(v center.RestCause) restReason { return restReason{ID: v.Code, Name: v.Name} }
