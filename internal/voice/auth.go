package voice

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// Limits on wrong passwords: per source address and user name one in ten seconds after five at once; per source address, behind which
// many phones may stand, one a second after a hundred.
const (
	failuresPerUser   = 5
	failuresPerSource = 100
	userRefill        = 10 * time.Second
	sourceRefill      = time.Second
)

// maxCredentials bounds the length of a header with credentials, and the number of such headers that are read.
const (
	maxCredentials     = 2048
	maxCredentialLines = 4
)

// authenticator checks who a request is from, by digest (RFC 3261 section 22, RFC 8760).
//
// A stranger learns nothing about which accounts exist: an unknown number is challenged, computed and refused like a known one
// with a wrong password.
type authenticator struct {
	realm      string
	algorithms []string
	directory  Directory
	nonces     *nonces
	perUser    *failures
	perSource  *failures
	nobody     map[string]string // what stands for the hash of an account that does not exist
}

func newAuthenticator(c Config, d Directory) *authenticator {
	random := make([]byte, 32)
	_, _ = rand.Read(random)
	return &authenticator{realm: c.Realm, algorithms: c.Algorithms, directory: d, nonces: newNonces(),
		perUser: newFailures(failuresPerUser, userRefill), perSource: newFailures(failuresPerSource, sourceRefill),
		nobody: map[string]string{MD5: hex.EncodeToString(random[:16]), SHA256: hex.EncodeToString(random)}}
}

// verdict is what comes of looking at a request's credentials.
type verdict int

const (
	refused     verdict = iota // wrong ones: 403
	unknown                    // none for our realm: 401 with a challenge
	staleNonce                 // right ones with a nonce that may not be used any more: 401 with stale=true
	known                      // the request is from the account
	tooManyMore                // too many wrong ones came from there: 403, unlooked at
)

// identify looks at a request's credentials and finds the account. The number is that of the account only with verdict known.
func (a *authenticator) identify(req *sip.Request, source netip.Addr, now time.Time) (string, PhoneAccount, verdict) {
	cred := a.credentials(req)
	if cred == nil {
		return "", PhoneAccount{}, unknown
	}
	ours, stale := a.nonces.check(cred.Nonce, source, now)
	if !ours {
		return "", PhoneAccount{}, unknown
	}
	bySource := subscriber(source).String()
	byUser := bySource + " " + cred.Username
	if !a.perUser.allowed(byUser, now) || !a.perSource.allowed(bySource, now) {
		return "", PhoneAccount{}, tooManyMore
	}
	account, right := a.verify(req, cred)
	switch {
	case !right:
		a.perUser.failed(byUser, now)
		a.perSource.failed(bySource, now)
		return "", PhoneAccount{}, refused
	case stale || !a.nonces.use(cred.Nonce, uint64(cred.Nc), now):
		return "", PhoneAccount{}, staleNonce
	}
	a.perUser.passed(byUser)
	return cred.Username, account, known
}

// credentials finds the request's credentials for our realm. Both headers are read: some phones answer a 401 with
// Proxy-Authorization after they have talked to a proxy.
func (a *authenticator) credentials(req *sip.Request) *digest.Credentials {
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for i, h := range req.GetHeaders(name) {
			value := h.Value()
			if i >= maxCredentialLines || len(value) > maxCredentials {
				break
			}
			cred, err := digest.ParseCredentials(value)
			if err == nil && cred.Realm == a.realm {
				return cred
			}
		}
	}
	return nil
}

// verify computes what the response should be. It takes as long for an account that does not exist.
func (a *authenticator) verify(req *sip.Request, cred *digest.Credentials) (PhoneAccount, bool) {
	algorithm, err := a.offered(cred.Algorithm)
	if err != nil || cred.QOP != "auth" || cred.Nc < 1 || cred.Userhash {
		return PhoneAccount{}, false
	}
	account, exists := a.directory.Phone(cred.Username)
	ha1 := account.HA1MD5
	if algorithm == SHA256 {
		ha1 = account.HA1SHA256
	}
	usable := exists && ha1 != ""
	if !usable {
		ha1 = a.nobody[algorithm]
	}
	want, err := digest.Digest(
		&digest.Challenge{Realm: a.realm, Nonce: cred.Nonce, Algorithm: algorithm, QOP: []string{"auth"}},
		digest.Options{Method: req.Method.String(), URI: cred.URI, Count: cred.Nc, Username: cred.Username, A1: strings.ToLower(ha1),
			Cnonce: cred.Cnonce})
	if err != nil {
		return PhoneAccount{}, false
	}
	same := subtle.ConstantTimeCompare([]byte(want.Response), []byte(strings.ToLower(cred.Response))) == 1
	return account, same && usable && a.addressed(req, cred.URI)
}

// addressed tells whether the URI that was hashed is the request's (RFC 7616 section 3.4.6): credentials of one call must not be
// good for another number. Phones write the URI of the request, or leave its port or parameters away.
func (a *authenticator) addressed(req *sip.Request, uri string) bool {
	var u sip.Uri
	if err := sip.ParseUri(uri, &u); err != nil {
		return false
	}
	return u.User == req.Recipient.User && strings.EqualFold(u.Host, req.Recipient.Host)
}

var errAlgorithm = errors.New("algorithm was not offered")

func (a *authenticator) offered(algorithm string) (string, error) {
	if algorithm == "" {
		algorithm = MD5 // RFC 7616 section 3.3
	}
	for _, o := range a.algorithms {
		if strings.EqualFold(o, algorithm) {
			return o, nil
		}
	}
	return "", errAlgorithm
}

// challenge adds the challenges to a 401, best algorithm first.
func (a *authenticator) challenge(res *sip.Response, source netip.Addr, stale bool, now time.Time) {
	nonce := a.nonces.create(source, now)
	for _, algorithm := range a.algorithms {
		c := digest.Challenge{Realm: a.realm, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}, Stale: stale}
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", c.String()))
	}
}
