package main

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// page is what a server answers.
type page struct {
	url, contentType, body string
}

// Addresses of the pages that the demo asks about.
const (
	goodChinese  = "https://zh.example.org/good/"
	copyChinese  = "https://zh.example.org/copy"
	toxicChinese = "https://zh.example.org/toxic"
	emptyChinese = "https://zh.example.org/boilerplate"
	copyEnglish  = "https://en.example.org/copy"
	toxicEnglish = "https://en.example.org/toxic"
	emptyEnglish = "https://en.example.org/boilerplate"
)

// newPage sends an article in a character set, which is declared in the HTTP
// header ("header"), in a meta tag ("meta"), or not at all ("none").
func newPage(url string, a article, charset, declared string) (page, error) {
	p, meta := page{url: url, contentType: "text/html"}, ""
	switch declared {
	case "header":
		p.contentType += "; charset=" + charset
	case "meta":
		meta = `<meta charset="` + charset + `">`
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return p, err
	}
	if p.body, err = enc.NewEncoder().String(a.html(meta)); err != nil {
		return p, fmt.Errorf("%s in %s: %w", url, charset, err)
	}
	return p, nil
}

// charsets are those in which the pages of a language take turns.
var charsets = map[string][]string{
	"zh": {"gbk", "utf-8"}, "zh-hant": {"big5", "big5", "big5", "utf-8"}, "en": {"utf-8"},
	"de": {"windows-1252", "utf-8"}, "fr": {"iso-8859-1", "utf-8"}, "es": {"windows-1252", "utf-8"},
	"ru": {"windows-1251", "koi8-r"}, "ja": {"shift_jis", "euc-jp"}, "ko": {"euc-kr"}, "it": {"utf-8"}, "pt": {"utf-8"},
}

// languages is their order in the crawl.
var languages = []string{"en", "zh", "zh-hant", "de", "fr", "es", "ru", "ja", "ko", "it", "pt"}

// crawl is all pages in order. The original of a copy comes before it.
func crawl() ([]page, error) {
	var all []page
	var first error
	add := func(url string, a article, charset, declared string) {
		p, err := newPage(url, a, charset, declared)
		if first == nil {
			first = err
		}
		all = append(all, p)
	}
	for _, lang := range languages {
		site, _, _ := strings.Cut(lang, "-")
		for i, a := range articles(lang) {
			charset := charsets[lang][i%len(charsets[lang])]
			declared := []string{"header", "meta", "none"}[i%3]
			add(fmt.Sprintf("https://%s.example.org/good/%s-%s-%s-%d", site, lang, charset, declared, i+1), a, charset, declared)
		}
	}
	odd := articles("odd")
	for i, url := range []string{toxicChinese, emptyChinese, toxicEnglish, emptyEnglish} {
		_, odd[i].title, _ = strings.Cut(odd[i].title, " ")
		add(url, odd[i], "utf-8", "header")
	}
	add(copyChinese, articles("zh")[0].nearCopy(), "utf-8", "meta")
	a := articles("en")[0]
	a.lines = append(a.lines, "This story was first printed in the weekly letter of the harbour.")
	add(copyEnglish, a, "utf-8", "header")
	return all, first
}
