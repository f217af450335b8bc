package g711

// SampleRate is the number of samples a second of both laws.
const SampleRate = 8000

// Law is one of the two companding laws. The zero value is none and must not be used for conversion.
type Law uint8

// The laws.
const (
	LawUnknown Law = iota
	MuLaw          // North America, Japan; PCMU
	ALaw           // the rest of the world; PCMA
)

// The static payload types of the laws (RFC 3551 section 6).
const (
	PayloadTypePCMU uint8 = 0
	PayloadTypePCMA uint8 = 8
)

// String gives the law's name in SDP (a=rtpmap), "unknown" for the zero value.
func (l Law) String() string {
	switch l {
	case MuLaw:
		return "PCMU"
	case ALaw:
		return "PCMA"
	default:
		return "unknown"
	}
}

// Valid tells whether l is one of the two laws.
func (l Law) Valid() bool { return l == MuLaw || l == ALaw }

// PayloadType gives the static RTP payload type of the law.
func (l Law) PayloadType() uint8 {
	if l == ALaw {
		return PayloadTypePCMA
	}
	return PayloadTypePCMU
}

// Silence gives the code of the smallest positive sample: what is sent when nothing is heard.
func (l Law) Silence() byte {
	if l == ALaw {
		return 0xD5
	}
	return 0xFF
}

// Size gives the number of bytes of so many samples.
func (l Law) Size(samples int) int { return samples }

// Decode writes the samples of code into pcm, up to the shorter of both, and gives their number.
func (l Law) Decode(pcm []int16, code []byte) int {
	n := min(len(pcm), len(code))
	table := &muDecode
	if l == ALaw {
		table = &aDecode
	}
	pcm, code = pcm[:n], code[:n]
	for i, c := range code {
		pcm[i] = table[c]
	}
	return n
}

// Encode writes the codes of pcm into code, up to the shorter of both, and gives their number.
func (l Law) Encode(code []byte, pcm []int16) int {
	n := min(len(pcm), len(code))
	pcm, code = pcm[:n], code[:n]
	if l == ALaw {
		for i, s := range pcm {
			code[i] = aEncode[uint16(s)>>aShift]
		}
		return n
	}
	for i, s := range pcm {
		code[i] = muEncode[uint16(s)>>muShift]
	}
	return n
}
