package plain

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

type part struct {
	Name string
	N    int
}

type whole struct {
	On     bool
	Small  int8
	Big    uint64
	Text   string
	Raw    []byte
	Hash   [4]byte
	Parts  []part
	Maybe  *part
	At     time.Time
	For    time.Duration
	Nested part
	Last   int
}

func TestRoundTrip(t *testing.T) {
	for name, want := range map[string]whole{
		"zero":  {},
		"full":  {true, -128, 1<<64 - 1, "Grüße", []byte{0}, [4]byte{1, 2, 3, 4}, []part{{"a", -1}, {}}, &part{N: 7}, time.Unix(1700000000, 5).UTC(), time.Hour, part{"x", 1}, 9},
		"early": {At: time.Date(1, 2, 3, 4, 5, 6, 7, time.UTC)},
		"exact": {Text: "\xff not UTF-8 \x00", Parts: []part{}},
	} {
		data := Append(nil, want)
		var got whole
		if err := Read(data, &got); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v; want %+v", name, got, want)
		}
	}
	if n := len(Append(nil, whole{})); n != 1 {
		t.Errorf("a zero struct has %d bytes; want 1", n)
	}
}

func TestReadKeepsWhatTheBytesAreNotAliasedTo(t *testing.T) {
	data := Append(nil, whole{Raw: []byte("secret"), Text: "text"})
	var got whole
	if err := Read(data, &got); err != nil {
		t.Fatal(err)
	}
	clear(data)
	if string(got.Raw) != "secret" || got.Text != "text" {
		t.Errorf("what was read changes with the bytes: %+v", got)
	}
}

func TestOlderBytesReadWithNewFieldsZero(t *testing.T) {
	type older struct{ A, B int }
	type newer struct {
		A, B int
		C    string
	}
	var n newer
	if err := Read(Append(nil, older{1, 2}), &n); err != nil || n != (newer{A: 1, B: 2}) {
		t.Errorf("got %+v, %v", n, err)
	}
	var o older
	err := Read(Append(nil, newer{1, 2, "c"}), &o)
	if !errors.Is(err, ErrNewer) {
		t.Errorf("newer bytes: err = %v; want ErrNewer", err)
	}
}

func TestBrokenBytesAreRefused(t *testing.T) {
	good := Append(nil, whole{true, 1, 2, "text", []byte("raw"), [4]byte{1}, []part{{"a", 1}}, &part{N: 1}, time.Unix(1, 1), 1, part{"b", 2}, 3})
	for i := range good {
		var w whole
		if err := Read(good[:i], &w); err == nil {
			t.Errorf("the first %d of %d bytes are taken", i, len(good))
		}
	}
	var w whole
	for name, data := range map[string][]byte{
		"too many":        append(good[:len(good):len(good)], 0),
		"bad bool":        {1, 2},
		"int8 too large":  {2, 0, 0xff, 0xff, 3},
		"lying length":    {4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"lying elements":  {7, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"nanoseconds":     {9, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 1, 0, 0x80, 0x94, 0xeb, 0xdc, 0x03},
		"no such pointer": {8, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 2},
	} {
		if err := Read(data, &w); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: err = %v; want ErrBroken", name, err)
		}
	}
}

func TestTypesWithoutFormPanic(t *testing.T) {
	for _, v := range []any{map[string]int{}, 1.5, struct{ hidden int }{}, struct{ F func() }{}, [2]int{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T is taken", v)
				}
			}()
			Append(nil, v)
		}()
	}
}

func TestSchema(t *testing.T) {
	want := "whole{On bool, Small int, Big uint, Text string, Raw bytes, Hash [4]byte, Parts []part{Name string, N int}, Maybe *part, At time, For int, Nested part, Last int}"
	if got := Schema(whole{}); got != want {
		t.Errorf("Schema = %s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(Append(nil, whole{}))
	f.Add(Append(nil, whole{true, 1, 2, "text", []byte("raw"), [4]byte{1}, []part{{"a", 1}}, &part{N: 1}, time.Unix(1, 1), 1, part{"b", 2}, 3}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var w whole
		if err := Read(data, &w); err != nil {
			if !errors.Is(err, ErrBroken) && !errors.Is(err, ErrNewer) {
				t.Fatalf("err = %v", err)
			}
			return
		}
		var again whole
		if err := Read(Append(nil, w), &again); err != nil || !reflect.DeepEqual(w, again) {
			t.Fatalf("what was read is not written again: %+v, %+v, %v", w, again, err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	w := whole{true, 1, 2, "text", []byte("raw"), [4]byte{1}, []part{{"a", 1}}, &part{N: 1}, time.Unix(1, 1), 1, part{"b", 2}, 3}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = Append(dst[:0], w)
	}
	if !strings.Contains(string(dst), "text") {
		b.Fatal("nothing written")
	}
}
