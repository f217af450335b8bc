package speech

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/semaphore"

	"ccgateway/internal/wav"
)

const (
	// MaxText is the longest text, in characters: some three minutes. A flow's sentence has less than a tenth of that.
	MaxText = 2000
	// MaxDigits is the longest row of digits; no number that people know is longer.
	MaxDigits = 64

	// maxSamples bounds the sound of one text: MaxText characters, read slowly.
	maxSamples = 10 * 60 * wav.SampleRate
	// maxRun is how long the program may take; it needs some 20 ms for a sentence.
	maxRun = 10 * time.Second
	// maxPrograms bounds the programs that run at a time; the other texts wait for their turn as long as their contexts last.
	maxPrograms = 4
	// defaultCacheSize keeps more than an hour of speech.
	defaultCacheSize = 64 << 20
	// digitGap parts digits.
	digitGap = wav.SampleRate / 10
)

// The errors of speaking.
var (
	// ErrNoProgram: espeak-ng is not installed.
	ErrNoProgram = errors.New("text cannot be read out: the program espeak-ng is not installed")
	// ErrText: the text is empty or too long, or holds something else than digits where only digits are spoken.
	ErrText = errors.New("text cannot be read out")
)

// voiceForm keeps a voice's name from being an option or a path.
var voiceForm = regexp.MustCompile(`^[a-z][A-Za-z0-9+_-]{0,31}$`)

// ValidVoice tells whether a name can be one of a voice: "en", "en-us", "cmn", "de+f3".
func ValidVoice(name string) bool { return voiceForm.MatchString(name) }

// Config says how text is read out. The zero value of a member means its default.
type Config struct {
	// Voice is the program's name of a language or voice; `espeak-ng --voices` lists them. Default "en".
	Voice string
	// Cache is a folder for what was spoken; it is made at first use. "" = none.
	Cache string
	// CacheSize bounds the files in Cache, in bytes; those used longest ago go first. Default 64 MB.
	CacheSize int64
	// Program is the name or path of the program. Default "espeak-ng".
	Program string
}

// Engine reads text out. It may be used by several goroutines at a time.
type Engine struct {
	cfg      Config
	cache    *cache
	programs *semaphore.Weighted
}

// New checks the configuration. That the program is installed shows at the first text.
func New(cfg Config) (*Engine, error) {
	if cfg.Voice == "" {
		cfg.Voice = "en"
	}
	if !ValidVoice(cfg.Voice) {
		return nil, fmt.Errorf("speech: %q is no name of a voice", cfg.Voice)
	}
	if cfg.Program == "" {
		cfg.Program = "espeak-ng"
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = defaultCacheSize
	}
	return &Engine{cfg: cfg, cache: &cache{folder: cfg.Cache, most: cfg.CacheSize}, programs: semaphore.NewWeighted(maxPrograms)}, nil
}

// Speak gives the sound of a text of at most MaxText characters. Numbers are read as the voice's language says them.
// Errors: ErrText, ErrNoProgram, what the program complains about, and the context's end.
func (e *Engine) Speak(ctx context.Context, text string) ([]int16, error) {
	text = clean(text)
	if text == "" {
		return nil, fmt.Errorf("%w: it is empty", ErrText)
	}
	if n := utf8.RuneCountInString(text); n > MaxText {
		return nil, fmt.Errorf("%w: %d characters, more than %d", ErrText, n, MaxText)
	}
	key := cacheKey(e.cfg.Voice, text)
	if pcm, ok := e.cache.get(key); ok {
		return pcm, nil
	}
	if err := e.programs.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait to read text out: %w", err)
	}
	defer e.programs.Release(1)
	pcm, err := e.run(ctx, text)
	if err != nil {
		return nil, err
	}
	e.cache.put(key, pcm)
	return pcm, nil
}

// Digits gives the sound of digits, * and # one by one, at most MaxDigits. Errors are those of Speak; none repeats the digits.
func (e *Engine) Digits(ctx context.Context, digits string) ([]int16, error) {
	if digits == "" || len(digits) > MaxDigits || strings.Trim(digits, "0123456789*#") != "" {
		return nil, fmt.Errorf("%w: it must be 1 to %d digits, * or #", ErrText, MaxDigits)
	}
	var all []int16
	for _, digit := range digits {
		pcm, err := e.Speak(ctx, string(digit))
		if err != nil {
			return nil, err
		}
		all = append(append(all, trim(pcm)...), make([]int16, digitGap)...)
	}
	return all, nil
}

// clean makes one line of plain text: what is no UTF-8 and what controls becomes space, and so do brackets, in which the program would
// look for the names of sounds.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || r == '[' || r == ']' {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// trim takes the silence from both ends.
func trim(pcm []int16) []int16 {
	const quiet = 100 // of 32767: −50 dB
	first, last := 0, len(pcm)
	for first < last && pcm[first] > -quiet && pcm[first] < quiet {
		first++
	}
	for last > first && pcm[last-1] > -quiet && pcm[last-1] < quiet {
		last--
	}
	return pcm[first:last]
}
