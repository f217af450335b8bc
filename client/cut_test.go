package client_test

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"ccgateway/client"
)

// cutting is a proxy that cuts every connection after some bytes from the gateway.
type cutting struct {
	listener net.Listener
	gateway  string
	limit    func() int64
	running  sync.WaitGroup
}

func newCutting(t *testing.T, gateway string, limit func() int64) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutting{listener: listener, gateway: gateway, limit: limit}
	c.running.Go(c.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		c.running.Wait()
	})
	return listener.Addr().String()
}

func (c *cutting) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		limit := c.limit()
		c.running.Go(func() { c.carry(near, limit) })
	}
}

func (c *cutting) carry(near net.Conn, limit int64) {
	defer func() { _ = near.Close() }()
	far, err := net.Dial("tcp", c.gateway)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	c.running.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	})
	_, _ = io.CopyN(near, far, limit)
}

// TestFollow_ThroughCuts: an agent's state changes arrive once each and in order, although every connection dies after some bytes.
func TestFollow_ThroughCuts(t *testing.T) {
	direct, _ := install(t)
	ann := signIn(t, direct, 101, "40101")
	at, err := url.Parse(direct.Address())
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	through, err := client.New("https://"+newCutting(t, at.Host, func() int64 { n += 97; return 2500 + n%1500 }), client.InsecureTLS())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(through.Close)
	stream := ann.By(through).Follow(t.Context())
	expect(t, stream, client.Ready)
	seq := uint64(0)
	for i := range 30 {
		reason := 200 + i%50
		if err := ann.SayBusy(t.Context(), reason, false); err != nil {
			t.Fatal(err)
		}
		event := expect(t, stream, client.NotReady)
		if got, want := string(event.Content), fmt.Sprintf(`{"reason":"%d"}`, reason); got != want || seq > 0 && event.Seq != seq+2 {
			t.Fatalf("got %s as number %d after %d; want %s", got, event.Seq, seq, want)
		}
		seq = event.Seq
		if err := ann.SayFree(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(t, stream, client.ReadyAgain)
	}
	if err := ann.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	for event := range stream.C {
		t.Errorf("got %+v", event)
	}
	if client.CodeOf(stream.Err()) != client.NotSignedIn {
		t.Errorf("ended with %v", stream.Err())
	}
}
