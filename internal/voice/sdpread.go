package voice

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// parseSDP reads a session description into pion's form. Pion's own reader refuses a whole description for one line that it does not
// know (m=image with udptl, the fax offer of many gateways; b=X-...; a session number that is none). We read what we use, c=, m= and
// a=, and leave the rest.
func parseSDP(body []byte) (*sdp.SessionDescription, error) {
	all := &sdp.SessionDescription{}
	first := true
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		kind, value, ok := strings.Cut(line, "=")
		if !ok || len(kind) != 1 || first && (kind != "v" || strings.TrimSpace(value) != "0") {
			return nil, fmt.Errorf("%w: line %q", errSDP, printable(hushed(line), 40))
		}
		first = false
		if err := takeLine(all, kind, value); err != nil {
			return nil, err
		}
	}
	if first {
		return nil, fmt.Errorf("%w: empty", errSDP)
	}
	return all, nil
}

// takeLine takes a line into the session, or into the media line that it follows.
func takeLine(all *sdp.SessionDescription, kind, value string) error {
	attributes, conn := &all.Attributes, &all.ConnectionInformation
	if n := len(all.MediaDescriptions); n > 0 {
		attributes, conn = &all.MediaDescriptions[n-1].Attributes, &all.MediaDescriptions[n-1].ConnectionInformation
	}
	switch kind {
	case "a":
		name, content, valued := strings.Cut(value, ":")
		if name = strings.ToLower(strings.TrimSpace(name)); valued {
			*attributes = append(*attributes, sdp.NewAttribute(name, content))
		} else {
			*attributes = append(*attributes, sdp.NewPropertyAttribute(name))
		}
	case "c":
		f := strings.Fields(value)
		if len(f) != 3 {
			return fmt.Errorf("%w: c=%q", errSDP, printable(hushed(value), 40))
		}
		address, _, _ := strings.Cut(f[2], "/") // "/" begins the TTL of a multicast address
		*conn = &sdp.ConnectionInformation{NetworkType: f[0], AddressType: f[1], Address: &sdp.Address{Address: address}}
	case "m":
		name, err := mediaName(value)
		if err != nil {
			return err
		}
		if len(all.MediaDescriptions) == maxMediaLines {
			return fmt.Errorf("%w: more than %d media lines", errSDP, maxMediaLines)
		}
		all.MediaDescriptions = append(all.MediaDescriptions, &sdp.MediaDescription{MediaName: name})
	}
	return nil
}

// mediaName reads the value of m=.
func mediaName(value string) (sdp.MediaName, error) {
	f := strings.Fields(value)
	if len(f) < 4 {
		return sdp.MediaName{}, fmt.Errorf("%w: m=%q", errSDP, printable(hushed(value), 40))
	}
	text, _, _ := strings.Cut(f[1], "/")
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return sdp.MediaName{}, fmt.Errorf("%w: port %q", errSDP, printable(hushed(f[1]), 40))
	}
	return sdp.MediaName{Media: f[0], Port: sdp.RangedPort{Value: int(port)}, Protos: strings.Split(f[2], "/"), Formats: f[3:]}, nil
}
