package codec_test

import (
	"testing"

	"ccgateway/internal/codec"
	"ccgateway/internal/codec/codectest"
	"ccgateway/internal/tone"
)

// TestCodecs: every codec of the build, and that of the tests: a tone is the same tone after coding, frame by frame, and what does not fit
// or is no payload is refused without a panic.
func TestCodecs(t *testing.T) {
	for _, c := range append(codec.Known(), codectest.Wide{}) {
		t.Run(c.Name(), func(t *testing.T) {
			if c.Clock()%codec.Rate != 0 || c.PayloadType() > 127 {
				t.Errorf("clock %d, payload type %d", c.Clock(), c.PayloadType())
			}
			encoder, err := c.NewEncoder()
			if err != nil {
				t.Fatal(err)
			}
			decoder, err := c.NewDecoder()
			if err != nil {
				t.Fatal(err)
			}
			said := tone.Sine(1000, 0.3, 8000)
			var heard []int16
			frame := make([]int16, 480)
			for i := 0; i+160 <= len(said); i += 160 {
				payload := make([]byte, encoder.Size(160))
				n := encoder.Encode(payload, said[i:i+160])
				if n == 0 || n > len(payload) {
					t.Fatalf("%d bytes of %d", n, len(payload))
				}
				if n = decoder.Decode(frame, payload[:n]); n != 160 {
					t.Fatalf("%d samples", n)
				}
				heard = append(heard, frame[:n]...)
			}
			end := heard[len(heard)-4000:]
			if before, after := tone.Level(said, 1000), tone.Level(end, 1000); after < before-2 || after > before+2 || tone.Hears(end, 1500) {
				t.Errorf("said at %.1f dB, heard at %.1f dB", before, after)
			}
			if n := decoder.Decode(make([]int16, 1), make([]byte, 1400)); n != 0 {
				t.Errorf("%d samples fit into one", n)
			}
		})
	}
}

// TestFindAll: names of the configuration.
func TestFindAll(t *testing.T) {
	if all, err := codec.FindAll([]string{"pcmu", "PCMA"}); err != nil || len(all) != 2 || all[0] != codec.PCMU || all[1] != codec.PCMA {
		t.Errorf("%v, %v", all, err)
	}
	for _, wrong := range [][]string{nil, {"G729"}, {"PCMA", "pcma"}} {
		if _, err := codec.FindAll(wrong); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
	if got := codec.RTPMap(codec.PCMA); got != "PCMA/8000" {
		t.Errorf("a=rtpmap says %s", got)
	}
}
