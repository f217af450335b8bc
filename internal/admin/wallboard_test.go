package admin

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"ccgateway/internal/center"
)

// boards tells which VCC was asked for.
type boards struct{}

func (boards) Stream(w http.ResponseWriter, _ *http.Request, vcc center.VCCID) {
	io.WriteString(w, strings.Repeat("board ", int(vcc))) //nolint:errcheck // a test
}

func TestWallboard(t *testing.T) {
	server := serve(t, Options{Centers: centers{}, Token: "t", Boards: boards{}})
	for _, c := range []struct {
		path, token string
		status      int
		want        string
	}{
		{"wallboard", "t", 200, "board board board board board board board"},
		{"wallboard?vcc=7", "t", 200, "board"},
		{"wallboard?vcc=8", "t", 422, "vcc:"},
		{"wallboard?vcc=7", "wrong", 401, "token"},
		{"figures", "t", 200, `{"name":"service_level","title":"Service level","unit":"share","formula":"within / (offered - short_abandons)"}`},
		{"figures", "t", 200, `{"name":"agents_occupancy"`},
		{"figures", "", 401, "token"},
	} {
		status, body := get(t, server.URL+"/admin/"+c.path, c.token)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %.300s, want %d with %q", c.path, status, body, c.status, c.want)
		}
	}
}

// TestWallboard_Page: the page and its files come without the token, may load nothing from elsewhere, and have nothing from elsewhere in them.
func TestWallboard_Page(t *testing.T) {
	server := serve(t, Options{Centers: centers{}, Token: "t", Boards: boards{}})
	for path, want := range map[string]string{"wallboard/": "<title>Wallboard</title>", "wallboard": "<title>Wallboard</title>", "wallboard/board.js": `"use strict"`, "wallboard/board.css": "prefers-color-scheme"} {
		reply, err := http.Get(server.URL + "/" + path) //nolint:noctx // of this test's own server
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		if policy := reply.Header.Get("Content-Security-Policy"); err != nil || reply.StatusCode != http.StatusOK || !strings.Contains(string(body), want) ||
			!strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %d, %v, policy %q: %.200s", path, reply.StatusCode, err, policy, body)
		}
		for _, elsewhere := range []string{"http://", "https://", "//cdn", "style=", "onclick", "innerHTML"} {
			if strings.Contains(string(body), elsewhere) {
				t.Errorf("%s has %q in it", path, elsewhere)
			}
		}
	}
	without := serve(t, Options{Centers: centers{}, Token: "t"})
	if status, _ := get(t, without.URL+"/wallboard/", "t"); status != http.StatusNotFound {
		t.Errorf("the page of a program without wallboards: %d", status)
	}
}
