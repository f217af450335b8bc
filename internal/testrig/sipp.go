package testrig

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"
)

// The scenarios that the rig has.
const (
	Call     = "call"     // callers
	Register = "register" // phones that register once
	Answer   = "answer"   // phones that answer and echo sound
)

//go:embed scenarios/*.xml
var scenarioFiles embed.FS

const (
	// answerPorts is how many ports a sipp gets besides that of SIP: one for the echo of sound and one for RTCP, and those of video,
	// which it binds unasked.
	answerPorts = 6
	// callPorts is how many it gets for the sound of callers: two a call, for as many calls as run at once.
	callPorts = 64
	// statEvery is how often it writes its figures, in seconds; the last ones it writes at its end.
	statEvery = "1"
)

// User is an account of sipp's calls and registrations.
type User struct{ Name, Password string }

// SIPpConfig tells what sipp shall do.
type SIPpConfig struct {
	Scenario  string        // Call, Register, Answer, or the path of an XML file (text/template with SIPpConfig's derived values)
	Remote    string        // host:port; not for Answer
	Transport string        // "udp" or "tcp"; UDP if empty
	Number    string        // whom Call calls
	Users     []User        // one after another, from the first again; one without a password if empty
	Calls     int           // in all; 1 if 0
	Rate      float64       // new calls a second; 10 if 0
	AtOnce    int           // calls at the same time; 10 if 0
	Talk      time.Duration // Call: until it hangs up; 1 s if 0
	Ring      time.Duration // Answer: how long it rings
	Tone      float64       // Call: what it says, Hz; 440 if 0
	Expires   time.Duration // Register: lifetime asked for; 1 hour if 0
	Contact   int           // Register: port of the contact; sipp's own if 0
	Port      int           // own SIP port; a free one if 0
	For       time.Duration // it ends itself after that; 1 minute if 0
}

// SIPpResult is how it went.
type SIPpResult struct {
	Created, Successful, Failed int
	Retransmissions             int
	Exit                        int    // 0: all calls were successful
	Errors                      string // its log of unexpected messages
}

// SIPp is a running sipp.
type SIPp struct {
	process *process
	dir     string
	port    int
}

// StartSIPp starts sipp. It ends when it has made its calls, when its time is over, or with the test.
func StartSIPp(t testing.TB, cfg SIPpConfig) *SIPp {
	t.Helper()
	path := need(t, "sipp")
	s := &SIPp{dir: t.TempDir()}
	cfg = cfg.withDefaults()
	base, err := freePorts(context.Background(), 1+answerPorts+2*callPorts)
	if err != nil {
		t.Fatal(err)
	}
	s.port = cfg.Port
	if s.port == 0 {
		s.port = base
	}
	if err = s.prepare(cfg); err != nil {
		t.Fatal(err)
	}
	if s.process, err = start(t, s.dir, path, s.arguments(cfg, base)...); err != nil {
		t.Fatal(err)
	}
	return s
}

func (c SIPpConfig) withDefaults() SIPpConfig {
	setDefault(&c.Transport, "udp")
	setDefault(&c.Calls, 1)
	setDefault(&c.Rate, 10)
	setDefault(&c.AtOnce, 10)
	setDefault(&c.Talk, time.Second)
	setDefault(&c.Ring, 100*time.Millisecond)
	setDefault(&c.Tone, 440)
	setDefault(&c.Expires, time.Hour)
	setDefault(&c.For, time.Minute)
	if len(c.Users) == 0 {
		c.Users = []User{{Name: "sipp"}}
	}
	return c
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// scenarioValues is what a scenario's template can say.
type scenarioValues struct {
	TalkMS, RingMS int64
	Expires        int
	ContactPort    int
}

// prepare writes the files that sipp reads.
func (s *SIPp) prepare(cfg SIPpConfig) error {
	scenario, err := s.scenario(cfg)
	if err != nil {
		return err
	}
	users := "SEQUENTIAL\n"
	for _, u := range cfg.Users {
		users += fmt.Sprintf("%s;[authentication username=%s password=%s]\n", u.Name, u.Name, u.Password)
	}
	for name, content := range map[string][]byte{
		"scenario.xml": scenario, "users.csv": []byte(users), "tone.wav": MuLawWAV(cfg.Tone, time.Second),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), content, 0o600); err != nil {
			return fmt.Errorf("testrig: prepare sipp: %w", err)
		}
	}
	return nil
}

