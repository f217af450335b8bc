package sipudp

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

// TestSocket_LateRequest: a request that is handed over only when its socket is closed finds a dead end, and opens nothing to be
// answered by.
func TestSocket_LateRequest(t *testing.T) {
	defer goleak.VerifyNone(t)
	transport := sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	came := make(chan sip.Message, 1)
	transport.OnMessage(func(msg sip.Message) { came <- msg })
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket := New(conn, transport)
	served := make(chan error, 1)
	go func() { served <- transport.ServeUDP(socket) }()
	<-socket.Reading()

	sender, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	request := "OPTIONS sip:a@" + conn.LocalAddr().String() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + sender.LocalAddr().String() +
		";branch=z9hG4bK1\r\nFrom: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	if _, err := sender.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	var late sip.Message
	select {
	case late = <-came:
	case <-time.After(10 * time.Second):
		t.Fatal("the request did not come")
	}
	conn.Close()
	<-served

	// sipgo answers the source of a request by the connection that it finds here, and opens one where there is none.
	end, err := transport.GetConnection("udp", sender.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	res := sip.NewResponseFromRequest(late.(*sip.Request), sip.StatusOK, "OK", nil)
	if err := end.WriteMsg(res); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a late answer: %v", err)
	}
	if end.LocalAddr().String() != conn.LocalAddr().String() {
		t.Errorf("it would come from %v", end.LocalAddr())
	}
}
