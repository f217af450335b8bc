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
