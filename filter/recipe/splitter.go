package recipe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"corpus/internal/spacy"
	"corpus/internal/words"
)

// splitter cuts texts of one language into tokens: those of spaCy where datatrove
// has spaCy cut them, else those of package words.
type splitter struct{ spacy *spacy.Tokenizer }

func newSplitter(lang string) *splitter { return &splitter{spacy.New(lang)} }

// exact says whether the tokens are those of datatrove. Those of package words
// are not: scripts without spaces are cut into characters.
func (s *splitter) exact() bool { return s.spacy != nil }

// append adds the tokens of text to dst, at most n, and says where the last of
// them ends, or the text.
func (s *splitter) append(dst []words.Span, text string, n int) ([]words.Span, int) {
	if s.spacy == nil {
		return words.AppendN(dst, text, 0, n)
	}
	for at := 0; at < len(text); {
		next := at + pieceEnd(text[at:])
		had := len(dst)
		dst = s.spacy.Append(dst, text[at:next])
		for i := range dst[had:] {
			dst[had+i].Start += int32(at)
			dst[had+i].End += int32(at)
		}
		if len(dst) > n {
			return dst[:n], int(dst[n-1].End)
		}
		at = next
	}
	return dst, len(text)
}

// pieceEnd is where to cut a text that may have more tokens than are wanted: before
// a line break, where neither a token nor a special case of spaCy's is cut, or
// before a space, or anywhere.
func pieceEnd(text string) int {
	if len(text) <= pieceBytes {
		return len(text)
	}
	for _, space := range []string{"\n", " "} {
		if i := strings.LastIndex(text[:pieceBytes], space); i > 0 {
			return i
		}
	}
	return len(clip(text, pieceBytes))
}

// sentences is how many sentences spaCy's sentencizer makes of text[start:end]
// with these tokens: one begins at the first token behind an end mark that is no
// punctuation. White space other than one space is a token too.
func sentences(text string, spans []words.Span, start, end int) int {
	n, over := 1, false
	next := func() {
		if over {
			n, over = n+1, false
		}
	}
	at := start
	for _, span := range spans {
		if gap := text[at:span.Start]; gap != "" && gap != " " {
			next()
		}
		token := text[span.Start:span.End]
		switch {
		case endMark(token):
			over = true
		case !punctuation(token):
			next()
		}
		at = int(span.End)
	}
	if gap := text[at:end]; gap != "" && gap != " " {
		next()
	}
	return n
}

// endMark says whether a token is one of the characters that end a sentence for
// spaCy 3.8.18: terminal punctuation but for these.
func endMark(token string) bool {
	r, w := utf8.DecodeRuneInString(token)
	return w == len(token) && terminal(r) && (r < utf8.RuneSelf || !strings.ContainsRune(
		"\u061d\u061e\u0837\u0839\u083d\u083e\u17d4\u17d5\u17d6\u17d9\u17da\u1b7d\u1b7e\u2e53\u2e54"+
			"\U00010f55\U00010f56\U00010f57\U00010f58\U00010f59\U00010f86\U00010f87\U00010f88\U00010f89"+
			"\U00011944\U00011946\U00011ef7\U00011ef8\U00011f43\U00011f44\U00016e98", r))
}

// punctuation says whether all of a token is.
func punctuation(token string) bool {
	for _, r := range token {
		if !unicode.IsPunct(r) {
			return false
		}
	}
	return true
}

// terminal says whether datatrove has r in TERMINAL_PUNCTUATION: the characters of
// Unicode's property Sentence_Terminal, and five Khmer ones.
func terminal(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '.' || r == '?' || r == '!'
	}
	return unicode.Is(unicode.STerm, r) || r >= 0x17d4 && r <= 0x17da && r != 0x17d7 && r != 0x17d8
}
