package center_test

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"ccgateway/internal/center"
)

// commandNames is in a fixed order: what a seed gives must not depend on the order of a map.
var commandNames = slices.DeleteFunc(slices.Sorted(maps.Keys(commands)), func(name string) bool {
	return name == "Drain" || name == "Look" || name == "CallArrived" || name == "Configure" || name == "Restarted"
})

// anything is any command with any arguments, sensible or not.
func (s *sim) anything(by center.By) center.Command {
	entry := commands[commandNames[s.r.IntN(len(commandNames))]]
	if _, forwarding := entry.zero.(center.SetForwarding); forwarding && !s.forwards {
		return center.Status{By: by}
	}
	v := reflect.New(reflect.TypeOf(entry.zero)).Elem()
	for i := range v.NumField() {
		s.anyField(v.Field(i))
	}
	if f := v.FieldByName("By"); f.IsValid() {
		f.Set(reflect.ValueOf(by))
	} else if f := v.FieldByName("Agent"); f.IsValid() {
		f.Set(reflect.ValueOf(by.Agent))
	}
	if f := v.FieldByName("Session"); f.IsValid() && s.watch.sessions[by.Agent] != nil && s.r.IntN(2) == 0 {
		f.SetUint(uint64(s.watch.sessions[by.Agent].id))
	}
	cmd, _ := v.Interface().(center.Command)
	return cmd
}

func (s *sim) anyField(f reflect.Value) {
	switch f.Interface().(type) {
	case center.CallID:
		f.SetString(s.anyCall())
		return
	case center.LegID:
		f.SetString(s.anyLeg())
		return
	case center.RecordingID:
		f.SetString(s.anyRecording())
		return
	case center.PlayID: // the end of one that plays is told by the flows
		f.SetString("1-0")
		return
	case center.Token:
		f.Set(reflect.ValueOf(s.newToken()))
		return
	case center.AgentID:
		f.SetInt(int64(100 + s.r.IntN(10)))
		return
	case center.Cause:
		f.SetInt(int64(s.r.IntN(12)))
		return
	case time.Time:
		return
	case center.Device:
		f.Set(reflect.ValueOf(s.device()))
		return
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(s.dialled())
	case reflect.Bool:
		f.SetBool(s.r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		f.SetInt([]int64{-1, 0, 1, 2, 3, 4, 5, 8, 11, 60, 200, 250, 251, 255, 256, 65534, 65535, 86399, 86400, 1 << 40}[s.r.IntN(20)])
	case reflect.Uint64:
		f.SetUint(uint64(s.r.IntN(50)))
	case reflect.Uint8:
		f.SetUint(uint64(s.r.IntN(256)))
	case reflect.Slice:
		list := reflect.MakeSlice(f.Type(), s.r.IntN(3), 3)
		for i := range list.Len() {
			s.anyField(list.Index(i))
		}
		f.Set(list)
	}
}

// anyRecording is one that runs, or none.
func (s *sim) anyRecording() string {
	ids := slices.Sorted(maps.Keys(s.watch.recordings))
	if len(ids) == 0 || s.r.IntN(3) == 0 {
		return "1700000000-1-101"
	}
	return string(ids[s.r.IntN(len(ids))])
}

func (s *sim) anyCall() string {
	switch n := s.r.IntN(4); {
	case n == 0 || len(s.overview().Calls) == 0:
		return ""
	case n == 1:
		return "1700000000-99999999"
	}
	if len(s.watch.helps) > 0 && s.r.IntN(8) == 0 {
		ids := slices.Sorted(maps.Keys(s.watch.helps))
		return string(ids[s.r.IntN(len(ids))])
	}
	return string(s.overview().Calls[s.r.IntN(len(s.overview().Calls))].Call)
}

// anyLeg is a leg that has ended, or one that never was: what the phones say of real legs must stay possible.
func (s *sim) anyLeg() string {
	if len(s.phones.stale) > 0 && s.r.IntN(2) == 0 {
		return string(s.phones.stale[s.r.IntN(len(s.phones.stale))])
	}
	return []string{"", "i0", "o0", "o999999999"}[s.r.IntN(4)]
}
