package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// Index is what the archive needs of the index of recordings; *store.Store.
type Index interface {
	RecordingsNamed(ctx context.Context, vcc center.VCCID, name string) ([]store.Recording, error)
	Recordings(ctx context.Context, f store.Filter) ([]store.Recording, error)
	KeptRecordings(ctx context.Context, vcc center.VCCID, before time.Time, after center.RecordingID, limit int) ([]store.Recording, error)
	CallOver(ctx context.Context, vcc center.VCCID, call center.CallID) (bool, error)
	RecordingDeleted(ctx context.Context, r store.Recording, actor, why string) error
	RecordingDays(ctx context.Context) (map[center.VCCID]int, error)
}

// Config says how the archive works. The zero value of each member has a meaning.
type Config struct {
	Folder      string // of the recordings; made if it is missing
	Index       Index
	Converter   string // path of ffmpeg; "" = the one on the PATH, if there is one
	Conversions int    // at a time; 0 = DefaultConversions
	Log         *slog.Logger
	Now         func() time.Time // nil = time.Now
}

// Archive is the folder of recordings. Its methods may be called by several goroutines.
type Archive struct {
	cfg    Config
	root   *os.Root
	places chan struct{} // one for each conversion
}

// Errors of the archive.
var (
	ErrGone     = errors.New("the recording's file is not there")
	ErrNotAFile = errors.New("not a plain file below the recordings' folder")
)

// Open opens the folder.
func Open(cfg Config) (*Archive, error) {
	if cfg.Conversions <= 0 {
		cfg.Conversions = DefaultConversions
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	const private = 0o750 // what customers said is nobody else's business
	if err := os.MkdirAll(cfg.Folder, private); err != nil {
		return nil, fmt.Errorf("make recordings' folder: %w", err)
	}
	root, err := os.OpenRoot(cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("open recordings' folder: %w", err)
	}
	return &Archive{cfg: cfg, root: root, places: make(chan struct{}, cfg.Conversions)}, nil
}

// Close closes the folder. Files that are open stay open.
func (a *Archive) Close() error { return a.root.Close() }

// File opens a recording's file, named by its path below the folder. ErrGone, ErrNotAFile.
func (a *Archive) File(name string) (*os.File, error) {
	local := filepath.FromSlash(name)
	info, err := a.root.Lstat(local)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("open recording: %w", ErrGone)
	case err != nil:
		return nil, fmt.Errorf("open recording: %w", err)
	case !info.Mode().IsRegular(): // a pipe would keep us waiting, a link is nothing that we made
		return nil, fmt.Errorf("open recording: %w", ErrNotAFile)
	}
	file, err := a.root.Open(local)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrGone // deleted meanwhile
	}
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	return file, nil
}