// scenario fills in the scenario's template.
func (s *SIPp) scenario(cfg SIPpConfig) ([]byte, error) {
	text, err := scenarioFiles.ReadFile("scenarios/" + cfg.Scenario + ".xml")
	if err != nil {
		if text, err = os.ReadFile(cfg.Scenario); err != nil {
			return nil, fmt.Errorf("testrig: sipp scenario: %w", err)
		}
	}
	tmpl := template.New("scenario").Funcs(template.FuncMap{"list": func(v ...any) []any { return v }})
	common, err := scenarioFiles.ReadFile("scenarios/common.xml")
	if err != nil {
		return nil, fmt.Errorf("testrig: sipp scenario: %w", err)
	}
	if tmpl, err = tmpl.Parse(string(common) + string(text)); err != nil {
		return nil, fmt.Errorf("testrig: sipp scenario: %w", err)
	}
	values := scenarioValues{
		TalkMS: cfg.Talk.Milliseconds(), RingMS: cfg.Ring.Milliseconds(), Expires: int(cfg.Expires.Seconds()), ContactPort: cfg.Contact,
	}
	if values.ContactPort == 0 {
		values.ContactPort = s.port
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, values); err != nil {
		return nil, fmt.Errorf("testrig: sipp scenario: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// arguments is sipp's command line. base is the first of its free ports.
func (s *SIPp) arguments(cfg SIPpConfig, base int) []string {
	media := base + 2
	args := []string{
		"-sf", "scenario.xml", "-inf", "users.csv", "-i", loopback, "-mi", loopback, "-p", strconv.Itoa(s.port),
		"-mp", strconv.Itoa(media),
		"-m", strconv.Itoa(cfg.Calls), "-r", strconv.FormatFloat(cfg.Rate, 'f', -1, 64), "-l", strconv.Itoa(cfg.AtOnce),
		"-timeout", strconv.Itoa(int(cfg.For.Seconds())), "-timeout_error", "-nostdin", "-aa", "-skip_rlimit",
		"-trace_stat", "-stf", "stat.csv", "-fd", statEvery, "-trace_err", "-error_file", "errors.log",
		"-t", map[string]string{"udp": "u1", "tcp": "t1"}[cfg.Transport],
	}
	if cfg.Scenario == Answer {
		args = append(args, "-rtp_echo")
	}
	if cfg.Number != "" {
		args = append(args, "-s", cfg.Number)
	}
	if cfg.Remote != "" {
		args = append([]string{cfg.Remote}, args...)
	}
	return args
}

// Addr is host:port where it takes SIP.
func (s *SIPp) Addr() string { return fmt.Sprintf("%s:%d", loopback, s.port) }

// Wait waits until sipp has ended and tells how it went. It gives an error if sipp could not do its work at all; calls that failed
// are in the result.
func (s *SIPp) Wait(ctx context.Context) (SIPpResult, error) {
	exit, err := s.process.wait(ctx)
	if err != nil {
		return SIPpResult{}, err
	}
	result := SIPpResult{Exit: exit}
	if log, err := os.ReadFile(filepath.Join(s.dir, "errors.log")); err == nil {
		result.Errors = string(log)
	}
	stat, err := os.ReadFile(filepath.Join(s.dir, "stat.csv"))
	if err != nil {
		return result, fmt.Errorf("testrig: sipp ended with %d and no figures: %w\n%s", exit, err, s.process.output.String())
	}
	return result, result.read(stat)
}

// Stop ends sipp before its time.
func (s *SIPp) Stop() { s.process.end() }

// read takes the figures out of the last line of sipp's statistics.
func (r *SIPpResult) read(stat []byte) error {
	reader := csv.NewReader(bytes.NewReader(stat))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
	lines, err := reader.ReadAll()
	if err != nil {
		return fmt.Errorf("testrig: sipp's figures: %w", err)
	}
	if len(lines) < 2 {
		return errors.New("testrig: sipp's figures have no line")
	}
	last := lines[len(lines)-1]
	for i, name := range lines[0] {
		if i >= len(last) {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(last[i]))
		if err != nil {
			continue // a time or a rate
		}
		switch name {
		case "TotalCallCreated":
			r.Created = n
		case "SuccessfulCall(C)":
			r.Successful = n
		case "FailedCall(C)":
			r.Failed = n
		case "Retransmissions(C)":
			r.Retransmissions = n
		}
	}
	return nil
}
