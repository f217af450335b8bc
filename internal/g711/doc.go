// Package g711 converts between 16-bit linear samples and the two companding laws of ITU-T G.711 (µ-law, RTP payload type
// PCMU; A-law, PCMA; RFC 3551 section 4.5.14), at 8000 samples a second and one byte a sample.
//
// Conversion is by tables that are computed once, at start, from the rule of the recommendation. The encoders see samples as
// ITU-T G.191 does: left-justified 14 bits for µ-law and 13 bits for A-law, negative samples by one's complement, so that the
// result is the same as that of the ITU's own software for each of the 65536 samples.
package g711
