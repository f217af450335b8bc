package center

// Who is recorded where the tenant's rule is RecordChosen (qualitycontrol.yaml, older_routes: setselfrecord and cancelselfrecord of inspectors).
type (
	// PickRecorded is an inspector's choice about these agents: whether their talks are recorded, from the next one on. It counts more than what
	// they say themselves (SetSelfRecord) and stays, also when they sign out, until another choice or UnpickRecorded. All of them, or none if
	// one may not be inspected. Refused with NoRecordRight without right 16.
	PickRecorded struct {
		By
		Agents        []AgentID
		On            bool
		BeforeTalking bool // outbound calls from the ringing on
	}
	// UnpickRecorded takes that back: what the agents say themselves counts again.
	UnpickRecorded struct {
		By
		Agents []AgentID
	}
)
