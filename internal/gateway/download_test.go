package gateway

import (
	"bufio"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// stall is a client that asks for a recording which fits into no buffer, over a real connection, and reads nothing of it but the head.
func stall(t *testing.T, o *office, s *shelf, d *desktop) {
	t.Helper()
	const large = 64 << 20
	s.mu.Lock()
	s.kept[0].text = strings.Repeat("x", large)
	s.mu.Unlock()
	server := httptest.NewServer(o.gateway)
	t.Cleanup(server.Close)
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	fmt.Fprintf(c, "GET %srecordfile/101?recordId=c1-101 HTTP/1.1\r\nHost: localhost\r\nGuid: %s\r\n\r\n", Base, d.guid)
	if line, err := bufio.NewReaderSize(c, 16).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q, %v", line, err)
	}
}

// TestDownload_Stalled: a client that does not read is cut off, with time running out for a piece or with the end of the program.
func TestDownload_Stalled(t *testing.T) {
	for name, prepare := range map[string]func(g *Gateway){
		"no progress": func(g *Gateway) { g.downloads.piece = 50 * time.Millisecond },
		"the end":     func(*Gateway) {},
	} {
		t.Run(name, func(t *testing.T) {
			o, s, ann, _ := hearers(t, Config{})
			prepare(o.gateway)
			stall(t, o, s, ann)
			if name == "the end" {
				o.gateway.EndDownloads()
			}
			began := time.Now()
			o.gateway.Wait()
			if took := time.Since(began); took > pieceTime/2 {
				t.Errorf("it took %s", took)
			}
			if d := o.gateway.downloads; d.all != 0 || len(d.agents) != 0 {
				t.Errorf("still counted: %d, %v", d.all, d.agents)
			}
		})
	}
}
