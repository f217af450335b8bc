package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// previewed is a customer of a campaign whom agent 101 calls.
var previewed = party{"$preview", "101", "5551234"}

// previewShown is the event of a preview.
func previewShown(control int, digits, data string) string {
	return fmt.Sprintf(`AgentEvent_Preview_CallOut {"controlid":"%d","dialeddigits":%q,"callData":%q}`, control, digits, data)
}

// dials lets an agent dial the number of a preview, and gives his phone's call.
func (d *desk) dials(control int, p party) *talk {
	d.in.t.Helper()
	d.ok(func(ctx context.Context) error {
		var id string
		body := map[string]any{"called": p.called, "callcontrolid": control}
		err := d.Do(ctx, http.MethodPut, fmt.Sprintf("voicecall/%d/previewCallout", d.Number()), body, &id)
		d.in.bind(p.id, id)
		return err
	})
	own := d.Phone.rung()
	d.expect(ownAlerting)
	return own
}

// offersByFile runs the command with a campaign file and gives what it prints.
func (in *installation) offersByFile(lines ...string) (string, int) {
	in.t.Helper()
	file := filepath.Join(in.t.TempDir(), "campaign.csv")
	must(in.t, os.WriteFile(file, []byte("skill,numbers,data\n"+strings.Join(lines, "\n")+"\n"), 0o600))
	p := launch(in.t, nil, "preview", "offer", file, "--data", in.cfg.Data, "--admin", in.address("admin"), "--vcc", "1")
	code := p.exits()
	return p.stdout.String() + p.stderr.String(), code
}

// TestPreview: a campaign's file gives an agent customers. He looks at the first, dials, and they talk; the second he gives back; the third is
// withdrawn by the campaign while he looks at him. What became of them is on record, and in the audit who gave them.
func TestPreview(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	said, code := in.offersByFile("1,5551234,gold", "1,5551235,", "1,5551236,", "9,5551237,")
	if code == 0 || !strings.Contains(said, "line 2: control number 1\nline 3: control number 2\nline 4: control number 3\nline 5: not taken: ") {
		t.Fatalf("exit %d, says %s", code, said)
	}
	ann.expect(busy, previewShown(1, "5551234", "gold"))
	own := ann.dials(1, previewed)
	own.lift()
	ann.expect(offhook, busy)
	far := in.carrier().called()
	if far.Number() != "101" {
		t.Errorf("the customer is called by %q", far.Number())
	}
	must(t, far.Ring())
	ann.expect(previewed.otherAlerting(""), previewed.record())
	far.lift()
	ann.expect(previewed.talking("44"))
	converse(own, far)
	ann.ok(ann.Release)
	ann.expect(previewed.released(), previewed.left("5551234"), platformHungUp, ready)
	own.over()
	far.over()

	ann.expect(busy, previewShown(2, "5551235", ""))
	ann.ok(func(ctx context.Context) error {
		return ann.Do(ctx, http.MethodPut, "voicecall/101/cancelPreviewCallout", map[string]any{"callcontrolid": 2}, nil)
	})
	ann.expect("AgentEvent_Release_Preview null", ready, busy, previewShown(3, "5551236", ""))
	p := launch(t, nil, "preview", "withdraw", "3", "--data", in.cfg.Data, "--admin", in.address("admin"), "--vcc", "1")
	if code := p.exits(); code != 0 || p.stdout.String() != "control number 3 withdrawn\n" {
		t.Errorf("exit %d, says %s %s", code, p.stdout, p.stderr)
	}
	ann.expect("AgentEvent_Release_Preview null", ready)
	ann.quiet()
	in.recorded("$preview", "call 101 to 5551234, feature 44, queue 1, answered by 101: agent hung up (agent)",
		"agent 101 at 40101, answered: agent hung up", "outside 5551234, answered: agent hung up")
	in.tried("1 5551234 talked", "2 5551235 given back", "3 5551236 taken away, last")
	in.audited("offerPreview 4 customers", "withdrawPreview control number 3")
}

// tried compares the tries to reach customers of VCC 1.
func (in *installation) tried(want ...string) {
	in.t.Helper()
	must(in.t, in.store.Flush(in.ctx))
	tries, err := in.store.Tries(in.ctx, store.Filter{})
	must(in.t, err)
	words := map[center.TryOutcome]string{
		center.TryTalked: "talked", center.TryNotReached: "not reached", center.TryGivenBack: "given back", center.TryTakenAway: "taken away",
	}
	var got []string
	for _, r := range tries {
		line := fmt.Sprintf("%d %s %s", r.Control, r.Number, words[r.Outcome])
		if r.Final && r.Outcome != center.TryTalked {
			line += ", last"
		}
		if (r.Call != "") != (r.Outcome == center.TryTalked || r.Outcome == center.TryNotReached) || r.Agent != 101 || r.Feature != 44 {
			in.t.Errorf("try %+v", r)
		}
		got = append([]string{line}, got...) // the newest comes first
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		in.t.Errorf("tries\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// audited looks for acts of administrators in the audit.
func (in *installation) audited(want ...string) {
	in.t.Helper()
	entries, err := in.store.Audit(in.ctx, store.Filter{})
	must(in.t, err)
	all := ""
	for _, e := range entries {
		if strings.HasPrefix(e.ActorName, "administrator at 127.0.0.1:") && e.VCC == 1 {
			all += e.Act + " " + e.Detail + "\n"
		}
	}
	for _, line := range want {
		if !strings.Contains(all, line+"\n") {
			in.t.Errorf("the audit lacks %q:\n%s", line, all)
		}
	}
}

// TestPreview_Fails: the customer cannot be reached, and the agent's own phone refuses. Each time he is idle at once, for the next caller.
func TestPreview_Fails(t *testing.T) {
	t.Parallel()
	in := install(t)
	ann := in.agent(101)
	if said, code := in.offersByFile("1,5551234,"); code != 0 {
		t.Fatalf("exit %d, says %s", code, said)
	}
	ann.expect(busy, previewShown(1, "5551234", ""))
	own := ann.dials(1, previewed)
	farRefuses(404)(in, ann, own)
	ann.expect(platformHungUp)
	ann.expect(previewed.outFailed()...)
	ann.expect(ready)
	own.over()
	in.recorded("$preview", "call 101 to 5551234, feature 44, queue 1: no such number (outside)", "agent 101 at 40101: no such number", "outside 5551234: no such number")

	refused := party{"$refused", "101", "5551235"}
	if said, code := in.offersByFile("1,5551235,"); code != 0 {
		t.Fatalf("exit %d, says %s", code, said)
	}
	ann.expect(busy, previewShown(2, "5551235", ""))
	own = ann.dials(2, refused)
	must(t, own.Reject(603))
	ann.expect(refused.outFailed()...)
	ann.expect(agentHungUp, ready)
	in.tried("1 5551234 not reached", "2 5551235 not reached")
	ann.quiet()
}
