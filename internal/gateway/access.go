package gateway

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ccgateway/internal/result"
)

// access decides who may call from where, as far as a browser tells. Authentication never depends on it: a GUID travels in a
// header that no page can send for another, and there are no cookies.
type access struct {
	origins []string
	hosts   []string
}

func newAccess(config Config) access {
	a := access{origins: config.Origins}
	for _, host := range config.Hosts {
		a.hosts = append(a.hosts, strings.ToLower(host))
	}
	return a
}

// preflight answers a browser's question whether a page of an allowed origin may call.
func (a access) preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" || !a.allowed(r) {
		return false
	}
	a.expose(w, r)
	header := w.Header()
	header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
	header.Set("Access-Control-Allow-Headers", "Guid, Content-Type, service_token, Last-Event-ID, traceparent")
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// admit refuses calls by a name that is not ours and lets pages of allowed origins read the reply.
func (a access) admit(w http.ResponseWriter, r *http.Request) error {
	if !a.knownHost(r.Host) {
		return result.NoRight.Because("the interface is not called by this host name")
	}
	if a.allowed(r) {
		a.expose(w, r)
	}
	return nil
}

func (a access) allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && origin != "null" && slices.Contains(a.origins, origin) && a.knownHost(r.Host)
}

// mayOpenSocket tells whether a WebSocket may be opened: browsers let every page do it, so the page's origin has to be an allowed one
// or our own. What is no browser names none.
func (a access) mayOpenSocket(origin, host string) bool {
	if origin == "" || slices.Contains(a.origins, origin) {
		return true
	}
	own, err := url.Parse(origin)
	return err == nil && own.Host != "" && strings.EqualFold(own.Host, host)
}

func (a access) expose(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	header.Set("Access-Control-Expose-Headers", "Set-GUID, Guid, JSON-Type")
	header.Add("Vary", "Origin")
}

// knownHost tells whether the request names us. A page that rebinds a name of its own to our address still names itself here.
func (a access) knownHost(host string) bool {
	if len(a.hosts) == 0 || host == "" {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return host == "localhost" || net.ParseIP(host) != nil || slices.Contains(a.hosts, host)
}
