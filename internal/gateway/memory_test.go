package gateway

import (
	"io"
	"net"
	"runtime"
	"testing"

	"ccgateway/internal/center"
)

// heldPollBytes is what a held poll may cost, HTTP included (27 KB measured): 20,000 agents then wait in 640 MB at most.
const heldPollBytes = 32 << 10

// TestHeldPolls_Memory holds polls and looks at what they cost. The clients' ends of the connections are counted with them.
func TestHeldPolls_Memory(t *testing.T) {
	const polls = 300
	h := signedIn(t)
	h.config.PollWait = MaxPollWait
	h.Set(h.config)
	held := make(chan struct{}, polls)
	inner := h.reply
	h.reply = func(cmd center.Command) center.Reply {
		held <- struct{}{}
		return inner(cmd)
	}
	address := h.serve(t)
	before := memoryInUse()
	for n := range polls {
		agent := center.AgentID(101 + n)
		h.events.Carry(1, []center.Effect{center.SessionBegan{Agent: agent, Session: center.Session(agent)}})
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, "GET "+Base+"agentevent/"+workNo(agent)+" HTTP/1.1\r\nHost: x\r\nGuid: "+guid1+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-held
	}
	cost := (memoryInUse() - before) / polls
	t.Logf("a held poll costs %d bytes", cost)
	if cost > heldPollBytes {
		t.Errorf("a held poll costs %d bytes, more than %d", cost, heldPollBytes)
	}
}

func memoryInUse() uint64 {
	runtime.GC()
	runtime.GC() // what pools held over the first one is freed by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
