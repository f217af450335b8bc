package softphone

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ccgateway/internal/g711"
)

// Transport is what SIP travels on.
type Transport uint8

// The transports. The zero value is UDP.
const (
	UDP Transport = iota
	TCP
)

// String gives the transport as Via writes it.
func (t Transport) String() string {
	if t == TCP {
		return "TCP"
	}
	return "UDP"
}

// Answer is what a phone does when it is called.
type Answer uint8

// The ways to answer. The zero value is Manual.
const (
	// Manual leaves everything to the owner: Call.Ring, Call.Answer, Call.Reject. NOTIFY with Event: talk lifts the handset
	// here too, unless Faults.NoTalk.
	Manual Answer = iota
	// Immediately answers without being asked, after Config.RingFor of ringing.
	Immediately
	// OnRequest rings, and answers when the other side asks for it: by a header in the INVITE (Call-Info with answer-after,
	// Alert-Info that says auto answer, Answer-Mode: Auto, RFC 5373) or by NOTIFY with Event: talk. What a desk phone does.
	OnRequest
)

// Config describes a phone. The zero value of each field is its default.
type Config struct {
	Local     string        // SIP address to bind, "127.0.0.1:0" by default; its host is also the sound's
	Transport Transport     // UDP
	Registrar string        // host:port of registrar and proxy: calls to bare numbers go there
	Domain    string        // of the address of record; the Registrar's host by default
	User      string        // number or name; "softphone" by default
	Password  string        // for digest authentication
	Display   string        // display name
	Expires   time.Duration // of the registration that is asked for, 5 minutes
	Session   time.Duration // session timer to ask for and to take part in (RFC 4028); 0: the phone knows none
	Laws      []g711.Law    // in order of preference; µ-law, then A-law
	Tone      float64       // what it says, Hz; 0 is silence
	Record    time.Duration // how much of each call is kept in memory for Call.Recording
	Answer    Answer        // Manual
	RingFor   time.Duration // with Immediately: how long it rings first
	Sounded   bool          // keys are tones in the sound: descriptions have no telephone-event
	Lines     int           // calls at once, further ones are answered 486; 0: no limit
	Encrypt   Encrypt       // of its sound: Clear
	Suites    []string      // crypto suites that it knows, by their names of RFC 4568, in order of preference; both if none is given
	Faults    Faults        // what it does wrong from the start; see Phone.SetFaults
	Log       *slog.Logger  // nothing is logged if nil
}

// Faults are what a phone does wrong on purpose.
type Faults struct {
	DropACK      bool // never acknowledges the answer to its call
	NoRTP        bool // sends no sound
	NoRTCP       bool // sends no reports
	IgnoreINVITE bool // answers nothing to a call, as if it were not there
	IgnoreBYE    bool // answers nothing to the other side's BYE and does not end
	NoTalk       bool // does not know NOTIFY Event: talk and answers 489
	NoEvents     bool // knows no telephone-event, as Config.Sounded
	NoHold       bool // refuses re-INVITE and UPDATE by 488
	AnswerLate   bool // answers 200 to CANCEL and then 200 to the INVITE that it cancels: both crossed on the way
	WrongSource  bool // sends RTP from another port than it announces
	WrongKey     bool // encrypts what it sends by another key than it says
	DelayedOffer bool // sends INVITE without a session description (RFC 3261 section 13.2.1)
	NoUpdate     bool // does not say that it knows UPDATE
	// HoldAtRefresh holds, once in a call, in the instant in which the other side makes an offer or refreshes the session: both cross on
	// the way (RFC 3261 section 14). Call.Crossed tells when the hold has been agreed after all.
	HoldAtRefresh bool

	// Announce is the media address written into session descriptions in place of the true one, as a phone behind a network
	// address translator does. Port 0 keeps the true port.
	Announce netip.AddrPort
	// Body replaces the session description of INVITE and 200 by these octets, to send garbage.
	Body []byte
	// Repeat180 repeats 180 while it rings, as gateways do on long ringing; 0 does not.
	Repeat180 time.Duration
}

// withDefaults checks the configuration and fills in defaults.
func (c Config) withDefaults() (Config, error) {
	if c.Local == "" {
		c.Local = "127.0.0.1:0"
	}
	if c.User == "" {
		c.User = "softphone"
	}
	if strings.ContainsAny(c.User+c.Domain+c.Registrar, " \t\r\n<>@;?\"") {
		return c, errors.New("softphone: user, domain or registrar holds a character that a SIP address cannot")
	}
	if strings.ContainsAny(c.Display, "\r\n\"\\") {
		return c, errors.New("softphone: the display name holds a quote or a line break")
	}
	if c.Expires == 0 {
		c.Expires = 5 * time.Minute
	}
	if len(c.Laws) == 0 {
		c.Laws = []g711.Law{g711.MuLaw, g711.ALaw}
	}
	if slices.ContainsFunc(c.Laws, func(l g711.Law) bool { return !l.Valid() }) {
		return c, fmt.Errorf("softphone: unknown law in %v", c.Laws)
	}
	if len(c.Suites) == 0 {
		c.Suites = cryptoSuites
	}
	if !knownSuites(c.Suites) {
		return c, fmt.Errorf("softphone: unknown crypto suite in %v", c.Suites)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
