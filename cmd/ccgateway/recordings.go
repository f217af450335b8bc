package main

import (
	"context"
	"errors"
	"io"

	"ccgateway/internal/admin"
	"ccgateway/internal/archive"
	"ccgateway/internal/center"
	"ccgateway/internal/config"
	"ccgateway/internal/gateway"
	"ccgateway/internal/result"
	"ccgateway/internal/store"
)

// openArchive opens the folder of recordings.
func (p *program) openArchive(folder string) (err error) {
	r := p.cfg.Recordings
	p.archive, err = archive.Open(archive.Config{
		Folder: folder, Index: p.store, Converter: r.Converter, Conversions: r.Conversions, Log: p.log.With("room", "archive"),
	})
	return err
}

// downloads is how many recordings may be downloaded at a time, as the gateway has it.
func downloads(cfg *config.Config) int {
	if !cfg.Recordings.Download {
		return -1
	}
	return cfg.Recordings.Downloads
}

// recordings shows the index and the folder of recordings to the gateway.
type recordings struct {
	store   *store.Store
	archive *archive.Archive
}

func (r recordings) Named(ctx context.Context, vcc center.VCCID, name string) ([]gateway.Recording, error) {
	return shown(r.store.RecordingsNamed(ctx, vcc, name))
}

func (r recordings) OfCall(ctx context.Context, vcc center.VCCID, call center.CallID, agent center.AgentID) ([]gateway.Recording, error) {
	return shown(r.store.RecordingsOfCall(ctx, vcc, call, agent))
}

func shown(found []store.Recording, err error) ([]gateway.Recording, error) {
	all := make([]gateway.Recording, len(found))
	for i, one := range found {
		all[i] = gateway.Recording{
			ID: one.ID, Call: one.Call, Owner: one.Agent, Skill: one.Skill, File: one.File, Ended: one.Ended, Kept: one.Deleted.IsZero(),
		}
	}
	return all, err
}

func (r recordings) Open(one gateway.Recording) (io.ReadSeekCloser, error) {
	file, err := r.archive.File(one.File)
	if err != nil {
		return nil, fileCode(err)
	}
	return file, nil
}

func (r recordings) Convert(ctx context.Context, one gateway.Recording, format string) (io.ReadCloser, error) {
	made, err := r.archive.Convert(ctx, one.File, format)
	if err != nil {
		return nil, fileCode(err)
	}
	return made, nil
}

// fileCode gives the archive's errors the codes of the interface (errors.yaml, group 104).
func fileCode(err error) error {
	for _, known := range []struct {
		is   error
		code result.Code
	}{
		{archive.ErrGone, result.NoRecording}, {archive.ErrNotAFile, result.NoRecording}, {archive.ErrBadFormat, result.BadRecordFormat},
		{archive.ErrNoConverter, result.NoRecordFormat}, {archive.ErrBusy, result.RepeatedCall}, {archive.ErrConversion, result.ConversionFailed},
	} {
		if errors.Is(err, known.is) {
			return known.code.Because("%s", known.is)
		}
	}
	return err
}

func (r recordings) Used(ctx context.Context, vcc center.VCCID, agent center.AgentID, act string, one gateway.Recording) error {
	return r.store.Note(ctx, store.AuditEntry{VCC: vcc, Actor: agent, Act: act, Target: one.Owner, Detail: "recording " + string(one.ID)})
}

// deleteRecordings deletes for an administrator.
func (p *program) deleteRecordings(ctx context.Context, wanted admin.Deletion) (int, error) {
	if wanted.Recording != "" {
		return p.archive.Delete(ctx, wanted.VCC, wanted.Recording, wanted.Actor, wanted.Why)
	}
	return p.archive.DeleteBefore(ctx, wanted.VCC, wanted.Before, wanted.Actor, wanted.Why)
}
