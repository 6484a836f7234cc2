package ingest

import (
	"strings"
	"testing"

	"corpus"
	"corpus/internal/langid"
)

const (
	english = "The old town stands on a hill above the river, and most of its houses are older than the bridge that leads to them. "
	german  = "Die alte Stadt steht auf einem Hügel über dem Fluss, und die meisten ihrer Häuser sind älter als die Brücke, die zu ihnen führt. "
)

func TestForeign(t *testing.T) {
	c := Config{Langs: []string{"de", "zh"}, Detect: langid.New().Detect}
	nav := "<nav>" + strings.Repeat("<a href=x>News and more</a> ", 3) + "</nav>"
	for _, tt := range []struct {
		name, page string
		lost       bool
	}{
		{"German", "<p>" + strings.Repeat(german, 5), false},
		{"English", "<p>" + strings.Repeat(english, 5), true},
		{"German below an English menu", nav + "<p>" + strings.Repeat(german, 5), false},
		{"English script", "<script>" + strings.Repeat(english, 50) + "</script><p>" + german, false},
		{"nothing to tell by", "<p>123 456", false},
	} {
		_, l := c.extract([]byte("<html>"+tt.page), "")
		if (l != nil) != tt.lost || l != nil && l.reason != Language {
			t.Errorf("%s: %v", tt.name, l)
		}
	}
}

func TestTell(t *testing.T) {
	for _, tt := range []struct {
		langs            []string
		text, hint, lang string
		lost             bool
	}{
		{nil, german, "en", "de", false},
		{nil, "123", "en", "en", false},
		{nil, "123", "", "", false},
		{[]string{"en"}, german, "en", "de", true},
		{[]string{"en"}, "123", "en", "en", false},
		{[]string{"en"}, "123", "", "", true},
		{[]string{"en", "de"}, german, "", "de", false},
	} {
		d := &corpus.Document{Text: tt.text, Lang: tt.hint}
		l := Config{Langs: tt.langs, Detect: langid.New().Detect}.tell(d)
		if d.Lang != tt.lang || (l != nil) != tt.lost || l != nil && l.reason != Language {
			t.Errorf("%v, hint %q, %q: %q, %v", tt.langs, tt.hint, tt.text, d.Lang, l)
		}
	}
}

func TestHTMLLang(t *testing.T) {
	for page, want := range map[string]string{
		`<!DOCTYPE html><html class=x lang="de-AT">`:           "de",
		`<?xml version="1.0"?><html xml:lang="zh_CN">`:         "zh",
		`<!-- c --><html><body lang="fr">`:                     "",
		`<html lang="x-klingon">`:                              "",
		`<html lang="EN">`:                                     "en",
		`text`:                                                 "",
		"<p>" + strings.Repeat("<p>", 5000) + `<html lang=en>`: "",
	} {
		if got := said(htmlLang([]byte(page))); got != want {
			t.Errorf("%.40s: %q, want %q", page, got, want)
		}
	}
}

// BenchmarkForeign is the price of a page that is not wanted, beside one that is.
func BenchmarkForeign(b *testing.B) {
	pages := newsPages(b)
	detect := langid.New().Detect
	for _, bm := range []struct {
		name string
		c    Config
	}{
		{"kept", Config{Detect: detect, Langs: []string{"en", "es", "pt", "de", "it", "ru", "fr", "ja", "zh", "nl", "pl", "tr"}}},
		{"foreign", Config{Detect: detect, Langs: []string{"fy"}}},
		{"anyLanguage", Config{Detect: detect}},
		{"fast", Config{Detect: detect, Extract: ExtractFast}},
		{"raw", Config{Detect: detect, Extract: ExtractRaw}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			for i := range b.N {
				bm.c.extract(pages[i%len(pages)], "")
			}
		})
	}
}
