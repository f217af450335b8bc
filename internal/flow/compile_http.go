package flow

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of web requests.
const (
	mostFetchWait = 30 * time.Second
	mostFetched   = 64 << 10
)

func buildHTTP(c *compiler, n node) step {
	m := n.members("")
	s := httpStep{
		method: strings.ToUpper(m.text("method", "GET")), timeout: m.duration("timeout", 100*time.Millisecond, mostFetchWait, 3*time.Second),
		maxBody: int64(m.whole("max_body", 1, mostFetched, mostFetched)),
	}
	if s.method != "GET" && s.method != "POST" {
		n.fail("method must be GET or POST")
	}
	if address, ok := m.get("url"); ok {
		s.url = address.template()
		s.shown = c.checkURL(address, s.url)
	} else {
		n.fail("url is missing")
	}
	if body, ok := m.get("body"); ok {
		s.body = body.body()
		if s.method == "GET" {
			body.fail("a GET has no body")
		}
	}
	if headers, ok := m.get("headers"); ok {
		h := headers.members("")
		for _, name := range slices.Sorted(maps.Keys(h.all)) {
			value, _ := h.get(name)
			s.headers = append(s.headers, assignment{name: name, value: value.template()})
		}
	}
	if into, ok := m.get("into"); ok {
		t := into.members("")
		for _, name := range slices.Sorted(maps.Keys(t.all)) {
			value, _ := t.get(name)
			at := value
			at.value = name
			s.into = append(s.into, target{name: at.variable(), path: strings.Split(value.text(), ".")})
		}
	}
	c.branches(func() {}, func() { s.other = m.steps("else") })
	m.close()
	return s
}

// checkURL checks an address with variables: they may stand behind the host only. It gives what may be logged of it.
func (c *compiler) checkURL(n node, t template) string {
	if len(t) == 0 || t[0].name != "" {
		n.fail("must begin with https:// or http:// and a host")
		return ""
	}
	u, err := url.Parse(t[0].text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(t) > 1 && u.Path == "":
		n.fail("must begin with https:// or http:// and a host; variables may stand behind its path's first / only")
		return ""
	case !slices.Contains(c.world.Hosts, u.Host) && !slices.Contains(c.world.Hosts, u.Hostname()):
		n.fail("host %q is not allowed: flow_engine.hosts does not name it", u.Host)
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// body reads what is sent: a text, or a map of texts that becomes a JSON object.
func (n node) body() template {
	object, ok := n.value.(map[string]any)
	if !ok {
		return n.template()
	}
	var t template
	for i, name := range slices.Sorted(maps.Keys(object)) {
		key, err := json.Marshal(name)
		if err != nil {
			n.fail("%s", err)
		}
		separator := ", "
		if i == 0 {
			separator = "{"
		}
		t = append(t, part{text: separator + string(key) + `: "`})
		for _, p := range n.below(name, object[name]).template() {
			p.text = jsonEscape(p.text)
			t = append(t, p)
		}
		t = append(t, part{text: `"`})
	}
	return append(t, part{text: "}"})
}

// queryEscape and jsonEscape make a value harmless where it is put in.
func queryEscape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

func jsonEscape(value string) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text[1 : len(text)-1])
}
