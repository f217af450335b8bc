package testrig

import (
	"testing"
	"time"

	"ccgateway/internal/softphone"
)

func waitFor(t *testing.T, s *SIPp, calls int) SIPpResult {
	t.Helper()
	result, err := s.Wait(testContext(t))
	must(t, err)
	if result.Exit != 0 || result.Successful != calls || result.Failed != 0 || result.Created != calls {
		t.Fatalf("%+v, want %d successful calls", result, calls)
	}
	return result
}

// TestSIPp_Calls: callers come at a rate, and each one's tone is heard.
func TestSIPp_Calls(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			const calls = 6
			cfg := softphone.Config{Tone: 700, Answer: softphone.Immediately, RingFor: 20 * time.Millisecond}
			if transport == "tcp" {
				cfg.Transport = softphone.TCP
			}
			phone := newPhone(t, cfg)
			s := StartSIPp(t, SIPpConfig{
				Scenario: Call, Remote: phone.Addr(), Number: "1000", Transport: transport, Calls: calls, Rate: 20,
				Talk: 700 * time.Millisecond, Tone: 1000, Users: []User{{Name: "13800000000"}, {Name: "13900000000"}},
			})
			for i := range calls {
				call := awaitCall(t, phone)
				must(t, call.Hear(testContext(t), 1000))
				if want := []string{"13800000000", "13900000000"}[i%2]; call.Number() != want {
					t.Errorf("called by %s, want %s", call.Number(), want)
				}
				if i == 0 {
					must(t, call.Hangup(testContext(t))) // who is hung up on has had a good call too
				}
			}
			waitFor(t, s, calls)
		})
	}
}

// TestSIPp_Refused: calls that are refused are told as failures.
func TestSIPp_Refused(t *testing.T) {
	phone := newPhone(t, softphone.Config{})
	s := StartSIPp(t, SIPpConfig{Scenario: Call, Remote: phone.Addr(), Number: "1000"})
	must(t, awaitCall(t, phone).Reject(486))
	result, err := s.Wait(testContext(t))
	must(t, err)
	if result.Exit == 0 || result.Failed != 1 || result.Errors == "" {
		t.Errorf("%+v, want one failure", result)
	}
}

// TestSIPp_Answers: a phone of sipp's rings, answers and echoes; a call that is cancelled while it rings is fine too.
func TestSIPp_Answers(t *testing.T) {
	phone := newPhone(t, softphone.Config{Tone: 700})
	s := StartSIPp(t, SIPpConfig{Scenario: Answer, Calls: 2, Ring: 300 * time.Millisecond})
	first, err := phone.Call(testContext(t), "sip:40101@"+s.Addr())
	must(t, err)
	await(t, "ringing", first.Ringing())
	must(t, first.Hangup(testContext(t)))
	if end := first.EndReason(); end.Status != 487 {
		t.Errorf("ended by %v, want 487", end)
	}
	second, err := phone.Call(testContext(t), "sip:40101@"+s.Addr())
	must(t, err)
	await(t, "ringing", second.Ringing())
	await(t, "answered", second.Answered())
	must(t, second.Hear(testContext(t), 700)) // its own echo
	must(t, second.Hangup(testContext(t)))
	waitFor(t, s, 2)
}
