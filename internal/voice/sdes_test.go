package voice

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/softphone"
	"ccgateway/internal/tone"
	"ccgateway/internal/voice/media"
	"ccgateway/internal/wav"
)

// aKey is a key with its salt in base64, as SDP has it (the example of RFC 4568 section 9.1).
const aKey = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"

// TestParseCrypto: which keys can be used.
func TestParseCrypto(t *testing.T) {
	const suite = "AES_CM_128_HMAC_SHA1_80"
	for name, test := range map[string]struct {
		value string
		suite media.Suite // none = cannot be used
	}{
		"80":                      {"1 AES_CM_128_HMAC_SHA1_80 inline:" + aKey, media.SuiteAES128SHA80},
		"32":                      {"999999999 AES_CM_128_HMAC_SHA1_32 inline:" + aKey, media.SuiteAES128SHA32},
		"letters of another size": {"1 aes_cm_128_hmac_sha1_80 INLINE:" + aKey, media.SuiteAES128SHA80},
		"lifetime":                {"1 " + suite + " inline:" + aKey + "|2^20", media.SuiteAES128SHA80},
		"window hint":             {"1 " + suite + " inline:" + aKey + " WSH=128 -maybe=7", media.SuiteAES128SHA80},
		"identifier":              {"1 " + suite + " inline:" + aKey + "|2^20|1:4", media.SuiteNone},
		"identifier alone":        {"1 " + suite + " inline:" + aKey + "|1:4", media.SuiteNone},
		"two keys":                {"1 " + suite + " inline:" + aKey + ";inline:" + aKey, media.SuiteNone},
		"in the clear":            {"1 " + suite + " inline:" + aKey + " UNENCRYPTED_SRTP", media.SuiteNone},
		"not authenticated":       {"1 " + suite + " inline:" + aKey + " UNAUTHENTICATED_SRTP", media.SuiteNone},
		"derived anew":            {"1 " + suite + " inline:" + aKey + " KDR=1", media.SuiteNone},
		"another suite":           {"1 AES_256_CM_HMAC_SHA1_80 inline:" + aKey, media.SuiteNone},
		"short key":               {"1 " + suite + " inline:" + aKey[:36], media.SuiteNone},
		"long key":                {"1 " + suite + " inline:" + aKey + "AAAA", media.SuiteNone},
		"no base64":               {"1 " + suite + " inline:" + strings.Repeat("*", 40), media.SuiteNone},
		"no key":                  {"1 " + suite, media.SuiteNone},
		"another method":          {"1 " + suite + " uri:" + aKey, media.SuiteNone},
		"no number":               {"one " + suite + " inline:" + aKey, media.SuiteNone},
		"long number":             {"1234567890 " + suite + " inline:" + aKey, media.SuiteNone},
		"empty":                   {"", media.SuiteNone},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseCrypto(test.value)
			if got.Suite != test.suite || (err == nil) != got.on() {
				t.Fatalf("%v, %v", got.Suite, err)
			}
			if got.on() && (base64.StdEncoding.EncodeToString(got.Key[:]) != aKey || !strings.EqualFold(strings.Fields(test.value)[0], got.tag)) {
				t.Errorf("another key or number: %q", got.tag)
			}
		})
	}
}

// sdesOffer is an offer of one audio line with a profile and keys, written as tag and suite.
func sdesOffer(profile string, keys ...string) string {
	text := strings.Replace(sdpOf(4000, "sendrecv", "8", "101"), "RTP/AVP", profile, 1)
	for _, key := range keys {
		text += "a=crypto:" + key + " inline:" + aKey + "\r\n"
	}
	return text
}

