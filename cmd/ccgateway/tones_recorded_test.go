package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ccgateway/internal/store"
	"ccgateway/internal/tone"
)

// checkRecordings checks what was recorded of whom: exactly these tones, and no recording besides.
func (p *play) checkRecordings() {
	p.t.Helper()
	for _, l := range p.lost {
		l.Plug()
	}
	p.hangUpAll()
	p.nothingLeft()
	want := map[string]string{}
	for _, line := range p.story.recorded {
		key, what, _ := strings.Cut(line, ": ")
		who, call, _ := strings.Cut(key, " ")
		want[fmt.Sprintf("%d %s", castNumbers[who], p.callID(call))] = what
	}
	found, err := p.store.Recordings(p.ctx, store.Filter{Limit: 100})
	must(p.t, err)
	for _, r := range found {
		key := fmt.Sprintf("%d %s", r.Agent, r.Call)
		sound := p.recordingFile(r)
		got := fmt.Sprintf("%s | %s", inAll(sound.Channel(0)), inAll(sound.Channel(1)))
		with, without := strings.NewReplacer("(", "", ")", "").Replace(want[key]), perhaps.ReplaceAllString(want[key], "")
		if got != with && got != without {
			p.t.Errorf("recording of agent %d, call %s has %q, not %q", r.Agent, r.Call, got, want[key])
		}
		delete(want, key)
	}
	if len(want) > 0 {
		p.t.Errorf("not recorded: %v", want)
	}
}

// perhaps is what a recording may lack.
var perhaps = regexp.MustCompile(`\([^)]*\)`)

// inAll names the tones that are heard anywhere in a recording. Ring-back is left out: whether it is heard depends on how soon somebody
// answers.
func inAll(pcm []int16) string {
	heard := map[string]bool{}
	for at := 0; at+tone.MinWindow <= len(pcm); at += 2 * hop {
		for _, f := range heardIn(pcm[at : at+tone.MinWindow]) {
			heard[toneName(f)] = true
			delete(heard, toneName(ringTone))
		}
	}
	if len(heard) == 0 {
		return "-"
	}
	return strings.Join(slices.Sorted(maps.Keys(heard)), ",")
}
