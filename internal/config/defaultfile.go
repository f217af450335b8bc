package config

import _ "embed" // the default file is part of the program

//go:embed default.yaml
var defaultYAML []byte

// DefaultFile gives a configuration file with every member, its default and its explanation.
func DefaultFile() []byte { return append([]byte(nil), defaultYAML...) }
