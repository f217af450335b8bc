package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestWallboard_Page: the page asks for the token, shows calls as they come and go, and figures that are those of the report at the same moment.
// When the program is away it says so, and goes on by itself when it is there again.
func TestWallboard_Page(t *testing.T) {
	t.Parallel()
	chromium := needChromium(t)
	in := install(t)
	address := in.address("admin")
	p := in.browse(chromium, "http://"+address+"/wallboard/?vcc=1")
	p.until("the token is asked for", `!$("key").hidden && $("board").hidden`)
	p.enter("wrong")
	p.until("a wrong token is refused", `!$("key").hidden && $("status").textContent.includes("not that of the installation")`)
	p.enter(in.token)
	p.until("it is live", `$("status").textContent === "Live" && $("key").hidden && !$("board").hidden && $("warning").hidden`)
	p.until("the queue is empty", `row("queues", "1")[1] === "0"`)
	answeredAndAbandoned(in, func() *desk { return in.agent(101, toWrapUp) }, p.step)
	must(t, in.store.Flush(in.ctx))
	p.agrees()
	p.tables()

	before := p.text(`$("tiles").textContent + $("queues").textContent`)
	in.halt()
	p.until("it says that the figures are stale", `!$("warning").hidden && $("warning").textContent.includes("Figures are stale: they are those of ")
		&& document.body.className === "stale" && !$("board").hidden`)
	if got := p.text(`$("tiles").textContent + $("queues").textContent`); got != before {
		t.Errorf("stale figures are %q, they were %q", got, before)
	}
	p.shoot("stale", 1280, 800, "dark")
	in.cfg.Listen.Admin = address
	again, err := start(in.ctx, in.cfg, in.log.logger())
	must(t, err)
	defer func() { must(t, again.stop(context.Background())) }()
	p.until("it is live again by itself", `$("status").textContent === "Live" && $("warning").hidden && document.body.className === "live"`)
	p.until("the figures are the same", fmt.Sprintf(`$("queues").textContent === %q`, p.text(`$("queues").textContent`)))
	if got := p.text(`$("tiles").textContent + $("queues").textContent`); got != before {
		t.Errorf("figures after the restart are %q, they were %q", got, before)
	}

	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { // as docs/wallboards.md has it
		r.SetURL(&url.URL{Scheme: "http", Host: address})
		r.Out.Header.Set("Authorization", "Bearer "+in.token)
	}})
	defer func() { // the page's stream has no end of its own
		server.CloseClientConnections()
		server.Close()
	}()
	p.do(chromedp.Navigate(server.URL + "/wallboard/?vcc=1"))
	p.until("behind a proxy that has the token nobody is asked for it", `$("status").textContent === "Live" && $("key").hidden && row("queues", "1")[10] === "1"`)
	p.clean()
}

// needChromium finds the browser, or skips the test, but not in CI.
func needChromium(t testing.TB) string {
	t.Helper()
	program, err := exec.LookPath("chromium")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal("chromium is not installed: scripts/install-test-tools")
	case err != nil:
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	return program
}

// page is a page in a browser of the test's own.
type page struct {
	in  *installation
	ctx context.Context //nolint:containedctx // of the browser

	mu       sync.Mutex
	complain []string // what the browser's console said
}

// browse opens a page. The browser ends with the test, and has no network but the loopback.
func (in *installation) browse(chromium, address string) *page {
	in.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.UserDataDir(filepath.Join(in.t.TempDir(), "browser")),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(in.ctx, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	p := &page{in: in, ctx: ctx}
	in.t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			in.t.Errorf("the browser has ended with %v", err)
		}
		cancel()
		stop()
	})
	must(in.t, chromedp.Listen(ctx, p.hears))
	p.do(chromedp.Navigate(address))
	return p
}

// hears takes in what the browser complains about. That a server is away, and what it refuses, is no complaint of the page.
func (p *page) hears(event any) {
	said := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		said = fmt.Sprintf("%s: %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceNetwork {
			said = fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text)
		}
	}
	if said != "" {
		p.mu.Lock()
		p.complain = append(p.complain, said)
		p.mu.Unlock()
	}
}

// clean fails if the browser has complained: of a script, or of what the page's policy forbids.
func (p *page) clean() {
	p.in.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.complain {
		p.in.t.Errorf("the browser says: %s", said)
	}
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.in.t.Helper()
	must(p.in.t, chromedp.Do(p.ctx, steps...))
}

// helpers shorten what is asked of the page: $ is the page's own; row gives the texts of a table's row.
const helpers = `const row = (table, key) => { const r = document.querySelector("#" + table + " tr[data-key='" + key + "']"); return r ? Array.from(r.cells, (c) => c.textContent) : []; };
const rows = (table) => $(table).tBodies[0].rows.length;
`

// tells gives what the page says of itself.
func tells[T any](p *page, what string) T {
	p.in.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T]("(() => {"+helpers+"return "+what+"})()"))
	must(p.in.t, err)
	return value
}

func (p *page) text(what string) string { return tells[string](p, what) }

