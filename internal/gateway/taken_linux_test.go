package gateway

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// ends gives both ends of a TCP connection.
func ends(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if theirs, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if ours, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	if err := ours.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// TestTakenWhole: a client that has read its answer and closed has it; one that closed before has not.
func TestTakenWhole(t *testing.T) {
	answer := []byte(emptyPollText)
	t.Run("read and closed", func(t *testing.T) {
		ours, theirs := ends(t)
		_, _ = ours.Write(answer)
		if _, err := io.ReadFull(theirs, make([]byte, len(answer))); err != nil {
			t.Fatal(err)
		}
		_ = theirs.Close()
		awaitEnd(t, ours)
		for name, conn := range map[string]net.Conn{"plain": ours, "TLS": secured{ours}, "counted": secured{&limitedConn{Conn: ours}}} {
			if !takenWhole(withConnection(context.Background(), conn)) {
				t.Errorf("%s: the answer counts as not taken", name)
			}
		}
	})
	t.Run("closed before", func(t *testing.T) {
		ours, theirs := ends(t)
		_ = theirs.Close()
		awaitEnd(t, ours)
		_, _ = ours.Write(answer)
		awaitEnd(t, ours) // its refusal
		if takenWhole(withConnection(context.Background(), ours)) {
			t.Error("the answer counts as taken")
		}
	})
	t.Run("closed without reading", func(t *testing.T) {
		ours, theirs := ends(t)
		_, _ = ours.Write(answer)
		_ = theirs.Close()
		awaitEnd(t, ours)
		if takenWhole(withConnection(context.Background(), ours)) {
			t.Error("the answer counts as taken")
		}
	})
	if takenWhole(context.Background()) {
		t.Error("without a connection nothing is known to be taken")
	}
}

// TestWire_DeadPollBehindTheNextRequest: a client that has sent its next request already and then vanishes has not got the event of the poll that is
// held, though net/http does not see it go. The event comes by the next connection.
func TestWire_DeadPollBehindTheNextRequest(t *testing.T) {
	h, address, polled := holdsPolls(t)
	dead := dial(t, address)
	dead.say(pollOf101...)
	<-polled
	dead.say(pollOf101...)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	h.raise(101, 1, "AgentState_Ready", nil)
	alive := dial(t, address)
	for body := emptyPoll; body == emptyPoll; {
		alive.say(pollOf101...)
		if _, body = alive.reply(); body != emptyPoll && !strings.Contains(body, "AgentState_Ready") {
			t.Errorf("got %s", body)
		}
		if body == emptyPoll {
			h.raise(101, 2, "AgentState_Later", nil) // what the loss of the first would show by
		}
	}
}

// emptyPollText is what is sent: any text does.
const emptyPollText = `{"message":"","retcode":"0"}`

// awaitEnd waits until the other side's end of the connection is known here.
func awaitEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
}
