package recipe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus/internal/words"
)

// tokens is one document cut into tokens, with all that the rules share: they
// are computed once. It is reused from document to document.
type tokens struct {
	text   string
	runes  int // characters of text
	spans  []words.Span
	exact  []uint64 // hash of the token
	length []int32  // characters of the token
	tight  []bool   // the token is of a script that is cut into characters
	bytes  []byte   // all tokens, one behind the other
	ends   []int32  // where each ends in bytes
	words  int      // tokens that are not symbols
	alpha  int      // tokens with at least one letter
	chars  int      // characters of all words
}

// reset cuts text, of which at most maxMeasured bytes, maxTokens lines and
// maxTokens tokens are looked at.
func (t *tokens) reset(text string, s *splitter) {
	text = clipLines(clip(text, maxMeasured), maxTokens)
	spans, end := s.append(t.spans[:0], text, maxTokens)
	t.text, t.spans = text[:end], spans
	t.runes = utf8.RuneCountInString(t.text)
	t.exact, t.length, t.tight = t.exact[:0], t.length[:0], t.tight[:0]
	t.bytes, t.ends = t.bytes[:0], t.ends[:0]
	t.words, t.alpha, t.chars = 0, 0, 0
	for _, span := range t.spans {
		t.add(t.text[span.Start:span.End], span.Symbol, !s.exact())
	}
}

// add takes in one token.
func (t *tokens) add(token string, symbol, characters bool) {
	runes, letter := look(token)
	t.exact, t.length = append(t.exact, xxh3.HashString(token)), append(t.length, runes)
	t.bytes = append(t.bytes, token...)
	t.ends = append(t.ends, int32(len(t.bytes)))
	tight := false
	if characters {
		first, _ := utf8.DecodeRuneInString(token)
		tight = words.Spaceless(first)
	}
	t.tight = append(t.tight, tight)
	if !symbol {
		t.words++
		t.chars += int(runes)
	}
	if letter {
		t.alpha++
	}
}

// joined is n tokens from i without the spaces between them.
func (t *tokens) joined(i, n int) []byte {
	start := int32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.bytes[start:t.ends[i+n-1]]
}

// look counts the characters of a token and says whether one is a letter.
func look(token string) (runes int32, letter bool) {
	for i := range len(token) {
		c := token[i]
		if c >= utf8.RuneSelf {
			return lookFurther(token)
		}
		letter = letter || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
	return int32(len(token)), letter
}

func lookFurther(token string) (runes int32, letter bool) {
	for _, r := range token {
		runes++
		letter = letter || unicode.IsLetter(r)
	}
	return runes, letter
}

// clipLines is the first n lines of s.
func clipLines(s string, n int) string {
	if strings.Count(s, "\n") < n {
		return s
	}
	end := 0
	for range n {
		end += strings.IndexByte(s[end:], '\n') + 1
	}
	return s[:end-1]
}

// clip is the longest beginning of s of at most n bytes that ends with a whole
// character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
