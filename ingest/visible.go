package ingest

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shown collects the text that a browser would show, in the order of the
// source, without building a tree.
type shown struct {
	w       layout
	title   strings.Builder
	hidden  atom.Atom // the element whose text is not shown
	inTitle bool
	pre     bool
}

func visible(b []byte) page {
	var s shown
	z := html.NewTokenizer(bytes.NewReader(b))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return page{s.title.String(), s.w.String()}
		case html.TextToken:
			s.text(string(z.Text()))
		case html.StartTagToken:
			s.start(tagOf(z))
		case html.SelfClosingTagToken:
			s.w.tag(tagOf(z))
		case html.EndTagToken:
			s.end(tagOf(z))
		}
	}
}

func tagOf(z *html.Tokenizer) atom.Atom {
	name, _ := z.TagName()
	return atom.Lookup(name)
}

func (s *shown) text(text string) {
	if s.inTitle {
		s.title.WriteString(text)
	} else if s.hidden == 0 {
		s.w.text(text, s.pre)
	}
}

func (s *shown) start(a atom.Atom) {
	s.inTitle = a == atom.Title
	s.pre = s.pre || a == atom.Pre
	if s.hidden == 0 && unseen(a) {
		s.hidden = a
	}
	s.w.tag(a)
}

func (s *shown) end(a atom.Atom) {
	s.inTitle = s.inTitle && a != atom.Title
	s.pre = s.pre && a != atom.Pre
	if a == s.hidden {
		s.hidden = 0
	}
	if a != atom.Br {
		s.w.tag(a)
	}
}

// unseen are the elements whose text is never shown as such.
func unseen(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Textarea, atom.Select, atom.Object, atom.Iframe:
		return true
	}
	return false
}
