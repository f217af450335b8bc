// Package client speaks the agent interface: it signs agents in, takes their events, and handles their calls.
//
//	c, err := client.New("https://cc.example.org:8043", client.InsecureTLS())
//	agent, err := c.SignIn(ctx, client.SignIn{Agent: 101, Password: "...", Phone: "40101"})
//	stream := agent.Events(ctx)
//	for event := range stream.C {
//		if event.Type == client.Ringing {
//			err = agent.Answer(ctx, event.CallID())
//		}
//	}
//	err = stream.Err()
//
// Events polls, as every program written for the published interface does. Follow does the same by the gateway's own stream of
// server-sent events: one connection, no pause between two events, and a connection that dies loses and repeats nothing.
//
// A Client is shared by any number of agents; an Agent is one session. Both may be used by any number of goroutines. The GUID of
// a session is kept and renewed by the Agent itself.
//
// A refusal of the gateway is an *Error with its result code; any other error means that no answer came.
package client
