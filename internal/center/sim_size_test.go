package center_test

import "reflect"

// size counts everything that can be reached from v: entries of maps, elements of slices, texts, values behind pointers. Two
// centers with the same content have the same size, so what a center keeps without need is seen however small it is.
func size(v any) int {
	s := sizer{seen: make(map[uintptr]bool)}
	s.walk(reflect.ValueOf(v))
	return s.n
}

type sizer struct {
	n    int
	seen map[uintptr]bool
}

func (s *sizer) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || s.seen[v.Pointer()] {
			return
		}
		s.seen[v.Pointer()] = true
		s.n++
		s.walk(v.Elem())
	case reflect.Interface:
		if !v.IsNil() {
			s.walk(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			s.walk(v.Field(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			s.n++
			s.walk(it.Key())
			s.walk(it.Value())
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 {
			return // a token
		}
		for i := range v.Len() {
			s.n++
			s.walk(v.Index(i))
		}
	}
}
