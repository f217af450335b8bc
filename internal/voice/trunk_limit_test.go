package voice

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ccgateway/internal/center"
)

// bounded gives the rig's trunks limits.
func bounded(r *rig, limits TrunkLimits) {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	for i := range r.d.trunks {
		r.d.trunks[i].Limits = limits
	}
}

// TestLimit_In: a call above a trunk's limit is busy, and there is room again when a call has ended.
func TestLimit_In(t *testing.T) {
	for name, limits := range map[string]TrunkLimits{"in": {In: 1}, "together": {Calls: 1}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testDirectory())
			bounded(r, limits)
			u := newUA(r, transportUDP, "0555")
			first, tx := arrivedCall(r, u)
			refused := u.send(u.inviteTo("1000")).want(sip.StatusBusyHere)
			if h := refused.GetHeader("Retry-After"); h == nil || h.Value() == "0" {
				t.Errorf("%s", refused)
			}
			r.carry(center.HangUp{Leg: first, Cause: center.CauseRefused})
			tx.want(sip.StatusGlobalDecline)
			r.free("provider")
			second, tx := arrivedCall(r, u)
			r.carry(center.HangUp{Leg: second, Cause: center.CauseRefused})
			tx.want(sip.StatusGlobalDecline)
			r.free("provider")
			if s := r.state("provider"); s.Refused["in calls"] != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// free waits until all places of a trunk are free: they are given back right after the call's last message.
func (r *rig) free(trunk string) {
	r.t.Helper()
	r.until("the places of "+trunk+" are free", func() bool { s := r.state(trunk); return s.In+s.Out == 0 })
}

// inviteTo is a caller's INVITE by the trunk.
func (u *ua) inviteTo(number string) *sip.Request {
	req := u.request(sip.INVITE, u.serverURI(number))
	withSDP(req, []byte(sdpOf(4000, "sendrecv")))
	return req
}

func arrivedCall(r *rig, u *ua) (center.LegID, *clientTx) {
	r.t.Helper()
	tx := u.send(u.inviteTo("1000"))
	arrived, _ := next[center.CallArrived](r.c)
	return arrived.Leg, tx
}

// TestLimit_Rate: calls that come too fast are told to come back in a second.
func TestLimit_Rate(t *testing.T) {
	r := newRig(t, testDirectory())
	bounded(r, TrunkLimits{Rate: 1})
	u := newUA(r, transportUDP, "0555")
	refused := 0
	for range 3 { // of three within a moment, two at most fall into a second of their own
		tx := u.send(u.inviteTo("1000"))
		if res := tx.response(); res.StatusCode == sip.StatusServiceUnavailable {
			refused++
			if h := res.GetHeader("Retry-After"); h == nil || h.Value() != "1" {
				t.Errorf("%s", res)
			}
			continue
		}
		arrived, _ := next[center.CallArrived](r.c)
		r.carry(center.HangUp{Leg: arrived.Leg, Cause: center.CauseRefused})
		tx.want(sip.StatusGlobalDecline)
	}
	if s := r.state("provider"); refused == 0 || s.Refused["in rate"] != uint64(refused) {
		t.Errorf("%d refused; %+v", refused, s)
	}
}

// TestLimit_Out: a full trunk is passed over; when all are full, the leg ends as unreachable; a place is free when its call has ended.
func TestLimit_Out(t *testing.T) {
	r, first, second := twoLines(t, transportUDP)
	bounded(r, TrunkLimits{Out: 1})
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301"})
	one := first.receive(sip.INVITE)
	r.carry(center.Ring{Leg: "o2", Trunk: "first", Number: "0301"})
	two := second.receive(sip.INVITE)
	r.carry(center.Ring{Leg: "o3", Trunk: "first", Number: "0301"})
	r.c.ended("o3", center.CauseUnreachable)
	first.reply(one, 200, "t", sdpOf(4000, "sendrecv"))
	next[center.LegAnswered](r.c)
	first.receive(sip.ACK)
	first.calledBy(one, "t").bye()
	r.c.ended("o1", center.CauseHungUp)
	second.reply(two, 486, "t", "")
	r.c.ended("o2", center.CauseBusy)
	r.free("first")
	r.carry(center.Ring{Leg: "o4", Trunk: "first", Number: "0301"})
	four := first.receive(sip.INVITE)
	first.reply(four, 486, "t", "")
	r.c.ended("o4", center.CauseBusy)
	r.free("first")
	r.free("second")
	if s := r.state("first"); s.Refused["out calls"] != 2 {
		t.Errorf("%+v", s)
	}
}

// TestLimit_Failover: a trunk that fails gives its place back when the call goes on by the next one, though its INVITE has no end yet.
func TestLimit_Failover(t *testing.T) {
	r, first, second := twoLines(t, transportUDP)
	bounded(r, TrunkLimits{Calls: 1})
	r.carry(center.Ring{Leg: "o1", Trunk: "first", Number: "0301", Caller: "0309"})
	first.receive(sip.INVITE) // says nothing
	inv := second.receive(sip.INVITE)
	if a, b := r.state("first").Out, r.state("second").Out; a != 0 || b != 1 {
		t.Errorf("%d and %d calls; want 0 and 1", a, b)
	}
	second.reply(inv, 486, "x", "")
	r.c.ended("o1", center.CauseBusy)
}

// TestLineCalls counts by direction, together and by second.
func TestLineCalls(t *testing.T) {
	now := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		has  lineCalls
		most TrunkLimits
		d    way
		want limitReason
	}{
		"none":           {lineCalls{now: [2]int{99, 99}}, TrunkLimits{}, callIn, withinLimits},
		"in full":        {lineCalls{now: [2]int{2, 0}}, TrunkLimits{In: 2}, callIn, tooManyCalls},
		"other way":      {lineCalls{now: [2]int{2, 0}}, TrunkLimits{In: 2}, callOut, withinLimits},
		"out full":       {lineCalls{now: [2]int{0, 2}}, TrunkLimits{Out: 2}, callOut, tooManyCalls},
		"together":       {lineCalls{now: [2]int{1, 2}}, TrunkLimits{Calls: 3}, callIn, tooManyCalls},
		"same second":    {lineCalls{second: 1000, begun: 5}, TrunkLimits{Rate: 5}, callOut, tooFast},
		"another second": {lineCalls{second: 999, begun: 5}, TrunkLimits{Rate: 5}, callOut, withinLimits},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.has.judge(c.d, c.most, now); got != c.want {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}
