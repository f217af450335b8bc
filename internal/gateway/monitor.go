package gateway

import (
	"strings"

	"ccgateway/internal/center"
)

// Watching agents (qualitycontrol.yaml, older_routes).

// maxWatchList bounds the text of a list: 500 agents (events.yaml, QC_AgentState_Notify) of six digits with what stands between them.
const maxWatchList = 500 * 8

func beginMonitor(q *request) center.Command {
	return center.BeginMonitor{By: q.by(), Agents: watchedAgents(q)}
}

func endMonitor(q *request) center.Command {
	return center.EndMonitor{By: q.by(), Agents: watchedAgents(q)}
}

// watchedAgents reads the list "agents": numbers with semicolons between them, as the known client writes them, or commas.
func watchedAgents(q *request) []center.AgentID {
	query := q.fromQuery()
	var agents []center.AgentID
	for text := range strings.FieldsFuncSeq(query.required("agents", maxWatchList), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		n, err := parseInt(text)
		if err != nil || n < int(center.MinAgentID) || n > int(center.MaxAgentID) {
			query.wrong("agents", "holds something else than numbers of agents")
			return nil
		}
		agents = append(agents, center.AgentID(n))
	}
	return agents
}
