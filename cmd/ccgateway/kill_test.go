package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/journal"
	"ccgateway/internal/pgtest"
)

var (
	killFor  = flag.Duration("kill.for", 75*time.Second, "how long TestKill kills the programs at most")
	killTime = flag.Int("kill.times", 240, "how many lives all programs of TestKill together live, if there is time")
	killSeed = flag.Uint64("kill.seed", 0, "what TestKill draws its moments from; 0 = the time")
)

// victim is a program that is killed again and again: each time a process of its own, over the same data.
type victim struct {
	t      *testing.T
	config string
	http   string // address
	sip    string

	database config.Secret  // "" = SQLite
	server   *pgtest.Server // of the database, killed too; nil = SQLite

	process *exec.Cmd
	read    sync.WaitGroup // of its log

	mu  sync.Mutex
	log []string // errors of all processes, and the last lines of the present one

	gate  sync.RWMutex // held for reading while a request is begun; for writing while the program is away
	lives int          // processes so far; guarded by gate
}

// freeAddress gives a loopback address that nobody listens on now.
func freeAddress(t *testing.T, network string) string {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		must(t, err)
		defer c.Close() //nolint:errcheck // the address is what counts
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close() //nolint:errcheck // the address is what counts
	return l.Addr().String()
}

// newVictim writes the configuration of a program that keeps its addresses over its lives. Snapshots come often, polls are short.
func newVictim(t *testing.T, remote bool) *victim {
	t.Helper()
	v := &victim{t: t, config: filepath.Join(t.TempDir(), "center.yaml"), http: freeAddress(t, "tcp"), sip: freeAddress(t, "udp")}
	ports := nextPorts()
	var cfg map[string]any
	must(t, yaml.Unmarshal(testCenter, &cfg))
	for _, vcc := range cfg["vccs"].([]any) {
		for _, agent := range vcc.(map[string]any)["agents"].([]any) {
			agent.(map[string]any)["password_hash"] = agentHash
		}
	}
	cfg["data"], cfg["prompts"] = t.TempDir(), promptFolder
	cfg["listen"] = map[string]any{
		"http": v.http, "https": "", "admin": "127.0.0.1:0", "sip": v.sip, "rtp": fmt.Sprintf("%d-%d", ports.First, ports.Last),
	}
	cfg["events"] = map[string]any{"poll_wait": "30ms", "silence": "60s"}
	cfg["auth"] = map[string]any{"guid_interval": "1s", "guid_timeout": "120s"}
	cfg["journal"] = map[string]any{"snapshot_after": 100 + rand.IntN(400)}
	cfg["shutdown"] = map[string]any{"grace": "0s"}
	if remote {
		v.server = pgtest.Own(t)
		address, _, err := v.server.Schema(t.Context())
		must(t, err)
		v.database = config.Secret(address)
		cfg["database"] = address
	}
	text, err := yaml.Marshal(cfg)
	must(t, err)
	must(t, os.WriteFile(v.config, text, 0o600))
	t.Cleanup(func() {
		if v.process != nil {
			v.kill()
		}
	})
	return v
}

func (v *victim) data() string {
	var cfg struct{ Data string }
	text, err := os.ReadFile(v.config)
	must(v.t, err)
	must(v.t, yaml.Unmarshal(text, &cfg))
	return cfg.Data
}

// live starts a process and waits until it is ready.
func (v *victim) live() {
	v.t.Helper()
	program, err := os.Executable()
	must(v.t, err)
	v.process = exec.Command(program, "serve", "--config", v.config)
	v.process.Env = append(os.Environ(), asProgram+"=1")
	out, err := v.process.StderrPipe()
	must(v.t, err)
	must(v.t, v.process.Start())
	ready := make(chan bool, 2)
	v.read.Go(func() { v.follow(out, ready) })
	select {
	case is := <-ready:
		if !is {
			v.t.Fatalf("the program ends at its start:\n%s", v.lines())
		}
	case <-time.After(30 * time.Second):
		v.t.Fatalf("the program does not come back:\n%s", v.lines())
	}
	v.lives++
}

