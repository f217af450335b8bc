package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// PortRange is a range of UDP ports, both ends included. The zero PortRange lets the system pick.
type PortRange struct {
	First, Last int
}

// minPorts is what one call needs: two legs with two ports each.
const minPorts = 4

// UnmarshalText reads "first-last", or "0" for ports that the system picks.
func (p *PortRange) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*p = PortRange{}
		return nil
	}
	first, last, ok := strings.Cut(string(text), "-")
	from, err1 := strconv.Atoi(strings.TrimSpace(first))
	to, err2 := strconv.Atoi(strings.TrimSpace(last))
	if !ok || err1 != nil || err2 != nil {
		return errors.New(`must be a range of ports such as "10000-20000"`)
	}
	if from < 1024 || to > 65535 || to-from+1 < minPorts {
		return fmt.Errorf("must be a range of at least %d ports between 1024 and 65535", minPorts)
	}
	*p = PortRange{First: from, Last: to}
	return nil
}

// String writes the range as it is read.
func (p PortRange) String() string {
	if p == (PortRange{}) {
		return "0"
	}
	return fmt.Sprintf("%d-%d", p.First, p.Last)
}

// Network is an address or a network from which calls are taken.
type Network struct {
	netip.Prefix
}

// UnmarshalText reads "198.51.100.0/24", or "198.51.100.7" for a single address.
func (n *Network) UnmarshalText(text []byte) error {
	if address, err := netip.ParseAddr(string(text)); err == nil && address.Zone() == "" {
		n.Prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		return errors.New(`must be an IP address or a network such as "198.51.100.0/24"`)
	}
	if prefix != prefix.Masked() {
		return fmt.Errorf("has bits beyond the network's; did you mean %q?", prefix.Masked())
	}
	n.Prefix = prefix
	return nil
}

// Share is a part of a whole, from 0, none of it, to 1, all of it.
type Share float64

// UnmarshalText reads "0.25" or "1".
func (s *Share) UnmarshalText(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(value >= 0 && value <= 1) { // NaN too
		return errors.New("must be a number from 0 to 1, such as 0.25")
	}
	*s = Share(value)
	return nil
}

// Recording says whose talks are recorded.
type Recording struct {
	Mode  string // none, all, chosen or share
	Share int    // percent of the calls, with share
}

// The modes of recording.
const (
	recordNone   = "none"
	recordAll    = "all"
	recordChosen = "chosen"
	recordShare  = "share"
)

var errRecording = errors.New("must be none, all, chosen or {share: 1..100}")

// UnmarshalText reads a mode by its name; the share is a map and read by the binder.
func (r *Recording) UnmarshalText(text []byte) error {
	switch mode := string(text); mode {
	case recordNone, recordAll, recordChosen:
		*r = Recording{Mode: mode}
		return nil
	default:
		return errRecording
	}
}

// String writes the rule as it is read.
func (r Recording) String() string {
	if r.Mode == recordShare {
		return fmt.Sprintf("{share: %d}", r.Share)
	}
	return r.Mode
}
