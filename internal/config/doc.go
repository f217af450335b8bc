// Package config reads the configuration file of an installation.
//
// Config is the one place where a setting is written down: its name, default, allowed values and meaning. The file's binder,
// the environment variables, the reference page (docs/configuration.md) and the commented default file (default.yaml) all come
// from it; the meaning is the comment of the member, so it is written for the administrator who reads the page.
//
//	cfg, err := config.Load("ccgateway.yaml")   // file, then environment variables
//	for _, w := range cfg.Warnings() { ... }    // what is allowed and yet worth a line in the log
//	centers := cfg.Centers()                    // the VCCs as the centers want them: names resolved, rights complete
//
// A wrong file gives an Errors with everything that is wrong in it, each with its path and its line:
//
//	center.yaml:12: vccs[0].agents[2].skills[0].skill: no skill queue is named "suport"; did you mean "support"?
//
// Secrets are of type Secret: whatever prints a Config, or a part of it, shows "[redacted]" in their place. No error contains one.
package config

//go:generate go run ./gen
