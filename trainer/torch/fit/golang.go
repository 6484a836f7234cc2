package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goFile is one Go file of libtch with the declarations found in it.
type goFile struct {
	name  string
	text  string
	fset  *token.FileSet
	ast   *ast.File
	decls []*goDecl
}

// goDecl is a top-level declaration and the names it mentions.
type goDecl struct {
	node  ast.Decl
	names []string // declared
	uses  map[string]bool
	cUses map[string]bool // C.name
	keep  bool
}

func parseGo(dir string) ([]*goFile, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*goFile
	for _, path := range paths {
		if filepath.Base(path) == "lib.go" {
			continue // link lines, written anew
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f := &goFile{name: filepath.Base(path), text: string(b), fset: token.NewFileSet()}
		if f.ast, err = parser.ParseFile(f.fset, path, b, parser.ParseComments); err != nil {
			return nil, err
		}
		for _, d := range f.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				continue
			}
			f.decls = append(f.decls, newDecl(d))
		}
		files = append(files, f)
	}
	return files, nil
}

func newDecl(node ast.Decl) *goDecl {
	d := &goDecl{node: node, names: declared(node), uses: map[string]bool{}, cUses: map[string]bool{}}
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "C" {
				d.cUses[n.Sel.Name] = true
			}
		case *ast.Ident:
			d.uses[n.Name] = true
		}
		return true
	})
	return d
}

// declared names; a method counts under its receiver's type.
func declared(node ast.Decl) []string {
	var names []string
	switch node := node.(type) {
	case *ast.FuncDecl:
		if node.Recv == nil {
			return []string{node.Name.Name}
		}
		ast.Inspect(node.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
			return true
		})
	case *ast.GenDecl:
		for _, spec := range node.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

// keepGo marks what the called names reach, and returns the C names it uses.
func keepGo(files []*goFile, called []string) map[string]bool {
	wanted := map[string]bool{"init": true, "Ctensor": true, "Cscalar": true}
	for _, name := range called {
		wanted[name] = true
	}
	c := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, f := range files {
			for _, d := range f.decls {
				if d.keep || !slices.ContainsFunc(d.names, func(n string) bool { return wanted[n] }) {
					continue
				}
				d.keep, changed = true, true
				for name := range d.uses {
					wanted[name] = true
				}
				for name := range d.cUses {
					c[name] = true
				}
			}
		}
	}
	return c
}

// trimmed is the file's text without the declarations and imports that are not
// kept, or "" when nothing of it is.
func (f *goFile) trimmed() string {
	used := map[string]bool{"C": true}
	var cuts [][2]token.Pos
	kept := false
	for _, d := range f.decls {
		if !d.keep {
			cuts = append(cuts, extent(d.node))
			continue
		}
		kept = true
		for name := range d.uses {
			used[name] = true
		}
	}
	if !kept {
		return ""
	}
	for _, spec := range f.ast.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); !used[filepath.Base(path)] {
			cuts = append(cuts, [2]token.Pos{spec.Pos(), spec.End()})
		}
	}
	return f.without(cuts)
}

func extent(node ast.Decl) [2]token.Pos {
	start := node.Pos()
	switch node := node.(type) {
	case *ast.FuncDecl:
		if node.Doc != nil {
			start = node.Doc.Pos()
		}
	case *ast.GenDecl:
		if node.Doc != nil {
			start = node.Doc.Pos()
		}
	}
	return [2]token.Pos{start, node.End()}
}

func (f *goFile) without(cuts [][2]token.Pos) string {
	slices.SortFunc(cuts, func(a, b [2]token.Pos) int { return int(a[0] - b[0]) })
	var out strings.Builder
	at := 0
	for _, cut := range cuts {
		out.WriteString(f.text[at:f.fset.Position(cut[0]).Offset])
		at = f.fset.Position(cut[1]).Offset
	}
	out.WriteString(f.text[at:])
	return out.String()
}
