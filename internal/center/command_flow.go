package center

import "time"

// A flow is run outside of the center, by the flow engine: the center tells it what happens (FlowBegan, FlowTold, FlowEnded) and
// takes its orders. Run numbers the stays of a call in flows: an order with a Run that is over changes nothing and is refused
// with OperationFailed.
type (
	// FlowAnswer answers the caller's leg if it is not answered yet.
	FlowAnswer struct {
		Call CallID
		Run  uint64
	}
	// FlowPlay plays to the caller, over the waiting music if he waits in a queue; its end comes as FlowTold. A new one takes the
	// place of one that plays. It answers the caller's leg.
	FlowPlay struct {
		Call  CallID
		Run   uint64
		Sound []Sound
		Barge bool // a key ends it
		// Number comes back with FlowPlayed: the end of an earlier playing that crosses this order is told from this one's.
		Number uint64
	}
	// FlowHush ends what plays.
	FlowHush struct {
		Call CallID
		Run  uint64
	}
	// FlowSecret begins or ends the time in which the caller's keys are secret: they go to the flow engine alone, not by the center.
	FlowSecret struct {
		Call CallID
		Run  uint64
		On   bool
	}
	// FlowData sets the call's data.
	FlowData struct {
		Call CallID
		Run  uint64
		Data string
	}
	// FlowQueue lets the caller wait in a queue, for the first time or moved from another; the flow goes on beside it until an agent
	// answers. Refused with OperationFailed when the queue is full or not configured.
	FlowQueue struct {
		Call     CallID
		Run      uint64
		Skill    SkillID
		KeepTime bool // the place counts from when he first waited, in whichever queue
	}
	// FlowLeave takes the caller out of his queue, back into the flow.
	FlowLeave struct {
		Call CallID
		Run  uint64
	}
	// FlowTransfer hands the caller to an agent, to a number outside or to another flow. When a number or an agent does not answer
	// the flow goes on with FlowTold.
	FlowTransfer struct {
		Call CallID
		Run  uint64
		To   Device
	}
	// FlowCallBack notes that the caller wants to be called back: his place in the queue is kept, also when he hangs up.
	FlowCallBack struct {
		Call   CallID
		Run    uint64
		Skill  SkillID
		Number string
	}
	// FlowRecord records the caller (voicemail) until he has said nothing for Silence (0 = for ever), Longest is over, or
	// FlowStopRecord. Its end comes as FlowTold.
	FlowRecord struct {
		Call    CallID
		Run     uint64
		Longest time.Duration
		Skill   SkillID // whose agents are told of the message
		Silence time.Duration
	}
	// FlowStopRecord ends the recording.
	FlowStopRecord struct {
		Call CallID
		Run  uint64
	}
	// FlowReturn gives a suspended call back to the agent who waits for it.
	FlowReturn struct {
		Call CallID
		Run  uint64
	}
	// FlowHangUp ends the call.
	FlowHangUp struct {
		Call  CallID
		Run   uint64
		Cause Cause
	}
	// OfferPreview gives a customer to be called into a queue: the next free agent is offered a preview (AgentEvent_Preview_CallOut)
	// or, with Auto, the number is dialled for him. Reply: int64, the control number.
	OfferPreview struct {
		Skill   SkillID
		Numbers []string
		Data    string
		Auto    bool
		Waiting time.Time // since when the customer waits: his place; zero = now
	}
	// WithdrawPreview forgets a customer of OfferPreview, or one who asked a flow to be called. An agent who is shown him is told
	// AgentEvent_Release_Preview (cec_07_0523). Refused with OperationFailed when he is being called, or is unknown.
	WithdrawPreview struct {
		Control int64
	}
)

// From the phone side, about sound.
type (
	// PlayEnded tells that what Play asked for has ended by itself, by a key, or has failed (Why is then not "").
	PlayEnded struct {
		Play PlayID
		Key  bool
		Why  string
	}
)

func (FlowAnswer) command()      {}
func (FlowPlay) command()        {}
func (FlowHush) command()        {}
func (FlowSecret) command()      {}
func (FlowData) command()        {}
func (FlowQueue) command()       {}
func (FlowLeave) command()       {}
func (FlowTransfer) command()    {}
func (FlowCallBack) command()    {}
func (FlowRecord) command()      {}
func (FlowStopRecord) command()  {}
func (FlowReturn) command()      {}
func (FlowHangUp) command()      {}
func (OfferPreview) command()    {}
func (WithdrawPreview) command() {}
func (PlayEnded) command()       {}
