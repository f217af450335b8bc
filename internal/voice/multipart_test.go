package voice

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// parts puts a session description between what gateways of the telephone network send beside it.
func parts(description string) []byte {
	return []byte("--b 1\r\nContent-Type: application/ISUP;version=x\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\x00\r\n" +
		"--b 1\r\ncontent-type: Application/SDP\r\n\r\n" + description + "\r\n--b 1--\r\n")
}

const partsType = `multipart/mixed; boundary="b 1"`

// TestMultipart: a call in whose offer, and one out whose answer, is a part among others; without a session description it is refused.
func TestMultipart(t *testing.T) {
	r, u := trunkRig(t, transportUDP)
	invite := func(body []byte) *sip.Request {
		req := u.invite("1000", "x")
		kind := sip.ContentTypeHeader(partsType)
		req.ReplaceHeader(&kind)
		req.SetBody(body)
		return req
	}
	u.send(invite([]byte("--b 1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b 1--\r\n"))).want(sip.StatusUnsupportedMediaType)
	u.send(invite(parts("v=1\r\n"))).want(sip.StatusBadRequest)
	req := invite(parts(sdpOf(4000, "sendrecv")))
	tx := u.send(req)
	arrived, _ := next[center.CallArrived](r.c)
	r.carry(center.AnswerLeg{Leg: arrived.Leg})
	res := tx.want(sip.StatusOK)
	if !isSDP(res) || !strings.Contains(string(res.Body()), "m=audio") {
		t.Errorf("%s", res)
	}
	c := u.callOf(req, res)
	c.ack("")
	c.bye()
	r.c.ended(arrived.Leg, center.CauseHungUp)

	r.carry(center.Ring{Leg: "o1", Trunk: "provider", Number: "0301"})
	inv := receiveAfterAck(u)
	answer := sip.NewResponseFromRequest(inv.Request, sip.StatusOK, "OK", parts(sdpOf(4000, "sendrecv")))
	answer.To().Params.Add("tag", "t")
	answer.AppendHeader(&sip.ContactHeader{Address: u.uri()})
	answer.AppendHeader(sip.NewHeader("Content-Type", partsType))
	must(t, inv.tx.Respond(answer))
	next[center.LegAnswered](r.c)
	u.receive(sip.ACK)
	u.calledBy(inv, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
}
