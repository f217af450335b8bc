package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a file. A file also comes over the administration port, and the YAML parser needs time and stack that grow with the
// square of the nesting.
const (
	maxFile   = 16 << 20 // bytes: 100,000 agents in one line each
	maxNested = 24       // lists and maps in each other; the deepest that is meant has 8
	maxIndent = 160      // blanks before the first character of a line
)

// readTree reads a file's text into the tree of its only document. nil, nil is an empty document.
func readTree(src []byte) (tree ast.Node, err error) {
	if len(src) > maxFile {
		return nil, fmt.Errorf("has %d bytes, more than %d", len(src), maxFile)
	}
	if bytes.IndexByte(src, 0) >= 0 {
		return nil, errors.New("is no text")
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // YAML allows the mark, and editors write it
	if err := checkUTF8(src); err != nil {
		return nil, err
	}
	if err := checkIndent(src); err != nil {
		return nil, err
	}
	defer func() { // the parser is not ours and the text may come from anywhere
		if p := recover(); p != nil {
			tree, err = nil, errors.New("cannot be read as YAML")
		}
	}()
	tokens := lexer.Tokenize(string(src))
	if err := checkNesting(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are reported by the binder, all of them
	if err != nil {
		return nil, err
	}
	return onlyDocument(file)
}

// onlyDocument gives the body of the one document of a file.
func onlyDocument(file *ast.File) (ast.Node, error) {
	var body ast.Node
	for _, document := range file.Docs {
		switch document.Body.(type) {
		case nil:
			continue
		case *ast.DirectiveNode:
			continue
		}
		if body != nil {
			return nil, &yaml.SyntaxError{Message: "a second document begins here; one file holds one", Token: document.Body.GetToken()}
		}
		body = document.Body
	}
	return body, nil
}

// checkUTF8 refuses text in another encoding, such as Latin-1: names would reach desktops as question marks, and a PostgreSQL not at all.
func checkUTF8(src []byte) error {
	line := 0
	for text := range bytes.Lines(src) {
		line++
		if !utf8.Valid(text) {
			return &lineError{line: line, text: "must be text in UTF-8"}
		}
	}
	return nil
}

// checkIndent refuses lines that begin with very many blanks: each may open another level.
func checkIndent(src []byte) error {
	line := 0
	for text := range bytes.Lines(src) {
		line++
		if indent := len(text) - len(bytes.TrimLeft(text, " ")); indent > maxIndent && len(bytes.TrimSpace(text)) > 0 {
			return nestedTooDeep(line)
		}
	}
	return nil
}

// checkNesting refuses lists and maps that are nested too deep, in braces and brackets or by hyphens in one line.
func checkNesting(tokens token.Tokens) error {
	depth, hyphens, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, hyphens = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			hyphens++
		}
		if depth > maxNested || hyphens > maxNested {
			return nestedTooDeep(line)
		}
	}
	return nil
}

// lineError says in which line a file is not read on, and why.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return e.text }

func nestedTooDeep(line int) error {
	return &lineError{line: line, text: fmt.Sprintf("lists and maps are nested too deep (more than %d)", maxNested)}
}

// failRead notes why a file could not be read at all, with the parser's place and without its excerpt of the source, which may
// show a password.
func (r *report) failRead(err error) {
	at := position{file: r.file}
	var syntax yaml.Error
	var inLine *lineError
	switch {
	case errors.As(err, &syntax):
		if t := syntax.GetToken(); t != nil && t.Position != nil {
			at.line, at.column = t.Position.Line, t.Position.Column
		}
		text, _, _ := strings.Cut(syntax.GetMessage(), "\n")
		r.failAt(at, "", "no valid YAML: %s", text)
	case errors.As(err, &inLine):
		at.line = inLine.line
		r.failAt(at, "", "%s", err)
	default:
		r.failAt(at, "", "%s", err)
	}
}
