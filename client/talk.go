package client

import (
	"context"
	"net/http"
	"strconv"
)

// More of the present call: consult, transfer, join, mute. Each only asks; what becomes of it comes as events.

// Target says what an address leads to (devicetype).
type Target int

// The kinds of targets.
const (
	ToSkill   Target = 1
	ToAgent   Target = 2
	ToFlow    Target = 3
	ToCode    Target = 4
	ToOutside Target = 5
)

// Modes of Transfer; their numbers differ for targets inside and outside.
const (
	Blind   = 0 // inside
	Suspend = 1 // to a flow
	Success = 2 // inside and outside
	Named   = 3 // to an agent, for his own queue

	BlindOutside = 1
	TalkOutside  = 3
	ThreeOutside = 4
)

// Transfer is a wish to hand the present call on.
type Transfer struct {
	To      Target `json:"devicetype"`
	Address string `json:"address"`
	Mode    int    `json:"mode"`
	Data    string `json:"callappdata,omitempty"`
	Caller  string `json:"caller,omitempty"`
}

// Transfer hands the present call on.
func (a *Agent) Transfer(ctx context.Context, t Transfer) error {
	return a.Do(ctx, http.MethodPost, a.own("voicecall", "transfer"), t, nil)
}

// CancelTransfer drops the outside party of a talk or three-party transfer.
func (a *Agent) CancelTransfer(ctx context.Context) error {
	return a.post(ctx, a.own("voicecall", "canceltransfer"))
}

// Help consults another agent about the present call, which is held (three false) or joined, and gives the id of the help call.
func (a *Agent) Help(ctx context.Context, agent int, three bool) (id string, err error) {
	body := map[string]any{"dstaddress": strconv.Itoa(agent), "devicetype": int(ToAgent), "mode": 1}
	if three {
		body["mode"] = 2
	}
	return id, a.Do(ctx, http.MethodPost, a.own("voicecall", "innerhelp"), body, &id)
}

// Join joins the present call and a held one.
func (a *Agent) Join(ctx context.Context, held string) error {
	return a.Do(ctx, http.MethodPost, a.own("voicecall", "confjoin"), map[string]any{"callid": held}, nil)
}

// Connect joins the other sides of the present call and a held one; the agent leaves.
func (a *Agent) Connect(ctx context.Context, held string) error {
	return a.post(ctx, a.own("voicecall", "connecthold", held))
}

// Mute lets the others hear nothing from the agent, until Unmute.
func (a *Agent) Mute(ctx context.Context) error { return a.post(ctx, a.own("voicecall", "beginmute")) }

// Unmute ends it.
func (a *Agent) Unmute(ctx context.Context) error { return a.post(ctx, a.own("voicecall", "endmute")) }

// Keys sends keys to the other side.
func (a *Agent) Keys(ctx context.Context, keys string) error {
	return a.post(ctx, query(a.own("voicecall", "seconddialex"), "number", keys))
}

// Disconnect drops one party of the present call by its number.
func (a *Agent) Disconnect(ctx context.Context, number string) error {
	return a.post(ctx, a.own("voicecall", "disconnect", number))
}

// PickUp takes the call that rings at another agent of the group.
func (a *Agent) PickUp(ctx context.Context, agent int) error {
	return a.Do(ctx, http.MethodPut, query(a.own("voicecall", "snatchpickup"), "destWorkNo", strconv.Itoa(agent)), nil, nil)
}

// PauseRecord keeps what is said from now on out of the recordings of the present talk (card data): silence is recorded instead. It ends by itself
// when the tenant's longest pause is over; CannotPause refuses it when the talk is not recorded, or paused already.
func (a *Agent) PauseRecord(ctx context.Context) error {
	return a.post(ctx, a.own("recordplay", "pauserecord"))
}

// ResumeRecord ends the pause. CannotResume refuses it when there is none.
func (a *Agent) ResumeRecord(ctx context.Context) error {
	return a.post(ctx, a.own("recordplay", "resumerecord"))
}

// Listen begins to listen at another agent.
func (a *Agent) Listen(ctx context.Context, agent int) error {
	return a.Do(ctx, http.MethodPut, a.own("qualitycontrol", "addsupervise", strconv.Itoa(agent)), nil, nil)
}

// Insert joins another agent's talk.
func (a *Agent) Insert(ctx context.Context, agent int) error {
	return a.Do(ctx, http.MethodPut, a.own("qualitycontrol", "addinsert", strconv.Itoa(agent)), nil, nil)
}

// Whisper begins to speak to another agent alone.
func (a *Agent) Whisper(ctx context.Context, agent int) error {
	return a.post(ctx, query(a.own("qualitycontrol", "requestwhisperagent"), "whisperagentid", strconv.Itoa(agent)))
}

