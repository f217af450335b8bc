package push

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Allowed is the white list (EVENT_PUST_WHILTELIST_CALLBACKURI): where events may be pushed to. The zero value allows nothing.
type Allowed struct{ entries []target }

// target is what counts of a URL for the white list.
type target struct {
	scheme, host, port string
	path               string // unescaped, without a slash at its end
}

// ParseAllowed reads the entries of a white list: http or https URLs with a host, maybe a port and a path. Queries, fragments and
// user names have no meaning there and are refused.
func ParseAllowed(entries []string) (Allowed, error) {
	var list Allowed
	for _, entry := range entries {
		to, err := parseTarget(entry)
		if err == nil && strings.ContainsAny(entry, "?#") {
			err = fmt.Errorf("has a query or a fragment")
		}
		if err != nil {
			return Allowed{}, fmt.Errorf("push white list: %q %w", entry, err)
		}
		list.entries = append(list.entries, to)
	}
	return list, nil
}

// URL tells whether events may be pushed to a URL: scheme, host and port are those of an entry, and the path is the entry's or lies
// below it. Parsed parts are compared, not texts: "https://desk.example.org" does not allow "https://desk.example.org.evil.net".
func (a Allowed) URL(text string) bool {
	to, err := parseTarget(text)
	if err != nil {
		return false
	}
	for _, entry := range a.entries {
		if to.scheme == entry.scheme && to.host == entry.host && to.port == entry.port &&
			(to.path == entry.path || strings.HasPrefix(to.path, entry.path+"/")) {
			return true
		}
	}
	return false
}

// parseTarget takes a URL apart and refuses what two programs might read in two ways.
func parseTarget(text string) (target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return target{}, fmt.Errorf("is not a URL") // err would quote it, and URLs hold secrets
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return target{}, fmt.Errorf("is neither https nor http")
	case u.User != nil:
		return target{}, fmt.Errorf("has a user name")
	case u.Opaque != "" || u.Hostname() == "":
		return target{}, fmt.Errorf("has no host")
	case strings.Contains(text, "#"):
		return target{}, fmt.Errorf("has a fragment")
	}
	port, err := portOf(u)
	if err != nil {
		return target{}, err
	}
	if err := checkPath(u); err != nil {
		return target{}, err
	}
	return target{u.Scheme, strings.ToLower(u.Hostname()), port, strings.TrimRight(u.Path, "/")}, nil
}

func portOf(u *url.URL) (string, error) {
	switch text := u.Port(); {
	case text != "":
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return "", fmt.Errorf("has no valid port")
		}
		return strconv.Itoa(n), nil
	case strings.HasSuffix(u.Host, ":"):
		return "", fmt.Errorf("has no valid port")
	case u.Scheme == "https":
		return "443", nil
	default:
		return "80", nil
	}
}

// checkPath refuses paths that a receiver may shorten ("/../"), or split in other places than we ("%2F", "\").
func checkPath(u *url.URL) error {
	escaped := strings.ToLower(u.EscapedPath())
	if strings.Contains(escaped, "%2f") || strings.Contains(escaped, "%5c") || strings.Contains(escaped, `\`) || strings.Contains(u.Path, `\`) {
		return fmt.Errorf("has a hidden slash in its path")
	}
	if strings.Contains(u.Path, "//") {
		return fmt.Errorf("has an empty segment in its path")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if name, _, _ := strings.Cut(segment, ";"); name == "." || name == ".." { // servlets cut "..;x" at the semicolon
			return fmt.Errorf("has a relative segment in its path")
		}
	}
	return nil
}
