package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxCell is the longest text, in characters, that a cell of data has: longer
// ones are paragraphs that a table sets side by side.
const maxCell = 2000

// inRows says whether a row is of a table of data, which is written row by row.
// A table that is there for the looks holds headings, other tables, lines of
// code, or long texts: its cells are laid out like any element.
func inRows(tr *html.Node) bool {
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if !ofData(c) {
			return false
		}
	}
	return true
}

// ofData says whether a cell holds nothing that needs lines of its own.
func ofData(cell *html.Node) bool {
	chars := 0
	for n := range cell.Descendants() {
		switch a := tagAtom(n); {
		case n.Type == html.TextNode:
			if chars += utf8.RuneCountInString(n.Data); chars > maxCell {
				return false
			}
		case a == atom.Table, a == atom.H1, a == atom.H2, a == atom.H3, a == atom.H4, a == atom.H5, a == atom.H6,
			a == atom.Article, a == atom.Section, a == atom.Main:
			return false
		case a == atom.Pre && ofLines(n):
			return false
		}
	}
	return true
}

// ofLines says whether a <pre> has two lines or more.
func ofLines(pre *html.Node) bool {
	text, ended := false, false
	for n := range pre.Descendants() {
		if n.Type != html.TextNode {
			ended = ended || text && tagAtom(n) == atom.Br
			continue
		}
		line := strings.TrimSpace(n.Data)
		if line != "" && (text && (ended || leading(n.Data)) || strings.Contains(line, "\n")) {
			return true
		}
		text = text || line != ""
		ended = ended || text && strings.HasSuffix(strings.TrimRight(n.Data, " \t"), "\n")
	}
	return false
}

// leading says whether a line ends before the first word of s.
func leading(s string) bool {
	return strings.Contains(s[:len(s)-len(strings.TrimLeftFunc(s, unicode.IsSpace))], "\n")
}
