package client

import (
	"context"
	"net/http"
)

// Calls. Each only asks; what becomes of it comes as events.

// CallOut is a call to an outside number.
type CallOut struct {
	Called string `json:"called"`
	Caller string `json:"caller,omitempty"` // number to show
	Skill  int    `json:"skillid,omitempty"`
	Data   string `json:"callappdata,omitempty"`
	UUI    string `json:"uuiData,omitempty"`
}

// CallOut calls an outside number and gives the call's id.
func (a *Agent) CallOut(ctx context.Context, call CallOut) (id string, err error) {
	return id, a.Do(ctx, http.MethodPut, a.own("voicecall", "callout"), call, &id)
}

// CallInner calls another agent, with data that goes along.
func (a *Agent) CallInner(ctx context.Context, agent, data string) (id string, err error) {
	return id, a.Do(ctx, http.MethodPut, a.own("voicecall", "callinner"), CallOut{Called: agent, Data: data}, &id)
}

// Answer takes the offered call; id "" = the only one.
func (a *Agent) Answer(ctx context.Context, id string) error {
	return a.Do(ctx, http.MethodPut, query(a.own("voicecall", "answer"), "callid", id), nil, nil)
}

// GiveBack refuses the offered call: it returns to its queue, the agent becomes not ready.
func (a *Agent) GiveBack(ctx context.Context, id string) error { return a.reject(ctx, id, 1) }

// Reject refuses the offered call for good.
func (a *Agent) Reject(ctx context.Context, id string) error { return a.reject(ctx, id, 2) }

func (a *Agent) reject(ctx context.Context, id string, mode int) error {
	body := map[string]any{"callid": id, "mode": mode}
	return a.Do(ctx, http.MethodPost, a.own("voicecall", "reject"), body, nil)
}

// Release ends the present call.
func (a *Agent) Release(ctx context.Context) error {
	return a.Do(ctx, http.MethodDelete, a.own("voicecall", "release"), nil, nil)
}

// DropCall ends one call, present or held.
func (a *Agent) DropCall(ctx context.Context, id string) error {
	return a.post(ctx, a.own("voicecall", "dropcall", id))
}

// Hold parks the present call.
func (a *Agent) Hold(ctx context.Context) error { return a.post(ctx, a.own("voicecall", "hold")) }

// GetHold takes a held call back; id "" = the only one.
func (a *Agent) GetHold(ctx context.Context, id string) error {
	return a.post(ctx, query(a.own("voicecall", "gethold"), "callid", id))
}

// PhonePickUp lifts the ringing phone and answers.
func (a *Agent) PhonePickUp(ctx context.Context) error {
	return a.post(ctx, a.own("voicecall", "phonepickup"))
}

// PhoneHangUp refuses at the ringing phone.
func (a *Agent) PhoneHangUp(ctx context.Context) error {
	return a.post(ctx, a.own("voicecall", "phonehangup"))
}

// Call reads the present call; nil = none. With last also the last one, when none is present.
func (a *Agent) Call(ctx context.Context, last bool) (call *Call, err error) {
	path := a.own("calldata", "callinfo")
	if last {
		path = query(path, "isNoContainLastCall", "true")
	}
	return call, a.Do(ctx, http.MethodGet, path, nil, &call)
}

// OfferedCall reads the call that is being offered; nil = none.
func (a *Agent) OfferedCall(ctx context.Context) (call *Call, err error) {
	return call, a.Do(ctx, http.MethodGet, a.own("calldata", "callinfobeforeanswer"), nil, &call)
}

// CallByID reads one of the agent's calls.
func (a *Agent) CallByID(ctx context.Context, id string) (call *Call, err error) {
	return call, a.Do(ctx, http.MethodGet, a.own("calldata", "callinfobycallid", id), nil, &call)
}

// CallData reads the data that goes with a call; id "" = the present one.
func (a *Agent) CallData(ctx context.Context, id string) (data string, err error) {
	return data, a.Do(ctx, http.MethodGet, query(a.own("calldata", "appdata"), "callId", id), nil, &data)
}

// SetCallData stores up to 16 KB with a call; id "" = the present one.
func (a *Agent) SetCallData(ctx context.Context, id, data string) error {
	body := map[string]string{"calldata": data}
	if id != "" {
		body["callid"] = id
	}
	return a.Do(ctx, http.MethodPut, a.own("calldata", "setcalldataex"), body, nil)
}
