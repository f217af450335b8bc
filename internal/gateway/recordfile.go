package gateway

import (
	"context"
	"slices"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Downloading recordings (other.yaml, and the two last of qualitycontrol.yaml).

// fileShape is the reply of a download that fails: JSON with result "" (cec_07_4214). One that succeeds is the file itself.
var fileShape = shape{message: "", member: "result", kind: filed}

// noPicture is why videos are refused: VIDEO_DOWNLOAD_FLAG is off where nothing makes any (cec_07_0465).
const noPicture = "this center carries voice only, so there is no video"

// Formats of a download. The member format is our own: the reference has one format for all recordings.
const (
	formatWAV = "wav"
	maxFormat = 16 // characters
)

// formatOf reads the format that a client wants.
func formatOf(query fields) string {
	if text := query.text("format", maxFormat); text != "" {
		return text
	}
	return formatWAV
}

// downloadRecordFile: filetype and locationId say which drive the file lies on (cec_07_4214); ours all lie on one and are found by their names,
// so both are only read.
func downloadRecordFile(ctx context.Context, g *Gateway, q *request) (any, error) {
	query := q.fromQuery()
	name, format := recordName(query, "recordId"), formatOf(query)
	query.integer("filetype", 1, 1, 2)
	query.integer("locationId", 0, 0, maxLocation)
	if err := g.downloads.allowed(ctx, g, q); err != nil {
		return nil, err
	}
	r, err := g.hearable(ctx, q, name)
	if err != nil {
		return nil, err
	}
	return g.deliver(ctx, q, r, format)
}

// maxLocation is the highest number of a site (cec_07_4212).
const maxLocation = 65535

// downloadRecordFileEx gives the audio of a call: of the asking agent, or of the one whom workNo names. It is what hwFileName, the video, is
// not given for.
func downloadRecordFileEx(ctx context.Context, g *Gateway, q *request) (any, error) {
	query := q.fromQuery()
	query.required("callId", maxCallID)
	call, format, owner := query.callID("callId"), formatOf(query), q.agent
	if _, named := query.get("workNo"); named {
		owner = query.agent("workNo")
	}
	video := query.text("hwFileName", maxRecordName)
	if err := g.downloads.allowed(ctx, g, q); err != nil {
		return nil, err
	}
	if video != "" {
		return nil, result.NoRecording.Because("%s", noPicture)
	}
	r, err := g.ofCall(ctx, q, call, owner)
	if err != nil {
		return nil, err
	}
	return g.deliver(ctx, q, r, format)
}

// ofCall finds an agent's recording of a call, of several the newest that is complete.
func (g *Gateway) ofCall(ctx context.Context, q *request, call center.CallID, owner center.AgentID) (Recording, error) {
	if err := g.mayHear(ctx, q, Recording{Owner: owner}); err != nil {
		return Recording{}, err
	}
	found, err := g.config.Recordings.OfCall(ctx, q.vcc, call, owner)
	if err != nil {
		return Recording{}, err
	}
	if i := slices.IndexFunc(found, func(r Recording) bool { return r.ready() == nil }); i > 0 {
		found = found[i:]
	}
	return g.choose(ctx, q, found, owner == q.agent)
}

func videoFile(q *request) {
	query := q.fromQuery()
	query.required("conferenceId", maxRecordName)
	query.need("fileType", 0, 2)
}

func videoFileEx(q *request) { q.fromQuery().required("recordId", maxRecordName) }

// allowed answers what every download asks first: what is wrong with the request, with the session, and whether downloads are switched on.
func (d *downloads) allowed(ctx context.Context, g *Gateway, q *request) error {
	if err := g.decoded(ctx, q); err != nil {
		return err
	}
	if _, err := g.authenticate(ctx, q); err != nil {
		return err
	}
	if g.config.Recordings == nil || g.config.Downloads < 0 {
		return result.DownloadsOff.Err()
	}
	return nil
}

// deliver lets a recording be written to the client. It is written down before a byte goes out.
func (g *Gateway) deliver(ctx context.Context, q *request, r Recording, format string) (any, error) {
	done, err := g.downloads.begin(q.agent)
	if err != nil {
		return nil, err
	}
	file, err := g.open(ctx, r, format)
	if err != nil {
		done()
		return nil, err
	}
	file.ended = done
	if err := g.config.Recordings.Used(ctx, q.vcc, q.agent, q.route.Name, r); err != nil {
		file.close()
		return nil, err
	}
	return file, nil
}

// open makes what is written.
func (g *Gateway) open(ctx context.Context, r Recording, format string) (*download, error) {
	file := &download{gateway: g, recording: r, format: format}
	var err error
	if format == formatWAV {
		file.whole, err = g.config.Recordings.Open(r)
	} else {
		file.made, err = g.config.Recordings.Convert(ctx, r, format)
	}
	return file, err
}
