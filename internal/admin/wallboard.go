package admin

import (
	"net/http"

	"ccgateway/internal/center"
)

// Boards serves the watches of VCCs.
type Boards interface {
	// Stream answers with a stream that lasts as long as the watcher wants it.
	Stream(w http.ResponseWriter, r *http.Request, vcc center.VCCID)
}

// wallboard answers /admin/wallboard.
func (o Options) wallboard(w http.ResponseWriter, r *http.Request) {
	vcc, err := o.vcc(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	o.Boards.Stream(w, r, vcc)
}
