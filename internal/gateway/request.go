package gateway

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// request is what a handler sees of a request.
type request struct {
	route      *Route
	parameters []parameter
	query      []pair
	body       []byte      // as it came
	parsed     *members    // of the body, once a handler has asked for one
	header     http.Header // of the request
	host       string      // that it names

	agent center.AgentID // 0 where the path names none
	vcc   center.VCCID   // of the agent, 0 while unknown
	guid  string         // as the client sent it
	proof *center.Token  // of a ticket that was shown instead of a GUID; nil = there was none

	tooFast   bool  // refused by Rates, before anything was looked at
	pathFault error // counts before authentication
	fault     error // counts after it

	reply map[string]string // further headers of the reply, spelled exactly so
}

// refuse keeps the first thing that is wrong with query or body.
func (q *request) refuse(err error) {
	if q.fault == nil {
		q.fault = err
	}
}

// set gives the reply a header.
func (q *request) set(name, value string) {
	if q.reply == nil {
		q.reply = map[string]string{}
	}
	q.reply[name] = value
}

// by is the proof that every command of a signed-in agent carries.
func (q *request) by() center.By {
	if q.proof != nil {
		return center.By{Agent: q.agent, Token: *q.proof}
	}
	return center.By{Agent: q.agent, Token: tokenOf(q.guid)}
}

// path gives the text of a path's parameter.
func (q *request) path(name string) string {
	for _, p := range q.parameters {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// pathNumber gives a path's number between least and most.
func (q *request) pathNumber(name string, least, most int) int {
	n, err := strconv.ParseUint(q.path(name), 10, 31)
	if err != nil || int(n) < least || int(n) > most {
		if q.pathFault == nil {
			q.pathFault = result.BadArgument.Because("path: %s is not a number from %d to %d", name, least, most)
		}
		return 0
	}
	return int(n)
}

// pathAgent gives the work number in a path.
func (q *request) pathAgent(name string) center.AgentID {
	return center.AgentID(q.pathNumber(name, int(center.MinAgentID), int(center.MaxAgentID)))
}

// pathFlag is for switches in paths, where true is true and anything else is not (cec_07_1208, cec_07_0351, cec_07_1209).
func (q *request) pathFlag(name string, longest int) bool {
	text := q.path(name)
	if len(text) > longest && q.pathFault == nil {
		q.pathFault = result.BadArgument.Because("path: %s has more than %d characters", name, longest)
	}
	return strings.EqualFold(text, "true")
}

// pathCall gives the call id in a path.
func (q *request) pathCall(name string) center.CallID { return q.fromPath().callID(name) }

// fromPath gives the path's parameters as members, for texts that have a form. What is wrong with them counts like a wrong member.
func (q *request) fromPath() fields {
	return fields{q: q, where: "path", code: result.BadArgument, find: func(name string) (string, bool, bool) {
		return q.path(name), true, true
	}}
}

// fromQuery gives the query's members.
func (q *request) fromQuery() fields {
	return fields{q: q, where: "query", code: result.BadArgument, find: func(name string) (string, bool, bool) {
		text, present := lookup(q.query, name)
		return text, present, true
	}}
}

// fromBody gives the body's members.
func (q *request) fromBody() fields {
	found := q.members()
	return fields{q: q, where: "body", code: result.BadArgument, find: func(name string) (string, bool, bool) {
		value, _ := found.find(name)
		return plain(value)
	}}
}

// fromBodyOr is fromBody for interfaces with a code of their own for what is wrong, be it a member or the whole body.
func (q *request) fromBodyOr(code result.Code) fields {
	if q.parsed == nil {
		found, err := parseBody(q.body)
		if err != nil {
			q.refuse(code.Because("%s", messageOf(err)))
		}
		q.parsed = &found
	}
	return q.fromBody().as(code)
}

// members reads the body, of those interfaces that have one.
func (q *request) members() members {
	if q.parsed == nil {
		found, err := parseBody(q.body)
		if err != nil {
			q.refuse(err)
		}
		q.parsed = &found
	}
	return *q.parsed
}

// callID gives a call id; "" where none is named. A client in use sends it in braces (parameters.md 8.6).
func (f fields) callID(name string) center.CallID {
	return center.CallID(strings.Trim(f.text(name, maxCallID), "{}"))
}

// maxCallID bounds call ids in requests; ours have at most 32 characters, as the reference's (call-model.md section 2).
const maxCallID = 64

// place finds the asking agent's VCC. Nobody can be signed in to a number that is not configured: 100-006, in the words that the
// center has for a number that is.
func (g *Gateway) place(q *request) error {
	if q.pathFault != nil {
		return q.pathFault
	}
	vcc, known := g.centers.VCCOf(q.agent)
	if !known {
		return result.NotSignedIn.Because("agent %d is not signed in", q.agent)
	}
	q.vcc = vcc
	return nil
}

// authenticate proves that the request comes from the agent's session.
func (g *Gateway) authenticate(ctx context.Context, q *request) (center.Authenticated, error) {
	if err := g.place(q); err != nil {
		return center.Authenticated{}, err
	}
	value, err := g.do(ctx, q, center.Authenticate{By: q.by()})
	if err != nil {
		return center.Authenticated{}, err
	}
	proof, _ := value.(center.Authenticated)
	return proof, nil
}

// decoded is called when a handler has read all members: it answers what is wrong with them, but first what is wrong with the
// path and with the session.
func (g *Gateway) decoded(ctx context.Context, q *request) error {
	if err := g.place(q); err != nil {
		return err
	}
	if q.fault == nil {
		return nil
	}
	if _, err := g.authenticate(ctx, q); err != nil {
		return err
	}
	return q.fault
}

// ask makes the handler of an interface that is one command of a signed-in agent. show gives the reply's value its documented
// form; nil where the reply has no result of its own.
func ask(command func(q *request) center.Command, show func(value any) any) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		cmd := command(q)
		if err := g.decoded(ctx, q); err != nil {
			return nil, err
		}
		value, err := g.do(ctx, q, cmd)
		if err != nil || show == nil {
			return nil, err
		}
		return show(value), nil
	}
}

// refuses makes the handler of an interface for something this center does not have: whoever is signed in and asks for it properly
// gets the code that the reference has for it. decode reads the members; nil = there are none.
func refuses(code result.Code, why string, decode func(q *request)) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		if decode != nil {
			decode(q)
		}
		if _, err := g.authenticate(ctx, q); err != nil {
			return nil, err
		}
		if q.fault != nil {
			return nil, q.fault
		}
		return nil, code.Because("%s", why)
	}
}

// instead gives a handler's general refusal the code that the interface's page has for it.
func instead(general, own result.Code, handle handler) handler {
	return func(ctx context.Context, g *Gateway, q *request) (any, error) {
		value, err := handle(ctx, g, q)
		if err != nil && result.Of(err) == general {
			return nil, own.Because("%s", messageOf(err))
		}
		return value, err
	}
}
