package password

import (
	"strings"
	"testing"
)

func TestBroken(t *testing.T) {
	const (
		length = "characters"
		equal  = "equal characters"
		number = "agent number"
		kinds  = "kinds"
		print  = "printable"
	)
	for _, c := range []struct {
		name     string
		agent    int
		password string
		want     []string // words of the sentences, in order
	}{
		{"good", 101, "Ann#2026x", nil},
		{"shortest", 101, "Abcdef1x", nil},
		{"longest", 101, "Ab1" + strings.Repeat("xy", 14) + "z", nil},
		{"one too short", 101, "Abcde1x", []string{length}},
		{"one too long", 101, "Ab1" + strings.Repeat("xy", 15), []string{length}},
		{"characters, not bytes", 101, "Äöüß12éè", nil},
		{"empty", 101, "", []string{length, kinds}},
		{"two equal", 101, "Aann##2266", nil},
		{"three equal", 101, "Annn#2026", []string{equal}},
		{"three equal at the end", 101, "Ann#2000", []string{equal}},
		{"equal but not in a row", 101, "AnAnAn#20", nil},
		{"whole number", 101, "Ann#101xy", []string{number}},
		{"part of the number", 104567, "Ann#456xy", []string{number}},
		{"first part of the number", 104567, "Ann#104xy", []string{number}},
		{"two characters of the number", 104567, "Ann#10x45", nil},
		{"number backwards", 104567, "Ann#765xy", nil},
		{"two kinds", 101, "annannann1", []string{kinds}},
		{"one kind", 101, "abcdefgh", []string{kinds}},
		{"upper, digit, special", 101, "ANN#2026X", nil},
		{"blank is special", 101, "ann 2026 x", nil},
		{"tab", 101, "Ann\t2026x", []string{print}},
		{"not UTF-8", 101, "Ann#2026\xff", []string{print}},
		{"everything", 101, "1101\x01", []string{length, number, kinds, print}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Broken(c.agent, c.password)
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want sentences about %q", got, c.want)
			}
			for i, sentence := range got {
				if !strings.Contains(sentence, c.want[i]) {
					t.Errorf("sentence %d is %q, want one about %q", i, sentence, c.want[i])
				}
			}
		})
	}
}

func TestDigestHA1(t *testing.T) {
	// The sums are those of md5sum and sha256sum over "40101:ccgateway:phone-40101".
	got := DigestHA1("40101", "phone-40101")
	want := HA1{MD5: "d02dbc7855b754cfe29c6c509ba92141", SHA256: "c4048a8e5bd1d1bb3a89e65c1504eca4b09438761288ca8b3be023822913eb21"}
	if got.MD5 != want.MD5 || got.SHA256 != want.SHA256 {
		t.Errorf("got %s %s", got.MD5, got.SHA256)
	}
	if text, err := got.MarshalText(); err != nil || strings.Contains(string(text)+got.String()+got.GoString()+got.LogValue().String(), got.MD5) {
		t.Error("HA1 prints itself")
	}
}
