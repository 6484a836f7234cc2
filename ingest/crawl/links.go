package crawl

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// links reads the addresses that a page leads to, in order, each once, and what
// its meta elements say. A tag larger than MaxTag ends the search.
func links(page *url.URL, b []byte, s *signals) []*url.URL {
	l := linkFinder{base: page, signals: s, seen: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(MaxTag)
	for len(l.found) < MaxLinks {
		switch z.Next() {
		case html.ErrorToken:
			return l.found
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			l.tag(string(name), attributes(z, more))
		}
	}
	return l.found
}

// attributes are those that matter; the first of a repeated name counts.
func attributes(z *html.Tokenizer, more bool) map[string]string {
	m := map[string]string{}
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch name := string(k); name {
		case "href", "src", "rel", "type", "name", "content", "http-equiv":
			if _, twice := m[name]; !twice {
				m[name] = string(v)
			}
		}
	}
	return m
}

type linkFinder struct {
	base    *url.URL
	based   bool
	signals *signals
	seen    map[string]bool
	found   []*url.URL
}

func (l *linkFinder) tag(name string, a map[string]string) {
	switch name {
	case "base":
		if u, err := canonical(l.base, a["href"]); err == nil && !l.based {
			l.base, l.based = u, true
		}
	case "a", "area":
		if !slices.Contains(strings.Fields(strings.ToLower(a["rel"])), "nofollow") {
			l.add(a["href"])
		}
	case "frame", "iframe":
		l.add(a["src"])
	case "link":
		if leads(a["rel"], a["type"]) {
			l.add(a["href"])
		}
	case "meta":
		l.meta(a)
	}
}

// leads says whether a <link> is to a page or a feed.
func leads(rel, kind string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		switch word {
		case "next", "prev", "canonical":
			return true
		case "alternate":
			return kind == "" || kind == "text/html" || isFeed(strings.ToLower(kind))
		}
	}
	return false
}

func (l *linkFinder) meta(a map[string]string) {
	l.signals.meta(a["name"], a["content"])
	if strings.EqualFold(a["http-equiv"], "refresh") {
		if _, target, ok := strings.Cut(a["content"], "="); ok {
			l.add(strings.Trim(target, " '\""))
		}
	}
}

func (l *linkFinder) add(ref string) {
	if ref = strings.TrimSpace(ref); ref == "" || ref[0] == '#' {
		return
	}
	if u, err := canonical(l.base, ref); err == nil && !l.seen[u.String()] {
		l.seen[u.String()] = true
		l.found = append(l.found, u)
	}
}

// errMany ends the reading of a list of addresses at MaxEntries.
var errMany = errors.New("too many entries")
