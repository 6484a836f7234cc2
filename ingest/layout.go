package ingest

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// layout writes the text of HTML: runs of white space become one space, a line
// end separates rows and items, a blank line separates paragraphs. Items have a
// marker as in Markdown, "- " or their number, behind two spaces for every list
// around theirs. The cells of a row stand in one line, " | " between them. What
// is in <pre> keeps its bytes.
type layout struct {
	b      strings.Builder
	ends   int                   // line ends due before the next text
	space  bool                  // a space is due
	mark   string                // of the item whose text comes next
	lists  []int                 // around the node: the number of the next item, 0 for none
	line   bool                  // inside a cell of a row: no line ends, no markers
	trims  bool                  // the nodes are trafilatura's, who takes items out and the spaces at their edges
	leaves func(*html.Node) bool // what is left out
}

func (w *layout) String() string { return w.b.String() }

// breaks is how many line ends stand around an element.
func breaks(a atom.Atom) int {
	switch a {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre,
		atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer,
		atom.Nav, atom.Aside, atom.Figure, atom.Hr, atom.Form, atom.Fieldset, atom.Address, atom.Body, atom.Center:
		return 2
	case atom.Br, atom.Li, atom.Tr, atom.Dt, atom.Dd, atom.Figcaption, atom.Caption, atom.Option, atom.Summary, atom.Details:
		return 1
	}
	return 0
}

// tagAtom is the name of an element: trafilatura makes nodes without DataAtom.
func tagAtom(n *html.Node) atom.Atom {
	if n.DataAtom != 0 || n.Type != html.ElementNode {
		return n.DataAtom
	}
	return atom.Lookup([]byte(n.Data))
}

func (w *layout) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
		return
	case html.ElementNode:
		w.element(n, tagAtom(n))
		return
	}
	w.children(n)
}

func (w *layout) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *layout) element(n *html.Node, a atom.Atom) {
	if unseen(a) || w.leaves != nil && w.leaves(n) {
		return
	}
	w.tag(a, closed(n, a))
	switch {
	case a == atom.Br:
		return
	case a == atom.Pre && !w.line:
		w.verbatim(textOf(n))
	case a == atom.Tr && !w.line && inRows(n):
		w.row(n)
	case list(a):
		w.opens(w.first(n))
		w.children(n)
		w.closes()
	case a == atom.Li && !w.line:
		w.item()
		w.children(n)
		w.mark = ""
	default:
		w.children(n)
	}
	w.tag(a, closed(n, a))
}

// closed says whether a paragraph is all there is of its item: the items of a
// list then stand in consecutive lines.
func closed(n *html.Node, a atom.Atom) bool {
	if a != atom.P || n.Parent == nil {
		return false
	}
	switch tagAtom(n.Parent) {
	case atom.Li, atom.Dd, atom.Dt:
		return alone(n)
	}
	return false
}

// alone says whether no element stands before a node, and none but a list behind.
func alone(n *html.Node) bool {
	before, behind := n.PrevSibling, n.NextSibling
	for ; before != nil && blank(before); before = before.PrevSibling {
	}
	for ; behind != nil && blank(behind); behind = behind.NextSibling {
	}
	return before == nil && (behind == nil || list(tagAtom(behind)))
}

func blank(n *html.Node) bool {
	return n.Type == html.CommentNode || n.Type == html.TextNode && strings.TrimSpace(n.Data) == ""
}

func list(a atom.Atom) bool { return a == atom.Ul || a == atom.Ol }

// tag notes the breaks around an element. Two <br> in a row end a paragraph.
func (w *layout) tag(a atom.Atom, tight bool) {
	n := breaks(a)
	switch {
	case w.line:
		w.space = w.space || n > 0 || a == atom.Td || a == atom.Th
		return
	case tight || list(a) && len(w.lists) > 0:
		n = 1
	}
	switch {
	case a == atom.Br:
		w.ends = min(w.ends+1, 2)
	case n > w.ends:
		w.ends = n
	case a == atom.Td || a == atom.Th:
		w.space = true
	}
}

// opens begins a list; start is the number of its first item, 0 for none.
func (w *layout) opens(start int) { w.lists = append(w.lists, start) }

func (w *layout) closes() { w.lists = w.lists[:max(0, len(w.lists)-1)] }

// item is a marker for the text that comes next.
func (w *layout) item() {
	last := len(w.lists) - 1
	w.mark = strings.Repeat("  ", min(max(0, last), maxIndent))
	if last < 0 || w.lists[last] == 0 {
		w.mark += "- "
		return
	}
	w.mark += strconv.Itoa(w.lists[last]) + ". "
	w.lists[last]++
}

// first is the number of the first item of a list, 0 for a list without numbers,
// or one that may have lost items.
func (w *layout) first(n *html.Node) int {
	if tagAtom(n) != atom.Ol || w.trims {
		return 0
	}
	if i, err := strconv.Atoi(attr(n, "start")); err == nil && i > 0 {
		return i
	}
	return 1
}

// maxIndent is the deepest list that is indented further.
const maxIndent = 8

// text writes words; white space separates them.
func (w *layout) text(s string) {
	if s == "" {
		return
	}
	if w.trims {
		w.space = w.space || w.parted(s)
	}
	before, _ := utf8.DecodeRuneInString(s)
	behind, _ := utf8.DecodeLastRuneInString(s)
	w.space = w.space || unicode.IsSpace(before)
	for i, word := range strings.Fields(s) {
		w.space = w.space || i > 0
		w.gap()
		w.b.WriteString(word)
	}
	w.space = w.space || unicode.IsSpace(behind)
}

// verbatim writes lines as they are.
func (w *layout) verbatim(s string) {
	if s = strings.Trim(s, "\n"); strings.TrimSpace(s) != "" {
		w.gap()
		w.b.WriteString(s)
	}
}

// row writes the cells of a row in one line.
func (w *layout) row(n *html.Node) {
	var cells []string
	full := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if a := tagAtom(c); (a != atom.Td && a != atom.Th) || w.leaves != nil && w.leaves(c) {
			continue
		}
		cell := layout{line: true, trims: w.trims, leaves: w.leaves}
		cell.children(c)
		if cells = append(cells, cell.String()); cell.b.Len() > 0 {
			full = len(cells)
		}
	}
	if full > 0 {
		w.gap()
		w.b.WriteString(strings.Join(cells[:full], " | "))
	}
}

// textOf is all text of a node, <br> as a line end.
func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		} else if tagAtom(c) == atom.Br {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// parted says whether a space stood before a node whose edges were trimmed: not
// before closing and after opening punctuation, nor beside Han and Kana.
func (w *layout) parted(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(w.b.String())
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	return !strings.ContainsRune(",.;:!?)]}%»”’…、。，！？；：）」』", first) && !strings.ContainsRune("([{«“‘（「『", last) &&
		!unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana) && !unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// gap writes the white space that is due before text, and the marker of an item.
func (w *layout) gap() {
	if w.b.Len() > 0 {
		if w.ends > 0 {
			w.b.WriteString("\n\n"[:w.ends])
		} else if w.space {
			w.b.WriteByte(' ')
		}
	}
	w.b.WriteString(w.mark)
	w.ends, w.space, w.mark = 0, false, ""
}
