package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

// A document of prose has at least minProse bytes: shorter ones would fall to
// the rule of the least number of words anyway.
const minProse = 400

// writeProse writes the comments of every Go file below root/src that explain
// something as a text file below dir: one document a source file, one paragraph
// a comment.
func writeProse(root, dir string) error {
	// Debian's src is a link.
	src, err := filepath.EvalSymlinks(filepath.Join(root, "src"))
	if err != nil {
		return err
	}
	return filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text := prose(path)
		if len(text) < minProse {
			return nil
		}
		name, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		return write(filepath.Join(dir, strings.TrimSuffix(name, ".go")+".txt"), []byte(text))
	})
}

// prose is the explaining comments of a Go file; a file that does not parse has
// those before its first error.
func prose(path string) string {
	file, _ := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil || ast.IsGenerated(file) {
		return ""
	}
	var out []string
	seen := map[string]bool{}
	for _, group := range file.Comments {
		for _, p := range paragraphs(group.Text()) {
			if !seen[p] {
				out = append(out, p)
			}
			seen[p] = true
		}
	}
	return strings.Join(out, "\n\n")
}

// legal begins a notice that every file repeats.
var legal = regexp.MustCompile(`(?i)^(copyright|use of this source code|permission (is|to)|redistribution|licensed under|the above copyright)`)

// paragraphs are those of a comment that are sentences, each as one line. Code
// and tables, which are indented, headings, lists and notices are left out.
func paragraphs(comment string) []string {
	var out []string
	for block := range strings.SplitSeq(comment, "\n\n") {
		block = strings.TrimRight(block, "\n")
		if strings.Contains("\n"+block, "\n\t") || strings.Contains("\n"+block, "\n  ") || legal.MatchString(block) {
			continue
		}
		p := strings.Join(strings.Fields(block), " ")
		if sentences.MatchString(p) && strings.Count(p, " ") >= 8 && plain(p) {
			out = append(out, p)
		}
	}
	return out
}

// sentences begin with a word and end with a full stop.
var sentences = regexp.MustCompile(`(?s)^[A-Za-z].*[a-z)"'\]][.?!:]\)?$`)

// plain says whether a paragraph has few symbols for its words: formulas and
// listings of names have many.
func plain(p string) bool {
	symbols := 0
	for _, r := range p {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && r != '_' {
			symbols++
		}
	}
	return 5*symbols < 2*strings.Count(p, " ")
}

// write makes a file and the directories above it.
func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o666)
}
