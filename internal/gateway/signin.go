package gateway

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Limits of the sign-in's members (connection.md section 6).
const (
	maxPassword     = 32
	maxPhone        = 24
	maxCallBackURI  = 200
	maxServiceToken = 50
	maxAccount      = 64 // not documented
	maxSignInMode   = 32 // not documented
	maxRestSeconds  = 86399
	maxRestCause    = 255
)

// entrance is one of the interfaces that sign an agent in; they differ in these points only.
type entrance struct {
	force         bool
	platformOnly  bool // no media servers; events are polled; the password may be empty (cec_07_0357)
	withoutPhone  bool
	phoneOptional bool
	byAccount     bool
	keepsPhone    bool // releasephone is false where the body does not say
}

// signIn makes the handler of an entrance.
func (e entrance) signIn(ctx context.Context, g *Gateway, q *request) (any, error) {
	cmd, password := e.read(g, q)
	if q.fault != nil {
		return nil, q.fault
	}
	trier := e.trier(ctx, g, q)
	if err := g.moves.begin(trier, signingIn); err != nil {
		return nil, err
	}
	defer g.moves.end(trier)
	account, err := g.checkPassword(ctx, q.agent, password)
	if err != nil {
		return nil, e.refusal(err)
	}
	who := mover{agent: q.agent, proved: true}
	if err := g.moves.begin(who, signingIn); err != nil {
		return nil, err
	}
	defer g.moves.end(who)
	vcc, known := g.centers.VCCOf(q.agent)
	if !known {
		return nil, e.refusal(result.WrongPassword.Err())
	}
	q.vcc = vcc
	guid := g.newGUID()
	cmd.Agent, cmd.Token = q.agent, tokenOf(guid)
	cmd.ForceChange, cmd.DaysLeft = account.MustChange, account.DaysLeft
	if cmd.Push.URL != "" { // pushes may begin before the answer is out
		g.config.Pushes.Expect(q.agent, guid)
		defer g.config.Pushes.Expected(q.agent)
	}
	value, err := g.do(ctx, q, cmd)
	if err != nil {
		return nil, err
	}
	g.give(q, guid)
	q.set("Guid", guid) // stands in the page's table of reply headers too (cec_07_1202)
	return showSignedIn(value), nil
}

// trier finds out who tries to sign in. For an account that does not exist the agent of the request stays 0; its password is
// checked all the same, so that the refusal takes as long.
func (e entrance) trier(ctx context.Context, g *Gateway, q *request) mover {
	who := mover{agent: q.agent}
	if e.byAccount {
		who.account = q.fromBody().text("account", maxAccount)
		if agent, known := g.accounts.ByAccount(ctx, who.account); known {
			q.agent = agent
		}
	}
	if g.config.Source != nil {
		who.from = g.config.Source(ctx)
	}
	return who
}

// refusal gives the codes that the sign-in by account has for passwords.
func (e entrance) refusal(err error) error {
	if !e.byAccount {
		return err
	}
	var known *result.Error
	if !errors.As(err, &known) {
		return result.AccountFailure.Err()
	}
	switch known.Code {
	case result.WrongPassword:
		return result.WrongAccount.Err()
	case result.AgentLocked:
		return result.AccountLocked.Err()
	}
	return err
}

// checkPassword hashes no more passwords at a time than the configuration allows; who comes later waits.
func (g *Gateway) checkPassword(ctx context.Context, agent center.AgentID, password string) (state AccountState, err error) {
	err = g.hashing(ctx, func() error {
		state, err = g.accounts.Check(ctx, agent, password)
		return err
	})
	return state, err
}