// follow reads a process's log. ready gets true at the line that says so, false at the end.
func (v *victim) follow(out io.Reader, ready chan<- bool) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, `"msg":"ready"`) {
			ready <- true
		}
		v.mu.Lock()
		v.log = append(v.log, line)
		if len(v.log) > 300 {
			v.log = v.log[100:]
		}
		v.mu.Unlock()
		if strings.Contains(line, `"level":"ERROR"`) && !v.excused(line) {
			v.t.Errorf("error in the log: %s", line)
		}
	}
	ready <- false
}

// sqlState finds the class of an error of the database's server.
var sqlState = regexp.MustCompile(`SQLSTATE (..)`)

// excused tells whether an error in the log is to be expected, since the database's server dies now and then.
func (v *victim) excused(line string) bool {
	if code := sqlState.FindStringSubmatch(line); code != nil && !slices.Contains([]string{"08", "53", "57"}, code[1]) {
		return false // the server is there and refuses a statement
	}
	return v.server != nil && slices.ContainsFunc([]string{
		"the database fails; facts are kept and tried again", "how far desktops have got their events is not saved",
		"snapshot not saved; the journal is kept", "locked accounts cannot be saved; they hold, and are tried again",
	}, func(expected string) bool { return strings.Contains(line, `"msg":"`+expected+`"`) })
}

func (v *victim) lines() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.log[max(0, len(v.log)-40):], "\n")
}

// kill ends the process as a crash would.
func (v *victim) kill() {
	_ = v.process.Process.Kill()
	v.read.Wait()
	_ = v.process.Wait() // that it was killed
	v.process = nil
}

// stop ends the process gracefully.
func (v *victim) stop() {
	v.t.Helper()
	must(v.t, v.process.Process.Signal(syscall.SIGTERM))
	v.read.Wait()
	if err := v.process.Wait(); err != nil {
		v.t.Errorf("graceful stop: %v\n%s", err, v.lines())
	}
	v.process = nil
}

// while runs a request of the present life and tells which that is.
func (v *victim) while(request func() error) (life int, err error) {
	v.gate.RLock()
	life = v.lives
	v.gate.RUnlock()
	return life, request()
}

// lost tells whether a request failed because the program died, which is no fault. One without an answer for askTime is one: a program that
// dies breaks the connection.
func lost(err error) bool {
	var refusal *client.Error
	return err != nil && !errors.As(err, &refusal) && !errors.Is(err, context.DeadlineExceeded)
}

// seen is a note that an agent was told.
type seen struct {
	life int
	note int
}

// witness is an agent with all that he did and was answered, and all that he was told.
type witness struct {
	v     *victim
	agent *client.Agent
	self  int
	r     *rand.Rand

	state, maybeState   int // that he was answered last, and that a request asks for whose answer has not come; 0 = none
	custom, maybeCustom int
	notes               int   // sent
	answered            []int // notes whose sending was answered

	mu    sync.Mutex
	heard []seen
}

func (w *witness) signIn(c *client.Client, number int) {
	w.v.t.Helper()
	var err error
	w.agent, err = c.SignIn(context.Background(), client.SignIn{Agent: number, Password: agentPassword, PlatformOnly: true})
	must(w.v.t, err)
	w.self, w.state, w.custom = number, client.StateIdle, -1
}

// act does one thing. An answer is remembered as certain, a request without one as possible.
func (w *witness) act(ctx context.Context) error {
	switch w.r.IntN(6) {
	case 0, 1:
		w.notes++
		note := w.notes
		err := w.agent.SendNote(ctx, strconv.Itoa(note), w.self)
		if err == nil {
			w.answered = append(w.answered, note)
		}
		return err
	case 2:
		w.maybeCustom = w.r.IntN(60000)
		err := w.agent.SetCustomState(ctx, w.maybeCustom)
		if err == nil {
			w.custom = w.maybeCustom
		}
		return err
	case 3:
		return w.agent.UpdateGUID(ctx)
	default:
		if w.state == client.StateIdle {
			return w.become(client.StateBusy, func() error { return w.agent.SayBusy(ctx, 210, false) })
		}
		return w.become(client.StateIdle, func() error { return w.agent.SayFree(ctx) })
	}
}

