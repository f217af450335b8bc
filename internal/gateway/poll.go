package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// handed is a batch of events on its way into a reply: as one object, or as a list.
type handed struct {
	json.RawMessage
	batch delivery.Batch
}

func (h handed) written(arrived bool) {
	if arrived {
		h.batch.Confirm()
		return
	}
	h.batch.Return()
}

// pollEvent is the event poll (cec_07_1274): sign of life, carrier of the next GUID, and at most one event.
func pollEvent(ctx context.Context, g *Gateway, q *request) (any, error) {
	touched, err := g.touch(ctx, q, true)
	if err != nil {
		return nil, err
	}
	if touched.Push {
		return nil, result.WrongEventMethod.Err()
	}
	// Whoever waits here keeps the stack that it takes to come here: below 4 KiB it shrinks to 8 KiB after the handshake of TLS has taken
	// 16, so frames are kept small (BenchmarkHeld).
	batch, err := g.events.NextOf(ctx, g.settings().pollWait, 1, delivery.Key{VCC: q.vcc, Agent: q.agent, Session: touched.Session})
	if err != nil {
		return nil, lost(err)
	}
	return first(batch)
}

// first hands over the event of a batch, if it has one.
//
//go:noinline
func first(batch delivery.Batch) (any, error) {
	if len(batch.Events) == 0 {
		return nothing{}, nil
	}
	body, err := batch.Events[0].JSON()
	if err != nil {
		batch.Confirm() // it would stop the queue for ever; the log has the error
		return nil, err
	}
	return handed{body, batch}, nil
}

// touch is the sign of life that may bring a new GUID; the reply carries it then.
func (g *Gateway) touch(ctx context.Context, q *request, poll bool) (center.Touched, error) {
	if err := g.decoded(ctx, q); err != nil {
		return center.Touched{}, err
	}
	next := g.newGUID()
	value, err := g.do(ctx, q, center.Touch{By: q.by(), Poll: poll, NewToken: tokenOf(next)})
	if err != nil {
		return center.Touched{}, err
	}
	touched, _ := value.(center.Touched)
	if touched.Rotated {
		g.give(q, next)
	}
	if touched.Push && g.config.Pushes != nil {
		key := delivery.Key{VCC: q.vcc, Agent: q.agent, Session: touched.Session}
		if touched.Rotated {
			g.config.Pushes.Renew(key, next, true, "")
		} else {
			g.config.Pushes.Renew(key, q.guid, false, "")
		}
	}
	return touched, nil
}

// lost gives the code for a session that ended while its events were waited for.
func lost(err error) error {
	if errors.Is(err, delivery.ErrNotSignedIn) {
		return result.NotSignedIn.Err()
	}
	return err
}

// heartBeatResult is the result of the older keep-alive; a client loops without pause when it is missing.
type heartBeatResult struct {
	LoginTime string `json:"loginTime"`
}

// heartBeat is the older keep-alive (client-rules.md 32).
func heartBeat(ctx context.Context, g *Gateway, q *request) (any, error) {
	touched, err := g.touch(ctx, q, false)
	if err != nil {
		return nil, err
	}
	return heartBeatResult{LoginTime: millis(touched.SignedIn)}, nil
}

// handShake is the keep-alive of push mode (cec_07_1204). Its service_token goes with pushed events from now on.
func handShake(ctx context.Context, g *Gateway, q *request) (any, error) {
	token := q.header.Get("service_token")
	if len(token) > maxServiceToken || !plainToken(token) {
		q.refuse(result.BadSignIn.Because("header service_token has special characters or more than %d", maxServiceToken))
	}
	touched, err := g.touch(ctx, q, false)
	if err == nil && touched.Push && g.config.Pushes != nil {
		g.config.Pushes.Renew(delivery.Key{VCC: q.vcc, Agent: q.agent, Session: touched.Session}, q.guid, false, token)
	}
	return nil, err
}

// Bounds of the poll for many agents.
const (
	maxPolledAgents = 2000 // sessions that one poll asks for
	maxPolledEvents = 20   // events of one session in one answer
)

// pollAll is the poll for all agents of a caller (getAllAgentEvent of older servers): the sessions whose GUIDs stand in the Guid
// header, with ";" or "," between them. Events of all of them come as a list. It brings no new GUIDs, since the caller could not
// tell whose they are: while nobody else asks for a session with its GUID, this GUID is never replaced.
func pollAll(ctx context.Context, g *Gateway, q *request) (any, error) {
	guids := splitList(q.guid)
	if len(guids) > maxPolledAgents {
		return nil, result.BadArgument.Because("more than %d GUIDs", maxPolledAgents)
	}
	keys, err := g.sessionsOf(ctx, guids)
	if err != nil {
		return nil, err
	}
	batch, err := g.events.NextOf(ctx, g.settings().pollWait, maxPolledEvents, keys...)
	if err != nil {
		return nil, lost(err)
	}
	if len(batch.Events) == 0 {
		return nothing{}, nil
	}
	bodies := make([][]byte, 0, len(batch.Events))
	for _, event := range batch.Events {
		body, err := event.JSON()
		if err != nil {
			g.log.Error("event left out of a poll for all agents", "agent", int(event.Agent), "error", err.Error())
			continue
		}
		bodies = append(bodies, body)
	}
	return handed{append(append([]byte("["), bytes.Join(bodies, []byte(","))...), ']'), batch}, nil
}

// sessionsOf finds the sessions of GUIDs. Those that hold no more are left out; the refusal of the last one when none does.
func (g *Gateway) sessionsOf(ctx context.Context, guids []string) ([]delivery.Key, error) {
	var keys []delivery.Key
	var refused error = result.NotSignedIn.Err()
	for _, guid := range guids {
		agent, found := g.guids.find(tokenOf(guid))
		if !found {
			continue
		}
		one := &request{agent: agent, guid: guid}
		session, err := g.sessionOf(ctx, one)
		switch {
		case err == nil:
			key := delivery.Key{VCC: one.vcc, Agent: agent, Session: session}
			if g.events.Pushed(key) {
				refused = result.WrongEventMethod.Err()
				continue
			}
			if !slices.Contains(keys, key) { // an older and a newer GUID of one session
				keys = append(keys, key)
			}
		case ctx.Err() != nil:
			return nil, err
		default:
			refused = err
		}
	}
	if keys == nil {
		return nil, refused
	}
	return keys, nil
}

// sessionOf proves a GUID; the one of a session that somebody else just ended is taken too, for what is left of its events.
func (g *Gateway) sessionOf(ctx context.Context, one *request) (center.Session, error) {
	proof, err := g.authenticate(ctx, one)
	if result.Of(err) != result.NotSignedIn {
		return proof.Session, err
	}
	value, ended := g.do(ctx, one, center.Touch{By: one.by(), Poll: true})
	if ended != nil {
		return 0, err
	}
	touched, _ := value.(center.Touched)
	return touched.Session, nil
}

var _ receipt = handed{}