func (g *Gateway) hashing(ctx context.Context, work func() error) error {
	select {
	case g.hashes <- struct{}{}:
		defer func() { <-g.hashes }()
		return work()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read decodes the body (connection.md section 6). What is wrong with it is kept in q.
func (e entrance) read(g *Gateway, q *request) (center.SignIn, string) {
	body := q.fromBody().as(result.BadSignIn)
	parameter := body.as(result.BadSignInParameter)
	cmd := center.SignIn{
		Force: e.force, PlatformOnly: e.platformOnly,
		Phone:         e.phone(q),
		AutoAnswer:    parameter.flag("autoanswer", true),
		AutoEnterIdle: parameter.flag("autoenteridle", true),
		ReleasePhone:  parameter.flag("releasephone", !e.keepsPhone),
		AgentType:     body.as(result.WrongAgentType).integer("agenttype", 4, 0, 255),
		Status:        parameter.integer("status", int(center.StateIdle), 0, 9),
		RestSeconds:   parameter.integer("time", 0, 0, maxRestSeconds),
		RestCause:     parameter.integer("restcause", 0, 0, maxRestCause),
		IP:            ipv4(body.as(result.BadIP)),
		ListenStatus:  parameter.flag("listenStatus", false),
		Chat:          parameter.flag("checkInWebm", true),
		Linkage:       parameter.flag("phonelinkage", false),
		SignInMode:    parameter.text("signInMode", maxSignInMode),
		VideoNumber:   parameter.number("vcPhoneNumber"),
	}
	cmd.WithoutPhone = cmd.Phone == ""
	if !e.platformOnly {
		cmd.Push = push(g, body)
	}
	return cmd, e.password(q, body)
}

func (e entrance) password(q *request, body fields) string {
	if e.byAccount {
		body.required("account", maxAccount)
	}
	password, present := body.raw("password", maxPassword*utf8.UTFMax)
	switch {
	case utf8.RuneCountInString(password) > maxPassword:
		q.refuse(result.BadSignIn.Because("body member password has more than %d characters", maxPassword))
	case !present || password == "" && !e.platformOnly:
		q.refuse(result.BadSignIn.Because("body member password is missing"))
	}
	return password
}

// phone gives the number to bind; "" where none is.
func (e entrance) phone(q *request) string {
	if e.withoutPhone {
		return ""
	}
	phone := q.fromBody().as(result.BadPhone).text("phonenum", maxPhone)
	if phone == "" && !e.phoneOptional {
		q.refuse(result.BadSignIn.Because("body member phonenum is missing"))
	}
	return phone
}

// ipv4 gives the address of the agent's computer.
func ipv4(body fields) string {
	text, present := body.get("ip")
	if !present {
		return "127.0.0.1"
	}
	if address, err := netip.ParseAddr(text); err != nil || !address.Is4() {
		body.wrong("ip", "is not an IPv4 address")
	}
	return text
}

// push tells where events are to be pushed: callBackUri together with serviceToken, or the older pushUrl; one of the two first
// alone means polling (cec_07_0450).
func push(g *Gateway, body fields) center.Push {
	uri := body.text("callBackUri", maxCallBackURI)
	token := body.text("serviceToken", maxServiceToken)
	if !plainToken(token) {
		body.wrong("serviceToken", "has special characters")
	}
	to := center.Push{URL: uri, Token: token}
	name := "callBackUri"
	if uri == "" || token == "" {
		to = center.Push{URL: body.text("pushUrl", maxCallBackURI), Old: true}
		name = "pushUrl"
	}
	if to.URL == "" {
		return center.Push{}
	}
	if g.config.Pushes == nil || !g.config.Pushes.Allowed(to.URL) {
		body.wrong(name, "is not in the list of allowed call-back URLs")
		return center.Push{}
	}
	return to
}

// plainToken tells whether a service_token has no special characters (cec_07_1275). What counts as special is not written; the
// signs of UUIDs, hexadecimal and URL-safe Base64 do not.
func plainToken(token string) bool {
	return strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// signedInResult is the result of the sign-in interfaces (cec_07_1202), in the order of the page's example.
type signedInResult struct {
	VDNID         int    `json:"vdnid"`
	WorkNo        string `json:"workno"`
	MediaType     string `json:"mediatype"`
	LoginTime     string `json:"loginTime"`
	IsForceChange string `json:"isForceChange"` // a string: client-rules.md 4
	ServerName    string `json:"serverName"`
	TimeRemaining string `json:"timeRemaining"`
}

func showSignedIn(value any) any {
	v, _ := value.(center.SignedIn)
	return signedInResult{
		VDNID: int(v.VCC), WorkNo: workNo(v.Agent), MediaType: v.MediaTypes, LoginTime: millis(v.At),
		IsForceChange: strconv.FormatBool(v.ForceChange), ServerName: v.ServerName, TimeRemaining: v.DaysLeft,
	}
}

// signOut makes the handler of a sign-out.
func signOut(command func(q *request) center.SignOut) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		cmd := command(q)
		if err := g.decoded(ctx, q); err != nil {
			return nil, err
		}
		if _, err := g.authenticate(ctx, q); err != nil { // before anybody is held back for him
			return nil, err
		}
		who := mover{agent: q.agent, proved: true}
		if err := g.moves.begin(who, signingOut); err != nil {
			return nil, err
		}
		defer g.moves.end(who)
		_, err := g.do(ctx, q, cmd)
		return nil, err
	}
}

// changePassword makes the handler of a change of password: the members' names and where they stand differ.
func changePassword(from func(q *request) fields, oldName, newName string) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		old, next := secret(from(q), oldName, 0), secret(from(q), newName, minNewPassword)
		if err := g.decoded(ctx, q); err != nil {
			return nil, err
		}
		if _, err := g.authenticate(ctx, q); err != nil {
			return nil, err
		}
		err := g.hashing(ctx, func() error { return g.accounts.Change(ctx, q.agent, old, next) })
		if err != nil {
			return nil, err
		}
		_, err = g.do(ctx, q, center.PasswordChanged{By: q.by()})
		return nil, err
	}
}

// minNewPassword is the least length of a new password (cec_07_0350).
const minNewPassword = 8

// secret gives a password of at least least characters.
func secret(from fields, name string, least int) string {
	password, present := from.raw(name, maxPassword*utf8.UTFMax)
	if n := utf8.RuneCountInString(password); !present || n < least || n > maxPassword {
		from.wrong(name, "does not have "+strconv.Itoa(least)+" to "+strconv.Itoa(maxPassword)+" characters")
	}
	return password
}
