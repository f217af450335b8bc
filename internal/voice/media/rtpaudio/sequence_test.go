package rtpaudio

import (
	"math/rand/v2"
	"testing"
)

// TestSequence_Verdicts walks through what can happen to sequence numbers.
func TestSequence_Verdicts(t *testing.T) {
	type step struct {
		seq  uint16
		want verdict
	}
	cases := map[string]struct {
		steps []step
		lost  int64
	}{
		"around the end":     {[]step{{65534, inOrder}, {65535, inOrder}, {0, inOrder}, {1, inOrder}}, 0},
		"two lost":           {[]step{{10, inOrder}, {13, inOrder}}, 2},
		"lost around end":    {[]step{{65535, inOrder}, {2, inOrder}}, 2},
		"overtaken":          {[]step{{10, inOrder}, {12, inOrder}, {11, older}}, 0},
		"doubled":            {[]step{{10, inOrder}, {10, double}, {11, inOrder}, {10, double}}, 0},
		"overtaken, doubled": {[]step{{65535, inOrder}, {1, inOrder}, {0, older}, {0, double}, {65535, double}}, 0},
		"one stray packet":   {[]step{{10, inOrder}, {40000, jumped}, {11, inOrder}, {40001, jumped}, {12, inOrder}}, 0},
		"began anew":         {[]step{{10, inOrder}, {12, inOrder}, {40000, jumped}, {40001, resumed}, {40003, inOrder}}, 2},
		"jump around end":    {[]step{{3000, inOrder}, {65535, jumped}, {0, resumed}, {1, inOrder}}, 0},
	}
	for name, c := range cases {
		var s sequence
		for i, step := range c.steps {
			if got := s.update(step.seq); got != step.want {
				t.Errorf("%s: step %d (%d) is %d, want %d", name, i, step.seq, got, step.want)
			}
		}
		if got := s.totalLost(); got != c.lost {
			t.Errorf("%s: %d lost, want %d", name, got, c.lost)
		}
	}
}

// TestSequence_Fraction: each report tells of its own interval, in 1/256.
func TestSequence_Fraction(t *testing.T) {
	var s sequence
	for seq := uint16(0); seq < 100; seq++ {
		if seq == 0 || seq%4 != 0 {
			s.update(seq)
		}
	}
	if got := s.fraction(); got != 24*256/100 {
		t.Errorf("fraction %d/256, want %d", got, 24*256/100)
	}
	for seq := uint16(100); seq < 200; seq++ {
		s.update(seq)
	}
	if got := s.fraction(); got != 0 {
		t.Errorf("fraction %d/256 without loss", got)
	}
	if got := s.fraction(); got != 0 {
		t.Errorf("fraction %d/256 without packets", got)
	}
	if s.highest() != 199 || s.totalLost() != 24 {
		t.Errorf("highest %d, lost %d", s.highest(), s.totalLost())
	}
}

// TestSequence_ManyTurns: over several turns of the 16 bits, with loss, reordering and doubles, the count is exact.
func TestSequence_ManyTurns(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var s sequence
	lost := int64(0)
	for n := 0; n < 300_000; n += 2 {
		seqs := []uint16{uint16(n + 1), uint16(n)}
		switch random.IntN(10) {
		case 0:
			seqs = seqs[:1]
			if n > 0 {
				lost++
			}
		case 1:
			seqs = append(seqs, seqs[0])
		}
		if n == 0 {
			seqs = []uint16{0, 1}
		}
		for _, seq := range seqs {
			s.update(seq)
		}
	}
	if s.totalLost() != lost || s.highest() != 299_999 {
		t.Errorf("lost %d, want %d; highest %d", s.totalLost(), lost, s.highest())
	}
}
