package dedup

import (
	"crypto/sha256"
	"hash"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus"
	"corpus/internal/words"
)

// signer makes signatures. It goes through a text in batches of batchWords, so
// that what it holds does not grow with the text. It is for one goroutine.
type signer struct {
	config  Config
	fold    *folding
	minhash *minhash
	exact   hash.Hash
	spans   []words.Span
	text    []byte   // normalised, not yet in exact
	merged  []byte   // one word, numbers merged
	words   []uint64 // hashes of the words whose shingles are to come
	numbers []uint64 // those with their digits of words that are numbers, else 0
	han     []bool   // whether the word is a Han character
	count   int      // words of the text so far
}

func newSigner(c Config) *signer {
	return &signer{config: c, fold: folds(), minhash: newMinhash(c), exact: sha256.New(), merged: make([]byte, 0, sha256.Size)}
}

// sign gives the hash of the normalised text and appends its signature to dst.
func (s *signer) sign(dst []uint64, text string) (exact corpus.ID, hashes []uint64) {
	s.exact.Reset()
	s.minhash.reset()
	s.text, s.words, s.numbers, s.han, s.count = s.text[:0], s.words[:0], s.numbers[:0], s.han[:0], 0
	for at := 0; at < len(text); {
		s.spans, at = words.AppendN(s.spans[:0], text, at, batchWords)
		s.normalise(text)
		done := s.shingles(at == len(text))
		s.minhash.add(done)
		s.words = s.words[:copy(s.words, s.words[len(done):])]
		s.numbers = s.numbers[:copy(s.numbers, s.numbers[len(done):])]
		s.han = s.han[:copy(s.han, s.han[len(done):])]
	}
	if s.count == 0 {
		s.wordless(text)
	}
	s.flush()
	copy(exact[:], s.exact.Sum(s.merged[:0]))
	return exact, s.minhash.append(dst)
}

// normalise adds the words of a batch; those longer than maxWord are several.
func (s *signer) normalise(text string) {
	for _, span := range s.spans {
		if span.Symbol {
			continue
		}
		word := text[span.Start:span.End]
		for len(word) > maxWord {
			n := maxWord
			for n > maxWord-utf8.UTFMax && !utf8.RuneStart(word[n]) {
				n--
			}
			s.add(word[:n])
			word = word[n:]
		}
		s.add(word)
	}
}

// add takes in one word, unless nothing is left of it.
func (s *signer) add(word string) {
	start := len(s.text)
	var digits bool
	s.text, digits = s.fold.appendWord(s.text, word)
	if len(s.text) == start {
		return
	}
	merged, number := s.hash(s.text[start:], digits)
	s.words, s.numbers = append(s.words, merged), append(s.numbers, number)
	s.han = append(s.han, han(s.text[start:]))
	s.count++
	s.text = append(s.text, ' ')
	if len(s.text) > textBuffer {
		s.flush()
	}
}

// flush hashes the normalised text so far.
func (s *signer) flush() {
	s.exact.Write(s.text)
	s.text = s.text[:0]
}

// hash is that of a normalised word with its numbers merged; number is that of
// the word as it is, of one that is a number, else 0.
func (s *signer) hash(word []byte, digits bool) (merged, number uint64) {
	if !digits {
		return xxh3.Hash(word), 0
	}
	s.merged = appendMerged(s.merged[:0], word)
	if len(s.merged) == 1 {
		number = xxh3.Hash(word) | 1
	}
	return xxh3.Hash(s.merged), number
}

// han says whether a word is a Han character; the first is U+2E80.
func han(word []byte) bool {
	if word[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(word)
	return r >= 0x2E80 && unicode.Is(unicode.Han, r)
}

// wordless stands for a text without words: the trimmed text, behind a zero
// byte.
func (s *signer) wordless(text string) {
	text = strings.TrimSpace(text)
	s.text = append(s.text[:0], 0)
	for len(text) > textBuffer {
		s.text = append(s.text, text[:textBuffer]...)
		text = text[textBuffer:]
		s.flush()
	}
	s.text = append(s.text, text...)
}

// shingles are the hashes of all whole shingles, made of those of the words in
// place, since a window looks ahead only. It is full at a weight of Shingle ×
// hanShingle, of which a word has hanShingle and a Han character Shingle. What is left at the end of
// the text is none, unless it is all there is.
func (s *signer) shingles(end bool) []uint64 {
	before := s.count - len(s.words)
	for i := range s.words {
		h, full := s.window(i)
		if !full && (!end || before+i > 0) {
			return s.words[:i]
		}
		s.words[i] = mix(h)
	}
	return s.words
}

// window is the hash of the words from i on that make a shingle, and whether
// there are enough. Numbers are merged beside words only: tables of other figures
// are other texts.
func (s *signer) window(i int) (h uint64, full bool) {
	left, from, words := s.config.Shingle*hanShingle, i, false
	for ; i < len(s.words) && left > 0; i++ {
		h = h*golden + s.words[i]
		words = words || s.numbers[i] == 0
		if s.han[i] {
			left -= s.config.Shingle
		} else {
			left -= hanShingle
		}
	}
	if !words {
		h = 0
		for _, number := range s.numbers[from:i] {
			h = h*golden + number
		}
	}
	return h, left <= 0
}
