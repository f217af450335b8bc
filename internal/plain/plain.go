// Package plain turns plain data (structs of numbers, texts, times, slices) into bytes and back, exactly: texts that are not UTF-8 and
// the difference between a nil and an empty slice survive, which JSON does not give. The center's journal and snapshots are written
// in it.
//
// # Form
//
//	bool            one byte, 0 or 1
//	int kinds       zigzag varint (encoding/binary); time.Duration and other named kinds alike
//	uint kinds      varint
//	string, []byte  length as varint, then the bytes; a nil []byte is not told from an empty one
//	[n]byte         n bytes
//	slice           0 = nil, else length+1 as varint, then the elements
//	pointer         0 = nil, else 1 and the value
//	time.Time       0 = zero, else 1, seconds since 1970 (zigzag varint), nanoseconds (varint); read back as UTC
//	struct          number of fields that follow (varint), then these fields in their order; trailing zero fields are left out
//
// # Growing
//
// Since trailing fields may be missing, a struct may get new fields at its end: old bytes then read with these fields zero. Bytes of a
// program that has more fields than this one are refused with ErrNewer, never read in part. Fields must not be removed, moved, or
// change their type; Schema gives a type's form as text, for a test that watches over that.
package plain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// ErrNewer says that the bytes have fields that this program does not know: a newer version wrote them.
var ErrNewer = errors.New("written by a newer version: it has more fields than this one knows")

// ErrBroken says that the bytes are not what Append makes of the type.
var ErrBroken = errors.New("broken data")

// coder knows one type.
type coder struct {
	write func(dst []byte, v reflect.Value) []byte
	read  func(r *reader, v reflect.Value) error
	text  func(seen map[reflect.Type]bool) string
}

var coders sync.Map // reflect.Type -> *coder

// Append appends v's bytes to dst. It panics for a type that the form above does not have (maps, interfaces, floats, unexported
// fields), which any test of that type finds.
func Append(dst []byte, v any) []byte {
	rv := reflect.ValueOf(v)
	return coderOf(rv.Type()).write(dst, rv)
}

// Read reads bytes that Append has made into what into points to. All bytes must be used. Errors wrap ErrNewer or ErrBroken; into is
// then of no use.
func Read(data []byte, into any) error {
	v := reflect.ValueOf(into).Elem()
	r := &reader{rest: data}
	if err := coderOf(v.Type()).read(r, v); err != nil {
		return err
	}
	if len(r.rest) > 0 {
		return fmt.Errorf("%w: %d bytes too many", ErrBroken, len(r.rest))
	}
	return nil
}

// reader is what is left to be read.
type reader struct{ rest []byte }

func (r *reader) uvarint() (uint64, error) {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		return 0, fmt.Errorf("%w: a number is cut off or too long", ErrBroken)
	}
	r.rest = r.rest[n:]
	return x, nil
}

func (r *reader) varint() (int64, error) {
	x, n := binary.Varint(r.rest)
	if n <= 0 {
		return 0, fmt.Errorf("%w: a number is cut off or too long", ErrBroken)
	}
	r.rest = r.rest[n:]
	return x, nil
}

// take gives the next n bytes; they are not a copy.
func (r *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.rest)) {
		return nil, fmt.Errorf("%w: %d bytes are missing", ErrBroken, n-uint64(len(r.rest)))
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part, nil
}

var timeType = reflect.TypeFor[time.Time]()

// coderOf finds or makes the coder of a type.
func coderOf(t reflect.Type) *coder {
	if c, ok := coders.Load(t); ok {
		return c.(*coder)
	}
	c, _ := coders.LoadOrStore(t, newCoder(t))
	return c.(*coder)
}

func newCoder(t reflect.Type) *coder {
	if t == timeType {
		return &timeCoder
	}
	switch t.Kind() {
	case reflect.Bool:
		return &boolCoder
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &intCoder
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &uintCoder
	case reflect.String:
		return &stringCoder
	case reflect.Pointer:
		return pointerCoder(t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &bytesCoder
		}
		return sliceCoder(t)
	case reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return byteArrayCoder(t)
		}
	case reflect.Struct:
		return structCoder(t)
	}
	panic(fmt.Sprintf("plain: type %s has no form", t))
}
