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
	inPre   bool
	pre     strings.Builder
}

func visible(b []byte) page {
	var s shown
	z := html.NewTokenizer(bytes.NewReader(b))
	for {
		switch z.Next() {
		case html.ErrorToken:
			s.verbatim()
			return page{title: s.title.String(), text: s.w.String()}
		case html.TextToken:
			s.text(string(z.Text()))
		case html.StartTagToken:
			s.start(tagOf(z))
		case html.SelfClosingTagToken:
			s.w.tag(tagOf(z), false)
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
	switch {
	case s.inTitle:
		s.title.WriteString(text)
	case s.hidden != 0:
	case s.inPre:
		s.pre.WriteString(text)
	default:
		s.w.text(text)
	}
}

func (s *shown) start(a atom.Atom) {
	s.inTitle = a == atom.Title
	s.inPre = s.inPre || a == atom.Pre
	if s.hidden == 0 && unseen(a) {
		s.hidden = a
	}
	switch {
	case a == atom.Br && s.inPre:
		s.pre.WriteByte('\n')
		return
	case a == atom.Ul:
		s.w.opens(0)
	case a == atom.Ol:
		s.w.opens(1)
	}
	s.w.tag(a, false)
	if a == atom.Li && s.hidden == 0 {
		s.w.item()
	}
}

func (s *shown) end(a atom.Atom) {
	s.inTitle = s.inTitle && a != atom.Title
	if a == s.hidden {
		s.hidden = 0
	}
	switch a {
	case atom.Br:
		return
	case atom.Pre:
		s.verbatim()
	case atom.Ul, atom.Ol:
		s.w.closes()
	}
	s.w.tag(a, false)
}

// verbatim writes what was collected in a <pre>.
func (s *shown) verbatim() {
	s.w.verbatim(s.pre.String())
	s.pre.Reset()
	s.inPre = false
}

// unseen are the elements whose text is never shown as such.
func unseen(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Textarea, atom.Select, atom.Object, atom.Iframe:
		return true
	}
	return false
}
