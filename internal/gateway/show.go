package gateway

import (
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// workNo writes an agent's number as the interface does: as a string.
func workNo(agent center.AgentID) string { return strconv.Itoa(int(agent)) }

// workNoOrNone is workNo for an agent who may not be there: "" then.
func workNoOrNone(agent center.AgentID) string {
	if agent == 0 {
		return ""
	}
	return workNo(agent)
}

// millis writes a time as a string of milliseconds since 1970.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// millisOrNull is millis for a time that may not have come: null then.
func millisOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := millis(t)
	return &text
}

// plainValue shows a value as it is: texts, numbers, booleans.
func plainValue(value any) any { return value }

// list makes a JSON list out of every element, "[]" for none: clients break on null (client-rules.md 3).
func list[T, R any](show func(T) R) func(any) any {
	return func(value any) any {
		elements, _ := value.([]T)
		shown := make([]R, 0, len(elements))
		for _, element := range elements {
			shown = append(shown, show(element))
		}
		return shown
	}
}

// configuredSkill is a queue in the lists of the onlineagent and agentgroup groups.
type configuredSkill struct {
	Name      string `json:"name"`
	ID        int    `json:"id"`
	MediaType int    `json:"mediatype"`
}

func showSkill(s center.SkillInfo) configuredSkill {
	return configuredSkill{Name: s.Name, ID: int(s.ID), MediaType: int(s.Media)}
}

// listIf makes a JSON list out of the elements that are wanted, "[]" for none.
func listIf[T, R any](wanted func(T) bool, show func(T) R) func(any) any {
	return func(value any) any {
		elements, _ := value.([]T)
		shown := []R{}
		for _, element := range elements {
			if wanted(element) {
				shown = append(shown, show(element))
			}
		}
		return shown
	}
}
