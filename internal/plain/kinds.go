package plain

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

func named(name string) func(map[reflect.Type]bool) string {
	return func(map[reflect.Type]bool) string { return name }
}

var boolCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte {
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 0)
	},
	read: func(r *reader, v reflect.Value) error {
		b, err := r.take(1)
		if err != nil {
			return err
		}
		if b[0] > 1 {
			return fmt.Errorf("%w: %d is neither true nor false", ErrBroken, b[0])
		}
		v.SetBool(b[0] == 1)
		return nil
	},
	text: named("bool"),
}

var intCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte { return binary.AppendVarint(dst, v.Int()) },
	read: func(r *reader, v reflect.Value) error {
		x, err := r.varint()
		if err == nil && v.OverflowInt(x) {
			err = fmt.Errorf("%w: %d is too large", ErrBroken, x)
		}
		if err == nil {
			v.SetInt(x)
		}
		return err
	},
	text: named("int"),
}

var uintCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte { return binary.AppendUvarint(dst, v.Uint()) },
	read: func(r *reader, v reflect.Value) error {
		x, err := r.uvarint()
		if err == nil && v.OverflowUint(x) {
			err = fmt.Errorf("%w: %d is too large", ErrBroken, x)
		}
		if err == nil {
			v.SetUint(x)
		}
		return err
	},
	text: named("uint"),
}

var stringCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte {
		s := v.String()
		return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	},
	read: func(r *reader, v reflect.Value) error {
		b, err := r.text()
		if err == nil {
			v.SetString(string(b))
		}
		return err
	},
	text: named("string"),
}

var bytesCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte {
		b := v.Bytes()
		return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
	},
	read: func(r *reader, v reflect.Value) error {
		b, err := r.text()
		if err == nil && len(b) > 0 {
			v.SetBytes(append([]byte(nil), b...))
		}
		return err
	},
	text: named("bytes"),
}

// text reads a length and so many bytes.
func (r *reader) text() ([]byte, error) {
	n, err := r.uvarint()
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// timeCoder keeps the instant; where it was (time zone) and the monotonic reading go.
var timeCoder = coder{
	write: func(dst []byte, v reflect.Value) []byte {
		t := v.Interface().(time.Time)
		if t.IsZero() {
			return append(dst, 0)
		}
		dst = binary.AppendVarint(append(dst, 1), t.Unix())
		return binary.AppendUvarint(dst, uint64(t.Nanosecond())) //nolint:gosec // 0..999,999,999
	},
	read: func(r *reader, v reflect.Value) error {
		some, err := r.take(1)
		if err != nil || some[0] == 0 {
			return err
		}
		if some[0] != 1 {
			return fmt.Errorf("%w: %d begins no time", ErrBroken, some[0])
		}
		sec, err := r.varint()
		if err != nil {
			return err
		}
		nsec, err := r.uvarint()
		if err == nil && nsec >= uint64(time.Second) {
			err = fmt.Errorf("%w: %d nanoseconds", ErrBroken, nsec)
		}
		if err == nil {
			v.Set(reflect.ValueOf(time.Unix(sec, int64(nsec)).UTC()))
		}
		return err
	},
	text: named("time"),
}

func pointerCoder(t reflect.Type) *coder {
	elem := coderOf(t.Elem())
	return &coder{
		write: func(dst []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(dst, 0)
			}
			return elem.write(append(dst, 1), v.Elem())
		},
		read: func(r *reader, v reflect.Value) error {
			some, err := r.take(1)
			if err != nil || some[0] == 0 {
				return err
			}
			if some[0] != 1 {
				return fmt.Errorf("%w: %d begins no value", ErrBroken, some[0])
			}
			v.Set(reflect.New(t.Elem()))
			return elem.read(r, v.Elem())
		},
		text: func(seen map[reflect.Type]bool) string { return "*" + elem.text(seen) },
	}
}

