package host

import (
	"testing"
	"time"

	"ccgateway/internal/center"
)

func TestStepsOfACommand(t *testing.T) {
	h := opened(t, t.TempDir(), Keeping{}, desk())
	var signIn, look Steps
	before := time.Now()
	if reply, err := h.DoTimed(t.Context(), 1, annSignsIn(), &signIn); err != nil || reply.Err != nil {
		t.Fatal(err, reply.Err)
	}
	after := time.Now()
	order := []time.Time{before, signIn.Applied, signIn.Done, signIn.Began, signIn.Written, after}
	for i := 1; i < len(order); i++ {
		if order[i].Before(order[i-1]) {
			t.Errorf("step %d is before step %d: %v", i, i-1, order)
		}
	}
	if !signIn.Written.After(signIn.Began) {
		t.Error("the journal took no time")
	}
	if _, err := h.DoTimed(t.Context(), 1, center.Look{}, &look); err != nil {
		t.Fatal(err)
	}
	if look.Applied.IsZero() || look.Done.IsZero() || !look.Began.IsZero() || !look.Written.IsZero() {
		t.Errorf("a query is carried out and not journaled: %+v", look)
	}
}
