package center_test

import (
	"fmt"

	"ccgateway/internal/center"
)

// tryRecord checks a try to reach a customer: it has an agent unless there is nobody who could, a call just when a number was dialled, and
// none comes after the customer's last.
func (w *watch) tryRecord(e center.TryRecord) error {
	if w.tried == nil {
		w.tried = map[int64]bool{}
	}
	over := w.tried[e.Control]
	w.tried[e.Control] = e.Final
	dialled := e.Outcome == center.TryTalked || e.Outcome == center.TryNotReached
	switch {
	case over:
		return fmt.Errorf("try after the last one: %+v", e)
	case e.Control == 0, e.Skill == 0, e.Number == "", e.Outcome < center.TryTalked, e.Outcome > center.TryGivenUp:
		return fmt.Errorf("try of nobody: %+v", e)
	case !e.Ended.Equal(w.now), e.Began.After(e.Ended), e.Entered.After(e.Began):
		return fmt.Errorf("try with impossible times: %+v", e)
	case dialled != (e.Call != ""):
		return fmt.Errorf("try with a wrong call: %+v", e)
	case e.Agent == 0 && (!e.Final || dialled):
		return fmt.Errorf("try without an agent: %+v", e)
	case !e.Final && (e.Outcome == center.TryTalked || e.Outcome == center.TryGivenUp):
		return fmt.Errorf("try that should be the last: %+v", e)
	}
	return nil
}
