package trainer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Piece says of a token what its text tells of words and sentences.
type Piece uint8

// What a Piece is made of.
const (
	pieceJoined Piece = 1 << iota // begins with a letter, digit or mark: may go on with a word
	pieceOpen                     // ends with one: its word may go on
	pieceStop                     // ends a sentence, if a space follows
	pieceLine                     // holds the end of a line, which ends a sentence
	pieceSpaced                   // begins with white space, or with a letter of a script without spaces
)

// NewPiece says it of a text, as it is within a longer one.
func NewPiece(text string) (p Piece) {
	if text == "" {
		return 0
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if inWord(first) {
		p |= pieceJoined
	}
	if inWord(last) {
		p |= pieceOpen
	}
	if unicode.IsSpace(first) || unicode.In(first, spaceless...) {
		p |= pieceSpaced
	}
	if strings.ContainsAny(text, "\n\r\u2028\u2029") {
		p |= pieceLine
	}
	if body := strings.TrimRight(text, " \t\"'”’»)]"); strings.HasSuffix(body, ".") || strings.HasSuffix(body, "!") || strings.HasSuffix(body, "?") ||
		strings.HasSuffix(body, "…") || strings.HasSuffix(body, "。") || strings.HasSuffix(body, "！") || strings.HasSuffix(body, "？") {
		p |= pieceStop
	}
	return p
}

// spaceless are the scripts that put no spaces between words: there a letter is a
// word, as in the filter.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// inWord includes what stands for a part of a character: it goes on with the other
// parts.
func inWord(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.L, unicode.N, unicode.M) && !unicode.In(r, spaceless...)
}

func (s Special) piece(id int32) Piece {
	if int(id) >= len(s.Pieces) {
		return 0
	}
	return s.Pieces[id]
}

// words cuts tokens into words: a token that begins with a letter, digit or mark
// goes on with the word before it, if that ends with one. Without Pieces each token
// is one.
func (s Special) words(tokens []int32) (words [][]int32) {
	from := 0
	for i := 1; i <= len(tokens); i++ {
		if i < len(tokens) && s.piece(tokens[i])&pieceJoined != 0 && s.piece(tokens[i-1])&pieceOpen != 0 {
			continue
		}
		words = append(words, tokens[from:i])
		from = i
	}
	return words
}

// sentences cuts tokens behind the end of a line, and behind a full stop that white
// space follows. Without Pieces all are one.
func (s Special) sentences(tokens []int32) (sentences [][]int32) {
	from := 0
	for i := 1; i <= len(tokens); i++ {
		if i < len(tokens) {
			before, next := s.piece(tokens[i-1]), s.piece(tokens[i])
			if next&pieceLine != 0 || before&pieceLine == 0 && (before&pieceStop == 0 || next&pieceSpaced == 0) {
				continue
			}
		}
		sentences = append(sentences, tokens[from:i])
		from = i
	}
	return sentences
}
