package center_test

import (
	"fmt"
	"time"

	"ccgateway/internal/center"
)

// queueRecord checks a stay in a queue: it lies within its call and after the call's former stays, and says who answered just when somebody did.
func (w *watch) queueRecord(e center.QueueRecord) error {
	if err := w.mention(e.Call); err != nil {
		return err
	}
	if w.stays == nil {
		w.stays = map[center.CallID]time.Time{}
	}
	before := w.stays[e.Call]
	w.stays[e.Call] = e.Left
	switch {
	case e.Skill == 0, e.Outcome < center.QueueAnswered, e.Outcome > center.QueueClosed:
		return fmt.Errorf("stay in a queue without queue or outcome: %+v", e)
	case !e.Left.Equal(w.now), e.Entered.After(e.Left), e.Entered.Before(before):
		return fmt.Errorf("stay in a queue with impossible times: %+v, the one before ended at %s", e, before)
	case (e.Outcome == center.QueueAnswered) != (e.Agent != 0):
		return fmt.Errorf("stay in a queue with a wrong agent: %+v", e)
	}
	return nil
}
