package center

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// CommandNames lists the commands that the command*.go files of the package declare: the structs that embed By, and the receivers
// of command().
func CommandNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("command*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files with commands: %v", err)
	}
	var names []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec: // By makes a struct a command
				if s, ok := n.Type.(*ast.StructType); ok && len(s.Fields.List) > 0 {
					if id, ok := s.Fields.List[0].Type.(*ast.Ident); ok && id.Name == "By" && len(s.Fields.List[0].Names) == 0 {
						names = append(names, n.Name.Name)
					}
				}
			case *ast.FuncDecl:
				if n.Recv == nil || n.Name.Name != "command" {
					break
				}
				if id, ok := n.Recv.List[0].Type.(*ast.Ident); ok && id.Name != "By" {
					names = append(names, id.Name)
				}
			}
			return true
		})
	}
	return names
}
