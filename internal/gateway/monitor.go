package gateway

import (
	"strings"

	"ccgateway/internal/center"
)

// What inspectors do to lists of agents (qualitycontrol.yaml, older_routes): watching them, and choosing whose talks are recorded.

// maxAgentList bounds the text of a list: 500 agents (events.yaml, QC_AgentState_Notify) of six digits with what stands between them.
const maxAgentList = 500 * 8

func beginMonitor(q *request) center.Command {
	return center.BeginMonitor{By: q.by(), Agents: namedAgents(q)}
}

func endMonitor(q *request) center.Command {
	return center.EndMonitor{By: q.by(), Agents: namedAgents(q)}
}

func pickRecorded(q *request) center.Command {
	return center.PickRecorded{
		By: q.by(), Agents: namedAgents(q), On: q.pathNumber("recordflag", 0, 1) == 1, BeforeTalking: q.pathNumber("recordbeforetalking", 0, 1) == 1,
	}
}

func unpickRecorded(q *request) center.Command {
	return center.UnpickRecorded{By: q.by(), Agents: namedAgents(q)}
}

// namedAgents reads the list "agents": numbers with semicolons between them, as the known client writes them, or commas.
func namedAgents(q *request) []center.AgentID {
	query := q.fromQuery()
	var agents []center.AgentID
	for text := range strings.FieldsFuncSeq(query.required("agents", maxAgentList), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		n, err := parseInt(text)
		if err != nil || n < int(center.MinAgentID) || n > int(center.MaxAgentID) {
			query.wrong("agents", "holds something else than numbers of agents")
			return nil
		}
		agents = append(agents, center.AgentID(n))
	}
	return agents
}
