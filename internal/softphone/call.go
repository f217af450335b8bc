package softphone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/tone"
)

// Party is a side of a call, seen from the phone.
type Party uint8

// The parties. The zero value is nobody.
const (
	Nobody Party = iota
	Local        // the phone's owner
	Remote       // the other side
)

// String names the party.
func (p Party) String() string {
	switch p {
	case Local:
		return "local"
	case Remote:
		return "remote"
	default:
		return "nobody"
	}
}

// End is why a call has ended. The zero value: it has not.
type End struct {
	By     Party  // who ended it; Nobody with Err set: nobody wanted it
	Method string // BYE or CANCEL; empty if a final response or a failure ended it
	Status int    // the final response to the INVITE if it was no success, else 0
	Reason string // words of that response, or the Reason header of BYE or CANCEL (RFC 3326)
	Err    error  // time-out, failure of the transport, an answer that could not be used
}

// String says it in one line.
func (e End) String() string {
	parts := []string{e.By.String()}
	if e.Method != "" {
		parts = append(parts, e.Method)
	}
	if e.Status != 0 {
		parts = append(parts, fmt.Sprint(e.Status))
	}
	if e.Reason != "" {
		parts = append(parts, e.Reason)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, " ")
}

// What becomes of a call that came in is decided once: by the owner, or by CANCEL. CANCEL is decided within sipgo's
// transaction, so this must be no lock.
const (
	undecided int32 = iota
	accepting
	rejected
	withdrawn
)

// Errors of calls.
var (
	ErrEnded       = errors.New("softphone: the call has ended")
	ErrNotAnswered = errors.New("softphone: the call was not answered")
	ErrDecided     = errors.New("softphone: the call was answered, rejected or cancelled already")
	ErrOutgoing    = errors.New("softphone: this is our own call")
)

// Call is one call of a phone. Its methods may be called from any goroutine.
type Call struct {
	phone    *Phone
	key      dialogKey
	outgoing bool
	number   string
	invite   *sip.Request // a copy: as sent first, or as it came
	media    *media

	ringing   latch
	answered  latch
	confirmed latch
	ended     latch
	finishing sync.Once

	decision atomic.Int32
	incoming *incoming     // how to answer; nil for our own calls
	hangup   latch         // our own call that was not answered shall end
	offering chan struct{} // holds one token: the right to make an offer in the dialog
	crossing atomic.Bool   // an offer of ours crosses one of the other side's, or has (Faults.HoldAtRefresh)
	met      latch         // an offer of ours was refused because it met one of the other side's
	crossed  latch         // the offer that crossed has been agreed

	mu       sync.Mutex
	dialog   dialog
	session  session
	early    *peer // from the answer in a provisional response
	ack      *sip.Request
	acks     map[uint32]*ackWait
	statuses []int
	end      End
	timer    sessionTimer
}

// ackWait is a 200 to INVITE that waits for its ACK.
type ackWait struct {
	latch
	body []byte // of the ACK
}

func newCall(p *Phone, m *media) *Call {
	c := &Call{
		phone: p, media: m, ringing: newLatch(), answered: newLatch(), confirmed: newLatch(), ended: newLatch(),
		hangup: newLatch(), met: newLatch(), crossed: newLatch(), offering: make(chan struct{}, 1), acks: make(map[uint32]*ackWait),
	}
	c.offering <- struct{}{}
	c.timer.stop, c.timer.news = newLatch(), make(chan struct{}, 1)
	return c
}

// Number is what was called, or who calls.
func (c *Call) Number() string { return c.number }

// ID is the Call-ID.
func (c *Call) ID() string { return c.key.callID }

// Outgoing tells whether it is our own call.
func (c *Call) Outgoing() bool { return c.outgoing }

// Ringing is closed when the other side rings, or when we do.
func (c *Call) Ringing() <-chan struct{} { return c.ringing.ch }

// Answered is closed when the 200 has come, or when we have sent it.
func (c *Call) Answered() <-chan struct{} { return c.answered.ch }

// Confirmed is closed when the ACK has come, or when we have sent it.
func (c *Call) Confirmed() <-chan struct{} { return c.confirmed.ch }

// Ended is closed when the call is over, whatever it was; EndReason tells why.
func (c *Call) Ended() <-chan struct{} { return c.ended.ch }

