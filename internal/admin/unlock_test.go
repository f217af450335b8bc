package admin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestUnlockReachesTheServerOrSaysThatNoneRuns(t *testing.T) {
	var got Unlock
	server := serve(t, Options{Token: "secret", Centers: centers{}, Unlock: func(_ context.Context, wanted Unlock) (string, error) {
		got = wanted
		if wanted.Agent == 999 {
			return "", errors.New("no agent has the number 999")
		}
		return "agent 101: 1 locks ended", nil
	}})
	address := strings.TrimPrefix(server.URL, "http://")
	words, err := SendUnlock(t.Context(), address, "secret", Unlock{Agent: 101, Address: "2001:db8::1"})
	if err != nil || words != "agent 101: 1 locks ended" || got.Agent != 101 || got.Address != "2001:db8::1" || !strings.HasPrefix(got.Actor, "administrator at 127.0.0.1:") {
		t.Errorf("unlock = %q, %v; server got %+v", words, err, got)
	}
	if _, err := SendUnlock(t.Context(), address, "secret", Unlock{Agent: 999}); err == nil || err.Error() != "no agent has the number 999" {
		t.Errorf("unknown agent: %v; want the server's words", err)
	}
	got = Unlock{}
	if _, err := SendUnlock(t.Context(), address, "wrong", Unlock{Agent: 101}); err == nil || got.Agent != 0 {
		t.Errorf("wrong token was taken: %v, %+v", err, got)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/admin/unlock?agent=many", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer secret")
	reply, err := http.DefaultClient.Do(request)
	if err != nil || reply.Body.Close() != nil || reply.StatusCode != http.StatusBadRequest {
		t.Errorf("agent=many: %v, %v", reply, err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	if _, err := SendUnlock(t.Context(), free.Addr().String(), "secret", Unlock{Agent: 101}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("nobody listens: err = %v; want ErrNotRunning", err)
	}
}
