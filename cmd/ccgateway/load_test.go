package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ccgateway/client"
	"ccgateway/internal/config"
	"ccgateway/internal/loadgen"
)

// TestLoad: a small load on a generated installation, with everything measured.
func TestLoad(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	in := prepare(t)
	must(t, loadgen.WriteConfig(in.ctx, &file, loadgen.Setup{Agents: 6, Callers: callersHost, Recording: "all", Data: t.TempDir()}))
	accounts, err := loadgen.ReadAccounts(bytes.NewReader(file.Bytes()))
	must(t, err)
	cfg, err := config.Parse("load.yaml", file.Bytes())
	must(t, err)
	cfg.Listen = config.Listen{HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0", SIP: "127.0.0.1:0", RTP: nextPorts()}
	in.start(cfg)

	desks, err := client.New("https://"+in.address("https"), client.InsecureTLS())
	must(t, err)
	defer desks.Close()
	var progress bytes.Buffer
	report, err := loadgen.Run(in.ctx, loadgen.Options{
		Client: desks, SIP: in.address("sip"), Callers: callersHost, Accounts: accounts, Agents: 6, Rate: 4, Duration: 4 * time.Second,
		Talk: 400 * time.Millisecond, Sample: 3, Progress: &progress, Every: time.Second,
	})
	must(t, err)
	must(t, report.Verdict())
	t.Logf("\n%s", report)
	switch {
	case report.Agents != 6 || report.Dialled < 12 || report.Talked != report.Dialled || report.Ended != report.Talked:
		t.Errorf("agents, calls, talks: %+v", report)
	case report.Checked == 0 || report.Sound != report.Checked:
		t.Errorf("sound: good in %d of %d", report.Sound, report.Checked)
	case report.SetUp.Count == 0 || report.Talk.Count != report.Talked || report.HangUp.Count == 0 || report.Release.Count == 0:
		t.Errorf("nothing measured: %+v", report)
	case report.Waiting != 0 || report.Talking != 0:
		t.Errorf("waiting or talking at the end: %+v", report)
	}
	if !strings.Contains(progress.String(), "talked") {
		t.Errorf("no progress: %q", progress.String())
	}
	in.await("everybody is signed out", func() (bool, string) {
		view := in.look(1)
		return view.Sessions == 0 && len(view.Calls) == 0, "somebody is there"
	})
}

// TestLoad_RefusesOtherFiles: a file of an installation in use has no accounts to play with.
func TestLoad_RefusesOtherFiles(t *testing.T) {
	t.Parallel()
	if _, err := loadgen.ReadAccounts(bytes.NewReader(testCenter)); err == nil || !strings.Contains(err.Error(), "--write-config") {
		t.Errorf("err = %v", err)
	}
}
