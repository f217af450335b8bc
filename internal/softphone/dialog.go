package softphone

import (
	"slices"

	"github.com/emiago/sipgo/sip"
)

// dialog is one SIP dialog as seen from here (RFC 3261 section 12). Call.mu guards it.
type dialog struct {
	callID    string
	localTag  string
	remoteTag string
	local     sip.Uri
	localName string
	remote    sip.Uri
	target    sip.Uri   // the other side's Contact
	routes    []sip.Uri // in the order in which requests pass them
	localSeq  uint32
	remoteSeq uint32
	// flow is the other end of the TCP connection that the dialog came over. Requests go there, since the other side may
	// have no listener at its Contact; empty over UDP.
	flow string
}

// answeredBy completes the caller's side by a response that makes a dialog (RFC 3261 section 12.1.2).
func (d *dialog) answeredBy(res *sip.Response) {
	if tag, ok := res.To().Params.Get("tag"); ok {
		d.remoteTag = tag
	}
	d.targeted(res)
	d.routes = recorded(res)
	slices.Reverse(d.routes)
}

// calledBy makes the called side from an INVITE (RFC 3261 section 12.1.1).
func (d *dialog) calledBy(req *sip.Request) {
	from, to := req.From(), req.To()
	d.callID = req.CallID().Value()
	d.localTag = newTag()
	d.remoteTag = from.Params.GetOr("tag", "")
	d.local, d.remote = to.Address, from.Address
	d.remoteSeq = req.CSeq().SeqNo
	d.target = from.Address
	d.targeted(req)
	d.routes = recorded(req)
	if sip.IsReliable(sip.NetworkToLower(req.Transport())) {
		d.flow = req.Source()
	}
}

// targeted takes the other side's Contact, if the message has one.
func (d *dialog) targeted(m sip.Message) {
	for _, h := range m.GetHeaders("Contact") {
		if contact, ok := h.(*sip.ContactHeader); ok {
			d.target = contact.Address
			return
		}
	}
}

// recorded gives the Record-Route of a message, top first.
func recorded(m sip.Message) []sip.Uri {
	var routes []sip.Uri
	for _, h := range m.GetHeaders("Record-Route") {
		if route, ok := h.(*sip.RecordRouteHeader); ok {
			routes = append(routes, route.Address)
		}
	}
	return routes
}

// next gives the number of our next request.
func (d *dialog) next() uint32 {
	d.localSeq++
	return d.localSeq
}
