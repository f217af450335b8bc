package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"ccgateway/internal/admin"
	"ccgateway/internal/config"
)

// runningProgram is how a command finds the running program that it asks.
type runningProgram struct {
	Config string `short:"c" env:"CCGATEWAY_CONFIG" help:"Configuration file of the installation: names its data folder and admin address." type:"existingfile"`
	Data   string `help:"Data folder of the installation (for its administrator's token); default: the file's data, else ./data." type:"path"`
	Admin  string `help:"Admin address of the running program; default: the file's listen.admin, else 127.0.0.1:8081."`
}

// runningCenter is the same for a command about one tenant.
type runningCenter struct {
	runningProgram
	VCC int `name:"vcc" help:"Number of the tenant; may be left out where there is one."`
}

// door says where the running program answers, and to which token.
func (r runningProgram) door() (address, token string, err error) {
	folder, address, err := r.installation()
	if err != nil {
		return "", "", err
	}
	token, err = admin.ReadToken(folder)
	return address, token, err
}

// installation says where the data lie and where the running program answers.
func (r runningProgram) installation() (folder, address string, err error) {
	folder, address = "data", "127.0.0.1:8081"
	if r.Config != "" {
		cfg, err := config.Load(r.Config)
		if err != nil {
			return "", "", err
		}
		folder, address = cfg.Data, cfg.Listen.Admin
	}
	if r.Data != "" {
		folder = r.Data
	}
	if r.Admin != "" {
		address = r.Admin
	}
	if address == "" {
		return "", "", errors.New("the configuration has no listen.admin, and --admin is not given")
	}
	return folder, address, nil
}

// tokenFor reads the token for the running program of cfg's installation. admin.ErrNotRunning: none can run, or none ever has. That the data
// folder has no token while a program answers is said: the folder is of another installation then, mostly since a relative one is looked for
// where the command was given, and what is written there would never be seen.
func tokenFor(ctx context.Context, cfg *config.Config) (string, error) {
	if cfg.Listen.Admin == "" {
		return "", admin.ErrNotRunning
	}
	token, err := admin.ReadToken(cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		if admin.Answers(ctx, cfg.Listen.Admin) {
			return "", fmt.Errorf("a program answers at %s, and %s is not its data folder: give the command where the program was started, or the folder with a full path", cfg.Listen.Admin, cfg.Data)
		}
		return "", admin.ErrNotRunning
	}
	return token, err
}
