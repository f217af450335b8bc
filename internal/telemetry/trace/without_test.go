//go:build !otel

package trace

import (
	"errors"
	"testing"
)

func TestOpen_RefusedWhereNotBuilt(t *testing.T) {
	if _, _, err := Open(Settings{Endpoint: "http://127.0.0.1:4318/v1/traces", Share: 1}); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("%v; want ErrNotBuilt", err)
	}
}
