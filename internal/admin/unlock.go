package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Unlock says whose locks after wrong passwords are to end.
type Unlock struct {
	Agent   int    // 0 = no agent
	Address string // an IP address; "" = none
	Actor   string // for the audit; set by the port
}

// unlock handles POST /admin/unlock?agent=101&address=198.51.100.9, either or both.
func (o Options) unlock(w http.ResponseWriter, r *http.Request) {
	if o.Unlock == nil {
		http.NotFound(w, r)
		return
	}
	query := r.URL.Query()
	wanted := Unlock{Address: query.Get("address"), Actor: "administrator at " + r.RemoteAddr}
	if text := query.Get("agent"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			http.Error(w, "agent is not a number", http.StatusBadRequest)
			return
		}
		wanted.Agent = n
	}
	words, err := o.Unlock(r.Context(), wanted)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	fmt.Fprintln(w, words)
}

// SendUnlock asks the running server at address to end locks, and returns its words.
func SendUnlock(ctx context.Context, address, token string, wanted Unlock) (words string, err error) {
	query := url.Values{}
	if wanted.Agent != 0 {
		query.Set("agent", strconv.Itoa(wanted.Agent))
	}
	if wanted.Address != "" {
		query.Set("address", wanted.Address)
	}
	err = door{address, token}.ask(ctx, http.MethodPost, "unlock", query, nil, inWords(&words))
	return words, err
}
