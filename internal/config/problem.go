package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a configuration.
type Problem struct {
	File   string // name of the file, or of the environment variable; "" = nowhere in particular
	Line   int    // from 1; 0 = not in a file
	Column int
	Path   string // vccs[0].agents[2].skills[0].skill; "" = the file as a whole
	Text   string // what is wrong; never contains a secret
}

// String gives the problem in one line: "center.yaml:12: path: text".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Errors is everything that is wrong in a configuration, in the order of the file, at most maxProblems of it.
type Errors struct {
	Problems []Problem
	More     int // how many more there are
}

// maxProblems bounds the list of problems: nobody mends more at once, and a wrong file must not fill a log.
const maxProblems = 50

// Error gives one line for each problem.
func (e *Errors) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more problems", e.More))
	}
	return strings.Join(lines, "\n")
}

// position is a place in a file.
type position struct {
	file         string
	line, column int
}

// report collects problems and knows where each member stands.
type report struct {
	file     string
	problems []Problem
	places   map[string]position // by path
	rejected map[string]bool     // by path: a value that was refused and is not to be complained about again
}

func newReport(file string) *report {
	return &report{file: file, places: map[string]position{}, rejected: map[string]bool{}}
}

// place remembers where the member at path stands.
func (r *report) place(path string, at position) { r.places[path] = at }

// placed tells whether the member stands in the file or in the environment; otherwise it has its default.
func (r *report) placed(path string) bool {
	_, ok := r.places[path]
	return ok
}

// given tells whether the member is placed with a value that was taken.
func (r *report) given(path string) bool { return r.placed(path) && !r.rejected[path] }

// reject notes that the value of the member at path was refused.
func (r *report) reject(path, format string, args ...any) {
	r.rejected[path] = true
	r.fail(path, format, args...)
}

// fail notes a problem of the member at path. A member that is not in the file is reported at the line of what contains it.
func (r *report) fail(path, format string, args ...any) {
	r.failAt(r.find(path), path, format, args...)
}

func (r *report) failAt(at position, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: at.file, Line: at.line, Column: at.column, Path: path, Text: fmt.Sprintf(format, args...)})
}

// find gives the place of the member, or of the nearest one that contains it.
func (r *report) find(path string) position {
	for {
		if at, ok := r.places[path]; ok {
			return at
		}
		if path == "" {
			return position{file: r.file}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}

// line tells where a member stands, for a text about another one.
func (r *report) line(path string) string {
	at := r.find(path)
	if at.line == 0 {
		return at.file
	}
	return fmt.Sprintf("line %d", at.line)
}

// err gives what was collected, nil if nothing was.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	shown := min(len(r.problems), maxProblems)
	return &Errors{Problems: r.problems[:shown:shown], More: len(r.problems) - shown}
}
