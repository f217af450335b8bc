package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

// setting is one setting of the installation that centers or passwords need.
type setting struct {
	Name, Value string
}

var settings = table[setting]{
	name: "settings",
	key:  func(s setting) string { return s.Name },
	want: func(cfg *config.Config) ([]setting, error) { return settingsOf(cfg).list(), nil },
	load: loadSettings,
	save: func(ctx context.Context, tx *batch, s setting) error {
		return statement(ctx, tx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, s.Name, s.Value)
	},
	drop: func(ctx context.Context, tx *batch, s setting) error {
		return statement(ctx, tx, `DELETE FROM setting WHERE name = $1`, s.Name)
	},
}

func loadSettings(ctx context.Context, q querier) ([]setting, error) {
	return collect(ctx, q, `SELECT name, value FROM setting ORDER BY name`, nil, func(s *setting) []any { return []any{&s.Name, &s.Value} })
}

// installation has the settings with their types.
type installation struct {
	serverName string
	auth       center.Auth
	silence    time.Duration
	days       int // until a password expires; 0 = never
	remembered int // past passwords that may not be used again, the present one among them
}

func settingsOf(cfg *config.Config) installation {
	return installation{
		serverName: cfg.Cluster,
		auth:       center.Auth{Static: cfg.Auth.Mode == 1, Interval: cfg.Auth.GUIDInterval, Timeout: cfg.Auth.GUIDTimeout},
		silence:    cfg.Events.Silence, days: cfg.Passwords.Days, remembered: cfg.Passwords.Remembered,
	}
}

// The names of the settings; durations are in milliseconds.
const (
	setServerName   = "server_name"
	setStaticAuth   = "static_auth"
	setGUIDInterval = "guid_interval_ms"
	setGUIDTimeout  = "guid_timeout_ms"
	setSilence      = "silence_ms"
	setDays         = "password_days"
	setRemembered   = "passwords_remembered"
)

func (i installation) list() []setting {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	return []setting{
		{setServerName, i.serverName}, {setStaticAuth, strconv.FormatBool(i.auth.Static)}, {setGUIDInterval, ms(i.auth.Interval)},
		{setGUIDTimeout, ms(i.auth.Timeout)}, {setSilence, ms(i.silence)}, {setDays, strconv.Itoa(i.days)}, {setRemembered, strconv.Itoa(i.remembered)},
	}
}

// installationOf reads the settings back. Those that are not there (nothing has been applied yet) have the configuration's defaults.
func installationOf(rows []setting) (installation, error) {
	i := settingsOf(config.Defaults())
	var failed error
	number := func(s setting) int {
		n, err := strconv.Atoi(s.Value)
		if err != nil && failed == nil {
			failed = fmt.Errorf("setting %s: %w", s.Name, err)
		}
		return n
	}
	ms := func(s setting) time.Duration { return time.Duration(number(s)) * time.Millisecond }
	for _, s := range rows {
		switch s.Name {
		case setServerName:
			i.serverName = s.Value
		case setStaticAuth:
			i.auth.Static = s.Value == "true"
		case setGUIDInterval:
			i.auth.Interval = ms(s)
		case setGUIDTimeout:
			i.auth.Timeout = ms(s)
		case setSilence:
			i.silence = ms(s)
		case setDays:
			i.days = number(s)
		case setRemembered:
			i.remembered = number(s)
		}
	}
	return i, failed
}
