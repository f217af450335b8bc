package telemetry

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"ccgateway/internal/doctest"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

func TestMetricsDoc(t *testing.T) {
	doctest.Page(t, filepath.Join("..", "..", "docs", "metrics.md"), MetricsDoc(), *update, "go generate ./internal/telemetry")
}

// named finds our metrics and their label matchers in an expression.
var (
	named    = regexp.MustCompile(`\bccgateway_[a-z_0-9]+`)
	grouping = regexp.MustCompile(`\b(?:by|on) ?\(([^)]*)\)`)
	matching = regexp.MustCompile(`(ccgateway_[a-z_0-9]+)\{([^}]*)\}`)
	matcher  = regexp.MustCompile(`([a-z_]+) ?(?:=~|!~|!=|=)`)
)

// known gives the definition of a name as queries write it: with the endings that a histogram has.
func known(name string) *definition {
	for _, d := range definitions {
		if d.name == name && d.kind != histogram {
			return d
		}
		if d.kind == histogram && (name == d.name+"_bucket" || name == d.name+"_sum" || name == d.name+"_count") {
			return d
		}
	}
	return nil
}

// checkExpression finds metrics and labels that do not exist. It tells how many metrics the expression has.
func checkExpression(t *testing.T, where, expression string) int {
	t.Helper()
	names := named.FindAllString(expression, -1)
	labels := map[string]bool{"le": true, "instance": true, "job": true, "name": true}
	for _, name := range names {
		d := known(name)
		if d == nil {
			t.Errorf("%s: there is no metric %s: %s", where, name, expression)
			continue
		}
		for _, label := range d.labels {
			labels[label] = true
		}
	}
	for _, group := range grouping.FindAllStringSubmatch(expression, -1) {
		for label := range strings.SplitSeq(group[1], ",") {
			if !labels[strings.TrimSpace(label)] {
				t.Errorf("%s: there is no label %s: %s", where, label, expression)
			}
		}
	}
	for _, m := range matching.FindAllStringSubmatch(expression, -1) {
		for _, label := range matcher.FindAllStringSubmatch(m[2], -1) {
			if d := known(m[1]); d != nil && !strings.Contains(" "+strings.Join(d.labels, " ")+" le instance job ", " "+label[1]+" ") {
				t.Errorf("%s: %s has no label %s", where, m[1], label[1])
			}
		}
	}
	return len(names)
}

func TestAlertRulesUseExistingMetrics(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if checkExpression(t, rule.Alert, rule.Expr) == 0 {
				t.Errorf("%s uses no metric of ours", rule.Alert)
			}
			if seen[rule.Alert] || rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["what_to_do"] == "" {
				t.Errorf("%s: twice, or without severity, summary or what_to_do", rule.Alert)
			}
			seen[rule.Alert] = true
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d rules", len(seen))
	}
}

func TestDashboardUsesExistingMetrics(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "grafana-dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Title  string `json:"title"`
		Panels []struct {
			Type    string `json:"type"`
			Title   string `json:"title"`
			ID      int    `json:"id"`
			GridPos struct{ X, Y, W, H int }
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
		Templating struct {
			List []struct {
				Query any `json:"query"`
			} `json:"list"`
		} `json:"templating"`
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	ids, used := map[int]bool{}, map[string]bool{}
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.Title == "" || panel.GridPos.W == 0 || panel.GridPos.X+panel.GridPos.W > 24 {
			t.Errorf("panel %d %q: id twice, no title, or no place", panel.ID, panel.Title)
		}
		ids[panel.ID] = true
		if panel.Type == "row" {
			continue
		}
		found := 0
		for _, target := range panel.Targets {
			found += checkExpression(t, panel.Title, target.Expr)
			for _, name := range named.FindAllString(target.Expr, -1) {
				if d := known(name); d != nil {
					used[d.name] = true
				}
			}
		}
		if found == 0 && !strings.Contains(panel.Title, "Go") && !strings.Contains(panel.Title, "Process") {
			t.Errorf("panel %q shows no metric of ours", panel.Title)
		}
	}
	for _, variable := range board.Templating.List {
		raw, _ := json.Marshal(variable.Query)
		checkExpression(t, "variable", string(raw))
	}
	for _, d := range definitions {
		switch why, out := leftOut[d.name]; {
		case used[d.name] && out:
			t.Errorf("the dashboard shows %s, which is to be left out: %s", d.name, why)
		case !used[d.name] && !out:
			t.Errorf("the dashboard does not show %s: show it, or say in leftOut why not", d.name)
		}
	}
	for name := range leftOut {
		if !slices.ContainsFunc(definitions, func(d *definition) bool { return d.name == name }) {
			t.Errorf("%s is left out and there is no such metric", name)
		}
	}
}

// leftOut are the metrics that the dashboard does not show, and why.
var leftOut = map[string]string{
	"ccgateway_build_info":                 "its value is always 1; its labels are for joins",
	"ccgateway_queue_info":                 "its value is always 1; its labels are for joins",
	"ccgateway_journal_sync_seconds":       "the mean of the same syncs is shown from the counters of the journal, the worst by ccgateway_journal_longest_seconds",
	"ccgateway_lockout_remembered":         "says how much memory lock-outs take; what they do is shown",
	"ccgateway_media_longest_tick_seconds": "never falls until the next start, so that a curve of it says nothing",
	"ccgateway_media_ticks_total":          "is 50 a second; ticks that were late or left out are shown",
}
