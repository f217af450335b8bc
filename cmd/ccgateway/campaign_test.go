package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/admin"
)

func TestCampaign(t *testing.T) {
	t.Parallel()
	got, err := readCampaign(strings.NewReader("\ufeffNumbers, skill,data,auto,waiting\r\n0555; 0556,1,\"gold, since\n2020\",,\r\n0557,2,,TRUE,2026-11-25T08:00:00+01:00\r\n"))
	must(t, err)
	want := []customer{
		{admin.Preview{Skill: 1, Numbers: []string{"0555", "0556"}, Data: "gold, since\n2020"}, 2},
		{admin.Preview{Skill: 2, Numbers: []string{"0557"}, Auto: true, Waiting: time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC)}, 4},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(customer{})); diff != "" {
		t.Error(diff)
	}
	for file, words := range map[string]string{
		"":                                 "empty",
		"skill,phone\n":                    `no column "phone"`,
		"skill\n":                          `"numbers" is missing`,
		"skill,numbers\n1\n":               "wrong number of fields",
		"skill,numbers\nx,1\n":             "line 2: skill:",
		"skill,numbers\n0,1\n":             "line 2: skill:",
		"skill,numbers\n1,0555\n1, ; \n":   "line 3: numbers:",
		"skill,numbers,auto\n1,1,maybe\n":  "line 2: auto:",
		"skill,numbers,waiting\n1,1,now\n": "line 2: waiting:",
		"skill,numbers\n1,\"1\n":           "quote",
	} {
		if _, err := readCampaign(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, not %s", file, err, words)
		}
	}
}

// TestCampaign_Batches: a long file is sent in pieces; who was not taken is named by his line, and the command fails.
func TestCampaign_Batches(t *testing.T) {
	t.Parallel()
	const more = 3
	file := "skill,numbers\n" + strings.Repeat("1,0555\n", admin.MaxPreviews) + strings.Repeat("2,0556\n", more)
	var sizes []int
	var out strings.Builder
	err := offerCampaign(strings.NewReader(file), &out, func(batch []admin.Preview) ([]admin.Offered, error) {
		sizes = append(sizes, len(batch))
		answer := make([]admin.Offered, len(batch))
		for i, p := range batch {
			answer[i].Control = int64(i + 1)
			if p.Skill == 2 && i == 1 {
				answer[i] = admin.Offered{Error: "full"}
			}
		}
		return answer, nil
	})
	if err == nil || err.Error() != "1 customers were not taken" || !cmp.Equal(sizes, []int{admin.MaxPreviews, more}) {
		t.Errorf("%v, batches of %v", err, sizes)
	}
	if said := out.String(); !strings.Contains(said, "line 2: control number 1\n") || !strings.Contains(said, "line 503: not taken: full\nline 504: control number 3\n") {
		t.Errorf("%.200s", said)
	}
	err = offerCampaign(strings.NewReader(file), &out, func([]admin.Preview) ([]admin.Offered, error) { return nil, errors.New("gone") })
	if err == nil || err.Error() != "from line 2 on: gone" {
		t.Error(err)
	}
}
