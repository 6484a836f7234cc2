package ingest

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// doubledBy is text in UTF-8 that was read in a set and written as UTF-8 again.
func doubledBy(set *charmap.Charmap, s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteRune(set.DecodeByte(c))
	}
	return strings.ReplaceAll(b.String(), "\uFFFD", "\u0081")
}

func TestMojibake(t *testing.T) {
	for lang, text := range prose {
		if mojibake(text) {
			t.Errorf("%s: genuine text is taken for mojibake", lang)
		}
		for name, set := range map[string]*charmap.Charmap{"windows-1252": charmap.Windows1252, "ISO 8859-1": charmap.ISO8859_1} {
			if !mojibake(doubledBy(set, text)) {
				t.Errorf("%s read as %s is not found", lang, name)
			}
		}
	}
	for _, text := range []string{
		"", "plain", "Ã©", "SÃO PAULO É A CAPITAL, MAÇÃ, AÇÃO, NÃO", "LÂ’ÂGE: «Â» ÂGÉ", "Ã", "\xc3\xa9\xff",
		strings.Repeat("中文网页会把 é 显示成 Ã©，", 20),
	} {
		if mojibake(text) {
			t.Errorf("%q is taken for mojibake", text)
		}
	}
}