func (w *witness) become(state int, ask func() error) error {
	w.maybeState = state
	err := ask()
	if err == nil {
		w.state, w.maybeState = state, 0
	}
	return err
}

// check compares what the program knows after its death with what was answered before it.
func (w *witness) check(ctx context.Context) error {
	status, err := w.agent.Status(ctx)
	if err != nil {
		return err
	}
	if got := int(status.State); got != w.state && got != w.maybeState {
		return fmt.Errorf("agent %d is in state %d; he was answered %d and last asked for %d", w.self, got, w.state, w.maybeState)
	}
	w.state, w.maybeState = int(status.State), 0
	custom, err := w.agent.CustomState(ctx)
	if err != nil {
		return err
	}
	if custom != w.custom && custom != w.maybeCustom && w.custom >= 0 {
		return fmt.Errorf("agent %d has custom state %d; he was answered %d and last asked for %d", w.self, custom, w.custom, w.maybeCustom)
	}
	w.custom, w.maybeCustom = custom, custom
	return nil
}

// askTime bounds one request. Requests are never broken off otherwise: what an answer brings that nobody reads would be lost.
const askTime = 30 * time.Second

// work acts until loading ends; after each death of the program it checks first.
func (w *witness) work(loading context.Context) {
	for died := false; loading.Err() == nil; {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		_, err := w.v.while(func() error {
			if died {
				return w.check(ctx)
			}
			return w.act(ctx)
		})
		cancel()
		switch {
		case lost(err):
			died = true
		case err != nil:
			w.v.t.Errorf("agent %d in life %d: %v", w.self, w.v.lives, err)
			return
		default:
			died = false
		}
	}
}

// listen polls until loading ends.
func (w *witness) listen(loading context.Context) {
	for loading.Err() == nil {
		w.poll()
	}
}

// poll makes one poll; it tells whether an event came.
func (w *witness) poll() bool {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	var event *client.Event
	life, err := w.v.while(func() (err error) {
		event, err = w.agent.Next(ctx)
		return err
	})
	if err != nil && !lost(err) {
		w.v.t.Errorf("poll of agent %d in life %d: %v", w.self, life, err)
		return false
	}
	if err != nil || event == nil {
		return false
	}
	if event.Type == client.NoteReceived {
		var content client.Note
		if err := json.Unmarshal(event.Content, &content); err != nil {
			w.v.t.Error(err)
		}
		note, err := strconv.Atoi(content.Text)
		if err != nil {
			w.v.t.Error(err)
		}
		w.mu.Lock()
		w.heard = append(w.heard, seen{life, note})
		w.mu.Unlock()
	}
	return true
}

// judge checks what the agent was told in all lives of the program: every note whose sending was answered; in each life in order and
// without a gap; and what was told once is told again only by a later life, which could not know.
func (w *witness) judge() {
	told := map[int]int{} // note -> how often
	for _, s := range w.heard {
		told[s.note]++
	}
	for _, note := range w.answered {
		if told[note] == 0 {
			w.v.t.Errorf("agent %d was never told note %d, whose sending was answered", w.self, note)
		}
	}
	for i := 1; i < len(w.heard); i++ {
		before, now := w.heard[i-1], w.heard[i]
		switch {
		case now.life == before.life && now.note <= before.note:
			w.v.t.Errorf("agent %d is told note %d after %d within life %d", w.self, now.note, before.note, now.life)
		case now.note > before.note:
			for note := before.note + 1; note < now.note; note++ {
				if told[note] > 0 {
					w.v.t.Errorf("agent %d is told note %d after %d in life %d: %d is left out", w.self, now.note, before.note, now.life, note)
				}
			}
		}
	}
}

// again counts the notes that were told more than once.
func (w *witness) again() (n int) {
	told := map[int]bool{}
	for _, s := range w.heard {
		if told[s.note] {
			n++
		}
		told[s.note] = true
	}
	return n
}

// killsAtOnce is how many installations are killed side by side: a start mostly waits. The first one has a PostgreSQL.
const killsAtOnce = 4

