package voice

import (
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// Transaction is an INVITE transaction whose final response has gone or come (RFC 3261 section 17), for traces.
type Transaction struct {
	Out          bool      // we have sent the INVITE
	Again        bool      // within a dialog
	Began, Ended time.Time // from the INVITE to its final response
	Status       int       // of the final response; 0 = there was none
	VCC          center.VCCID
	Leg          center.LegID // "" = no leg of a center: the INVITE was refused, or its leg is gone
}

// traced tells of INVITE transactions. One of both kinds is told once.
type traced struct {
	tell  func(Transaction) // nil = nobody is told
	legs  *legs
	began sync.Map // *sip.ServerTx -> time.Time, of those that came in and are not answered yet
}

// sent lets what hands on the responses of a request that we send tell of the transaction too.
func (t *traced) sent(req *sip.Request, on func(*sip.Response, error)) func(*sip.Response, error) {
	if t.tell == nil || !req.IsInvite() {
		return on
	}
	told := Transaction{Out: true, Began: time.Now(), Again: req.To().Params.Has("tag")}
	t.place(&told, req.CallID().Value(), tagOf(req.From().Params))
	return func(res *sip.Response, err error) {
		if res == nil || !res.IsProvisional() {
			if res != nil {
				told.Status = res.StatusCode
			}
			told.Ended = time.Now()
			t.tell(told)
		}
		on(res, err)
	}
}

// came notes when an INVITE has come. It is forgotten when its transaction ends without a response of ours.
func (t *traced) came(req *sip.Request, tx *sip.ServerTx) {
	if t.tell == nil || !req.IsInvite() {
		return
	}
	t.began.Store(tx, time.Now())
	if !tx.OnTerminate(func(string, error) { t.began.Delete(tx) }) {
		t.began.Delete(tx) // it has ended already
	}
}

// answered tells of an INVITE that came, when res is its final response.
func (t *traced) answered(tx *sip.ServerTx, res *sip.Response) {
	if t.tell == nil || res.IsProvisional() {
		return
	}
	began, came := t.began.LoadAndDelete(tx)
	if !came {
		return
	}
	told := Transaction{Ended: time.Now(), Status: res.StatusCode}
	told.Began, _ = began.(time.Time)
	if origin := tx.Origin(); origin != nil && origin.To() != nil {
		told.Again = origin.To().Params.Has("tag")
	}
	if res.To() != nil && res.CallID() != nil {
		t.place(&told, res.CallID().Value(), tagOf(res.To().Params))
	}
	t.tell(told)
}

// place names the leg of a transaction by its Call-ID and our tag.
func (t *traced) place(told *Transaction, callID, ours string) {
	if l := t.legs.dialog(dialogKey{callID, ours}); l != nil {
		told.VCC, told.Leg = l.key.vcc, l.key.id
	}
}
