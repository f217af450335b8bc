package voice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/codec"
)

// Config says how the phone side runs. The zero value of a member means its default.
type Config struct {
	// Listen has the addresses to serve, "host:port" or ":port", each over UDP and TCP. Port 0 picks a free one, the same for both.
	// Default ":5060".
	Listen []string
	// ListenTLS has the addresses to serve over TLS; the first belongs to the first of Listen, and so on. None = no TLS.
	ListenTLS []string
	// TLS has the certificate of ListenTLS; tlscert.Keeper.Config makes one that follows its files.
	TLS *tls.Config
	// Advertise is the IP address that peers are told (Via, Contact, SDP). Default: the local address on the route to each peer.
	Advertise string
	// Realm is the realm of the digest challenges; the accounts' hashes are made with it. Default DefaultRealm.
	Realm string
	// Algorithms are the digest algorithms offered in a challenge, best first (RFC 8760). Default MD5 alone: many phones in use,
	// baresip 1.0 among them, refuse a challenge that offers another one beside it.
	Algorithms []string
	// UserAgent names this program in the Server and User-Agent headers. Default "ccgateway".
	UserAgent string

	// Settings are those that may change while the server runs; see Server.Set.
	Settings

	// MaxContacts is how many devices may be registered for one phone account; one more replaces the oldest. Default 5.
	MaxContacts int
	// MaxPhoneCalls is how many calls a phone account may have begun at a time. Default 10: each device has one, and one held.
	MaxPhoneCalls int

	// MinSE is the shortest interval that we accept. RFC 4028 allows no less than 90 s, the default.
	MinSE time.Duration
	// NoMedia ends an answered call of whose party nothing was received, neither RTP nor RTCP, for so long; negative = never.
	// Default 60 s. A call that the phone itself holds is not ended.
	NoMedia time.Duration
	// TalkWait is how long a phone may take to answer after it was told to (NOTIFY, Event: talk) until it is rung anew with
	// auto-answer headers. Default 1.5 s.
	TalkWait time.Duration
	// DrainTimeout is how long Run waits, after its context's end, for the BYEs to be answered. Default 3 s.
	DrainTimeout time.Duration

	// MaxPhones bounds the phone accounts with a registration. Default 50,000.
	MaxPhones int
	// MaxTransactions bounds the requests that are being worked on or kept against retransmission. Default 50,000, about 850 MB
	// at 17 KB each: five times what 1,500 calls per second need.
	MaxTransactions int
	// MaxConnections bounds the TCP connections, MaxConnectionsPerIP those from one address. Defaults 20,000 and 500.
	MaxConnections, MaxConnectionsPerIP int
	// MaxPackets bounds the UDP packets taken per second, MaxPacketsPerIP those from one address that is no trunk's. Defaults
	// 20,000 and 2,000.
	MaxPackets, MaxPacketsPerIP int

	// Codecs are those that are offered, in that order, and taken; codec.Default if none is given.
	Codecs []codec.Codec
	// RTPMin and RTPMax bound the UDP ports of the sound, two for each leg. Defaults 10,000 and 20,000.
	RTPMin, RTPMax uint16
	// Prompts is a folder with sounds that replace or join the built-in ones, name.wav each; "" = none.
	Prompts string
	// Speech reads text and digits out; nil = nothing can be.
	Speech Speech
	// Recordings is the folder that StartRecording.File lies below; "" = nothing can be recorded.
	Recordings string
	// FlowDigit is told the keys of legs whose RouteDigits says DigitsToFlow, and no center is. It is called by the leg's goroutine
	// and must not wait; nil = such keys are dropped.
	FlowDigit func(vcc center.VCCID, leg center.LegID, digit byte)
	// Registrations is a file that keeps the phones' registrations over a restart; "" = they have to register anew.
	Registrations string

	// Traced is told of every INVITE transaction that has ended. It is called by many goroutines and must not wait; nil = nobody is told.
	Traced func(Transaction)

	Log *slog.Logger

	// What tests make less: sourcesPerGeneration, generationGrace, how long a caller waits for a first order of a center, handshakeTimeout.
	sources         int
	grace, noOrders time.Duration
	handshake       time.Duration
	retry           time.Duration // the first wait after a REGISTER that failed
}

// Speech turns text and digits into sound of 8,000 samples a second. It is called by several goroutines at a time; speech.Engine is one.
type Speech interface {
	Speak(ctx context.Context, text string) ([]int16, error)
	Digits(ctx context.Context, digits string) ([]int16, error)
}

// DefaultRealm is the realm of digest challenges where none is configured.
const DefaultRealm = "ccgateway"

// The digest algorithms that are known (RFC 8760).
const (
	MD5    = "MD5"
	SHA256 = "SHA-256"
)

// defaults fills in what is zero.
func (c Config) defaults() Config {
	if len(c.Listen) == 0 {
		c.Listen = []string{":5060"}
	}
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{MD5}
	}
	if len(c.Codecs) == 0 {
		c.Codecs = codec.Default()
	}
	c.Settings.defaults()
	setString(&c.Realm, DefaultRealm)
	setString(&c.UserAgent, "ccgateway")
	for _, d := range []struct {
		at *time.Duration
		is time.Duration
	}{
		{&c.MinSE, 90 * time.Second}, {&c.NoMedia, time.Minute},
		{&c.grace, generationGrace}, {&c.noOrders, 10 * time.Second}, {&c.handshake, handshakeTimeout}, {&c.TalkWait, 1500 * time.Millisecond}, {&c.DrainTimeout, 3 * time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	for _, d := range []struct {
		at *int
		is int
	}{
		{&c.sources, sourcesPerGeneration}, {&c.MaxContacts, 5}, {&c.MaxPhoneCalls, 10}, {&c.MaxPhones, 50_000}, {&c.MaxTransactions, 50_000},
		{&c.MaxConnections, 20_000}, {&c.MaxConnectionsPerIP, 500}, {&c.MaxPackets, 20_000}, {&c.MaxPacketsPerIP, 2000},
	} {
		if *d.at == 0 {
			*d.at = d.is
		}
	}
	if c.retry == 0 {
		c.retry = retryLeast
	}
	if c.RTPMin == 0 && c.RTPMax == 0 {
		c.RTPMin, c.RTPMax = 10_000, 20_000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func setString(at *string, is string) {
	if *at == "" {
		*at = is
	}
}

// check returns an error that names the bad member.
func (c Config) check() error {
	if c.Advertise != "" {
		if a, err := netip.ParseAddr(c.Advertise); err != nil || a.IsUnspecified() {
			return fmt.Errorf("voice: advertise: %q is not an IP address that a phone could send to", c.Advertise)
		}
	}
	if len(c.ListenTLS) > len(c.Listen) || len(c.ListenTLS) > 0 && c.TLS == nil {
		return errors.New("voice: TLS needs a certificate, and an address of its own beside each address for UDP and TCP")
	}
	if strings.ContainsAny(c.Realm+c.UserAgent, "\"\\\r\n") {
		return errors.New("voice: realm and user agent must not hold quotes, backslashes or line ends")
	}
	for _, a := range c.Algorithms {
		if !slices.Contains([]string{MD5, SHA256}, a) {
			return fmt.Errorf("voice: algorithms: %q is neither MD5 nor SHA-256", a)
		}
	}
	if err := c.Settings.check(); err != nil {
		return err
	}
	if c.RTPMax <= c.RTPMin {
		return fmt.Errorf("voice: RTP ports %d-%d: the range is empty", c.RTPMin, c.RTPMax)
	}
	return nil
}
