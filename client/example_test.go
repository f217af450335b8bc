package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"ccgateway/client"
)

// A desktop in a few lines: sign in, take calls, hang up after a minute.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c, err := client.New("https://127.0.0.1:8043", client.InsecureTLS()) // the certificate that a gateway makes for itself
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	signIn := client.SignIn{Agent: 101, Password: "Ann#2026x", Phone: "40101", AutoAnswer: client.Bool(false)}
	agent, err := c.SignIn(ctx, signIn)
	if client.CodeOf(err) == client.AlreadySignedIn {
		signIn.Force = true
		agent, err = c.SignIn(ctx, signIn)
	}
	if err != nil {
		log.Fatal(err)
	}
	if err := agent.ServeAll(ctx); err != nil {
		log.Fatal(err)
	}
	stream := agent.Events(ctx)
	for event := range stream.C {
		switch event.Type {
		case client.Ringing:
			err = agent.Answer(ctx, event.CallID())
		case client.Talking:
			content, problem := event.Value()
			if offer, ok := content.(*client.Offer); ok && problem == nil {
				fmt.Println("talking with", offer.Caller)
			}
			time.AfterFunc(time.Minute, func() { _ = agent.Release(ctx) })
		case client.Shutdown:
			fmt.Println("signed out by somebody else")
		}
		if err != nil {
			log.Print(err)
		}
	}
	if err := stream.Err(); client.CodeOf(err) != client.NotSignedIn {
		log.Print(err)
	}
}
