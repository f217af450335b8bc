package center

import (
	"slices"
	"testing"
)

// TestImpliedRights: bits that bring others along (roles.md).
func TestImpliedRights(t *testing.T) {
	cases := []struct {
		given Right
		want  []Right
	}{
		{RightBusy, []Right{RightBusy}},
		{RightThreeParty, []Right{RightHold, RightConnectHeld, RightCallOut, RightCallInner, RightThreeParty}},
		{RightTransferOut, []Right{RightHold, RightConnectHeld, RightCallOut, RightCallInner, RightTransferOut}},
		{RightConnectHeld, []Right{RightHold, RightConnectHeld}},
		{RightCallNational, []Right{RightCallOut, RightCallNational}},
		{RightCallInternational, []Right{RightCallOut, RightCallNational, RightCallInternational}},
		{RightIntercept, []Right{RightListen, RightIntercept}},
		{RightForceState, []Right{RightListen, RightForceState, RightMonitor}},
		{RightInspectChat, []Right{RightInspectChat}},
	}
	for _, tc := range cases {
		set := RightsOf(tc.given)
		for right := RightBusy; right <= RightInspectChat; right++ {
			if set.Has(right) != slices.Contains(tc.want, right) {
				t.Errorf("%s gives %s: %t", RightNames[tc.given], RightNames[right], set.Has(right))
			}
		}
	}
}

// TestRightNumbers pins the numbers of cec_07_1126 that stand at the ends of its gaps.
func TestRightNumbers(t *testing.T) {
	for right, number := range map[Right]int{
		RightBusy: 1, RightCallOut: 5, RightNoInbound: 12, RightListen: 13, RightForceState: 15, RightReports: 21,
		RightMonitoringConsole: 23, RightPickUp: 30, RightConfigureAgents: 32, RightNoCallerNumber: 34, RightForceRelease: 37,
		RightInspectChat: 38,
	} {
		if int(right) != number {
			t.Errorf("right %s has number %d, want %d", RightNames[right], right, number)
		}
	}
}

func TestTrunks(t *testing.T) {
	s := compile(Config{Trunks: []Trunk{
		{Name: "local", Numbers: []string{"0123", "05*"}},
		{Name: "rest", Numbers: []string{"0*", "#9*"}},
	}})
	for number, want := range map[string]string{
		"0123": "local", "01234": "rest", "05": "local", "0599": "local", "06": "rest", "#91": "rest", "1": "", "": "", "9": "",
	} {
		name, ok := s.trunk(number)
		if name != want || ok != (want != "") {
			t.Errorf("%q goes to %q, want %q", number, name, want)
		}
	}
}

func TestNumbering_Allows(t *testing.T) {
	for _, c := range []struct {
		name            string
		allowed, denied []string
		may, mayNot     []string
	}{
		{"no lists", nil, nil, []string{"0", "0049", "*1"}, nil},
		{"denied only", nil, []string{"0900", "00"}, []string{"0", "090", "112"}, []string{"0900", "09001", "0049", "00"}},
		{"allowed only", []string{"0049", "112"}, nil, []string{"0049", "004930", "112", "1123"}, []string{"0048", "004", "11", "5551234"}},
		{"an exception", []string{"0049"}, []string{"00"}, []string{"0049", "004930"}, []string{"0048", "00", "004", "112"}},
		{"an exception of it", []string{"0", "0049"}, []string{"00", "0049900"}, []string{"030", "004930", "004990"}, []string{"0049900", "00499001", "0048"}},
		{"everything is denied", nil, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"}, nil, []string{"0", "*1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := compile(Config{Numbering: Numbering{Allowed: c.allowed, Denied: c.denied}})
			for _, number := range c.may {
				if !s.allows(number) {
					t.Errorf("%s is not allowed", number)
				}
			}
			for _, number := range c.mayNot {
				if s.allows(number) {
					t.Errorf("%s is allowed", number)
				}
			}
		})
	}
}

func TestNumbering(t *testing.T) {
	s := compile(Config{Numbering: Numbering{International: []string{"00", ""}, National: []string{"0"}}})
	for number, want := range map[string]Right{
		"0049": RightCallInternational, "00": RightCallInternational, "049": RightCallNational, "49": RightCallOut,
	} {
		if got := s.rightFor(number); got != want {
			t.Errorf("%s needs %s, want %s", number, RightNames[got], RightNames[want])
		}
	}
}
