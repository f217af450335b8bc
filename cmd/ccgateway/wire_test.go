package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// requestsSent counts the raw requests, so that each is one of its own.
var requestsSent atomic.Int64

// sipRequest sends one SIP request, of which head is the first line and perhaps more headers, from an address, and gives the status of
// its final response.
func (in *installation) sipRequest(from, head string) int {
	in.t.Helper()
	conn := in.udp(from, in.address("sip"))
	defer conn.Close()
	method, _, _ := strings.Cut(head, " ")
	n := requestsSent.Add(1)
	_, err := fmt.Fprintf(conn, "%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKraw%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:13900@%s>;tag=raw%d\r\n"+
		"To: <sip:5551234@%s>\r\nCall-ID: raw%d\r\nCSeq: 1 %s\r\nContact: <sip:13900@%s>\r\nContent-Length: 0\r\n\r\n",
		head, conn.LocalAddr(), n, from, n, in.address("sip"), n, method, conn.LocalAddr())
	must(in.t, err)
	answer := make([]byte, 65536)
	for {
		size, err := conn.Read(answer)
		if err != nil {
			in.t.Fatalf("no answer to %s: %v", head, err)
		}
		line, _, _ := strings.Cut(string(answer[:size]), "\r\n")
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "SIP/2.0" {
			continue
		}
		if status, err := strconv.Atoi(fields[1]); err == nil && status >= 200 {
			return status
		}
	}
}

// udp opens a socket of an address towards another.
func (in *installation) udp(from, to string) *net.UDPConn {
	in.t.Helper()
	remote, err := net.ResolveUDPAddr("udp", to)
	must(in.t, err)
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(from)}, remote)
	must(in.t, err)
	must(in.t, conn.SetDeadline(time.Now().Add(testTime/2)))
	return conn
}
