package g711

import "math/bits"

// The laws look at the upper 14 (µ) and 13 (A) bits of a 16-bit sample only, so the encoding tables are indexed by those and
// stay small enough for the first-level cache.
const (
	muShift = 2
	aShift  = 3
)

var (
	muDecode [256]int16
	aDecode  [256]int16
	muEncode [1 << (16 - muShift)]byte
	aEncode  [1 << (16 - aShift)]byte
)

func init() {
	for c := range 256 {
		muDecode[c] = muExpand(byte(c))
		aDecode[c] = aExpand(byte(c))
	}
	for i := range muEncode {
		muEncode[i] = muCompress(int16(uint16(i) << muShift))
	}
	for i := range aEncode {
		aEncode[i] = aCompress(int16(uint16(i) << aShift))
	}
}

// magnitude gives the size of a sample by one's complement, and the sign bit of both laws (1 = positive).
func magnitude(s int16) (size uint16, sign byte) {
	if s < 0 {
		return uint16(^s), 0
	}
	return uint16(s), 0x80
}

// muCompress is G.711 table 2: the size in 14-bit units is moved by 33, so that the segments begin at powers of two; segment
// and four bits below the leading one make the code, sent inverted.
func muCompress(s int16) byte {
	size, sign := magnitude(s)
	const bias, ceiling = 33, 0x1FFF
	v := min(size>>muShift+bias, ceiling)
	segment := bits.Len16(v) - 6 // 33..63 is segment 0
	mantissa := byte(v>>(segment+1)) & 0x0F
	return sign | ^(byte(segment)<<4|mantissa)&0x7F
}

// muExpand is the middle of the interval that muCompress maps to the code.
func muExpand(code byte) int16 {
	inverted := ^code
	segment := inverted >> 4 & 0x07
	mantissa := int(inverted & 0x0F)
	size := (2*mantissa+33)<<segment - 33 // in 14-bit units
	size <<= muShift
	if code&0x80 == 0 {
		return int16(-size)
	}
	return int16(size)
}

// aCompress is G.711 table 1: two linear segments of equal step at the bottom, then steps that double; the even bits are
// inverted for transmission (0x55).
func aCompress(s int16) byte {
	size, sign := magnitude(s)
	v := size >> 4 // 12 bits of size
	code := byte(v)
	if v > 15 {
		segment := bits.Len16(v) - 4 // 16..31 is segment 1
		mantissa := byte(v>>(segment-1)) & 0x0F
		code = byte(segment)<<4 | mantissa
	}
	return (sign | code) ^ 0x55
}

// aExpand is the middle of the interval that aCompress maps to the code.
func aExpand(code byte) int16 {
	plain := code ^ 0x55
	segment := plain >> 4 & 0x07
	size := int(plain&0x0F)<<4 + 8
	if segment > 0 {
		size = (size + 0x100) << (segment - 1)
	}
	if plain&0x80 == 0 {
		return int16(-size)
	}
	return int16(size)
}
