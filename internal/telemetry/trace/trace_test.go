package trace

import (
	"errors"
	"math"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

func TestOpen_RefusesBadSettings(t *testing.T) {
	for name, s := range map[string]Settings{
		"no scheme":   {Endpoint: "127.0.0.1:4318", Share: 1},
		"grpc":        {Endpoint: "grpc://127.0.0.1:4317", Share: 1},
		"no host":     {Endpoint: "http:///v1/traces", Share: 1},
		"share above": {Endpoint: "http://127.0.0.1:4318", Share: 1.1},
		"share below": {Endpoint: "http://127.0.0.1:4318", Share: -0.1},
		"share NaN":   {Endpoint: "http://127.0.0.1:4318", Share: math.NaN()},
	} {
		if _, _, err := Open(s); err == nil || errors.Is(err, ErrNotBuilt) {
			t.Errorf("%s: %v; want a refusal of the setting", name, err)
		}
	}
}

func TestOpen_NoEndpointTracesNothing(t *testing.T) {
	tracer, end, err := Open(Settings{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := tracer.Accept(t.Context(), http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
	inner, span := tracer.Start(ctx, "x", Server)
	span.End()
	if inner != t.Context() {
		t.Error("the context was changed")
	}
	if err := end(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSmallBuild: a program without the tag links nothing of OpenTelemetry.
func TestSmallBuild(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "ccgateway/cmd/ccgateway").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "go.opentelemetry.io/") || strings.HasPrefix(line, "google.golang.org/grpc") {
			t.Errorf("linked without the tag: %s", line)
		}
	}
}
