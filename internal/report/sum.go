package report

import "reflect"

// addFields adds the numbers of o to those of f; both are pointers to structs that have only numbers.
func addFields(f, o any) {
	to, from := reflect.ValueOf(f).Elem(), reflect.ValueOf(o).Elem()
	for i := range to.NumField() {
		to.Field(i).SetInt(to.Field(i).Int() + from.Field(i).Int())
	}
}
