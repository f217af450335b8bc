package testrig

import (
	"context"
	"testing"
	"time"
)

// StartAnsweringPhones registers users at a registrar and answers their calls, so many in all: it rings for a time, answers, and
// sends back the sound that it gets. All of them are one sipp at one port. It ends when it has had its calls, or with the test.
func StartAnsweringPhones(t testing.TB, registrar string, users []User, calls int, ring time.Duration) *SIPp {
	t.Helper()
	phones := StartSIPp(t, SIPpConfig{Scenario: Answer, Calls: calls, Ring: ring, Users: users, For: lifetime})
	RegisterPhones(t, SIPpConfig{Remote: registrar, Users: users, Contact: phones.port})
	return phones
}

// RegisterPhones registers users by sipp, each once, and waits until all are. Remote and Users of the configuration must be
// set; Contact is the port that the registrar is told.
func RegisterPhones(t testing.TB, cfg SIPpConfig) SIPpResult {
	t.Helper()
	cfg.Scenario, cfg.Calls = Register, len(cfg.Users)
	if cfg.Rate == 0 {
		cfg.Rate = 100
	}
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	defer cancel()
	result, err := StartSIPp(t, cfg).Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if result.Exit != 0 || result.Successful != len(cfg.Users) {
		t.Fatalf("testrig: %d of %d phones are registered: %+v", result.Successful, len(cfg.Users), result)
	}
	return result
}
