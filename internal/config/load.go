package config

import (
	"fmt"
	"os"
	"reflect"
)

// Load reads the configuration file at path and lets the environment variables of this process override its members.
// The error is the file system's, or an *Errors with everything that is wrong.
func Load(path string) (*Config, error) {
	return LoadWith(path, os.Environ())
}

// LoadWith is Load with another environment: "NAME=value" each.
func LoadWith(path string, environ []string) (*Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return parse(path, src, environ)
}

// Parse reads a configuration from src; name stands in front of its problems. The environment is not looked at. The error is an
// *Errors.
func Parse(name string, src []byte) (*Config, error) { return parse(name, src, nil) }

// Defaults gives the configuration of an empty file: an installation without any VCC.
func Defaults() *Config {
	cfg := &Config{}
	setDefaults(reflect.ValueOf(cfg).Elem())
	return cfg
}

func parse(name string, src []byte, environ []string) (*Config, error) {
	cfg, r := Defaults(), newReport(name)
	tree, err := readTree(src)
	if err != nil {
		r.failRead(err)
		return nil, r.err()
	}
	if tree != nil {
		r.place("", position{file: name, line: 1})
		newBinder(r).bind("", tree, reflect.ValueOf(cfg).Elem(), member{})
	}
	override(cfg, r, environ)
	c := &checker{report: r, cfg: cfg}
	c.check()
	if err := r.err(); err != nil {
		return nil, err
	}
	cfg.warnings, cfg.places = warningsOf(cfg), r.places
	return cfg, nil
}
