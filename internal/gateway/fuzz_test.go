package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
)

// FuzzRequest sends anything to a gateway: the answer is always HTTP 200 with an envelope, and the center never breaks on what
// was decoded.
func FuzzRequest(f *testing.F) {
	for _, route := range Routes() {
		path := strings.NewReplacer("{agentid}", "101", "{workNo}", "102", "{workno}", "102").Replace(route.Path)
		f.Add(route.Methods[0], Base+path, "callid=1;2&flag=1", guid1, []byte(`{"password":"Ann#2026x","phonenum":"1","called":"2","mode":1}`))
	}
	f.Add("PUT", Base+"onlineagent/101", "=&&=x&%", "a;b,c", []byte("{\"password\":\"\xff\",\"phonenum\":[null]}"))
	f.Add("GET", "//agentgateway/%2f/resource/..", "%", "", []byte("\ufeffnull"))
	f.Fuzz(func(t *testing.T, method, path, query, guid string, body []byte) {
		g := New(Config{PollWait: -1, Log: slog.New(slog.DiscardHandler)}, &anybody{}, &anybody{}, delivery.New(delivery.Options{}))
		r := &http.Request{
			Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Guid": {guid}}, Host: "x",
			Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r.WithContext(t.Context()))
		var envelope struct {
			Message *string `json:"message"`
			RetCode *string `json:"retcode"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || w.Code != http.StatusOK || envelope.Message == nil || envelope.RetCode == nil {
			t.Fatalf("%s %s?%s: HTTP %d %s (%v)", method, path, query, w.Code, w.Body, err)
		}
		if strings.Contains(w.Body.String(), "internal error") {
			t.Fatalf("%s %s?%s: %s", method, path, query, w.Body)
		}
	})
}

// anybody is a center and an account store for everybody; it says yes to everything.
type anybody struct{ house }

func (*anybody) VCCOf(center.AgentID) (center.VCCID, bool) { return 1, true }

// FuzzQuery compares the liberal parser with the library's on what the library takes.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "a=1", "a=1;2&b", "=x&&", "a=%zz", "a=b=c", "a+b=%20", "a=1&a=2", "A=1&a=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		pairs := parseQuery(raw)
		want, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		seen := map[string][]string{}
		for _, p := range pairs {
			seen[p.name] = append(seen[p.name], p.value)
			if _, found := lookup(pairs, p.name); !found {
				t.Fatalf("%q: %q is not found", raw, p.name)
			}
		}
		for name, values := range want {
			if name != "" && strings.Join(seen[name], "\x00") != strings.Join(values, "\x00") {
				t.Fatalf("%q: %q is %q, want %q", raw, name, seen[name], values)
			}
		}
	})
}

// FuzzBody looks that every member of what parses can be asked for, and that the same body always says the same.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{"", "null", "{}", `{"a":1,"A":"x","b":{"c":[1]},"d":null,"e":true}`, "\xef\xbb\xbf{}", "{\"a\":\"\xe9\"}", "[1]", `{"a":1e999}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := parseBody(data)
		again, errAgain := parseBody(data)
		if (err == nil) != (errAgain == nil) || len(first.exact) != len(again.exact) {
			t.Fatalf("%q is read in two ways", data)
		}
		q := &request{body: data}
		body := q.fromBody()
		for name := range first.exact {
			for _, spelled := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
				text, present := body.get(spelled)
				if textAgain, presentAgain := body.get(spelled); text != textAgain || present != presentAgain {
					t.Fatalf("%q: %q is read in two ways", data, spelled)
				}
			}
			body.integer(name, 0, 0, 9)
			body.flag(name, true)
			body.number(name)
			value, _ := first.find(name)
			body.list(value, name)
		}
	})
}