func sliceCoder(t reflect.Type) *coder {
	elem := coderOf(t.Elem())
	return &coder{
		write: func(dst []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(dst, 0)
			}
			n := v.Len()
			dst = binary.AppendUvarint(dst, uint64(n)+1)
			for i := range n {
				dst = elem.write(dst, v.Index(i))
			}
			return dst
		},
		read: func(r *reader, v reflect.Value) error { return readSlice(r, v, t, elem) },
		text: func(seen map[reflect.Type]bool) string { return "[]" + elem.text(seen) },
	}
}

// firstElements is how many elements of a slice get memory before they have been read: a length that lies must not cost any.
const firstElements = 1024

func readSlice(r *reader, v reflect.Value, t reflect.Type, elem *coder) error {
	n, err := r.uvarint()
	if err != nil || n == 0 {
		return err
	}
	n--
	if n > uint64(len(r.rest)) { // every element has a byte at least
		return fmt.Errorf("%w: %d elements do not fit into %d bytes", ErrBroken, n, len(r.rest))
	}
	v.Set(reflect.MakeSlice(t, 0, int(min(n, firstElements)))) //nolint:gosec // bounded by the data
	for i := range int(n) {                                    //nolint:gosec // bounded by the data
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		if err := elem.read(r, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func byteArrayCoder(t reflect.Type) *coder {
	n := t.Len()
	return &coder{
		write: func(dst []byte, v reflect.Value) []byte {
			at := len(dst)
			dst = append(dst, make([]byte, n)...)
			reflect.Copy(reflect.ValueOf(dst[at:]), v)
			return dst
		},
		read: func(r *reader, v reflect.Value) error {
			b, err := r.take(uint64(n)) //nolint:gosec // a length
			if err == nil {
				reflect.Copy(v, reflect.ValueOf(b))
			}
			return err
		},
		text: named("[" + strconv.Itoa(n) + "]byte"),
	}
}

func structCoder(t reflect.Type) *coder {
	fields := make([]*coder, t.NumField())
	for i := range fields {
		if !t.Field(i).IsExported() {
			panic(fmt.Sprintf("plain: field %s of %s is not exported", t.Field(i).Name, t))
		}
		fields[i] = coderOf(t.Field(i).Type)
	}
	return &coder{
		write: func(dst []byte, v reflect.Value) []byte {
			n := len(fields)
			for n > 0 && v.Field(n-1).IsZero() {
				n--
			}
			dst = binary.AppendUvarint(dst, uint64(n))
			for i, field := range fields[:n] {
				dst = field.write(dst, v.Field(i))
			}
			return dst
		},
		read: func(r *reader, v reflect.Value) error { return readStruct(r, v, t, fields) },
		text: func(seen map[reflect.Type]bool) string { return structText(t, fields, seen) },
	}
}

func readStruct(r *reader, v reflect.Value, t reflect.Type, fields []*coder) error {
	n, err := r.uvarint()
	if err != nil {
		return err
	}
	if n > uint64(len(fields)) {
		return fmt.Errorf("%s: %w (%d, this one %d)", t.Name(), ErrNewer, n, len(fields))
	}
	for i, field := range fields[:n] {
		if err := field.read(r, v.Field(i)); err != nil {
			return fmt.Errorf("%s.%s: %w", t.Name(), t.Field(i).Name, err)
		}
	}
	return nil
}

func structText(t reflect.Type, fields []*coder, seen map[reflect.Type]bool) string {
	if seen[t] {
		return t.Name()
	}
	seen[t] = true
	parts := make([]string, len(fields))
	for i, field := range fields {
		parts[i] = t.Field(i).Name + " " + field.text(seen)
	}
	return t.Name() + "{" + strings.Join(parts, ", ") + "}"
}

// Schema gives the form of v's type as one line. It changes when, and only when, bytes written before would read otherwise, or a
// field has been added.
func Schema(v any) string {
	return coderOf(reflect.TypeOf(v)).text(map[reflect.Type]bool{})
}
