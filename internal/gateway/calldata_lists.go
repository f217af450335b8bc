package gateway

import (
	"context"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Lists of calls and the day's counters (calldata.yaml). Whose calls an agent may see is the center's to judge.

// setCallAppData is the older form of setCallAppDataEx: everything stands in the query.
func setCallAppData(q *request) center.Command {
	query := q.fromQuery()
	data, present := query.raw("calldata", maxCallData)
	if !present {
		query.as(result.NoDataToSet).wrong("calldata", "is missing")
	}
	return center.SetCallData{By: q.by(), Call: query.callID("callid"), Data: data}
}

func queryHoldListInfo(q *request) center.Command { return center.HeldCalls{By: q.by()} }

func queryHoldListInfoEx(q *request) center.Command {
	return center.HeldCalls{By: q.by(), Of: q.pathAgent("workno")}
}

// noneHeld answers 400-003 for a list without calls (cec_07_0422).
func noneHeld(handle handler) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		value, err := handle(ctx, g, q)
		if calls, _ := value.([]callInfoResult); err == nil && len(calls) == 0 {
			return nil, result.NoneHeld.Err()
		}
		return value, err
	}
}

func queryAllCallID(q *request) center.Command { return center.CallIDs{By: q.by()} }

func queryAllCallInfoByAgentWorkNoEx(q *request) center.Command {
	return center.CallIDs{By: q.by(), Of: q.pathAgent("workno")}
}

func showID(id center.CallID) string { return string(id) }

func showCount(value any) any {
	ids, _ := value.([]center.CallID)
	return len(ids)
}

func queryWaitCallInfoBySkillID(q *request) center.Command {
	return center.WaitingCalls{By: q.by(), Skill: center.SkillID(q.pathNumber("skillid", 1, maxSkill))}
}

func queryCallStatisticsInfo(q *request) center.Command { return center.Statistics{By: q.by()} }

// dayResult is the counters of the day; durations in seconds.
type dayResult struct {
	TalkTime      int64 `json:"talktime"`
	AnswerNums    int   `json:"answernums"`
	NoAnswerNums  int   `json:"noanswernums"`
	CallOutNums   int   `json:"calloutnums"`
	InterCallNums int   `json:"intercallnums"`
	InterHelpNums int   `json:"interhelpnums"`
	TransferNums  int   `json:"transfernums"`
	TransferOut   int   `json:"transferoutnums"`
	TransferIVR   int   `json:"transferivrnums"`
	RedirectNums  int   `json:"redirectnums"`
	KeepNums      int   `json:"keepnums"`
	BusyNums      int   `json:"busynums"`
	RestNums      int   `json:"restnums"`
	RestOutNums   int   `json:"restoutnums"`
	RestTime      int64 `json:"resttime"`
	RestOutTime   int64 `json:"restouttime"`
	AgentRelease  int   `json:"agentrelease"`
	BusyTime      int64 `json:"busytime"`
}

func showDay(value any) any {
	v, _ := value.(center.DayFigures)
	return dayResult{
		TalkTime: int64(v.Talk), AnswerNums: v.Answered, NoAnswerNums: v.Unanswered, CallOutNums: v.CalledOut, InterCallNums: v.Inner,
		InterHelpNums: v.Helped, TransferNums: v.Transferred, TransferOut: v.TransferOut, TransferIVR: v.TransferFlow,
		RedirectNums: v.Redirected, KeepNums: v.Held, BusyNums: v.Busy, RestNums: v.Rests, RestOutNums: v.RestsOver,
		RestTime: int64(v.RestTime), RestOutTime: int64(v.RestOverTime), AgentRelease: v.Released, BusyTime: int64(v.BusyTime),
	}
}

// lightResult is the light form of dayResult.
type lightResult struct {
	TalkTime    int64 `json:"talktime"`
	AnswerNums  int   `json:"answernums"`
	CallOutNums int   `json:"calloutnums"`
}

func showLight(value any) any {
	v, _ := value.(center.DayFigures)
	return lightResult{TalkTime: int64(v.Talk), AnswerNums: v.Answered, CallOutNums: v.CalledOut}
}
