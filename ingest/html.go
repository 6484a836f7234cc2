package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is what is taken from an HTML page.
type page struct{ title, text string }

// extract takes title and main content from a page. Gates come before the tree
// is built, since building it is the dearest step of all. Where there is no tree
// (golang.org/x/net/html stops at 512 open elements), where it costs too much, or
// no main content is found in it, the visible text is taken: a short or odd page
// is for the filters to judge.
func extract(b []byte, contentType string) (page, *loss) {
	if len(b) > MaxPage {
		return page{}, lose(TooLarge, "page of %d bytes", len(b))
	}
	b = toUTF8(b, declared(b, contentType))
	if controls(b) {
		return page{}, lose(Binary, "")
	}
	if n := bytes.Count(b, []byte("<")); n > 4*MaxNodes {
		return page{}, lose(Nodes, "%d tags", n)
	}
	if reopened(b) > MaxReopened {
		return finish(visible(b))
	}
	doc, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return finish(visible(b))
	}
	nodes, depths := weigh(doc, 0)
	if nodes > MaxNodes {
		return page{}, lose(Nodes, "%d nodes", nodes)
	}
	if depths > MaxDepths {
		return finish(visible(b))
	}
	p, err := content(doc)
	if err != nil || strings.TrimSpace(p.text) == "" {
		return finish(visible(b))
	}
	return finish(p)
}

func finish(p page) (page, *loss) {
	if strings.TrimSpace(p.text) == "" {
		return p, lose(NoText, "no visible text")
	}
	return p, nil
}

// controls says whether more than one byte in ten is a control character. NUL
// alone does not make a page binary: the parser replaces it.
func controls(b []byte) bool {
	n := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			n++
		}
	}
	return n > len(b)/10
}

// content is the main content by trafilatura: no fallback extractors, no
// search for dates, no comments (F1 0.962 at twice the speed of the fallback
// setting, on the article-extraction-benchmark). A panic inside is an error.
func content(doc *html.Node) (p page, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("extraction failed: %v", v)
		}
	}()
	reduceLinked(doc)
	r, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		ExcludeComments: true,
		HtmlDateMode:    trafilatura.Disabled,
	})
	if err != nil {
		return page{}, err
	}
	if r.ContentNode == nil {
		return page{}, errors.New("no content")
	}
	if text, ok := rescued(doc, r.ContentNode); ok {
		return page{r.Metadata.Title, text}, nil
	}
	w := layout{trims: true}
	w.node(r.ContentNode, false)
	return page{r.Metadata.Title, w.String()}, nil
}

// reduceLinked leaves of each JSON-LD script its first articleBody, which
// trafilatura's rescue may take. The rest would give titles and texts in the
// order of Go's maps, other ones from run to run.
func reduceLinked(doc *html.Node) {
	var scripts []*html.Node
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Script && n.FirstChild != nil {
			scripts = append(scripts, n)
		}
	}
	for _, n := range scripts {
		kind := ""
		for _, a := range n.Attr {
			if a.Key == "type" {
				kind = a.Val
			}
		}
		if !strings.Contains(kind, "ld+json") {
			continue
		}
		if body, ok := articleBody(html.UnescapeString(n.FirstChild.Data)); ok {
			n.FirstChild.Data = body
		} else {
			n.Parent.RemoveChild(n)
		}
	}
}

// articleBody is a JSON object with the first articleBody of JSON-LD alone.
func articleBody(script string) (string, bool) {
	if !strings.Contains(strings.ToLower(script), `"articlebody"`) {
		return "", false
	}
	d := json.NewDecoder(strings.NewReader(script))
	for name := false; ; {
		t, err := d.Token()
		if err != nil {
			return "", false
		}
		s, ok := t.(string)
		if ok && name {
			b, err := json.Marshal(map[string]string{"articleBody": s})
			return string(b), err == nil
		}
		name = ok && strings.EqualFold(s, "articleBody")
	}
}

// rescued is the text of a page that trafilatura rescued (less than 250
// characters found): it then takes all text of an element as one run, words
// of neighbours glued together, and of a short page takes it twice. Here is
// the same text with its line ends, if the tree looks like such a rescue.
func rescued(doc, n *html.Node) (string, bool) {
	runs := paragraphs(n)
	if len(runs) == 0 {
		return "", false
	}
	last := squeeze(runs[len(runs)-1])
	before := squeeze(strings.Join(runs[:len(runs)-1], ""))
	twice := before != "" && strings.Contains(last, before)
	if len(runs) > 1 && !twice {
		return "", false
	}
	title := squeeze(titleOf(doc))
	texts := candidates(doc)
	if strings.Join(texts, "") == "" {
		return "", true // only the title is left
	}
	for _, text := range texts {
		run := squeeze(text)
		if run != "" && (run == last || title+run == last || twice && strings.Contains(last, run)) {
			return text, true
		}
	}
	return "", false
}

