package admin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// campaign is a center that takes customers, apart from the number "none", and what has been noted in the audit.
type campaign struct {
	centers
	taken  []center.Command
	noted  []Noted
	broken error // of the audit
}

func (c *campaign) Do(_ context.Context, _ center.VCCID, cmd center.Command) (center.Reply, error) {
	c.taken = append(c.taken, cmd)
	switch cmd := cmd.(type) {
	case center.OfferPreview:
		if cmd.Numbers[0] == "none" {
			return center.Reply{Err: result.BadArgument.Because("no number")}, nil
		}
		return center.Reply{Value: int64(len(c.taken))}, nil
	case center.WithdrawPreview:
		if cmd.Control == 99 {
			return center.Reply{Err: result.OperationFailed.Because("nobody waits")}, nil
		}
	}
	return center.Reply{}, nil
}

func (c *campaign) note(_ context.Context, n Noted) error {
	if !strings.HasPrefix(n.Actor, "administrator at 127.0.0.1:") {
		return errors.New("nobody did it")
	}
	n.Actor = ""
	c.noted = append(c.noted, n)
	return c.broken
}

func TestPreviews(t *testing.T) {
	c := &campaign{}
	address := strings.TrimPrefix(serve(t, Options{Centers: c, Token: "t", Note: c.note}).URL, "http://")
	got, err := SendPreviews(t.Context(), address, "t", 7, []Preview{{Skill: 1, Numbers: []string{"0555", "0556"}, Data: "gold"}, {Skill: 1, Numbers: []string{"none"}}, {Skill: 2, Numbers: []string{"0557"}, Auto: true}})
	want := []Offered{{Control: 1}, {Error: result.BadArgument.Because("no number").Error()}, {Control: 3}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if words, err := WithdrawPreview(t.Context(), address, "t", 0, 3); err != nil || words != "control number 3 withdrawn" {
		t.Errorf("%q, %v", words, err)
	}
	if _, err := WithdrawPreview(t.Context(), address, "t", 0, 99); err == nil || !strings.Contains(err.Error(), "nobody waits") {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff([]center.Command{
		center.OfferPreview{Skill: 1, Numbers: []string{"0555", "0556"}, Data: "gold"}, center.OfferPreview{Skill: 1, Numbers: []string{"none"}},
		center.OfferPreview{Skill: 2, Numbers: []string{"0557"}, Auto: true}, center.WithdrawPreview{Control: 3}, center.WithdrawPreview{Control: 99},
	}, c.taken); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Noted{
		{VCC: 7, Act: "offerPreview", Detail: "3 customers"}, {VCC: 7, Act: "withdrawPreview", Detail: "control number 3"},
		{VCC: 7, Act: "withdrawPreview", Detail: "control number 99"},
	}, c.noted); diff != "" {
		t.Error(diff)
	}
}

// TestPreviews_Wrong: what is wrong, or cannot be written into the audit, reaches no center.
func TestPreviews_Wrong(t *testing.T) {
	c := &campaign{}
	server := serve(t, Options{Centers: c, Token: "t", Note: c.note})
	one := `{"skill":1,"numbers":["0555"]}`
	for _, wrong := range []struct {
		method, query, body, token string
		status                     int
		words                      string
	}{
		{"POST", "", `{"previews":[` + one + `]}`, "x", http.StatusUnauthorized, "token"},
		{"DELETE", "?control=1", "", "", http.StatusUnauthorized, "token"},
		{"POST", "?vcc=8", `{"previews":[` + one + `]}`, "t", http.StatusUnprocessableEntity, "no VCC"},
		{"POST", "", ``, "t", http.StatusUnprocessableEntity, "EOF"},
		{"POST", "", `[]`, "t", http.StatusUnprocessableEntity, "cannot unmarshal"},
		{"POST", "", `{"previews":[]}`, "t", http.StatusUnprocessableEntity, "0 customers"},
		{"POST", "", `{"previews":[{"number":"1"}]}`, "t", http.StatusUnprocessableEntity, "unknown field"},
		{"POST", "", `{"previews":[{"skill":"one"}]}`, "t", http.StatusUnprocessableEntity, "cannot unmarshal"},
		{"POST", "", `{"previews":[` + one + `]} x`, "t", http.StatusUnprocessableEntity, "behind"},
		{"POST", "", `{"previews":[` + strings.Repeat(one+",", MaxPreviews) + one + `]}`, "t", http.StatusUnprocessableEntity, "501 customers"},
		{"POST", "", `{"previews":[{"data":"` + strings.Repeat("x", maxPreviewsBody) + `"}]}`, "t", http.StatusUnprocessableEntity, "too large"},
		{"DELETE", "", "", "t", http.StatusUnprocessableEntity, "control"},
		{"DELETE", "?control=x", "", "t", http.StatusUnprocessableEntity, "control"},
		{"DELETE", "?control=1&vcc=x", "", "t", http.StatusUnprocessableEntity, "no VCC"},
	} {
		if status, words := send(t, wrong.method, server.URL+"/admin/previews"+wrong.query, wrong.token, wrong.body); status != wrong.status || !strings.Contains(words, wrong.words) {
			t.Errorf("%s %s %.60s: %d %s", wrong.method, wrong.query, wrong.body, status, words)
		}
	}
	c.broken = errors.New("disk full")
	for method, query := range map[string]string{"POST": "", "DELETE": "?control=1"} {
		if status, words := send(t, method, server.URL+"/admin/previews"+query, "t", `{"previews":[`+one+`]}`); status != http.StatusServiceUnavailable || !strings.Contains(words, "disk full") {
			t.Errorf("%s without audit: %d %s", method, status, words)
		}
	}
	if len(c.taken) > 0 {
		t.Errorf("these reached the center: %+v", c.taken)
	}
}

// send makes a request with a body.
func send(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(text)
}
