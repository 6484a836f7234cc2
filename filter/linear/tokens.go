package linear

import (
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// Tokens are the tokens of a text as a classifier reads them, in order. It is
// reused from text to text.
type Tokens struct {
	Spans  []words.Span // where each token is in the text, as the tokenizer leaves them
	bytes  []byte       // each token between begin and end
	tokens []token
}

// token ends at the byte end of Tokens.bytes.
type token struct {
	end   int32
	blank bool
	hash  uint64
}

// What stands around a token, so that n-grams of characters tell its ends.
const begin, end = 2, 3

// Tokenizer appends the tokens of text to t.
type Tokenizer func(t *Tokens, text string)

// Reset forgets all tokens.
func (t *Tokens) Reset() { t.Spans, t.bytes, t.tokens = t.Spans[:0], t.bytes[:0], t.tokens[:0] }

// Begin starts a token, Byte, Rune and Lower go on with it, End ends it.
func (t *Tokens) Begin() { t.bytes = append(t.bytes, begin) }

// Byte appends an ASCII character to the token.
func (t *Tokens) Byte(c byte) { t.bytes = append(t.bytes, c) }

// Rune appends a character to the token.
func (t *Tokens) Rune(r rune) { t.bytes = utf8.AppendRune(t.bytes, r) }

// End ends the token.
func (t *Tokens) End() {
	token := token{hash: hash(t.bytes[t.start():]), end: int32(len(t.bytes)) + 1}
	t.bytes, t.tokens = append(t.bytes, end), append(t.tokens, token)
}

// start is where the token at hand begins, after its mark.
func (t *Tokens) start() int32 { return t.edge(len(t.tokens)) + 1 }

// edge is where token i begins, at its mark.
func (t *Tokens) edge(i int) int32 {
	if i == 0 {
		return 0
	}
	return t.tokens[i-1].end
}

// Len is the number of tokens.
func (t *Tokens) Len() int { return len(t.tokens) }

// Hash is the hash of token i: HashOf its characters.
func (t *Tokens) Hash(i int) uint64 { return t.tokens[i].hash }

// Blank makes token i one that no model learns from: it counts as a word that
// was in no example does, which is that the text is a word longer.
func (t *Tokens) Blank(i int) { t.tokens[i].blank = true }

// HashOf is the hash of a token of these characters.
func HashOf[T string | []byte](token T) uint64 { return hash(token) }

// Words is the tokenizer of models that name none: the tokens of package words
// in lower case; a number is one token, whichever it is.
func Words(t *Tokens, text string) {
	t.Spans = words.Append(t.Spans[:0], text)
	for _, s := range t.Spans {
		t.Begin()
		t.Lower(text[s.Start:s.End])
		t.End()
	}
}

// Lower appends s to the token in lower case, its digits as 0.
func (t *Tokens) Lower(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, w := utf8.DecodeRuneInString(s[i:])
			t.Rune(unicode.ToLower(r))
			i += w
			continue
		}
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case '0' <= c && c <= '9':
			c = '0'
		}
		t.Byte(c)
		i++
	}
}
