package config

import (
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// bindStep reads one step of a flow: a map of anything.
func (b *binder) bindStep(path string, node ast.Node, v reflect.Value) {
	value := b.free(path, node)
	step, ok := value.(map[string]any)
	if !ok {
		b.fail(path, "a flow's step must be a map")
		return
	}
	v.Set(reflect.ValueOf(step))
}

// free reads a node that has no fixed shape into map[string]any, []any, string, int64, uint64, float64, bool or nil.
func (b *binder) free(path string, node ast.Node) any {
	if !b.enter(path) {
		return nil
	}
	defer b.leave()
	node, leave := b.resolve(path, node)
	defer leave()
	switch n := node.(type) {
	case *ast.MappingNode:
		all := map[string]any{}
		b.eachKey(path, n, func(name, below string, value ast.Node) { all[name] = b.free(below, value) })
		return all
	case *ast.SequenceNode:
		all := make([]any, len(n.Values))
		for i, value := range n.Values {
			below := fmt.Sprintf("%s[%d]", path, i)
			b.place(below, b.at(firstToken(value)))
			all[i] = b.free(below, value)
		}
		return all
	case *ast.InfinityNode, *ast.NanNode:
		b.fail(path, "is no number that a flow could work with")
		return nil
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.ScalarNode:
		return n.GetValue()
	default:
		return nil
	}
}