// TestKill kills programs at random moments under load, again and again, and looks each time whether all that was answered is
// still so: agents signed in with their GUIDs, their states, their events in order and without a gap, calls ended with events and
// records. -kill.for=10m does it for longer.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills for a while")
	}
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	}
	t.Logf("seed %d", seed)
	var lives atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i := range uint64(killsAtOnce) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				killAgain(t, seed+i, i == 0, &lives)
			})
		}
	})
	t.Logf("%d lives", lives.Load())
}

// killAgain is TestKill for one installation. all counts the lives of all of them.
func killAgain(t *testing.T, seed uint64, remote bool, all *atomic.Int64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	v := newVictim(t, remote)
	v.live()
	c, err := client.New("http://" + v.http)
	must(t, err)
	defer c.Close()
	var witnesses []*witness
	var load, polls sync.WaitGroup
	for i, number := range []int{101, 102, 104, 201, 202} {
		w := &witness{v: v, r: rand.New(rand.NewPCG(seed, uint64(i)+1))} //nolint:gosec // small
		w.signIn(c, number)
		witnesses = append(witnesses, w)
	}
	loading, endLoad := context.WithCancel(context.Background())
	defer load.Wait()
	defer polls.Wait()
	defer endLoad()
	for _, w := range witnesses {
		load.Go(func() { w.work(loading) })
		polls.Go(func() { w.listen(loading) })
	}
	caller := newSeat(v, c)
	for until := time.Now().Add(*killFor); time.Now().Before(until) && all.Load() < int64(*killTime) && !t.Failed(); {
		v.dieOnce(r, caller)
		all.Add(1)
	}
	endLoad()
	load.Wait()
	polls.Wait()
	if t.Failed() {
		t.Logf("the last lines of its log:\n%s", v.lines())
		return
	}
	total, again, lives := 0, 0, v.lives
	for _, w := range witnesses {
		for w.poll() { // what is left
		}
		w.judge()
		total, again = total+len(w.heard), again+w.again()
	}
	v.stop()
	caller.judge()
	v.judgeJournal()
	t.Logf("%d lives, %d notes told, %d of them again, %d talks", lives, total, again, caller.talks)
	if lives < 3 { // a start waits for a hash and for the machine; on a quiet one there are some fifty
		t.Errorf("only %d lives: too few to say anything", lives)
	}
}

// dieOnce kills the program at a moment that is drawn, now and then with people talking, and brings it back.
func (v *victim) dieOnce(r *rand.Rand, caller *seat) {
	v.t.Helper()
	const talkEvery = 8
	talks := v.lives%talkEvery == 0
	if talks {
		caller.talk()
	}
	<-time.After(time.Duration(r.IntN(80)) * time.Millisecond)
	const outageEvery = 4
	if v.server != nil && v.lives%outageEvery == 1 {
		v.serverDies(r)
	}
	v.gate.Lock()
	v.kill()
	v.live()
	v.gate.Unlock()
	if talks {
		caller.afterDeath()
	}
}

// serverDies kills the database's server, and brings it back: the program lives on, its answers wait.
func (v *victim) serverDies(r *rand.Rand) {
	v.t.Helper()
	must(v.t, v.server.Halt(context.Background()))
	<-time.After(time.Duration(r.IntN(300)) * time.Millisecond)
	must(v.t, v.server.Start(context.Background()))
	<-time.After(time.Duration(r.IntN(300)) * time.Millisecond) // the kill of the program comes before, in or after what waited
}

// judgeJournal reads the journal that is left: it has no gap.
func (v *victim) judgeJournal() {
	v.t.Helper()
	j, err := replayCommand{Config: v.config}.open(context.Background())
	must(v.t, err)
	defer j.Close() //nolint:errcheck // the test is over
	vccs, err := j.VCCs(context.Background())
	must(v.t, err)
	for _, vcc := range vccs {
		saved, err := j.Latest(context.Background(), vcc)
		must(v.t, err)
		if saved == nil {
			v.t.Errorf("VCC %d has no snapshot after a graceful stop", vcc)
			continue
		}
		must(v.t, j.Walk(context.Background(), vcc, saved.Seq+1, func(journal.Entry) error {
			v.t.Errorf("VCC %d has commands after its last snapshot", vcc)
			return io.EOF
		}))
	}
}
