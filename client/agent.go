package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The agent's own session, states and settings.

// own makes the path of an interface of a group.
func (a *Agent) own(group string, segments ...string) string {
	path := group + "/" + a.number
	for _, segment := range segments {
		path += "/" + url.PathEscape(segment)
	}
	return path
}

func (a *Agent) post(ctx context.Context, path string) error {
	return a.Do(ctx, http.MethodPost, path, nil, nil)
}

// query adds members to a path; empty values are left out.
func query(path string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// SignOut ends the session; refused during a call.
func (a *Agent) SignOut(ctx context.Context) error {
	return a.Do(ctx, http.MethodDelete, a.own("onlineagent", "logout"), nil, nil)
}

// ForceSignOut ends the session in any state; a reason of 1..255 is recorded, 0 gives none.
func (a *Agent) ForceSignOut(ctx context.Context, reason int) error {
	path := a.own("onlineagent", "forcelogout")
	if reason != 0 {
		path = a.own("onlineagent", "forcelogoutwithreason", strconv.Itoa(reason))
	}
	return a.Do(ctx, http.MethodDelete, path, nil, nil)
}

// HandShake keeps a session in push mode alive.
func (a *Agent) HandShake(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "handshake"))
}

// UpdateGUID gets a new GUID at once.
func (a *Agent) UpdateGUID(ctx context.Context) error {
	var result struct {
		GUID string `json:"guid"`
	}
	if err := a.Do(ctx, http.MethodPut, a.own("onlineagent", "updateGuid"), nil, &result); err != nil {
		return err
	}
	a.setGUID(result.GUID)
	return nil
}

// Sync reads state and calls, and empties the event queue.
func (a *Agent) Sync(ctx context.Context) (info Info, err error) {
	return info, a.Do(ctx, http.MethodPost, a.own("onlineagent", "syncagentinfo"), nil, &info)
}

// ServeAll signs in to all configured skill queues. Without this or Serve an agent gets no calls of queues.
func (a *Agent) ServeAll(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "resetskill", "true"))
}

// Serve signs in to those of the named skill queues that are configured, and out of all others.
func (a *Agent) Serve(ctx context.Context, skills ...int) error {
	return a.post(ctx, query(a.own("onlineagent", "resetskill", "false"), "skillid", numbers(skills)))
}

// Skills lists the queues that are configured for the agent, SkillsOf those of another.
func (a *Agent) Skills(ctx context.Context) (skills []Skill, err error) {
	return skills, a.Do(ctx, http.MethodGet, a.own("onlineagent", "agentskills"), nil, &skills)
}

// SkillsOf lists the queues that are configured for another agent.
func (a *Agent) SkillsOf(ctx context.Context, agent int) (skills []Skill, err error) {
	return skills, a.Do(ctx, http.MethodGet, a.own("onlineagent", "agentskillsbyworkno", strconv.Itoa(agent)), nil, &skills)
}

// SetAutoAnswer counts for calls that are offered later.
func (a *Agent) SetAutoAnswer(ctx context.Context, on bool) error {
	return a.post(ctx, a.own("onlineagent", "autoanswer", strconv.FormatBool(on)))
}

// SetAutoEnterIdle says what follows a call: idle, or wrap-up.
func (a *Agent) SetAutoEnterIdle(ctx context.Context, on bool) error {
	return a.post(ctx, a.own("onlineagent", "autoenteridle", strconv.FormatBool(on)))
}

// SayFree becomes idle.
func (a *Agent) SayFree(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "sayfree"))
}

// SayBusy becomes not ready; reason 0 or 200..250. prolong changes the reason while not ready.
func (a *Agent) SayBusy(ctx context.Context, reason int, prolong bool) error {
	var why, change string
	if reason != 0 {
		why = strconv.Itoa(reason)
	}
	if prolong {
		change = "true"
	}
	return a.post(ctx, query(a.own("onlineagent", "saybusy"), "reason", why, "prolong", change))
}

// CancelBusy leaves not ready.
func (a *Agent) CancelBusy(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "cancelbusy"))
}

// Rest asks for a rest of 1..86399 seconds with a cause of 0..255.
func (a *Agent) Rest(ctx context.Context, seconds, cause int) error {
	return a.post(ctx, a.own("onlineagent", "rest", strconv.Itoa(seconds), strconv.Itoa(cause)))
}

