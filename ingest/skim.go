package ingest

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// skim is the first SkimBytes of the text of a page, tags as spaces. It only
// looks for angle brackets and quotes, at a fifth of the tokenizer's price: where
// it is wrong about a page, a few words are too many or too few.
func skim(b []byte) string {
	var text strings.Builder
	text.Grow(min(len(b), SkimBytes) + 1)
	for len(b) > 0 && text.Len() < SkimBytes {
		n := bytes.IndexByte(b, '<')
		if n < 0 {
			n = len(b)
		}
		if word := bytes.TrimSpace(b[:min(n, SkimBytes)]); len(word) > 0 {
			text.Write(word)
			text.WriteByte(' ')
		}
		b = behindTag(b[n:])
	}
	return html.UnescapeString(text.String())
}

// behindTag is what follows a tag, a comment, or an element without text that is
// shown.
func behindTag(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("<!--")) {
		return behind(b[len("<!--"):], "-->")
	}
	n := 1
	for n < len(b) && n <= maxTagName && letter(b[n]) {
		n++
	}
	name := ""
	if n > 1 {
		if a := atom.Lookup(bytes.ToLower(b[1:n])); unseen(a) {
			name = a.String()
		}
	}
	b = behindQuoted(b[min(n, len(b)):])
	for name != "" && len(b) > 0 {
		b = behind(b, "</")
		if len(b) >= len(name) && strings.EqualFold(string(b[:len(name)]), name) {
			return behindQuoted(b)
		}
	}
	return b
}

// maxTagName is the longest name of an element that matters here.
const maxTagName = len("blockquote")

// behindQuoted is what follows the next > that is not within quotes.
func behindQuoted(b []byte) []byte {
	for {
		i := bytes.IndexAny(b, `>"'`)
		if i < 0 {
			return nil
		}
		quote := b[i]
		if b = b[i+1:]; quote == '>' {
			return b
		}
		if i = bytes.IndexByte(b, quote); i < 0 {
			return nil
		}
		b = b[i+1:]
	}
}

func behind(b []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(b, []byte(mark))
	return rest
}
