package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// millis writes a time: milliseconds since 1970, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// when reads a time that millis wrote.
type when struct{ at *time.Time }

// Scan reads NULL as the zero time.
func (w when) Scan(value any) error {
	var ms sql.NullInt64
	if err := ms.Scan(value); err != nil {
		return err
	}
	*w.at = time.Time{}
	if ms.Valid {
		*w.at = time.UnixMilli(ms.Int64).UTC()
	}
	return nil
}

// long reads a duration in milliseconds.
type long struct{ d *time.Duration }

// Scan reads milliseconds.
func (l long) Scan(value any) error {
	ms, ok := value.(int64)
	if !ok {
		return fmt.Errorf("duration is no number but %T", value)
	}
	*l.d = time.Duration(ms) * time.Millisecond
	return nil
}

// optional writes 0 as NULL.
func optional(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// toJSON writes a value that no query looks into.
func toJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// asJSON reads it.
type asJSON struct{ into any }

// Scan reads a text.
func (j asJSON) Scan(value any) error {
	switch text := value.(type) {
	case string:
		return json.Unmarshal([]byte(text), j.into)
	case []byte:
		return json.Unmarshal(text, j.into)
	default:
		return fmt.Errorf("no text but %T", value)
	}
}