// TestSound_Policies: what each policy makes of each offer.
func TestSound_Policies(t *testing.T) {
	const s80, s32 = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
	plain := sdesOffer("RTP/AVP")
	best := sdesOffer("RTP/AVP", "1 AES_256_CM_HMAC_SHA1_80", "2 "+s32, "3 "+s80)
	must := sdesOffer("RTP/SAVP", "1 "+s80)
	unknown := sdesOffer("RTP/SAVP", "1 F8_128_HMAC_SHA1_80")
	both := plain + strings.TrimPrefix(must[strings.Index(must, "m="):], "")
	for _, test := range []struct {
		name   string
		policy Encryption
		offer  string
		want   string // what the answer has: profile, tag and suite; "" = refused
		why    error
	}{
		{"off, plain", EncryptionOff, plain, "RTP/AVP", nil},
		{"off, keys that need not be taken", EncryptionOff, best, "RTP/AVP", nil},
		{"off, keys that must be", EncryptionOff, must, "", errNoKey},
		{"optional, plain", EncryptionOptional, plain, "RTP/AVP", nil},
		{"optional, the first key that is known", EncryptionOptional, best, "RTP/AVP 2 " + s32, nil},
		{"optional, must", EncryptionOptional, must, "RTP/SAVP 1 " + s80, nil},
		{"optional, no key that is known", EncryptionOptional, unknown, "", errNoKey},
		{"optional, two lines: the encrypted one", EncryptionOptional, both, "RTP/SAVP 1 " + s80, nil},
		{"required, plain", EncryptionRequired, plain, "", errNotEncrypted},
		{"required, keys in a plain line", EncryptionRequired, best, "RTP/AVP 2 " + s32, nil},
		{"required, must", EncryptionRequired, must, "RTP/SAVP 1 " + s80, nil},
		{"required, two lines", EncryptionRequired, both, "RTP/SAVP 1 " + s80, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			leg := &silentLeg{}
			s := newSound(leg, ourHost, termsOf(test.policy))
			answer, err := s.answer([]byte(test.offer), ourHost)
			if test.want == "" {
				if !errors.Is(err, test.why) || !errors.Is(err, errNoCommonMedia) || s.agreed {
					t.Fatalf("%v, want %v", err, test.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			d, err := readSDP(answer, termsOf(EncryptionOptional))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(d.lines[d.audio].MediaName.Protos, "/")
			if len(d.keys) == 1 {
				got += " " + d.keys[0].tag + " " + d.keys[0].Suite.String()
				if leg.session.Send != d.keys[0].Crypto || base64.StdEncoding.EncodeToString(leg.session.Receive.Key[:]) != aKey {
					t.Error("the media engine is given other keys")
				}
			} else if leg.session.Send.On() || leg.session.Receive.On() {
				t.Error("the media engine is given keys")
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestSound_Keys: which keys stay and which are new over the life of a dialog.
func TestSound_Keys(t *testing.T) {
	leg := &silentLeg{}
	s := newSound(leg, ourHost, termsOf(EncryptionRequired))
	first := s.offer()
	offered, err := readSDP(first, termsOf(EncryptionRequired))
	if err != nil || len(offered.keys) != 2 || offered.keys[0].Key == offered.keys[1].Key {
		t.Fatalf("offer:\n%s", first)
	}
	if again := s.offer(); !bytes.Equal(again, first) {
		t.Error("the same offer made again has other keys")
	}
	for answer, want := range map[string]error{
		sdesOffer("RTP/AVP"): errNotEncrypted, sdesOffer("RTP/SAVP", "3 AES_CM_128_HMAC_SHA1_80"): errBadTag,
		sdesOffer("RTP/SAVP", "1 AES_CM_128_HMAC_SHA1_32"): errBadTag,
	} {
		if err := s.accept([]byte(answer), ourHost); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := s.accept([]byte(sdesOffer("RTP/SAVP", "2 AES_CM_128_HMAC_SHA1_32")), ourHost); err != nil {
		t.Fatal(err)
	}
	ours := offered.keys[1].Crypto
	keeps := func(what string, body []byte, tag string) {
		t.Helper()
		d, err := readSDP(body, termsOf(EncryptionRequired))
		if err != nil || len(d.keys) != 1 || d.keys[0] != (cryptoLine{tag, ours}) || leg.session.Send != ours {
			t.Errorf("%s: %v\n%s", what, err, body)
		}
	}
	keeps("refresh", s.again(), "2")
	keeps("new offer", s.offer(), "2")
	reply, err := s.answer([]byte(sdesOffer("RTP/SAVP", "7 AES_CM_128_HMAC_SHA1_32")), ourHost)
	if err != nil {
		t.Fatal(err)
	}
	keeps("answer", reply, "7")
	reply, err = s.answer([]byte(sdesOffer("RTP/SAVP", "1 AES_CM_128_HMAC_SHA1_80")), ourHost)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := readSDP(reply, termsOf(EncryptionRequired)); err != nil || d.keys[0].Key == ours.Key || d.keys[0].Crypto == offered.keys[0].Crypto {
		t.Errorf("another suite has an old key: %v", err)
	}
}

// TestSDP_HidesKeys: an error about a session description does not show a key.
func TestSDP_HidesKeys(t *testing.T) {
	for _, line := range []string{"a crypto:1 X inline:" + aKey, "crypto=inline:" + aKey, "m=inline:" + aKey, "c=IN inline:" + aKey} {
		_, err := readSDP([]byte("v=0\r\n"+line+"\r\n"), termsOf(EncryptionOptional))
		if err == nil || strings.Contains(err.Error(), aKey[:6]) {
			t.Errorf("%v", err)
		}
	}
}

// keptLog keeps what is logged.
type keptLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *keptLog) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(b)
}

func (k *keptLog) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// softphoneOf registers a phone of the test directory.
func (r *rig) softphone(cfg softphone.Config) *softphone.Phone {
	r.t.Helper()
	cfg.Registrar, cfg.Password = r.addr().String(), "secret-"+cfg.User
	p, err := softphone.New(context.Background(), cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(p.Close)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Register(ctx); err != nil {
		r.t.Fatal(err)
	}
	next[center.PhoneState](r.c)
	return p
}

// encryptedRig is a server whose phones have the given policies, and what it logs.
func encryptedRig(t *testing.T, policies map[string]Encryption) (*rig, *keptLog) {
	d := withoutTrunk()
	for number, policy := range policies {
		account := d.phones[number]
		account.Encryption = policy
		d.phones[number] = account
	}
	log := &keptLog{}
	return newRig(t, d, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.DrainTimeout = 2 * time.Second
	}), log
}

// hears waits until a call hears a tone.
func hears(t *testing.T, c *softphone.Call, freq float64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Hear(ctx, freq); err != nil {
		t.Error(err)
	}
}

// TestSRTP_Call: a phone that must encrypt calls, one that offers it is rung and must; both are heard and recorded, also after a hold, and
// the keys are in no log.
func TestSRTP_Call(t *testing.T) {
	r, log := encryptedRig(t, map[string]Encryption{"40101": EncryptionOptional, "40102": EncryptionRequired})
	caller := r.softphone(softphone.Config{User: "40101", Tone: 440, Encrypt: softphone.Encrypted, Suites: []string{"AES_CM_128_HMAC_SHA1_32"}})
	callee := r.softphone(softphone.Config{User: "40102", Tone: 1000, Encrypt: softphone.Offering, Answer: softphone.Immediately})
	out, err := caller.Call(context.Background(), "1000")
	if err != nil {
		t.Fatal(err)
	}
	arrived, _ := next[center.CallArrived](r.c)
	a, b := arrived.Leg, center.LegID("o1")
	r.carry(center.AnswerLeg{Leg: a}, center.Ring{Leg: b, Phone: "40102", Caller: "40101", Call: "c1"})
	for r.c.any() != (center.LegAnswered{Leg: b}) {
	}
	in := <-callee.Incoming()
	r.carry(center.Room{Call: "c1", Rows: []center.Row{{Leg: a, Hears: []center.LegID{b}}, {Leg: b, Hears: []center.LegID{a}}}},
		center.StartRecording{Recording: "r1", Call: "c1", Leg: b, File: "1/r1.wav"})
	hears(t, out, 1000)
	hears(t, in, 440)
	file := filepath.Join(r.cfg.Recordings, "1", "r1.wav")
	r.until("a second is recorded", func() bool {
		length, err := wav.Length(file)
		return err == nil && length >= time.Second
	})
	if out.Suite() != "AES_CM_128_HMAC_SHA1_32" || in.Suite() != "AES_CM_128_HMAC_SHA1_80" {
		t.Errorf("suites %q and %q", out.Suite(), in.Suite())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := errors.Join(out.Hold(ctx), in.Silent(ctx, 440), out.Resume(ctx)); err != nil {
		t.Error(err)
	}
	hears(t, in, 440)
	if err := out.Digit(ctx, '5'); err != nil {
		t.Error(err)
	}
	for cmd := r.c.any(); cmd != (center.Digit{Leg: a, Digit: '5'}); cmd = r.c.any() {
		if _, held := cmd.(center.LegHeld); !held {
			t.Fatalf("%+v", cmd)
		}
	}
	r.carry(center.StopRecording{Recording: "r1"})
	if err := out.Hangup(ctx); err != nil {
		t.Error(err)
	}
	r.c.ended(a, center.CauseHungUp)
	r.carry(center.HangUp{Leg: b, Cause: center.CauseHungUp}, center.Room{Call: "c1"})
	r.until("legs end", func() bool { return r.legs.count() == 0 })
	if out.Forged() != 0 || in.Forged() != 0 || out.Reports().Bad != 0 || in.Reports().Bad != 0 {
		t.Errorf("not authentic: %d and %d; reports %+v", out.Forged(), in.Forged(), out.Reports())
	}
	sound, err := wav.ReadFile(file, 60*tone.SampleRate)
	if err != nil {
		t.Fatal(err)
	}
	// What was not decrypted would be noise. A busy machine stutters.
	heard, all := tone.HeardWindows(sound.Channel(0)[:tone.SampleRate], 440)
	said, _ := tone.HeardWindows(sound.Channel(1)[:tone.SampleRate], 1000)
	if heard < all/3 || said < all/3 {
		t.Errorf("440 Hz is recorded in %d, 1000 Hz in %d of %d tenths of a second", heard, said, all)
	}
	if text := log.String(); strings.Contains(text, "inline") || !strings.Contains(text, "suite=AES_CM_128_HMAC_SHA1_32") {
		t.Errorf("log:\n%s", text)
	}
}

// TestSRTP_Required: who must encrypt and does not is refused by 488 as a caller, not reached as an agent, and the log says why.
func TestSRTP_Required(t *testing.T) {
	r, log := encryptedRig(t, map[string]Encryption{"40101": EncryptionRequired, "40102": EncryptionOff})
	plain := r.softphone(softphone.Config{User: "40101", Tone: 440, Answer: softphone.Immediately})
	out, err := plain.Call(context.Background(), "1000")
	if err != nil {
		t.Fatal(err)
	}
	<-out.Ended()
	if end := out.EndReason(); end.Status != 488 {
		t.Errorf("ended by %v", end)
	}
	r.carry(center.Ring{Leg: "o1", Phone: "40101", Caller: "030", Call: "c1"})
	r.c.ended("o1", center.CauseFailed)
	if !strings.Contains(log.String(), "it is not encrypted, and must be") {
		t.Errorf("log:\n%s", log)
	}
	stubborn := r.softphone(softphone.Config{User: "40102", Encrypt: softphone.Encrypted})
	if out, err = stubborn.Call(context.Background(), "1000"); err != nil {
		t.Fatal(err)
	}
	<-out.Ended()
	if end := out.EndReason(); end.Status != 488 {
		t.Errorf("ended by %v", end)
	}
	r.c.nothing()
}

// TestSRTP_WrongKey: a phone that says one key and uses another is not heard.
func TestSRTP_WrongKey(t *testing.T) {
	r, _ := encryptedRig(t, nil)
	liar := r.softphone(softphone.Config{User: "40101", Tone: 440, Encrypt: softphone.Encrypted, Faults: softphone.Faults{WrongKey: true}})
	if _, err := liar.Call(context.Background(), "1000"); err != nil {
		t.Fatal(err)
	}
	arrived, _ := next[center.CallArrived](r.c)
	r.carry(center.AnswerLeg{Leg: arrived.Leg}, center.Room{Call: "c1", Rows: []center.Row{{Leg: arrived.Leg, Plays: center.PromptRingBack}}})
	r.until("its packets are refused", func() bool {
		_, sum := r.MediaStats()
		return sum.Forged > 50 && sum.Received == 0
	})
	r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseHungUp}, center.Room{Call: "c1"})
	r.until("leg ends", func() bool { return r.legs.count() == 0 })
}
