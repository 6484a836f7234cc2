package recipe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// tokens is one document cut into tokens, with all that the rules share: they
// are computed once. It is reused from document to document.
type tokens struct {
	text   string
	runes  int // characters of text
	spans  []words.Span
	exact  []uint64 // polynomial hash of the bytes, see poly
	shift  []uint64 // polyBase to the power of the token's bytes
	length []int32  // characters of the token
	tight  []bool   // the token is of a script without spaces
	words  int      // tokens that are not symbols
	alpha  int      // tokens with at least one letter
	chars  int      // characters of all words
}

// reset cuts text, of which at most maxMeasured bytes, maxTokens lines and
// maxTokens tokens are looked at.
func (t *tokens) reset(text string) {
	text = clipLines(clip(text, maxMeasured), maxTokens)
	spans, end := words.AppendN(t.spans[:0], text, 0, maxTokens)
	t.text, t.spans = text[:end], spans
	t.runes = utf8.RuneCountInString(t.text)
	t.exact, t.shift = t.exact[:0], t.shift[:0]
	t.length, t.tight = t.length[:0], t.tight[:0]
	t.words, t.alpha, t.chars = 0, 0, 0
	for _, s := range t.spans {
		t.add(t.text[s.Start:s.End], s.Symbol)
	}
}

// add takes in one token.
func (t *tokens) add(token string, symbol bool) {
	hash, shift := uint64(0), uint64(1)
	for i := range len(token) {
		hash = polyAdd(hash, token[i])
		shift = polyMul(shift, polyBase)
	}
	letter, runes := false, int32(0)
	first, _ := utf8.DecodeRuneInString(token)
	for _, r := range token {
		runes++
		if r < utf8.RuneSelf {
			letter = letter || 'a' <= r|0x20 && r|0x20 <= 'z'
		} else {
			letter = letter || unicode.IsLetter(r)
		}
	}
	t.exact, t.shift = append(t.exact, hash), append(t.shift, shift)
	t.length, t.tight = append(t.length, runes), append(t.tight, words.Spaceless(first))
	if !symbol {
		t.words++
		t.chars += int(runes)
	}
	if letter {
		t.alpha++
	}
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