// paragraphs are the texts of a body that holds nothing but <p> of mere text
// each; nil for any other.
func paragraphs(n *html.Node) []string {
	var runs []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" {
			continue
		}
		run := ""
		for text := c.FirstChild; text != nil; text = text.NextSibling {
			if text.Type != html.TextNode {
				return nil
			}
			run += text.Data
		}
		if c.Data != "p" {
			return nil
		}
		if run != "" {
			runs = append(runs, run)
		}
	}
	return runs
}

// titleOf is the text of <title>.
func titleOf(doc *html.Node) string {
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Title && n.FirstChild != nil {
			return n.FirstChild.Data
		}
	}
	return ""
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// candidates are the texts that a rescue may have taken: the first <article>,
// all paragraphs, the body.
func candidates(doc *html.Node) []string {
	var article, all, body layout
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Article:
			if article.b.Len() == 0 {
				article.node(n, false)
			}
		case atom.P, atom.Blockquote, atom.Pre:
			all.node(n, false)
		case atom.Body:
			body.node(n, false)
		}
	}
	return []string{article.String(), all.String(), body.String()}
}

// layout writes the text of HTML: runs of white space become one space, a line
// end separates rows and items, a blank line separates paragraphs.
type layout struct {
	b     strings.Builder
	ends  int  // line ends due before the next text
	space bool // a space is due
	trims bool // the nodes have lost the spaces at their edges
}

func (w *layout) String() string { return w.b.String() }

// breaks is how many line ends stand around an element.
func breaks(a atom.Atom) int {
	switch a {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre,
		atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer,
		atom.Nav, atom.Aside, atom.Figure, atom.Hr, atom.Form, atom.Fieldset, atom.Address, atom.Body:
		return 2
	case atom.Br, atom.Li, atom.Tr, atom.Dt, atom.Dd, atom.Figcaption, atom.Caption, atom.Option, atom.Summary, atom.Details:
		return 1
	}
	return 0
}

func (w *layout) node(n *html.Node, pre bool) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data, pre)
		return
	case html.ElementNode:
		a := atom.Lookup([]byte(n.Data)) // trafilatura makes nodes without DataAtom
		if unseen(a) {
			return
		}
		w.tag(a)
		if a != atom.Br {
			defer w.tag(a)
		}
		pre = pre || a == atom.Pre
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, pre)
	}
}

// tag notes the breaks around an element. Two <br> in a row end a paragraph.
func (w *layout) tag(a atom.Atom) {
	switch n := breaks(a); {
	case a == atom.Br:
		w.ends = min(w.ends+1, 2)
	case n > w.ends:
		w.ends = n
	case a == atom.Td || a == atom.Th:
		w.space = true
	}
}

func (w *layout) text(s string, pre bool) {
	if pre {
		if strings.TrimSpace(s) != "" {
			w.gap()
			w.b.WriteString(s)
		}
		return
	}
	if w.trims {
		w.space = w.space || w.parted(s)
	}
	for i, word := range strings.Fields(s) {
		w.space = w.space || i > 0 || strings.IndexAny(s[:1], " \t\r\n\f") == 0
		w.gap()
		w.b.WriteString(word)
	}
	if s != "" && strings.ContainsAny(s[len(s)-1:], " \t\r\n\f") {
		w.space = true
	}
}

// parted says whether a space stood before a node whose edges were trimmed: not
// before closing and after opening punctuation, nor beside Han and Kana.
func (w *layout) parted(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(w.b.String())
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	return !strings.ContainsRune(",.;:!?)]}%»”’…、。，！？；：）」』", first) && !strings.ContainsRune("([{«“‘（「『", last) &&
		!unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana) && !unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// gap writes the white space that is due before text.
func (w *layout) gap() {
	if w.b.Len() > 0 {
		if w.ends > 0 {
			w.b.WriteString("\n\n"[:w.ends])
		} else if w.space {
			w.b.WriteByte(' ')
		}
	}
	w.ends, w.space = 0, false
}
