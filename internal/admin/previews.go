package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// Bounds of one request for previews. A campaign of more sends several.
const (
	MaxPreviews     = 500                    // customers: the centers carry them out one after another, between the calls of agents
	maxPreviewsBody = MaxPreviews * 34 << 10 // each may carry 16 KiB of call data, twice that when all of it is escaped
)

// Preview is a customer to be called: an agent of the queue looks at him and dials one of his numbers (previewCallout), or with Auto it is
// dialled for the agent.
type Preview struct {
	Skill   center.SkillID `json:"skill"`
	Numbers []string       `json:"numbers"` // 1 to 5
	Data    string         `json:"data,omitempty"`
	Auto    bool           `json:"auto,omitempty"`
	Waiting time.Time      `json:"waiting,omitzero"` // since when he waits, which gives him his place among the queue's callers; zero = now
}

// Offered says what became of a Preview: it has a control number, or Error says why the center did not take it.
type Offered struct {
	Control int64  `json:"control,omitempty"`
	Error   string `json:"error,omitempty"`
}

type (
	previewsAsked struct {
		Previews []Preview `json:"previews"`
	}
	previewsOffered struct {
		Previews []Offered `json:"previews"`
	}
)

// Noted is an act of an administrator, for the audit.
type Noted struct {
	VCC    center.VCCID
	Actor  string
	Act    string
	Detail string
}

// offerPreviews handles POST /admin/previews?vcc=N. Customers are taken one by one: the answer says of each what became of him.
func (o Options) offerPreviews(w http.ResponseWriter, r *http.Request) {
	vcc, err := o.vcc(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	asked, err := readPreviews(http.MaxBytesReader(w, r.Body, maxPreviewsBody))
	if err != nil {
		http.Error(w, "read previews: "+err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if !o.noted(w, r, Noted{VCC: vcc, Act: "offerPreview", Detail: fmt.Sprintf("%d customers", len(asked))}) {
		return
	}
	answer := previewsOffered{Previews: make([]Offered, 0, len(asked))}
	for _, p := range asked {
		reply, err := o.Centers.Do(r.Context(), vcc, center.OfferPreview(p))
		if err != nil {
			http.Error(w, fmt.Sprintf("after %d customers: %v", len(answer.Previews), err), http.StatusServiceUnavailable)
			return
		}
		answer.Previews = append(answer.Previews, offered(reply))
	}
	o.send(w, answer)
}

// offered puts a center's reply in words.
func offered(reply center.Reply) Offered {
	if reply.Err != nil {
		return Offered{Error: reply.Err.Error()}
	}
	control, _ := reply.Value.(int64)
	return Offered{Control: control}
}

// readPreviews reads the body of a request.
func readPreviews(body io.Reader) ([]Preview, error) {
	var asked previewsAsked
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the object")
	}
	if n := len(asked.Previews); n == 0 || n > MaxPreviews {
		return nil, fmt.Errorf("%d customers are not 1 to %d", n, MaxPreviews)
	}
	return asked.Previews, nil
}

// withdrawPreview handles DELETE /admin/previews?vcc=N&control=N.
func (o Options) withdrawPreview(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	vcc, err := o.vcc(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	control, err := strconv.ParseInt(query.Get("control"), 10, 64)
	if err != nil {
		http.Error(w, fmt.Sprintf("control: %q is no number", query.Get("control")), http.StatusUnprocessableEntity)
		return
	}
	if !o.noted(w, r, Noted{VCC: vcc, Act: "withdrawPreview", Detail: fmt.Sprintf("control number %d", control)}) {
		return
	}
	reply, err := o.Centers.Do(r.Context(), vcc, center.WithdrawPreview{Control: control})
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case reply.Err != nil:
		http.Error(w, reply.Err.Error(), http.StatusUnprocessableEntity)
	default:
		fmt.Fprintf(w, "control number %d withdrawn\n", control)
	}
}

// noted writes an act into the audit before it is done: what cannot be written down is not done.
func (o Options) noted(w http.ResponseWriter, r *http.Request, n Noted) bool {
	n.Actor = "administrator at " + r.RemoteAddr
	if err := o.Note(r.Context(), n); err != nil {
		http.Error(w, fmt.Sprintf("%s: write audit: %v", n.Act, err), http.StatusServiceUnavailable)
		return false
	}
	o.Log.Info("previews", "act", n.Act, "vcc", n.VCC, "detail", n.Detail, "remote", r.RemoteAddr)
	return true
}

// SendPreviews gives customers to be called to the running server at address; at most MaxPreviews. vcc 0 = the only one.
func SendPreviews(ctx context.Context, address, token string, vcc center.VCCID, wanted []Preview) ([]Offered, error) {
	body, err := json.Marshal(previewsAsked{wanted})
	if err != nil {
		return nil, fmt.Errorf("previews: %w", err)
	}
	var answer previewsOffered
	err = door{address, token}.ask(ctx, http.MethodPost, "previews", vccQuery(vcc), bytes.NewReader(body), func(reply io.Reader) error {
		return json.NewDecoder(io.LimitReader(reply, mostWords)).Decode(&answer)
	})
	if err == nil && len(answer.Previews) != len(wanted) {
		err = fmt.Errorf("previews: answer speaks of %d customers, not %d", len(answer.Previews), len(wanted))
	}
	return answer.Previews, err
}

// WithdrawPreview takes a customer back who was to be called, and returns the server's words. vcc 0 = the only one.
func WithdrawPreview(ctx context.Context, address, token string, vcc center.VCCID, control int64) (words string, err error) {
	query := vccQuery(vcc)
	query.Set("control", strconv.FormatInt(control, 10))
	err = door{address, token}.ask(ctx, http.MethodDelete, "previews", query, nil, inWords(&words))
	return words, err
}

func vccQuery(vcc center.VCCID) url.Values {
	query := url.Values{}
	if vcc != 0 {
		query.Set(askVCC, strconv.Itoa(int(vcc)))
	}
	return query
}
