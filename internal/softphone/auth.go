package softphone

import (
	"errors"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// challenged tells whether a response asks for credentials.
func challenged(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// authorize puts credentials for the challenge of res into req (RFC 3261 section 22.2, 22.3). req is a request that has not
// been sent. It fails when the phone has no password, when no challenge is one that we know, or when credentials were
// refused already.
func (p *Phone) authorize(req *sip.Request, res *sip.Response) error {
	challengeHeader, answerHeader := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		challengeHeader, answerHeader = "Proxy-Authenticate", "Proxy-Authorization"
	}
	if p.cfg.Password == "" {
		return statusError(req.Method, res)
	}
	challenge, err := pickChallenge(res.GetHeaders(challengeHeader))
	if err != nil {
		return err
	}
	if req.GetHeader(answerHeader) != nil && !challenge.Stale {
		return statusError(req.Method, res) // the password is wrong: asking again would not help
	}
	credentials, err := digest.Digest(challenge, digest.Options{
		Method: req.Method.String(), URI: req.Recipient.String(), Username: p.cfg.User, Password: p.cfg.Password,
	})
	if err != nil {
		return fmt.Errorf("softphone: answer the challenge to %s: %w", req.Method, err)
	}
	for req.RemoveHeader(answerHeader) {
	}
	req.AppendHeader(sip.NewHeader(answerHeader, credentials.String()))
	return nil
}

// pickChallenge gives the first challenge that we can answer; the server has put the one it likes best first (RFC 8760
// section 2.3).
func pickChallenge(headers []sip.Header) (*digest.Challenge, error) {
	for _, h := range headers {
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil {
			continue
		}
		for i := range challenge.QOP {
			challenge.QOP[i] = strings.TrimSpace(challenge.QOP[i])
		}
		if digest.CanDigest(challenge) && (len(challenge.QOP) == 0 || challenge.SupportsQOP("auth")) {
			return challenge, nil
		}
	}
	return nil, errors.New("softphone: no challenge that the phone knows")
}
