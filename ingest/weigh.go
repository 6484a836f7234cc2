package ingest

import (
	"bytes"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// weigh gives the number of nodes of a tree and the sum of their depths.
func weigh(n *html.Node, depth int) (nodes, depths int) {
	nodes, depths = 1, depth
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		more, deep := weigh(c, depth+1)
		nodes, depths = nodes+more, depths+deep
	}
	return nodes, depths
}

// formatting says whether a parser opens an element again in every block after
// the one that did not close it (HTML Living Standard, 13.2.4.3).
func formatting(a atom.Atom) bool {
	switch a {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

// openTag is a formatting element that is not closed.
type openTag struct {
	atom atom.Atom
	raw  string
}

// mayReopen is no less than reopened, by the bytes alone: of every tag and text,
// all that may be open. <a> closes itself, so there is one. It spares most pages
// the tokenizer.
func mayReopen(b []byte, tags int) int {
	open := 1
	for rest := b; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			return open * (2*tags + 1)
		}
		rest = rest[i+1:]
		n := 0
		for n < len(rest) && n <= len("strong") && letter(rest[n]) {
			n++
		}
		if a := atom.Lookup(bytes.ToLower(rest[:n])); formatting(a) && a != atom.A {
			open++
		}
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// reopened is the most elements that a parser of the page makes by opening
// others again. It stops counting beyond MaxReopened.
func reopened(b []byte) int {
	var open []openTag
	sum := 0
	for z := html.NewTokenizer(bytes.NewReader(b)); sum <= MaxReopened; {
		switch z.Next() {
		case html.ErrorToken:
			return sum
		case html.StartTagToken:
			raw := z.Raw()
			if name, _ := z.TagName(); formatting(atom.Lookup(name)) {
				open = pushed(open, openTag{atom.Lookup(name), string(raw)})
			}
			sum += len(open)
		case html.TextToken:
			sum += len(open)
		case html.EndTagToken:
			open = popped(open, tagOf(z))
		}
	}
	return sum
}

// pushed opens an element: an <a> closes the one before it, and of four that
// are the same the first is forgotten.
func pushed(open []openTag, t openTag) []openTag {
	if t.atom == atom.A {
		open = popped(open, atom.A)
	}
	same, first := 0, 0
	for i := len(open) - 1; i >= 0; i-- {
		if open[i] == t {
			same, first = same+1, i
		}
	}
	if same == 3 {
		open = slices.Delete(open, first, first+1)
	}
	return append(open, t)
}

// popped closes the last of the name.
func popped(open []openTag, a atom.Atom) []openTag {
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].atom == a {
			return slices.Delete(open, i, i+1)
		}
	}
	return open
}
