package ingest

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"corpus"
	"corpus/internal/langid"
)

// foreignScore is how sure the language of all text of a page must be for the
// page to be left out before its main content is known: navigation in another
// language than the article makes it less sure.
const foreignScore = 0.5

// foreign says why a page is in none of the languages asked for. What its text
// is in is told without a tree, for a fraction of what the tree costs.
func (c Config) foreign(b []byte) *loss {
	if len(c.Langs) == 0 {
		return nil
	}
	lang, score := c.Detect(skim(b))
	if lang == "" || score < foreignScore || slices.Contains(c.Langs, lang) {
		return nil
	}
	return lose(Language, "%s (%.3f), by all text of the page", lang, score)
}

// tell gives a document its language: what its text says, and where that cannot
// tell, what the page said, with the score 0. It says so when that is none of the
// languages asked for.
func (c Config) tell(d *corpus.Document) *loss {
	hint := d.Lang
	if d.Lang, d.LangScore = c.Detect(d.Text); d.Lang == "" {
		d.Lang = hint
	}
	if len(c.Langs) == 0 || slices.Contains(c.Langs, d.Lang) {
		return nil
	}
	if d.Lang == "" {
		return lose(Language, "cannot be told")
	}
	return lose(Language, "%s (%.3f)", d.Lang, d.LangScore)
}

// said is the language that a page (<html lang>) or a response
// (Content-Language) names, "" for none that is known. Pages are wrong about it
// too often to be believed where the text can tell.
func said(tag string) string {
	code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	code, _, _ = strings.Cut(code, "_")
	if slices.Contains(langid.Languages(), code) {
		return code
	}
	return ""
}

// htmlLang is the attribute lang of <html>, which stands among the first tags.
func htmlLang(b []byte) string {
	z := html.NewTokenizer(bytes.NewReader(b[:min(len(b), 4096)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			name, more := z.TagName()
			if string(name) != "html" {
				return ""
			}
			for more {
				var key, value []byte
				if key, value, more = z.TagAttr(); string(key) == "lang" || string(key) == "xml:lang" {
					return string(value)
				}
			}
			return ""
		}
	}
}
