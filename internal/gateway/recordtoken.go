package gateway

import (
	"context"
	"time"

	"ccgateway/internal/result"
)

// An inspector's downloads in two steps (qualitycontrol.yaml; known from one client): a token and a path for a recording, then the recording for
// both. The second request comes from a browser or a player, so the token is all that it has beside the GUID.

// recordTokenLife bounds a token: the client asks for the file at once.
const recordTokenLife = time.Minute

// localRecord is the result of localRecordPath.
type localRecord struct {
	Token string `json:"token"`
	Path  string `json:"localRecordPath"`
}

// localRecordPath gives a token that opens one recording once, for this inspector. format 1 is all that a client is known to send: the
// recording as it is.
func localRecordPath(ctx context.Context, g *Gateway, q *request) (any, error) {
	query := q.fromQuery()
	query.need("format", 1, 1)
	name := recordName(query, "recordId")
	if err := g.downloads.allowed(ctx, g, q); err != nil {
		return nil, err
	}
	if err := g.mayHear(ctx, q, Recording{}); err != nil { // an inspector's interface: he needs the right, also for his own
		return nil, err
	}
	r, err := g.hearable(ctx, q, name)
	if err != nil {
		return nil, err
	}
	return localRecord{g.recordTokens.issue(q.agent, r), r.File}, nil
}

// recordFile gives the recording. A token that is not known, was used, is too old, is another agent's, or does not go with the path, opens nothing,
// and is spent.
func recordFile(ctx context.Context, g *Gateway, q *request) (any, error) {
	query := q.fromQuery()
	token, path := query.required("token", maxVoucher), query.required("localRecordPath", maxRecordName)
	if err := g.downloads.allowed(ctx, g, q); err != nil {
		return nil, err
	}
	r, known := g.recordTokens.redeem(q.agent, token)
	if !known || r.File != path {
		return nil, result.NoRecordRight.Because("token is not known, was used or is too old, or is for another recording")
	}
	if err := g.mayHear(ctx, q, r); err != nil { // his rights may have changed meanwhile
		return nil, err
	}
	return g.deliver(ctx, q, r, formatWAV)
}
