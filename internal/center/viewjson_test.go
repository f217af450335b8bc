package center

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestOverviewIsPlainJSON(t *testing.T) {
	b := newBench(t, fixtureConfig())
	b.must(signIn(101))
	b.must(CallArrived{Leg: "i1", Trunk: "line", From: "0555", To: "8000"})
	b.now = b.now.Add(2 * time.Second)
	value, _ := b.must(Look{})
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for _, want := range []string{
		`{"agents":[{"id":101,"name":"Ann","status":4,"cti_status":1,"group":-1,"group_name":"","skills":[],"media_types":"TFF","vcc":7,` +
			`"phone":"7001","registered":false,"state_since":"2026-03-04T12:00:00Z","signed_in":"2026-03-04T12:00:00Z","state":"idle"}`,
		`{"id":102,"name":"Ben","status":2,"cti_status":0,"group":-1,"group_name":"","skills":[],"media_types":"FFF","vcc":7,"phone":"",` +
			`"registered":false,"state":"signed out"}`,
		`"queues":[{"skill":1,"name":"support","waiting":1,"signed_in":0,"idle":0,"longest_ms":2000}]`,
		`"feature":0,"caller":"0555","called":"8000","skill":1,"state":"waiting","agents":[],"since":"2026-03-04T12:00:00Z",` +
			`"began":"2026-03-04T12:00:00Z","legs":["i1"]}],"sessions":1}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("JSON lacks\n%s\nin\n%s", want, text)
		}
	}
}
