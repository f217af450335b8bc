// Package center is the domain: one VCC (virtual call center) as a state machine.
//
// A Center holds the agents, skill queues, calls and legs of one VCC. Everything that happens there is a Command, applied by
// Do one after another:
//
//	reply, effects := c.Do(now, command)
//
// Do is pure. It reads no clock, opens no socket, starts no goroutine and draws no random number: the time, ids made outside
// (arriving legs) and secrets (hashes of GUIDs) come in with the command. The same commands therefore always give the same
// center, the same replies and the same effects, in the same order; maps are never walked where the order could be seen.
//
// A Center has one owner: the goroutine that calls Do. Nothing in it is locked, and nothing returned by it may be written to.
//
// Commands come from agents (they carry By: who, with which GUID), from phones and lines (legs), from the clock (Tick, to be
// sent when NextDeadline has come) and from administrators (Configure). Effects are what the world must now do: events to
// deliver to agents, orders to the phone side, facts for the store. They are to be carried out in the order given.
//
// Words: a call is a conversation with an id that desktops see; a leg is one party's connection to the phone side (an INVITE
// dialog); an agent with a permanent connection keeps one leg over many calls. Who hears whom is told to the phone side as
// rooms: a room is a call's table of members and, for each, the members it hears.
//
// # Agents
//
// An agent is in one State. AgentState_Busy brings him into StateTalking with a call; what he had chosen before is kept
// (agent.before), and so is what he wishes for afterwards (agent.wish). When his last call is over, settle decides:
//
//	a wish                   -> not ready, or a rest
//	not ready, rest before   -> the same again (call-model 15, question 2)
//	a talk came about        -> idle, or wrap-up where autoenteridle is false
//	none came about          -> what he had chosen before
//
// setState is the only way from one state into another: it raises the event and writes the record of the past state.
//
// # Calls
//
// A call has parties, and each party is in a phase:
//
//	caller          waiting -------------------------> talking
//	called phone    called --------------------------> talking
//	agent, offered  offered -> alerting -------------> talking <-> held, retrieving
//	agent, calling  dialling (own phone) -> calling -> talking <-> held, retrieving
//
// offered and dialling end when the agent's phone is lifted; with automatic answer there is no alerting. endCall is the only
// end of a call and missed the only way in which an offer fails and the caller goes back to the front of his queue.
//
// # Routing
//
// Each queue keeps its callers in their order and its free agents in theirs, and agents enter and leave these orders as
// they become usable or not (reindex), so no command looks at all agents. At the end of every command match brings together
// whoever can be: a free fit agent and a waiting caller never coexist between two commands.
package center
