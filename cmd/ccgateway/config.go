package main

import (
	"fmt"
	"os"

	"ccgateway/internal/config"
)

// configCommand checks a configuration file or prints the default one.
type configCommand struct {
	File string `arg:"" optional:"" help:"File to check; without one the default configuration is printed." type:"path"`
}

// Help has the examples of --help.
func (configCommand) Help() string {
	return "Examples:\n\n  ccgateway config > ccgateway.yaml    every member with its default and meaning\n" +
		"  ccgateway config ccgateway.yaml      check a file and its CCGATEWAY_ variables"
}

// Run checks or prints.
func (c configCommand) Run() error {
	if c.File == "" {
		_, err := os.Stdout.Write(config.DefaultFile())
		return err
	}
	cfg, err := config.Load(c.File)
	if err != nil {
		return err
	}
	for _, warning := range cfg.Warnings() {
		fmt.Println("warning:", warning)
	}
	agents, phones := 0, 0
	for i := range cfg.VCCs {
		agents += len(cfg.VCCs[i].Agents)
		phones += len(cfg.VCCs[i].Phones)
	}
	fmt.Printf("%s is good: %d VCCs, %d agents, %d phones, %d trunks\n", c.File, len(cfg.VCCs), agents, phones, len(cfg.Trunks))
	return nil
}
