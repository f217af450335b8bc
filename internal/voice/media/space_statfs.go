//go:build linux || darwin || freebsd

package media

import "syscall"

// freeSpace is what anybody but root may still write where folder lies, in bytes.
func freeSpace(folder string) (uint64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return 0, err
	}
	return uint64(max(0, int64(stat.Bavail))) * uint64(stat.Bsize), nil //nolint:unconvert,gosec // other systems have other types, and FreeBSD's may be negative
}