// CancelRest ends the rest.
func (a *Agent) CancelRest(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "cancelrest"))
}

// SayWork enters wrap-up.
func (a *Agent) SayWork(ctx context.Context) error { return a.post(ctx, a.own("onlineagent", "work")) }

// CancelWork leaves wrap-up.
func (a *Agent) CancelWork(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "cancelwork"))
}

// Status reads the present state.
func (a *Agent) Status(ctx context.Context) (status Status, err error) {
	return status, a.Do(ctx, http.MethodGet, a.own("onlineagent", "agentstatus"), nil, &status)
}

// SetTalkRight says whether queues may offer calls in this session.
func (a *Agent) SetTalkRight(ctx context.Context, on bool) error {
	return a.post(ctx, query(a.own("onlineagent", "settalkright"), "flag", digit(on)))
}

// ChangePassword replaces the agent's password.
func (a *Agent) ChangePassword(ctx context.Context, old, next string) error {
	body := map[string]string{"oldPassword": old, "newPassword": next}
	return a.Do(ctx, http.MethodPost, a.own("onlineagent", "modifyaccountpwdex"), body, nil)
}

// SetCustomState attaches a number of 0..65534.
func (a *Agent) SetCustomState(ctx context.Context, state int) error {
	return a.post(ctx, query(a.own("onlineagent", "setcustomstate"), "customstate", strconv.Itoa(state)))
}

// CustomState reads it; 65535 = none.
func (a *Agent) CustomState(ctx context.Context) (int, error) {
	var result struct {
		State Number `json:"agentcustomstate"`
	}
	err := a.Do(ctx, http.MethodGet, a.own("onlineagent", "querycustomstate"), nil, &result)
	return int(result.State), err
}

// CancelCustomState takes it away.
func (a *Agent) CancelCustomState(ctx context.Context) error {
	return a.post(ctx, a.own("onlineagent", "cancelsetcustomstate"))
}

// BindPhone binds a phone to the session.
func (a *Agent) BindPhone(ctx context.Context, phone string) error {
	return a.Do(ctx, http.MethodPost, a.own("onlineagent", "bindphone"), map[string]string{"phonenum": phone}, nil)
}

// SetForwarding rings another number instead of the agent's phone; "" ends it.
func (a *Agent) SetForwarding(ctx context.Context, number string) error {
	return a.Do(ctx, http.MethodPost, a.own("onlineagent", "setforwarding"), map[string]string{"forwardnumber": number}, nil)
}

// SetSelfRecord switches recording of the agent's own calls.
func (a *Agent) SetSelfRecord(ctx context.Context, on, beforeTalking bool) error {
	return a.post(ctx, a.own("onlineagent", "setselfrecord", digit(on), digit(beforeTalking)))
}

// digit is a switch as paths have it.
func digit(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// numbers is a list as queries have it.
func numbers(ids []int) string {
	texts := make([]string, 0, len(ids))
	for _, id := range ids {
		texts = append(texts, strconv.Itoa(id))
	}
	return strings.Join(texts, ";")
}

// SendNote sends a text of up to 1023 bytes to up to 100 agents.
func (a *Agent) SendNote(ctx context.Context, text string, to ...int) error {
	body := map[string]any{"agentIds": to, "content": text}
	return a.Do(ctx, http.MethodPost, a.own("onlineagent", "sendnoteletex"), body, nil)
}

// BulletinToGroup sends a text to all signed-in agents of a group, by its name.
func (a *Agent) BulletinToGroup(ctx context.Context, group, text string) error {
	return a.bulletin(ctx, 0, group, text)
}

// BulletinToSkill sends a text to all agents who serve a skill queue, by its name.
func (a *Agent) BulletinToSkill(ctx context.Context, skill, text string) error {
	return a.bulletin(ctx, 1, skill, text)
}

func (a *Agent) bulletin(ctx context.Context, kind int, target, text string) error {
	body := map[string]any{"targettype": kind, "targetname": target, "bulletindata": text}
	return a.Do(ctx, http.MethodPost, a.own("onlineagent", "notifybulletin"), body, nil)
}
