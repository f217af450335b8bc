package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ccgateway/internal/center"
)

// Deletion says which recordings of a VCC are to be deleted: one, by its id or the fileName that clients know, or all that ended before a moment.
type Deletion struct {
	VCC       center.VCCID
	Recording string    // "" = by Before
	Before    time.Time // with Recording it is not looked at
	Why       string    // for the audit
	Actor     string    // for the audit; set by the port
}

// The members of a query about deletion, beside vcc and zone of questions about facts.
const (
	askRecording = "recording"
	askBefore    = "before"
	askWhy       = "why"
)

// maxWhy bounds a reason, in bytes: it stands in the audit for each recording.
const maxWhy = 200

// deleteRecordings handles POST /admin/recordings/delete?vcc=&recording=|before=&why=.
func (o Options) deleteRecordings(w http.ResponseWriter, r *http.Request) {
	wanted, err := o.readDeletion(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	wanted.Actor = "administrator at " + r.RemoteAddr
	deleted, err := o.DeleteRecordings(r.Context(), wanted)
	words := fmt.Sprintf("%d recordings deleted", deleted)
	if err != nil {
		http.Error(w, words+": "+err.Error(), http.StatusUnprocessableEntity)
		return
	}
	o.Log.Info("recordings deleted by an administrator", "vcc", int(wanted.VCC), "recordings", deleted, "remote", r.RemoteAddr)
	fmt.Fprintln(w, words)
}

func (o Options) readDeletion(q url.Values) (Deletion, error) {
	wanted := Deletion{Recording: q.Get(askRecording), Why: q.Get(askWhy)}
	var err error
	if wanted.VCC, err = o.vcc(q); err != nil {
		return wanted, err
	}
	switch {
	case wanted.Why == "" || len(wanted.Why) > maxWhy:
		return wanted, fmt.Errorf("why: a reason of 1 to %d bytes is needed for the audit", maxWhy)
	case (wanted.Recording == "") == (q.Get(askBefore) == ""):
		return wanted, errors.New("recording, before: exactly one is needed")
	case wanted.Recording != "":
		return wanted, nil
	}
	if wanted.Before, err = moment(q.Get(askBefore), time.UTC); err != nil {
		return wanted, fmt.Errorf("before: %w", err)
	}
	return wanted, nil
}

// SendDeletion asks the running server at address to delete recordings, and returns its words.
func SendDeletion(ctx context.Context, address, token string, wanted Deletion) (words string, err error) {
	query := url.Values{askWhy: {wanted.Why}}
	if wanted.VCC != 0 {
		query.Set(askVCC, strconv.Itoa(int(wanted.VCC)))
	}
	if wanted.Recording != "" {
		query.Set(askRecording, wanted.Recording)
	}
	if !wanted.Before.IsZero() {
		query.Set(askBefore, wanted.Before.Format(time.RFC3339))
	}
	err = door{address, token}.ask(ctx, http.MethodPost, "recordings/delete", query, nil, inWords(&words))
	return words, err
}
