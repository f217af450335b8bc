package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
)

// recordingsCommand works on recordings.
type recordingsCommand struct {
	Delete deleteRecordingsCommand `cmd:"" help:"Delete recordings."`
}

// deleteRecordingsCommand deletes recordings.
type deleteRecordingsCommand struct {
	runningCenter
	Recording string `help:"Id of the recording, or the fileName that desktops know it by."`
	Before    string `help:"All that ended before this date or time (2026-01-01, 2026-01-01T08:00) in this machine's time zone."`
	Why       string `required:"" help:"Reason, for the audit."`
}

// Help has the examples of --help.
func (deleteRecordingsCommand) Help() string {
	return "The files are gone for good; that there were recordings, and who deleted them when and why, stays in the index and in the audit. What is still " +
		"being made, or whose call still runs, is not deleted.\n\nExamples:\n\n" +
		"  ccgateway recordings delete --recording 1455885056-12-101 --why 'request of the caller, ticket 77'\n" +
		"  ccgateway recordings delete --vcc 2 --before 2025-01-01 --why 'contract has ended'"
}

var errWhichRecordings = errors.New("say which recordings: --recording or --before")

// Run asks the running program.
func (c deleteRecordingsCommand) Run(ctx context.Context) error {
	wanted := admin.Deletion{VCC: center.VCCID(c.VCC), Recording: c.Recording, Why: c.Why}
	if (c.Recording == "") == (c.Before == "") {
		return errWhichRecordings
	}
	if c.Before != "" {
		var err error
		if wanted.Before, err = localTime(c.Before); err != nil {
			return err
		}
	}
	address, token, err := c.door()
	if err != nil {
		return err
	}
	words, err := admin.SendDeletion(ctx, address, token, wanted)
	if err != nil {
		return err
	}
	fmt.Println(words)
	return nil
}

// localTime reads a date or a time of this machine's zone.
func localTime(text string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a date (2026-01-01) nor a time (2026-01-01T08:00)", text)
}