// SwitchTo changes a running inspection: 0 listen, 1 insert, 2 whisper.
func (a *Agent) SwitchTo(ctx context.Context, agent, mode int) error {
	return a.post(ctx, query(a.own("qualitycontrol", "requestswitchinsertwhisperagent"), "whisperagentid", strconv.Itoa(agent), "switchtype", strconv.Itoa(mode)))
}

// StopInspection ends listening or inserting.
func (a *Agent) StopInspection(ctx context.Context, agent int) error {
	return a.Do(ctx, http.MethodDelete, a.own("qualitycontrol", strconv.Itoa(agent)), nil, nil)
}

// Intercept takes the inspected agent's call over.
func (a *Agent) Intercept(ctx context.Context, agent int) error {
	return a.Do(ctx, http.MethodPut, a.own("qualitycontrol", "intercept", strconv.Itoa(agent)), nil, nil)
}

// InterceptCall takes a named call of the inspected agent over, also one that he holds.
func (a *Agent) InterceptCall(ctx context.Context, agent int, call string) error {
	return a.Do(ctx, http.MethodPut, a.own("qualitycontrol", "intercept", strconv.Itoa(agent), call), nil, nil)
}

// ToggleInspection changes between listening and inserting.
func (a *Agent) ToggleInspection(ctx context.Context, agent int) error {
	return a.post(ctx, a.own("qualitycontrol", "switch", strconv.Itoa(agent)))
}

// StopWhisper ends a whisper, and nothing else.
func (a *Agent) StopWhisper(ctx context.Context, agent int) error {
	return a.post(ctx, query(a.own("qualitycontrol", "requeststopwhisperagent"), "whisperagentid", strconv.Itoa(agent)))
}

// ForceDrop ends a call for all who are in it.
func (a *Agent) ForceDrop(ctx context.Context, call string) error {
	return a.post(ctx, a.own("qualitycontrol", "forcedropcall", call))
}

// AdjustSkills replaces the queues that another agent serves by those of the list, which must be configured for him; none signs him out of all.
func (a *Agent) AdjustSkills(ctx context.Context, agent int, skills ...int) error {
	body := map[string]any{"workNo": strconv.Itoa(agent), "skills": append([]int{}, skills...)}
	return a.Do(ctx, http.MethodPost, a.own("qualitycontrol", "adjustskill"), body, nil)
}

// Monitor lets the inspector be told of each change of state of agents.
func (a *Agent) Monitor(ctx context.Context, agents string) error {
	return a.post(ctx, query(a.own("qualitycontrol", "beginmonitor"), "agents", agents))
}

// EndMonitor ends it.
func (a *Agent) EndMonitor(ctx context.Context, agents string) error {
	return a.post(ctx, query(a.own("qualitycontrol", "endmonitor"), "agents", agents))
}

// CallInnerSkill calls the best idle agent of a skill queue and gives the call's id.
func (a *Agent) CallInnerSkill(ctx context.Context, skill int) (id string, err error) {
	return id, a.Do(ctx, http.MethodPut, a.own("voicecall", "callinnerskill"), map[string]any{"skillId": skill}, &id)
}

// RequestCall fetches one chosen call out of a skill queue in which it waits. The skill queue's kind in the path (0 is a public one) says nothing that the
// queue's number does not.
func (a *Agent) RequestCall(ctx context.Context, call string, skill int) error {
	return a.post(ctx, query(a.own("voicecall", "requestcall", call, "0"), "skillId", strconv.Itoa(skill)))
}

// TransmitKeys relays the customer's keys to the outside party of a three-party talk and keeps them from all others, until a party leaves.
func (a *Agent) TransmitKeys(ctx context.Context) error {
	return a.post(ctx, a.own("voicecall", "thirdPartyConfTransmitNum"))
}

// Report is what the others of a talk hear, in this order.
type Report struct {
	Prompt string `json:"prompt,omitempty"` // name of a prompt
	Text   string `json:"text,omitempty"`   // read out
	Digits string `json:"digits,omitempty"` // read out one by one
}

// ReportSound lets the others of the present talk hear something.
func (a *Agent) ReportSound(ctx context.Context, r Report) error {
	return a.Do(ctx, http.MethodPost, a.own("voicecall", "reportsound"), r, nil)
}

// SwitchMedia asks for video beside the voice, or for voice alone. AgentEvent_MediaSwith tells what became of it.
func (a *Agent) SwitchMedia(ctx context.Context, video bool) error {
	media := "1"
	if video {
		media = "3"
	}
	return a.post(ctx, query(a.own("voicecall", "mediaswitch"), "mediaType", media))
}
