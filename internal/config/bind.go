package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Bounds of what aliases stand for: an alias in an alias in an alias makes a large tree of a small file.
const (
	maxAliased = 100_000 // values
	maxDepth   = 2 * maxNested
)

// binder puts the tree of a file into the structure, and goes on after a problem to find the others.
type binder struct {
	*report
	anchors map[string]ast.Node
	open    map[string]bool // aliases being resolved: one in itself has no end
	aliased int             // values so far that stand behind an alias
	depth   int
}

func newBinder(r *report) *binder {
	return &binder{report: r, anchors: map[string]ast.Node{}, open: map[string]bool{}}
}

// bind puts a node into v, which has its default so far. m bounds a scalar.
func (b *binder) bind(path string, node ast.Node, v reflect.Value, m member) {
	if !b.enter(path) {
		return
	}
	defer b.leave()
	node, leave := b.resolve(path, node)
	defer leave()
	switch node := node.(type) {
	case nil: // said by resolve
	case *ast.NullNode: // "name:" with nothing behind it leaves the default
		if !m.has && isScalar(v.Type()) {
			b.reject(path, "is empty")
		}
	case *ast.MappingNode:
		b.bindMap(path, node, v)
	case *ast.SequenceNode:
		b.bindList(path, node, v, m)
	default:
		b.bindScalar(path, node, v, m)
	}
}

// enter counts a value and its depth; false = the bounds are passed, which is said once of the values.
func (b *binder) enter(path string) bool {
	if len(b.open) > 0 {
		b.aliased++
	}
	switch {
	case b.aliased > maxAliased+1:
		return false
	case b.aliased == maxAliased+1:
		b.fail(path, "aliases stand for more than %d values", maxAliased)
		return false
	case b.depth == maxDepth:
		b.fail(path, "aliases nest lists and maps too deep (more than %d)", maxDepth)
		return false
	}
	b.depth++
	return true
}

func (b *binder) leave() { b.depth-- }

// resolve follows anchors and aliases. leave is to be called when the value has been bound.
func (b *binder) resolve(path string, node ast.Node) (resolved ast.Node, leave func()) {
	leave = func() {}
	switch n := node.(type) {
	case *ast.AnchorNode:
		b.anchors[n.Name.GetToken().Value] = n.Value
		return b.resolve(path, n.Value)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target, known := b.anchors[name]
		if !known || b.open[name] {
			b.fail(path, "no anchor is named %q before this line", name)
			return nil, leave
		}
		b.open[name] = true
		return target, func() { delete(b.open, name) }
	case *ast.TagNode:
		b.fail(path, "tags (%s) are not taken", n.GetToken().Value)
		return nil, leave
	}
	return node, leave
}

// bindMap puts a map into a structure, or into the map of flows.
func (b *binder) bindMap(path string, node *ast.MappingNode, v reflect.Value) {
	switch {
	case v.Type() == recordingType:
		b.bindShare(path, node, v)
	case v.Kind() == reflect.Map:
		b.bindNamed(path, node, v)
	case v.Kind() != reflect.Struct || isScalar(v.Type()):
		b.reject(path, "must be %s, not a map", kindOf(v.Type()))
	default:
		b.bindStruct(path, node, v)
	}
}

func (b *binder) bindStruct(path string, node *ast.MappingNode, v reflect.Value) {
	members := membersOf(v.Type())
	names := make([]string, len(members))
	at := make(map[string]member, len(members))
	for i, m := range members {
		names[i], at[m.name] = m.name, m
	}
	b.eachKey(path, node, func(name, below string, value ast.Node) {
		m, ok := at[name]
		if !ok {
			b.fail(below, "no member of this name exists%s", suggest(name, names))
			return
		}
		b.bind(below, value, v.Field(m.index), m)
	})
	for _, m := range members {
		b.require(join(path, m.name), v.Field(m.index), m)
	}
}

// require notes a scalar without default that is not in the file.
func (b *binder) require(path string, v reflect.Value, m member) {
	if !m.has && isScalar(v.Type()) && !b.placed(path) {
		b.fail(path, "is missing")
	}
}

// bindNamed puts a map into a map by names.
func (b *binder) bindNamed(path string, node *ast.MappingNode, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	b.eachKey(path, node, func(name, below string, value ast.Node) {
		element := reflect.New(v.Type().Elem()).Elem()
		b.bind(below, value, element, member{})
		v.SetMapIndex(reflect.ValueOf(name), element)
	})
}

