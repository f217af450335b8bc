package flow

import (
	"context"
	"strings"
	"testing"
)

func TestTrial(t *testing.T) {
	p := compileText(t, `main:
  - menu: {prompt: menu, "1": [{collect: {into: card, prompt: welcome, secret: true, max: 2}}, {queue: support}], else: [hangup]}`, world)
	var out strings.Builder
	trial := Trial{Program: p, Flow: "main", At: monday, Given: true, Keys: []string{"wait", "1", "42", "wait"}, Out: &out}
	if err := trial.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := `09:00:00  play [menu]
09:00:05  play [menu]
09:00:05  the caller presses 1
09:00:05  secret keys begin
09:00:05  play [welcome]
09:00:05  the caller presses **
09:00:05  secret keys end
09:00:05  data {}
09:00:05  queue support
09:00:05  nothing more happens: the caller waits
09:00:05  the caller hangs up
`
	if out.String() != want {
		t.Errorf("got:\n%s", out.String())
	}
}
