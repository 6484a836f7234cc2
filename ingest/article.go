package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// content is the main content by trafilatura: no fallback extractors, no
// search for dates, no comments (F1 0.962 at twice the speed of the fallback
// setting, on the article-extraction-benchmark), then without what leads to other
// pages. A panic inside is an error.
func content(doc *html.Node) (p page, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("extraction failed: %v", v)
		}
	}()
	links := leads(doc)
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
		return page{r.Metadata.Title, r.Metadata.Author, text}, nil
	}
	unlink(r.ContentNode, links)
	w := layout{trims: true}
	w.node(r.ContentNode)
	return page{r.Metadata.Title, r.Metadata.Author, w.String()}, nil
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
				article.node(n)
			}
		case atom.P, atom.Blockquote, atom.Pre:
			all.node(n)
		case atom.Body:
			body.node(n)
		}
	}
	return []string{article.String(), all.String(), body.String()}
}