// Crossed is closed when a hold that crossed an offer, or a refresh, of the other side has been refused by 491 and then agreed
// (Faults.HoldAtRefresh).
func (c *Call) Crossed() <-chan struct{} { return c.crossed.ch }

// EndReason tells why the call has ended.
func (c *Call) EndReason() End {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end
}

// Statuses gives the responses to our INVITE so far, 100 and challenges included.
func (c *Call) Statuses() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]int(nil), c.statuses...)
}

// Header is one header line of a message.
type Header struct{ Name, Value string }

// Headers are the header lines of a message, in order.
type Headers []Header

// Get gives the first value of a header, whatever the case of its name; empty if there is none.
func (h Headers) Get(name string) string {
	for _, line := range h {
		if strings.EqualFold(line.Name, name) {
			return line.Value
		}
	}
	return ""
}

// Headers gives the headers of the INVITE.
func (c *Call) Headers() Headers {
	lines := c.invite.Headers()
	headers := make(Headers, len(lines))
	for i, line := range lines {
		headers[i] = Header{Name: line.Name(), Value: line.Value()}
	}
	return headers
}

// Say changes what the call says to a tone of freq Hz (to the whole Hz); 0 is silence.
func (c *Call) Say(freq float64) { c.media.say(freq) }

// Mute makes the call say silence, or its tone again.
func (c *Call) Mute(on bool) { c.media.muted.Store(on) }

