//go:build opus

package voice

import (
	"testing"

	"ccgateway/internal/codec"
)

// TestBaresip_Opus: two real phones that have nothing but Opus, one of them encrypted, in a build that has it.
func TestBaresip_Opus(t *testing.T) {
	opus, ok := codec.Find("opus")
	if !ok {
		t.Fatal("this build has no Opus")
	}
	baresipCall(t, "udp", "tcp", ";audio_codecs=opus/48000/2", EncryptionOptional, func(c *Config) { c.Codecs = []codec.Codec{opus, codec.PCMA} })
}
