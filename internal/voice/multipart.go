package voice

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// sdpType is the media type of session descriptions.
const sdpType = "application/sdp"

// maxParts bounds the parts of a body that are looked at. Gateways of the telephone network send two or three.
const maxParts = 10

// sessionPart puts the session description of a body of several parts (RFC 5621 section 3.1) in the body's place. Gateways send the signalling of the
// telephone network beside it (ISUP, QSIG), or where a caller is, which is nothing to us. A body without one stays as it is.
func sessionPart(msg interface {
	Body() []byte
	SetBody([]byte)
	ContentType() *sip.ContentTypeHeader
}) {
	header := msg.ContentType()
	if header == nil || !strings.HasPrefix(strings.ToLower(header.Value()), "multipart/") {
		return
	}
	_, params, err := mime.ParseMediaType(header.Value())
	if err != nil || params["boundary"] == "" {
		return
	}
	parts := multipart.NewReader(bytes.NewReader(msg.Body()), params["boundary"])
	for range maxParts {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || kind != sdpType || encoded(part.Header.Get("Content-Transfer-Encoding")) {
			continue
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return
		}
		*header = sdpType
		msg.SetBody(body)
		return
	}
}

// encoded tells of a part's transfer encoding that it changes the bytes; SIP, which carries all of them, has no need of that.
func encoded(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "7bit", "8bit", "binary":
		return false
	}
	return true
}
