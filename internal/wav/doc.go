// Package wav writes and reads WAV files of 8000 samples a second.
//
// The Writer makes recordings that survive a crash: the header is written first, and its sizes are set anew after each block
// of samples, so that a file that is cut off at any moment plays up to its last block. Repair sets the sizes of such a file
// to all that it holds.
//
// Decode reads prompts: PCM of 16 bits, A-law or µ-law, one or two channels.
package wav

import "errors"

// SampleRate is the number of samples a second (of each channel).
const SampleRate = 8000

// Errors of the package.
var (
	// ErrFormat: not a WAV file, or one that is broken or of a kind that is not read here; the message says which.
	ErrFormat = errors.New("not a usable WAV file")
	// ErrTooLong: a file would grow beyond what the format's 32-bit sizes can tell, or a prompt beyond the given bound.
	ErrTooLong = errors.New("WAV file too long")
)

// Format tags of the fmt chunk (RFC 2361).
const (
	tagPCM        = 1
	tagALaw       = 6
	tagMuLaw      = 7
	tagExtensible = 0xFFFE
)

const (
	riffHeaderSize  = 12 // "RIFF", size, "WAVE"
	chunkHeaderSize = 8  // name, size
	fmtSize         = 16
	headerSize      = riffHeaderSize + chunkHeaderSize + fmtSize + chunkHeaderSize
	bytesPerSample  = 2
	maxChannels     = 2
	maxDataSize     = 0xFFFFFFFF - headerSize // so that the RIFF size fits 32 bits too
)
