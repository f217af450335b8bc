package voice

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// TestSet: settings of a running server count for the next registration and the next leg; bad ones change nothing.
func TestSet(t *testing.T) {
	r := newRig(t, testDirectory())
	u := newUA(r, transportUDP, "40101")
	granted := func(want string) {
		t.Helper()
		req := u.registration(100_000)
		res := u.send(u.authorized(req, u.send(req).want(401))).want(200)
		if got := res.Contact().Params.GetOr("expires", ""); got != want {
			t.Errorf("granted %s s, want %s", got, want)
		}
	}
	granted("3600")
	if err := r.Set(Settings{RegisterMax: 5 * time.Minute, MaxLegs: 1}); err != nil {
		t.Fatal(err)
	}
	granted("300")
	if r.settings().NoResponse != 6*time.Second {
		t.Error("what is not said has not its default")
	}
	for i, want := range []error{nil, errTooMany} {
		l := &leg{key: legKey{vcc: 1, id: center.LegID(fmt.Sprint("L", i))}}
		if err := r.legs.add(l); !errors.Is(err, want) {
			t.Errorf("leg %d: %v, want %v", i, err, want)
		} else if err == nil {
			defer r.legs.remove(l)
		}
	}
	for _, bad := range []Settings{{RegisterMin: time.Hour, RegisterMax: time.Minute}, {MaxLegs: -1}} {
		if err := r.Set(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	granted("300")
}