// until waits until something is so on the page.
func (p *page) until(what, so string) {
	p.in.t.Helper()
	ctx, cancel := p.in.within()
	defer cancel()
	for !tells[bool](p, so) {
		select {
		case <-ctx.Done():
			p.in.t.Fatalf("%s: the page shows %q", what, p.text("document.body.innerText"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// enter gives the page a token.
func (p *page) enter(token string) {
	p.in.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS("#token"), token+"\r"))
}

// step waits until the page shows a step of answeredAndAbandoned.
func (p *page) step(step string) {
	p.in.t.Helper()
	open := `$("t-waiting").textContent === "0" && row("queues", "1")[1] === "0" && row("queues", "1")[2] === "0"`
	p.until(step, map[string]string{
		"waits": `$("t-waiting").textContent === "1" && row("queues", "1")[1] === "1" && /^\d+:\d\d$/.test(row("queues", "1")[3]) && rows("calls") === 1
			&& $("calls").tBodies[0].rows[0].cells[0].textContent === "13901" && $("calls").tBodies[0].rows[0].cells[2].textContent === "waiting"`,
		"signed in": open + ` && row("agents", "101")[1] === "● Idle" && row("queues", "1")[4] === "1 of 1" && row("queues", "1")[11] === "1"
			&& $("states").children[0].textContent === "● Idle: 1"`,
		"talks": open + ` && row("agents", "101")[1] === "▶ Talking" && row("agents", "101")[3].startsWith("inbound, ") && rows("calls") === 1
			&& $("calls").tBodies[0].rows[0].cells[5].textContent.includes("(101)") && row("queues", "1")[10] === "1"`,
		"wraps up": `row("agents", "101")[1] === "✎ Wrap-up" && rows("calls") === 0`,
		"over":     `row("agents", "101")[1] === "● Idle" && row("agents", "101")[6] !== "–" && $("t-agents_occupancy").textContent !== "–" && $("t-aht").textContent !== "–"`,
	}[step])
	if step == "talks" {
		p.shoot("light", 1280, 800, "light")
		p.shoot("television", 1920, 1080, "dark")
		p.shoot("phone", 390, 844, "light")
	}
}

// agrees compares what is shown with the report of the same moment: the exact figures, and the rounded ones that people read.
func (p *page) agrees() {
	p.in.t.Helper()
	skill, all := figures(p.in.t, p.in.facts("report", "skill")), figures(p.in.t, p.in.facts("report", "vcc"))
	agent := figures(p.in.t, p.in.facts("report", "agent"))
	cell := func(table, key string, n int) string {
		return fmt.Sprintf(`document.querySelector("#%s tr[data-key='%s']").cells[%d]`, table, key, n)
	}
	for _, c := range []struct{ where, figure string }{
		{`$("t-service_level")`, all["service_level"]}, {`$("t-abandon_rate")`, all["abandon_rate"]}, {`$("t-agents_occupancy")`, all["agents_occupancy"]},
		{`$("t-asa")`, all["asa"]}, {`$("t-aht")`, all["aht"]}, {`$("t-offered")`, all["offered"]}, {`$("t-answered")`, all["answered"]},
		{cell("queues", "1", 5), skill["service_level"]}, {cell("queues", "1", 6), skill["asa"]}, {cell("queues", "1", 7), skill["aht"]},
		{cell("queues", "1", 8), skill["abandon_rate"]}, {cell("queues", "1", 9), skill["offered"]}, {cell("queues", "1", 10), skill["answered"]},
		{cell("queues", "1", 11), skill["abandoned"]}, {cell("agents", "101", 5), agent["answered"]}, {cell("agents", "101", 6), agent["occupancy"]},
	} {
		exact, shown := p.text(c.where+".dataset.value"), p.text(c.where+".textContent")
		if c.figure == "" || exact == "" {
			p.in.t.Errorf("%s shows %q (%s), the report has %q", c.where, shown, exact, c.figure)
			continue
		}
		n, err := strconv.ParseFloat(exact, 64)
		must(p.in.t, err)
		var wantExact, wantShown string
		switch {
		case strings.HasSuffix(shown, "%"):
			wantExact, wantShown = strconv.FormatFloat(n, 'f', 4, 64), strconv.FormatFloat(100*n, 'f', 1, 64)+" %"
		case strings.Contains(shown, ":"):
			whole := int(n) / 1000
			wantExact, wantShown = fmt.Sprintf("%.3f", n/1000), fmt.Sprintf("%d:%02d", whole/60, whole%60)
		default:
			wantExact, wantShown = exact, exact
		}
		if c.figure != wantExact || shown != wantShown {
			p.in.t.Errorf("%s shows %q (%s), the report has %q", c.where, shown, exact, c.figure)
		}
	}
}

// tables checks that who cannot see the page can read it: each table has a caption, each cell heads of its column and of its row.
func (p *page) tables() {
	p.in.t.Helper()
	if wrong := p.text(`Array.from(document.querySelectorAll("table")).flatMap((t) => [
			t.caption && t.caption.textContent ? "" : t.id + " has no caption",
			...Array.from(t.tHead.rows[0].cells, (c) => c.tagName === "TH" && c.scope === "col" && c.textContent ? "" : t.id + " has a column without head"),
			...Array.from(t.tBodies[0].rows, (r) => r.cells[0].tagName === "TH" && r.cells[0].scope === "row" && r.cells.length === t.tHead.rows[0].cells.length ? "" : t.id + " has a row without head"),
		]).filter(Boolean).join("; ")`); wrong != "" {
		p.in.t.Error(wrong)
	}
}

// shoot keeps a picture of the page among the test's artifacts (go test -artifacts), and checks that it fits the width of its screen.
func (p *page) shoot(name string, width, height int64, scheme string) {
	p.in.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	must(p.in.t, err)
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	must(p.in.t, err)
	must(p.in.t, os.WriteFile(filepath.Join(p.in.t.ArtifactDir(), name+".png"), picture, 0o600))
	if tells[bool](p, "document.documentElement.scrollWidth > innerWidth") {
		p.in.t.Errorf("the page is wider than a screen of %d", width)
	}
}
