package breakeven

import "go/ast"

// uncommented lists the exported functions, types, constants and variables of
// a file that carry no doc comment. A comment on a group of constants or
// variables covers its members.
func uncommented(f *ast.File) []string {
	var names []string
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !wellKnown[d.Name.Name] {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			names = append(names, uncommentedSpecs(d)...)
		}
	}
	return names
}

// wellKnown are methods whose meaning the language or library fixes.
var wellKnown = map[string]bool{
	"Error": true, "Unwrap": true, "Len": true, "Less": true, "Swap": true,
	"Init": true, "Update": true, "View": true, "ShortHelp": true, "FullHelp": true,
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if ix, ok := t.(*ast.IndexExpr); ok {
		t = ix.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

func uncommentedSpecs(d *ast.GenDecl) []string {
	var names []string
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				names = append(names, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}
