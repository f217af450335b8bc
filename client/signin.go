package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

// SignIn says who signs in and how. Members that are left out have the gateway's defaults.
type SignIn struct {
	Agent    int    // work number; 0 with Account
	Account  string // name instead of the number
	Password string
	Phone    string // soft phone to bind; "" only where the gateway allows it (PlatformOnly, Account)

	Force        bool // takes over a session that exists already
	PlatformOnly bool // without media servers (loginex)

	AutoAnswer    *bool
	AutoEnterIdle *bool
	ReleasePhone  *bool // true: the phone is rung for each call; false: permanent connection
	AgentType     int   // 4, or 11 with video
	Status        int   // 3 busy, 4 idle, 5 wrap-up, 8 rest
	RestSeconds   int   // with Status 8
	RestCause     int
	ListenStatus  bool // an inspector is told of sign-ins and sign-outs
	CallBackURI   string
	ServiceToken  string
}

// Bool is for the members of SignIn that may be left out.
func Bool(value bool) *bool { return &value }

// signInBody is what goes over the wire (cec_07_1202).
type signInBody struct {
	Account       string `json:"account,omitempty"`
	Password      string `json:"password"`
	Phone         string `json:"phonenum,omitempty"`
	AutoAnswer    *bool  `json:"autoanswer,omitempty"`
	AutoEnterIdle *bool  `json:"autoenteridle,omitempty"`
	ReleasePhone  *bool  `json:"releasephone,omitempty"`
	AgentType     int    `json:"agenttype,omitempty"`
	Status        int    `json:"status,omitempty"`
	RestSeconds   int    `json:"time,omitempty"`
	RestCause     int    `json:"restcause,omitempty"`
	ListenStatus  bool   `json:"listenStatus,omitempty"`
	CallBackURI   string `json:"callBackUri,omitempty"`
	ServiceToken  string `json:"serviceToken,omitempty"`
}

func (s SignIn) path() string {
	agent := "onlineagent/" + strconv.Itoa(s.Agent)
	switch {
	case s.Account != "":
		return "onlineagent/loginbyaccount"
	case s.Force && s.PlatformOnly:
		return agent + "/forceloginex"
	case s.PlatformOnly:
		return agent + "/loginex"
	case s.Force:
		return agent + "/forcelogin"
	default:
		return agent
	}
}

// Session is what the gateway says of a sign-in.
type Session struct {
	VCC           Number `json:"vdnid"`
	Agent         Number `json:"workno"`
	MediaTypes    string `json:"mediatype"`     // T or F for voice, text chat, mail
	SignedIn      Number `json:"loginTime"`     // ms since 1970
	ForceChange   Flag   `json:"isForceChange"` // the password has to be changed before calls are handled
	ServerName    string `json:"serverName"`
	DaysRemaining string `json:"timeRemaining"` // until the password expires, "" = never
}

// Agent is one signed-in agent.
type Agent struct {
	Session Session // as at the sign-in

	client *Client
	number string

	mu   sync.Mutex
	guid string
	seen uint64 // number of the last event that Follow has given
}

// SignIn opens a session.
func (c *Client) SignIn(ctx context.Context, s SignIn) (*Agent, error) {
	x := &exchange{method: http.MethodPut, path: s.path(), limit: requestTime, body: signInBody{
		Account: s.Account, Password: s.Password, Phone: s.Phone, AutoAnswer: s.AutoAnswer, AutoEnterIdle: s.AutoEnterIdle,
		ReleasePhone: s.ReleasePhone, AgentType: s.AgentType, Status: s.Status, RestSeconds: s.RestSeconds, RestCause: s.RestCause,
		ListenStatus: s.ListenStatus, CallBackURI: s.CallBackURI, ServiceToken: s.ServiceToken,
	}}
	reply, err := c.do(ctx, x)
	if err != nil {
		return nil, err
	}
	a := &Agent{client: c, guid: x.newGUID}
	if err := json.Unmarshal(reply.Result, &a.Session); err != nil {
		return nil, fmt.Errorf("sign-in reply: %w", err)
	}
	if a.guid == "" {
		return nil, fmt.Errorf("sign-in reply without a GUID")
	}
	a.number = strconv.Itoa(int(a.Session.Agent))
	return a, nil
}

// Number is the agent's work number.
func (a *Agent) Number() int { return int(a.Session.Agent) }

// GUID is the session's present key.
func (a *Agent) GUID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.guid
}

func (a *Agent) setGUID(guid string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.guid = guid
}

// Do calls any interface of the agent: method, path below /agentgateway/resource/ (with query), a body or nil, and where the
// reply's result goes, or nil. It is for interfaces that have no method here.
func (a *Agent) Do(ctx context.Context, method, path string, body, result any) error {
	x := &exchange{method: method, path: path, body: body, guid: a.GUID(), limit: requestTime}
	reply, err := a.exchange(ctx, x)
	if err != nil || result == nil || len(reply.Result) == 0 {
		return err
	}
	if err := json.Unmarshal(reply.Result, result); err != nil {
		return fmt.Errorf("%s %s: result: %w", method, x.name(), err)
	}
	return nil
}

// exchange makes one exchange and keeps a new GUID.
func (a *Agent) exchange(ctx context.Context, x *exchange) (envelope, error) {
	reply, err := a.client.do(ctx, x)
	if x.newGUID != "" {
		a.setGUID(x.newGUID)
	}
	return reply, err
}
