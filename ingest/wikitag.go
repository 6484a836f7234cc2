package ingest

import (
	"html"
	"regexp"
	"strings"
)

// Elements of MediaWiki and its extensions by what becomes of them.
const (
	unknownTag = iota // no element: the < is text
	inlineTag         // its content stays where it is
	blockTag          // its content stands on lines of its own
	cellTag           // its content stands apart
	wholeTag          // its content is no mark-up and stays as it is, on lines of its own
	plainTag          // the same, in the line
	goneTag           // its content is not text of the page
)

// wikiTags is a switch so that no table is built.
func wikiTag(name string) int {
	switch name {
	case "b", "i", "u", "s", "em", "strong", "small", "big", "sub", "sup", "span", "font", "code", "tt", "var", "kbd",
		"samp", "abbr", "cite", "del", "ins", "strike", "q", "bdi", "bdo", "ruby", "rb", "rt", "rp", "rtc", "mark", "data",
		"time", "wbr", "dfn", "noinclude", "onlyinclude", "indicator", "langconvert", "ce", "nobr", "a":
		return inlineTag
	case "br", "hr", "p", "div", "blockquote", "center", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead",
		"tbody", "tfoot", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "poem":
		return blockTag
	case "td", "th":
		return cellTag
	case "pre", "syntaxhighlight", "source":
		return wholeTag
	case "nowiki", "math", "chem":
		return plainTag
	case "ref", "references", "gallery", "timeline", "score", "imagemap", "mapframe", "maplink", "graph", "templatedata",
		"templatestyles", "hiero", "inputbox", "categorytree", "includeonly", "section", "script", "style", "ref-list",
		"dynamicpagelist", "charinsert", "rss", "listing", "quiz", "phonos":
		return goneTag
	}
	return unknownTag
}

// tagForm is a start or end tag.
var tagForm = regexp.MustCompile(`^<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>`)

// opaque is how many bytes at a < are no mark-up: a comment, an element whose
// content is none or not text; else 1. never remembers elements that are not
// closed any more, so that a page is searched once for each.
func opaque(s string, never map[string]bool) int {
	if strings.HasPrefix(s, "<!--") {
		if n := strings.Index(s, "-->"); n >= 0 {
			return n + 3
		}
		return len(s)
	}
	m := tagForm.FindStringSubmatch(s[:min(len(s), 4096)])
	if m == nil || m[1] == "/" || strings.HasSuffix(m[3], "/") || wikiTag(strings.ToLower(m[2])) < wholeTag {
		return 1
	}
	_, n := enclosed(s, len(m[0]), strings.ToLower(m[2]), never)
	return n
}

// enclosed is the content of the element name whose start tag has n bytes, and
// the offset behind its end tag; n when it has none.
func enclosed(s string, n int, name string, never map[string]bool) (string, int) {
	if never[name] {
		return "", n
	}
	for at := n; ; {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			never[name] = true
			return "", n
		}
		at += i
		end := at + 2 + len(name)
		if end <= len(s) && strings.EqualFold(s[at+2:end], name) {
			if j := strings.IndexByte(s[end:min(len(s), end+64)], '>'); j >= 0 {
				return s[n:at], end + j + 1
			}
		}
		at += 2
	}
}

// tag takes the comment or tag at i, with its content where that is no mark-up.
func (w *wikitext) tag(i, end int) int {
	s := w.s[i:end]
	if strings.HasPrefix(s, "<!--") {
		return w.comment(i, end)
	}
	m := tagForm.FindStringSubmatch(s[:min(len(s), 4096)])
	if m == nil {
		return i
	}
	name := strings.ToLower(m[2])
	n := len(m[0])
	switch kind := wikiTag(name); {
	case kind == unknownTag:
		return i
	case kind == blockTag:
		w.out.WriteByte('\n')
	case kind == cellTag && m[1] == "":
		w.out.WriteByte(' ')
	case kind >= wholeTag && m[1] == "" && !strings.HasSuffix(m[3], "/"):
		var inner string
		inner, n = enclosed(s, n, name, w.never)
		w.verbatim(kind, inner)
	}
	return i + n
}

// comment takes a comment, with its line when nothing else stands on it.
func (w *wikitext) comment(i, end int) int {
	n := strings.Index(w.s[i:end], "-->")
	if n < 0 {
		return end
	}
	n += i + len("-->")
	if (i == 0 || w.s[i-1] == '\n') && n < end && w.s[n] == '\n' {
		return n + 1
	}
	return n
}

// verbatim writes content that is no mark-up.
func (w *wikitext) verbatim(kind int, inner string) {
	if kind == goneTag || inner == "" {
		return
	}
	inner = strings.ReplaceAll(strings.Trim(html.UnescapeString(inner), "\n"), "\n", string(lineMark))
	if kind == wholeTag {
		inner = "\n" + string(lineMark) + inner + "\n"
	}
	w.out.WriteString(inner)
}
