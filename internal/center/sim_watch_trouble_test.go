package center_test

import (
	"fmt"
	"slices"

	"ccgateway/internal/center"
)

// troubleDue is the event by which a desktop has to learn that its phone could not be rung for an inspection, a recording or a held call;
// "" = nothing of this kind has happened. Offers and calls of his own have events besides, which the scripts know.
func (w *watch) troubleDue(ended center.LegEnded) string {
	leg := w.legs[ended.Leg]
	if leg == nil || leg.arrived || leg.answered || leg.call != "" && !w.rungForHeld(leg) {
		return ""
	}
	switch ended.Cause {
	case center.CauseRefused, center.CauseHungUp, center.CauseNoAnswer:
		return ""
	case center.CauseBusy:
		return center.EvPhoneBusy
	default:
		return center.EvPhoneUnknown
	}
}

// rungForHeld tells whether the leg is a phone that is rung because its agent takes a held call back.
func (w *watch) rungForHeld(leg *legSeen) bool {
	for _, s := range w.sessions {
		if s.held[leg.call] && slices.Contains(leg.whose, s.id) {
			return true
		}
	}
	return false
}

// checkTrouble finds the event that is due among what came of the leg's end: it comes first.
func (w *watch) checkTrouble(due string, effects []center.Effect) error {
	if due == "" {
		return nil
	}
	for _, effect := range effects {
		if event, ok := effect.(center.Event); ok {
			w.counts.Troubles++
			if event.Type != due {
				return fmt.Errorf("a phone could not be rung, and the first event is %s instead of %s", event.Type, due)
			}
			return nil
		}
	}
	return fmt.Errorf("a phone could not be rung, and nobody is told %s", due)
}
