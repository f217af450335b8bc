package gateway

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/host"
	"ccgateway/internal/result"
)

// office is a gateway over real centers, with phones that do what the test says.
type office struct {
	t        *testing.T
	gateway  *Gateway
	host     *host.Host
	delivery *delivery.Delivery

	mu        sync.Mutex
	now       time.Time
	legs      map[string]center.LegID // by the number that rings
	played    center.Play             // the last
	pauses    string                  // of recordings, as they began and ended
	passwords map[center.AgentID]string
}

// The clock of an office begins here.
var opening = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func newOffice(t *testing.T, change ...func(*center.Config)) *office {
	t.Helper()
	return newOfficeWith(t, Config{}, change...)
}

// newOfficeWith is newOffice with settings of the gateway.
func newOfficeWith(t *testing.T, config Config, change ...func(*center.Config)) *office {
	t.Helper()
	o := &office{
		t: t, now: opening, legs: map[string]center.LegID{}, delivery: delivery.New(delivery.Options{}),
		passwords: map[center.AgentID]string{},
	}
	quiet := slog.New(slog.DiscardHandler)
	o.host = host.New(quiet, o.clock)
	o.host.Attach(o.delivery, o)
	one, two := firstVCC(), secondVCC()
	for _, set := range change {
		set(&one)
	}
	if err := o.host.Configure(t.Context(), []center.Config{one, two}); err != nil {
		t.Fatal(err)
	}
	config.PollWait, config.Log, config.Node = -1, quiet, "AgentGateway1"
	o.gateway = New(config, o.host, o, o.delivery)
	t.Cleanup(func() {
		o.host.Stop()
		o.delivery.Close()
		if err := o.host.Healthy(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func firstVCC() center.Config {
	agent := center.RightsOf(center.RightBusy, center.RightHold, center.RightCallOut, center.RightCallInner)
	return center.Config{
		ID: 1, Name: "one", ServerName: "AgentGateway", AccessCodes: []center.AccessCode{{Code: "1000", Skill: 1}},
		Skills: []center.Skill{
			{ID: 1, Name: "support", Media: center.MediaVoice, Ring: 30 * time.Second},
			{ID: 2, Name: "sales", Media: center.MediaVoice, Ring: 30 * time.Second},
		},
		Roles: []center.Role{
			{ID: 2, Name: "agent", Rights: agent}, {ID: 3, Name: "inspector", Rights: center.RightsOf(center.RightForceState)},
			{ID: 4, Name: "nothing"},
		},
		Phones: []string{"40101", "40102", "40103", "40901"},
		Groups: []center.Group{{ID: 7, Name: "team"}},
		Agents: []center.Agent{
			{ID: 101, Name: "Ann", Account: "ann", Role: 2, Group: 7, Skills: []center.AgentSkill{{Skill: 1, Weight: 50}, {Skill: 2, Weight: 50}}},
			{ID: 102, Name: "Ben", Role: 2, Group: -1, Skills: []center.AgentSkill{{Skill: 1, Weight: 10}}},
			{ID: 103, Name: "Cid", Role: 4, Group: -1},
			{ID: 104, Name: "Dan", Role: 2, Group: -1, StaticAuth: true},
			{ID: 901, Name: "Ivy", Role: 3, Group: -1},
		},
		Trunks:  []center.Trunk{{Name: "provider", Numbers: []string{"0*"}}},
		Auth:    center.Auth{Interval: time.Minute, Timeout: 2 * time.Minute},
		Silence: 2 * time.Minute,
	}
}

func secondVCC() center.Config {
	return center.Config{
		ID: 2, Name: "two", Roles: []center.Role{{ID: 3, Name: "inspector", Rights: center.RightsOf(center.RightForceState)}},
		Phones: []string{"50201"}, Agents: []center.Agent{{ID: 201, Name: "Eve", Role: 3, Group: -1}},
		Auth: center.Auth{Interval: time.Minute, Timeout: 2 * time.Minute},
	}
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// pass lets time go by; what was due meanwhile happens.
func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	o.now = o.now.Add(d)
	o.mu.Unlock()
	o.world(center.Tick{})
}

// Carry is the phone side: it remembers which leg rings which number.
func (o *office) Carry(_ center.VCCID, effects []center.Effect) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, effect := range effects {
		switch e := effect.(type) {
		case center.Ring:
			o.legs[e.Phone+e.Number] = e.Leg
		case center.Play:
			o.played = e
		case center.PauseRecording:
			o.pauses += map[bool]string{true: "on ", false: "off "}[e.On]
		}
	}
}

// world sends what does not come from an agent.
func (o *office) world(cmd center.Command) {
	o.t.Helper()
	if _, err := o.host.Do(context.Background(), 1, cmd); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) leg(number string) center.LegID {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.legs[number]
}

func (o *office) rings(number string) { o.world(center.LegRinging{Leg: o.leg(number)}) }
func (o *office) lifts(number string) { o.world(center.LegAnswered{Leg: o.leg(number)}) }

// callsIn is a caller from outside for the queue support.
func (o *office) callsIn() {
	o.world(center.CallArrived{Leg: "i1", Trunk: "provider", From: "0301", To: "1000"})
}

// Check knows one password for all, unless it was changed.
func (o *office) Check(_ context.Context, agent center.AgentID, password string) (AccountState, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	want := o.passwords[agent]
	if want == "" {
		want = "secret"
	}
	if password != want {
		return AccountState{}, result.WrongPassword.Err()
	}
	return AccountState{MustChange: agent == 103 && o.passwords[agent] == "", DaysLeft: "9"}, nil
}

func (o *office) Change(_ context.Context, agent center.AgentID, old, next string) error {
	if _, err := o.Check(context.Background(), agent, old); err != nil {
		return result.OperationFailed.Because("the old password is wrong") // as the real accounts (docs/decisions/0004)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.passwords[agent] = next
	return nil
}

func (o *office) ByAccount(_ context.Context, name string) (center.AgentID, bool) {
	return 101, name == "ann"
}

// desktop is one agent's program.
type desktop struct {
	o    *office
	id   string
	guid string
}

// desktop makes a program for an agent that is not signed in yet.
func (o *office) desktop(id string) *desktop { return &desktop{o: o, id: id} }

// signIn signs an agent in with his phone, idle, answering by hand.
func (o *office) signIn(id string, further ...string) *desktop {
	o.t.Helper()
	d := o.desktop(id)
	body := `{"password":"secret","phonenum":"` + phoneOf(id) + `","autoanswer":false,"releasephone":true` + strings.Join(further, "") + `}`
	if got := d.call("PUT onlineagent/"+id+"/forcelogin", body); !strings.Contains(got, `"retcode":"0"`) {
		o.t.Fatalf("sign-in of %s: %s", id, got)
	}
	d.events()
	return d
}

func phoneOf(id string) string {
	if id == "201" {
		return "50201"
	}
	return "40" + id
}

// call makes a request and keeps a new GUID.
func (d *desktop) call(line, body string) string {
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, Base+path, strings.NewReader(body))
	r.Header.Set("Guid", d.guid)
	w := httptest.NewRecorder()
	d.o.gateway.ServeHTTP(w, r)
	seen.note(method, r.URL.EscapedPath(), w.Body.String())
	if guid := given(w.Header()); guid != "" {
		d.guid = strings.TrimPrefix(guid, "JSESSIONID=")
	}
	return w.Body.String()
}

// says makes a request and compares the whole reply; numbers that only the clock or chance decide are written as in variable.
func (d *desktop) says(line, body, want string) {
	d.o.t.Helper()
	if got := variable(d.call(line, body)); got != want {
		d.o.t.Errorf("%s %s\n got %s\nwant %s", line, body, got, want)
	}
}

// refused makes a request and compares the code.
func (d *desktop) refused(line, body, code string) {
	d.o.t.Helper()
	if got := d.call(line, body); !strings.Contains(got, `"retcode":"`+code+`"`) {
		d.o.t.Errorf("%s %s: got %s, want %s", line, body, got, code)
	}
}

var (
	guidForm   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.AgentGateway1`)
	callIDForm = regexp.MustCompile(`\b17[0-9]{8}-[0-9]+\b`)
)

// variable replaces GUIDs and call ids.
func variable(text string) string {
	return callIDForm.ReplaceAllString(guidForm.ReplaceAllString(text, "<guid>"), "<call>")
}

var eventForm = regexp.MustCompile(`"eventType":"(?:Agent(?:State|Other|Event|MediaEvent)_)?([A-Za-z_]+)"`)

// events polls until nothing comes and gives the names without their first part, and at last the code if it is not "0".
func (d *desktop) events() string {
	var names []string
	for {
		got := d.call("GET agentevent/"+d.id, "")
		if got == emptyPoll {
			break
		}
		name := eventForm.FindStringSubmatch(got)
		if name == nil {
			_, after, _ := strings.Cut(got, `"retcode":"`)
			code, _, _ := strings.Cut(after, `"`)
			names = append(names, code)
			break
		}
		names = append(names, name[1])
	}
	return strings.Join(names, " ")
}

// hears compares the events that have come.
func (d *desktop) hears(want string) {
	d.o.t.Helper()
	if got := d.events(); got != want {
		d.o.t.Errorf("agent %s heard %q, want %q", d.id, got, want)
	}
}
