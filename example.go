// Package ccgateway holds what the programs of this module share: the example configuration, which the demo runs with and
// which users start from.
package ccgateway

import _ "embed" // the example is part of the program

// Example is center.example.yaml.
//
//go:embed center.example.yaml
var Example []byte