// bindShare reads {share: n}.
func (b *binder) bindShare(path string, node *ast.MappingNode, v reflect.Value) {
	share := 0
	b.eachKey(path, node, func(name, below string, value ast.Node) {
		if name != recordShare {
			b.fail(below, "no member of this name exists%s", suggest(name, []string{recordShare}))
			return
		}
		b.bind(below, value, reflect.ValueOf(&share).Elem(), member{bounds: "1..100"})
	})
	if !b.placed(join(path, recordShare)) {
		b.fail(path, "%s", errRecording)
	}
	v.Set(reflect.ValueOf(Recording{Mode: recordShare, Share: share}))
}

// eachKey walks a map, notes where its members stand, and refuses what is no name or is there twice.
func (b *binder) eachKey(path string, node *ast.MappingNode, each func(name, below string, value ast.Node)) {
	seen := map[string]bool{}
	for _, pair := range node.Values {
		at := b.at(pair.Key.GetToken())
		if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
			b.failAt(at, path, "merge keys (<<) are not taken")
			continue
		}
		name, ok := scalarText(pair.Key)
		if !ok {
			b.failAt(at, path, "has a key that is no name")
			continue
		}
		below := join(path, name)
		if seen[name] {
			b.failAt(at, below, "is there twice, before in %s", b.line(below))
			continue
		}
		seen[name] = true
		b.place(below, at)
		each(name, below, pair.Value)
	}
}

// bindList puts a list into a slice.
func (b *binder) bindList(path string, node *ast.SequenceNode, v reflect.Value, m member) {
	if v.Kind() != reflect.Slice {
		b.reject(path, "must be %s, not a list", kindOf(v.Type()))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(node.Values), len(node.Values)))
	for i, value := range node.Values {
		below := fmt.Sprintf("%s[%d]", path, i)
		b.place(below, b.at(firstToken(value)))
		element := v.Index(i)
		if v.Type() == flowType {
			b.bindStep(below, value, element)
			continue
		}
		if element.Kind() == reflect.Struct && !isScalar(element.Type()) {
			setDefaults(element)
		}
		if _, null := value.(*ast.NullNode); null {
			b.reject(below, "is empty")
			continue
		}
		b.bind(below, value, element, m)
	}
}

// bindScalar puts one word into v.
func (b *binder) bindScalar(path string, node ast.Node, v reflect.Value, m member) {
	text, ok := scalarText(node)
	switch {
	case !ok:
		b.reject(path, "must be %s", kindOf(v.Type()))
	case !isScalar(v.Type()):
		b.reject(path, "must be %s, not a single value", kindOf(v.Type()))
	case isText(node) && (v.Kind() == reflect.Int || v.Kind() == reflect.Bool):
		b.reject(path, "must be %s, not text", kindOf(v.Type()))
	default:
		if wrong := setScalar(v, m, text); wrong != "" {
			b.reject(path, "%s", wrong)
		}
	}
}

// at gives the place of a token.
func (b *binder) at(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{file: b.file}
	}
	return position{file: b.file, line: t.Position.Line, column: t.Position.Column}
}

// firstToken is the token where a node begins for the reader; a block map's own token is its first colon.
func firstToken(node ast.Node) *token.Token {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return node.GetToken()
}

// scalarText gives the text of a scalar as it was written: "0100" stays "0100" where a text is wanted.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.MappingKeyNode:
		return scalarText(n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	default:
		return "", false
	}
}

func isText(node ast.Node) bool {
	switch node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return true
	default:
		return false
	}
}

// kindOf names in words what a member of a type is.
func kindOf(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration"
	case t == recordingType:
		return "none, all, chosen or {share: 1..100}"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice && t != flowType && isScalar(t.Elem()):
		return "a list of values"
	case t.Kind() == reflect.Slice:
		return "a list of maps"
	case isScalar(t):
		return "a text"
	default:
		return "a map"
	}
}

// join makes the path of a member. A name with other characters than a member can have is quoted.
func join(path, name string) string {
	if name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`."[]:`, c) }) {
		if len(name) > longestName {
			name = name[:longestName]
		}
		name = fmt.Sprintf("%q", name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
