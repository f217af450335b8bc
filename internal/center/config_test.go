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
