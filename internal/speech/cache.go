package speech

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ccgateway/internal/wav"
)

// cache keeps spoken texts as WAV files. Only speed depends on it: what cannot be kept is spoken anew, so it has no errors.
type cache struct {
	folder string // "" = keeps nothing
	most   int64  // bytes

	mu sync.Mutex // one goroutine at a time makes room
}

// cacheKey is the file's name of a text. The text itself, which may tell of a customer, is in no name.
func cacheKey(voice, text string) string {
	sum := sha256.Sum256([]byte(voice + "\x00" + text))
	return hex.EncodeToString(sum[:]) + ".wav"
}

func (c *cache) get(key string) ([]int16, bool) {
	if c.folder == "" {
		return nil, false
	}
	path := filepath.Join(c.folder, key)
	sound, err := wav.ReadFile(path, maxSamples)
	if err != nil || len(sound.Samples) == 0 {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it was used; if that cannot be noted, it goes earlier
	return sound.Mono(), true
}

// put keeps a sound, under its name only when it is whole.
func (c *cache) put(key string, pcm []int16) {
	if c.folder == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if os.MkdirAll(c.folder, 0o700) != nil {
		return
	}
	part := filepath.Join(c.folder, "new.part") // one name for all: a crash leaves no more than one
	_ = os.Remove(part)
	if writeSound(part, pcm) != nil || os.Rename(part, filepath.Join(c.folder, key)) != nil {
		_ = os.Remove(part)
		return
	}
	c.makeRoom()
}

func writeSound(path string, pcm []int16) error {
	w, err := wav.Create(path, 1)
	if err != nil {
		return err
	}
	return errors.Join(w.Write(pcm), w.Close())
}

// makeRoom removes what was used longest ago until the rest fits.
func (c *cache) makeRoom() {
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var total int64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(info.Name(), ".wav") {
			continue
		}
		files = append(files, info)
		total += info.Size()
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, file := range files {
		if total <= c.most {
			return
		}
		if os.Remove(filepath.Join(c.folder, file.Name())) == nil {
			total -= file.Size()
		}
	}
}
