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
package center
