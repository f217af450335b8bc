package gateway

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// Bounds of downloads. An hour's recording has 115 MB.
const (
	// DefaultDownloads is how many run at a time.
	DefaultDownloads = 50
	agentDownloads   = 4                // of one agent at a time: a browser that fetches parts of a file opens several
	downloadTime     = 30 * time.Minute // for one; whoever needs longer asks for the rest by a range
	pieceTime        = 15 * time.Second // for one piece
	pieceSize        = 64 << 10         // bytes
)

// downloads counts what is being downloaded.
type downloads struct {
	most   int
	piece  time.Duration   // pieceTime
	ending context.Context // over when the gateway ends
	end    context.CancelFunc

	mu     sync.Mutex
	all    int
	agents map[center.AgentID]int
}

func newDownloads(most int) *downloads {
	if most == 0 {
		most = DefaultDownloads
	}
	d := &downloads{most: most, piece: pieceTime, agents: map[center.AgentID]int{}}
	d.ending, d.end = context.WithCancel(context.Background())
	return d
}

// begin counts one more; done, to be called once, counts it out. 000-007 when there are too many: the client is to come again.
func (d *downloads) begin(agent center.AgentID) (done func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all >= d.most || d.agents[agent] >= agentDownloads {
		return nil, result.RepeatedCall.Because("too many recordings are being downloaded: call again later")
	}
	d.all++
	d.agents[agent]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.all--
		if d.agents[agent]--; d.agents[agent] == 0 {
			delete(d.agents, agent)
		}
	}, nil
}

// EndDownloads cuts off all downloads, at the end of the program: their clients ask for the rest by a range.
func (g *Gateway) EndDownloads() { g.downloads.end() }

// download is a recording on its way to a client: whole, or as it is converted.
type download struct {
	gateway   *Gateway
	recording Recording
	format    string
	whole     io.ReadSeekCloser
	made      io.ReadCloser
	ended     func()
}

func (d *download) close() {
	file := d.made
	if d.whole != nil {
		file = d.whole
	}
	if err := file.Close(); err != nil {
		d.gateway.log.Warn("recording not closed", "recording", string(d.recording.ID), "error", err)
	}
	d.ended()
}

// serve writes the recording. A WAV file answers ranges (RFC 9110 section 14) with 206 and 416; those are the only replies with another status
// than 200, and carry no result code.
func (d *download) serve(w http.ResponseWriter, r *http.Request) {
	defer d.close()
	paced, stop := d.pace(w, r)
	defer stop()
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream;charset=utf-8") // cec_07_4214
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": string(d.recording.ID) + "." + d.format}))
	header.Set("Cache-Control", "no-store") // what customers said is for this agent's ears alone
	header.Set("X-Content-Type-Options", "nosniff")
	if d.whole != nil {
		header.Set("ETag", `"`+string(d.recording.ID)+`"`) // a recording that has ended does not change any more
		http.ServeContent(paced, r, "", d.recording.Ended, d.whole)
		return
	}
	header.Set("Accept-Ranges", "none")
	w.WriteHeader(http.StatusOK)
	if _, err := io.CopyBuffer(paced, d.made, make([]byte, pieceSize)); err != nil {
		if !errors.Is(err, errCut) && paced.ctx.Err() == nil {
			d.gateway.log.Error("recording not delivered whole", "recording", string(d.recording.ID), "format", d.format, "error", err)
		}
		panic(http.ErrAbortHandler) // so that the client sees that the end is missing
	}
}

// pacedWriter writes piece by piece and gives each its time. It does not show what else the connection can do: sendfile knows no pieces.
type pacedWriter struct {
	http.ResponseWriter
	ctx        context.Context //nolint:containedctx // of this one reply
	connection *http.ResponseController
	piece      time.Duration
}

// pace makes the writer of a reply; stop is to be called at its end.
func (d *download) pace(w http.ResponseWriter, r *http.Request) (paced *pacedWriter, stop func()) {
	ctx, cancel := context.WithTimeout(r.Context(), downloadTime)
	paced = &pacedWriter{ResponseWriter: w, ctx: ctx, connection: http.NewResponseController(w), piece: d.gateway.downloads.piece}
	unhook := context.AfterFunc(d.gateway.downloads.ending, func() {
		cancel()
		_ = paced.connection.SetWriteDeadline(time.Now()) // what waits for the client waits no longer
	})
	return paced, func() {
		unhook()
		cancel()
	}
}

// Write gives each piece its time.
func (p *pacedWriter) Write(data []byte) (written int, err error) {
	for len(data) > 0 {
		piece := data[:min(len(data), pieceSize)]
		// Not every ResponseWriter has deadlines (in tests); those of a server do.
		_ = p.connection.SetWriteDeadline(time.Now().Add(p.piece))
		if err := p.ctx.Err(); err != nil {
			return written, errors.Join(errCut, err)
		}
		n, err := p.ResponseWriter.Write(piece)
		written += n
		if err != nil {
			return written, errors.Join(errCut, err)
		}
		data = data[n:]
	}
	return written, nil
}
