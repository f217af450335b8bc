//go:build !linux && !darwin && !freebsd

package media

import "errors"

// freeSpace is not known: this system has its own way to ask.
func freeSpace(string) (uint64, error) { return 0, errors.ErrUnsupported }
