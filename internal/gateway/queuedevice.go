package gateway

import (
	"strconv"

	"ccgateway/internal/center"
)

// Skill queues and who waits in them (queuedevice.yaml).

func queryQueueLengthOnAgent(q *request) center.Command { return center.Waiting{By: q.by()} }

func queryQueueLengthBySkillID(q *request) center.Command {
	return center.SkillWaiting{By: q.by(), Skill: center.SkillID(q.pathNumber("skillid", 1, maxSkill))}
}

func querySkillQueueOnAgentVDN(q *request) center.Command { return center.VCCSkills{By: q.by()} }

func querySkillQueueOnAgent(q *request) center.Command {
	return center.SignedInSkills{By: q.by(), Of: q.pathAgent("workno")}
}

// queueResult is one queue of the VCC (cec_07_0409).
type queueResult struct {
	Name        string `json:"name"`
	ID          int    `json:"id"`
	MediaType   int    `json:"mediatype"`
	ServiceType int    `json:"serviceType"`
	RealFlag    int    `json:"realFlag"`
}

const (
	oneService = 1 // our queues are not split by service types
	realQueue  = 1 // nor are there virtual ones
)

func showQueue(s center.SkillInfo) queueResult {
	return queueResult{Name: s.Name, ID: int(s.ID), MediaType: int(s.Media), ServiceType: oneService, RealFlag: realQueue}
}

// agentsQueue is a queue that an agent is signed in to; all its members are texts.
type agentsQueue struct {
	Name      string `json:"name"`
	ID        string `json:"id"`
	MediaType string `json:"mediatype"`
}

func showAgentsQueue(s center.SkillInfo) agentsQueue {
	return agentsQueue{Name: s.Name, ID: strconv.Itoa(int(s.ID)), MediaType: strconv.Itoa(int(s.Media))}
}

func queryQueueLengthOnAgentSkills(q *request) center.Command {
	return center.SignedInWaiting{By: q.by()}
}

func querySkillQueueOnVDN(q *request) center.Command {
	return center.SkillsOfVCC{By: q.by(), VCC: center.VCCID(q.pathNumber("vdnid", 1, maxVDN))}
}

// maxVDN bounds the number of a VDN (cec_07_1077; the older route table of routes-older-server.md has 512).
const maxVDN = 5000

func queryInNoOnVDN(q *request) center.Command { return center.AccessNumbers{By: q.by()} }

func queryIVRInfoOnVdn(q *request) center.Command { return center.FlowNumbers{By: q.by()} }

// accessCodeResult is a number that callers dial; the description is the name of the queue or flow that it leads to.
type accessCodeResult struct {
	ID          int    `json:"id"`
	InNo        string `json:"inno"`
	Description string `json:"description"`
	VDNID       int    `json:"vdnid"`
	MediaType   int    `json:"mediatype"`
}

func showAccessCode(v center.AccessView) accessCodeResult {
	return accessCodeResult{ID: v.Number, InNo: v.Code, Description: v.LeadsTo, VDNID: int(v.VCC), MediaType: int(center.MediaVoice)}
}

// flowResult is a flow that calls can be transferred to by its access code (cec_07_0412).
type flowResult struct {
	Access      string `json:"access"`
	ID          int    `json:"id"`
	Description string `json:"description"`
	ServiceNo   int    `json:"serviceNo"`
}

func showFlow(v center.AccessView) flowResult {
	return flowResult{Access: v.Code, ID: v.Number, Description: v.LeadsTo, ServiceNo: oneService}
}
