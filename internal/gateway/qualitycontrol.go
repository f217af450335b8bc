package gateway

import "ccgateway/internal/center"

// An inspector's power over other agents (qualitycontrol.yaml). Rights, tenants and states are the center's to judge.

func forceLogOutAgent(q *request) center.Command {
	return center.ForceSignOut{By: q.by(), Target: q.pathAgent("workNo")}
}

func forceBusy(q *request) center.Command {
	return center.ForceBusy{By: q.by(), Target: q.pathAgent("workNo")}
}

func forceIdle(q *request) center.Command {
	return center.ForceIdle{By: q.by(), Target: q.pathAgent("workNo")}
}

// forceRest: the reason begins with 1 here, unlike the agent's own rest (cec_07_0441).
func forceRest(q *request) center.Command {
	return center.ForceRest{
		By: q.by(), Target: q.pathAgent("workNo"), Seconds: q.pathNumber("time", 1, maxRestSeconds),
		Cause: q.pathNumber("reason", 1, maxRestCause),
	}
}
