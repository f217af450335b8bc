package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// reply is an answer of the interface as it came over the wire.
type reply struct {
	status int
	header http.Header
	body   string
}

// code gives the result code of an answer.
func (r reply) code() string {
	var envelope struct {
		RetCode string `json:"retcode"`
	}
	if err := json.Unmarshal([]byte(r.body), &envelope); err != nil {
		return "no envelope: " + r.body
	}
	return envelope.RetCode
}

// guid gives the GUID that an answer brings, as clients in use find it: the header's name compared letter by letter, the prefix cut off.
func (r reply) guid() string {
	for name, values := range r.header {
		if name == "Set-Guid" { // net/http's reader makes this of every spelling; rawLine proves the one on the wire
			guid, _ := strings.CutPrefix(values[0], "JSESSIONID=")
			return guid
		}
	}
	return ""
}

// ask sends a request as a program of any kind would. path is below /agentgateway/resource/.
func (in *installation) ask(method, path, guid, body string) reply {
	in.t.Helper()
	r, err := in.tryAsk(method, path, guid, body)
	if err != nil {
		in.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (in *installation) tryAsk(method, path, guid, body string) (reply, error) {
	ctx, cancel := context.WithTimeout(in.ctx, testTime/2)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+in.address("http")+"/agentgateway/resource/"+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json; charset=UTF-8")
	if guid != "" {
		request.Header.Set("Guid", guid)
	}
	response, err := in.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

// plainHTTP keeps no connection: it says Connection: close, as some programs of the field do.
var plainHTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// exactly checks every byte of an answer, and that it came as all answers do: HTTP 200, plain application/json.
func (r reply) exactly(t testing.TB, want string) {
	t.Helper()
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" || r.body != want {
		t.Errorf("HTTP %d, %s, %s\nnot HTTP 200, application/json, %s", r.status, r.header.Get("Content-Type"), r.body, want)
	}
}

// refused checks a refusal's code and that its message says something.
func (r reply) refused(t testing.TB, code string) {
	t.Helper()
	var envelope struct {
		Message string `json:"message"`
		RetCode string `json:"retcode"`
	}
	if err := json.Unmarshal([]byte(r.body), &envelope); err != nil || r.status != http.StatusOK || envelope.RetCode != code {
		t.Errorf("HTTP %d %s, not %s", r.status, r.body, code)
	}
	if envelope.Message == "" {
		t.Errorf("%s says nothing", r.body)
	}
}

// enter signs an agent in over the wire and gives the GUID.
func (in *installation) enter(agent int, phone string) string {
	in.t.Helper()
	r := in.ask(http.MethodPut, fmt.Sprint("onlineagent/", agent), "", fmt.Sprintf(`{"password":%q,"phonenum":%q}`, agentPassword, phone))
	if r.code() != "0" || r.guid() == "" {
		in.t.Fatalf("sign in %d: %s", agent, r.body)
	}
	in.keep(r.guid())
	return r.guid()
}
