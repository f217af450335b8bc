package media

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"time"
)

// Config is what an Engine is made of.
type Config struct {
	// Bind is the local address of all media sockets; the zero value is 0.0.0.0.
	Bind netip.Addr
	// Advertise is the address that Leg.LocalAddr tells, for SDP; the zero value is Bind. One of both must be a real address.
	Advertise netip.Addr
	// MinPort and MaxPort bound the UDP ports, both included. Each leg takes an even port and the next one.
	MinPort, MaxPort uint16
	// Schedulers is the number of goroutines that mix; 0 = one per core.
	Schedulers int
	// NoMedia is how long a leg that should be heard may send neither RTP nor RTCP before Events.MediaLost; 0 = for ever.
	NoMedia time.Duration
	// PromptDir is a folder with prompts, name.wav each (8 kHz, mono or stereo, PCM16, A-law or µ-law); "" = none. A file
	// there replaces a built-in prompt of the same name.
	PromptDir string
	// Events is told what happens.
	Events Events
	// Log gets warnings; nil = slog.Default().
	Log *slog.Logger
}

// Events are called one after another, by one goroutine of the engine, outside every lock. They may use the engine, but not
// close it. Nil members are left out.
type Events struct {
	// Digit is a key pressed: '0'..'9', '*', '#', 'A'..'D', once per key. It came as an event (RFC 4733), or, where these were not
	// agreed, as tones.
	Digit func(leg LegID, digit byte)
	// MediaLost tells that nothing has come from a leg for Config.NoMedia; again whenever so long has passed anew.
	MediaLost func(leg LegID)
	// RecordingEnded comes once for each recording that was started. With nil the file is complete and synced to disk;
	// otherwise the recording was broken off and holds what was written until then.
	RecordingEnded func(id RecordingID, err error)
	// RecordingQuiet tells that the party of a recording has said nothing for as long as WatchSilence wants. The recording goes on.
	RecordingQuiet func(id RecordingID)
	// PlayEnded tells that a playing to a leg is over: by its end, by a key, or with what went wrong. A key that came by RTP has been
	// told by Digit before.
	PlayEnded func(leg LegID, id PlayID, key bool, err error)
}

// Errors of the package.
var (
	// ErrNoPorts: each pair of ports of the range is in use, cooling down after use, or taken by another program.
	ErrNoPorts = errors.New("no free RTP port")
	// ErrClosed: the engine or the leg is closed.
	ErrClosed = errors.New("closed")
	// ErrExists: a leg or recording of that name exists.
	ErrExists = errors.New("exists already")
	// ErrNoLeg: there is no leg of that name.
	ErrNoLeg = errors.New("no such leg")
	// ErrDiskSlow: a recording was broken off because the disk did not keep up.
	ErrDiskSlow = errors.New("disk too slow for recording")
	// ErrDiskFull: a recording was broken off, or not begun, because the disk is nearly full.
	ErrDiskFull = errors.New("disk too full for recordings")
)

// withDefaults fills in what is not set and checks the rest.
func (c Config) withDefaults() (Config, error) {
	if !c.Bind.IsValid() {
		c.Bind = netip.IPv4Unspecified()
	}
	if !c.Advertise.IsValid() {
		c.Advertise = c.Bind
	}
	c.Bind, c.Advertise = c.Bind.Unmap(), c.Advertise.Unmap()
	if c.Advertise.IsUnspecified() {
		return c, errors.New("advertised media address is missing: the bound address stands for all addresses")
	}
	if c.MinPort == 0 || c.MaxPort <= c.MinPort {
		return c, fmt.Errorf("media port range %d-%d is empty", c.MinPort, c.MaxPort)
	}
	if c.Schedulers < 0 || c.NoMedia < 0 {
		return c, errors.New("negative number of schedulers or no-media time")
	}
	if c.Schedulers == 0 {
		c.Schedulers = runtime.GOMAXPROCS(0)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}
