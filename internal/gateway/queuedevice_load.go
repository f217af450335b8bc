package gateway

import (
	"time"

	"ccgateway/internal/center"
)

// The present load of skill queues (queuedevice.yaml). What the reference does not say of it is in docs/decisions/0012.

// queryStatInfoOfAcd asks for at most 100 queues, as texts or numbers (cec_07_0411).
func queryStatInfoOfAcd(q *request) center.Command {
	body := q.fromBody()
	cmd := center.SkillFigures{By: q.by(), Skills: body.skills("skills")}
	if len(cmd.Skills) == 0 {
		body.wrong("skills", "names no skill queue")
	}
	return cmd
}

// loadResult is the load of one queue. Members and their order are those of the page, then those that a client reads.
type loadResult struct {
	PilotNbr       string `json:"pilotNbr"` // access code, "" = none leads to the queue
	DeviceNo       int    `json:"deviceNo"`
	QueueSize      int    `json:"queueSize"`
	QueueTime      int64  `json:"queueTime"`  // seconds that the oldest caller has waited
	LoadFactor     int    `json:"loadFactor"` // waiting callers for each 100 agents who serve the queue
	AvailAgents    int    `json:"availAgents"`
	LoggedOnAgents int    `json:"loggedOnAgents"`
	MaxQueueSize   int    `json:"maxQueueSize"` // 0 = without limit
	SkillDescrip   string `json:"skillDescrip"`
}

// loadFactor is how many callers wait for each 100 agents; without agents, as if there were one.
func loadFactor(waiting, agents int) int { return 100 * waiting / max(1, agents) }

func showLoad(v center.SkillLoad) loadResult {
	return loadResult{
		PilotNbr: v.Code, DeviceNo: int(v.Skill), QueueSize: v.Waiting, QueueTime: int64(v.Longest / time.Second),
		LoadFactor: loadFactor(v.Waiting, v.SignedIn), AvailAgents: v.Idle, LoggedOnAgents: v.SignedIn, MaxQueueSize: v.Capacity,
		SkillDescrip: v.Name,
	}
}

func showLoads(value any) any {
	v, _ := value.(center.SkillLoads)
	return list(showLoad)(v.Queues)
}

// querySkillStatWithVdn asks for the named queues, or without any for all of the VDN; a vdnid has to be the agent's own.
func querySkillStatWithVdn(q *request) center.Command {
	body := q.fromBody()
	return center.SkillFigures{By: q.by(), Skills: body.skills("skills"), VCC: center.VCCID(body.integer("vdnid", 0, 1, maxVDN))}
}

// vdnLoadResult is the load of several queues together, each agent counted once, and of each.
type vdnLoadResult struct {
	VDNID          int          `json:"vdnid"`
	QueueSize      int          `json:"queueSize"`
	QueueTime      int64        `json:"queueTime"`
	LoadFactor     int          `json:"loadFactor"`
	AvailAgents    int          `json:"availAgents"`
	LoggedOnAgents int          `json:"loggedOnAgents"`
	Skills         []loadResult `json:"skills"`
}

func showVDNLoad(value any) any {
	v, _ := value.(center.SkillLoads)
	shown := vdnLoadResult{
		VDNID: int(v.VCC), QueueSize: v.Waiting, QueueTime: int64(v.Longest / time.Second), LoadFactor: loadFactor(v.Waiting, v.SignedIn),
		AvailAgents: v.Idle, LoggedOnAgents: v.SignedIn, Skills: []loadResult{},
	}
	for _, queue := range v.Queues {
		shown.Skills = append(shown.Skills, showLoad(queue))
	}
	return shown
}
