//go:build !opus

package codec

// more are the codecs that this build has beside G.711.
var more []Codec