// Speak says some sound in place of the tone and returns when it was said. What was being spoken before is broken off.
func (c *Call) Speak(ctx context.Context, pcm []int16) error {
	if !c.answered.fired() {
		return ErrNotAnswered
	}
	select {
	case <-c.media.speak(pcm):
		return nil
	case <-c.ended.ch:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Digit sends a digit (0..9 * # A..D) as an RFC 4733 event, or as tones in the sound if the other side takes none or Config.Sounded says
// so, and returns when it was said.
func (c *Call) Digit(ctx context.Context, digit rune) error {
	event, err := eventOf(digit)
	if err != nil {
		return err
	}
	if !c.answered.fired() {
		return ErrNotAnswered
	}
	said, err := c.media.press(event)
	if err != nil {
		return err
	}
	select {
	case <-said:
		return nil
	case <-c.ended.ch:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Position is how much has been heard so far, in samples, gaps included: where in Recording the present moment is. What is sent to
// the phone from now on lies behind it.
func (c *Call) Position() int64 { return c.media.ear.position() }

// Recording gives what was heard so far, up to Config.Record: silence where nothing came between packets.
func (c *Call) Recording() []int16 { return c.media.ear.recording() }

// Heard counts what was received.
func (c *Call) Heard() Heard { return c.media.ear.heard() }

// Sent counts what was sent.
func (c *Call) Sent() Sent { return c.media.counts() }

// Reports gives what the other side has reported by RTCP.
func (c *Call) Reports() Reports { return c.media.heardReports() }

// MediaAddr is where the call receives RTP, RemoteMedia where it sends to ("" while unknown): for tests that interfere.
func (c *Call) MediaAddr() string { return c.media.local.LocalAddr().String() }

// RemoteMedia is where the call sends RTP to; empty while that is unknown.
func (c *Call) RemoteMedia() string {
	if p := c.media.peer.Load(); p != nil {
		return p.rtp.String()
	}
	return ""
}

// Levels measures how loud each frequency is now, in dBFS over the last 100 ms (see tone.Level).
func (c *Call) Levels(freqs ...float64) []float64 {
	pcm, _, _ := c.media.ear.now()
	levels := make([]float64, len(freqs))
	for i, freq := range freqs {
		levels[i] = tone.Level(pcm, freq)
	}
	return levels
}

const (
	// hearSteps is how many frames in a row must hear a tone before Hear believes it. Each looks at the last 100 ms.
	hearSteps = 3
	// silentSteps is how many frames in a row must not hear a tone before Silent believes it: 200 ms.
	silentSteps = 10
)

// Hear waits until the tone of freq Hz is heard now, whatever else sounds. It fails when ctx ends or the call does.
func (c *Call) Hear(ctx context.Context, freq float64) error {
	heard, before := 0, int64(-1)
	err := c.listen(ctx, func(pcm []int16, head int64) bool {
		switch {
		case head == before: // nothing new: neither heard nor unheard
		case tone.Hears(pcm, freq):
			heard++
		default:
			heard = 0
		}
		before = head
		return heard >= hearSteps
	})
	if err != nil {
		return fmt.Errorf("softphone: %s does not hear %v Hz (now %.0f dBFS): %w", c.phone.cfg.User, freq, c.Levels(freq)[0], err)
	}
	return nil
}

// Silent waits until none of the tones has been heard for 200 ms. That nothing arrives at all is silence too. It fails when
// ctx ends; a call that has ended is silent.
func (c *Call) Silent(ctx context.Context, freqs ...float64) error {
	silent := 0
	err := c.listen(ctx, func(pcm []int16, _ int64) bool {
		silent++
		for _, freq := range freqs {
			if tone.Hears(pcm, freq) {
				silent = 0
			}
		}
		return silent >= silentSteps
	})
	if err != nil && !errors.Is(err, ErrEnded) {
		return fmt.Errorf("softphone: %s still hears one of %v Hz (now %.0f dBFS): %w", c.phone.cfg.User, freqs, c.Levels(freqs...), err)
	}
	return nil
}

// HearDigits waits until the digits heard since the call began are these. It fails when ctx ends or the call does.
func (c *Call) HearDigits(ctx context.Context, digits string) error {
	err := c.listen(ctx, func([]int16, int64) bool { return c.Heard().Digits == digits })
	if err != nil {
		return fmt.Errorf("softphone: %s has heard digits %q, not %q: %w", c.phone.cfg.User, c.Heard().Digits, digits, err)
	}
	return nil
}

// listen calls judge once a frame until it is satisfied.
func (c *Call) listen(ctx context.Context, judge func(pcm []int16, head int64) bool) error {
	for {
		pcm, head, next := c.media.ear.now()
		if judge(pcm, head) {
			return nil
		}
		select {
		case <-next:
		case <-c.ended.ch:
			return fmt.Errorf("%w: %v", ErrEnded, c.EndReason())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Hangup ends the call in the way that its state asks for: BYE, CANCEL, or 486 to a call that was not answered. It returns when
// the other side has agreed; an error says that it has not, and the call has ended all the same if it was answered.
func (c *Call) Hangup(ctx context.Context) error {
	switch {
	case c.ended.fired():
		return nil
	case c.answered.fired():
		return c.bye(ctx, End{By: Local, Method: "BYE"})
	case c.outgoing:
		c.hangup.fire()
	default:
		if err := c.Reject(sip.StatusBusyHere); err != nil && !errors.Is(err, ErrDecided) {
			return err
		}
	}
	select {
	case <-c.answered.ch: // at the same moment: then BYE comes after the 200
		if c.ended.fired() {
			return nil
		}
		return c.bye(ctx, End{By: Local, Method: "BYE"})
	case <-c.ended.ch:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("softphone: hang up: %w", ctx.Err())
	}
}

// bye says BYE. The call has ended as soon as that was sent (RFC 3261 section 15.1.1); bye returns when it was answered.
func (c *Call) bye(ctx context.Context, end End) error {
	p := c.phone
	req := c.request(sip.BYE)
	tx, err := p.send(ctx, req)
	c.finish(end)
	if err != nil {
		return err
	}
	res, err := p.finalOf(ctx, req, tx)
	if err == nil && challenged(res) {
		req = p.again(req, c.nextSeq())
		if err = p.authorize(req, res); err == nil {
			res, err = p.transact(ctx, req)
		}
	}
	if err == nil && !res.IsSuccess() && res.StatusCode != sip.StatusCallTransactionDoesNotExists {
		err = statusError(sip.BYE, res)
	}
	return err
}

// request makes a request within the dialog.
func (c *Call) request(method sip.RequestMethod) *sip.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phone.newRequest(method, c.dialog.target, &c.dialog, c.dialog.next())
}

func (c *Call) nextSeq() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dialog.next()
}

// finish ends the call here, once: nothing is sent or heard any more.
func (c *Call) finish(end End) {
	c.finishing.Do(func() {
		c.mu.Lock()
		c.end = end
		c.mu.Unlock()
		c.timer.stop.fire()
		c.phone.forget(c)
		c.media.close()
		c.phone.log.Debug("call ended", "call_id", c.key.callID, "end", end)
		c.ended.fire()
	})
}
