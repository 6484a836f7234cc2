package dedup

import (
	"crypto/sha256"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus"
	"corpus/internal/words"
)

// signer makes signatures and reuses its memory; it is for one goroutine.
type signer struct {
	config  Config
	fold    *folding
	minhash *minhash
	spans   []words.Span
	text    []byte   // normalised
	merged  []byte   // one word, numbers merged
	words   []uint64 // hashes of the words
	han     []bool   // whether the word is a Han character
}

func newSigner(c Config) *signer {
	return &signer{config: c, fold: folds(), minhash: newMinhash(c)}
}

// sign gives the hash of the normalised text and appends its signature to dst.
func (s *signer) sign(dst []uint64, text string) (exact corpus.ID, hashes []uint64) {
	s.normalise(text)
	return s.exact(text), s.minhash.append(dst, s.shingle())
}

// normalise fills s.text, s.words and s.han.
func (s *signer) normalise(text string) {
	s.spans = words.Append(s.spans[:0], text)
	s.text, s.words, s.han = s.text[:0], s.words[:0], s.han[:0]
	for _, span := range s.spans {
		if span.Symbol {
			continue
		}
		start := len(s.text)
		var digits bool
		s.text, digits = s.fold.appendWord(s.text, text[span.Start:span.End])
		if len(s.text) == start {
			continue
		}
		s.words = append(s.words, s.hash(s.text[start:], digits))
		s.han = append(s.han, han(s.text[start:]))
		s.text = append(s.text, ' ')
	}
}

// hash is that of a normalised word with its numbers merged.
func (s *signer) hash(word []byte, digits bool) uint64 {
	if digits {
		s.merged = appendMerged(s.merged[:0], word)
		word = s.merged
	}
	return xxh3.Hash(word)
}

// han says whether a word is a Han character; the first is U+2E80.
func han(word []byte) bool {
	if word[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(word)
	return r >= 0x2E80 && unicode.Is(unicode.Han, r)
}

// exact is SHA-256 of the normalised text, or, behind a zero byte, of the
// trimmed text where that has no words.
func (s *signer) exact(text string) (id corpus.ID) {
	if len(s.words) == 0 {
		s.text = append(append(s.text[:0], 0), strings.TrimSpace(text)...)
	}
	sum := sha256.Sum256(s.text)
	copy(id[:], sum[:])
	return id
}

// shingle turns the hashes of the words into those of all shingles, in place: a
// window looks ahead only. It is full at a weight of Shingle × Han, of which a
// word has Han and a Han character Shingle.
func (s *signer) shingle() []uint64 {
	full := s.config.Shingle * s.config.Han
	for i := range s.words {
		h, weight := uint64(0), 0
		for j := i; j < len(s.words) && weight < full; j++ {
			h = h*golden + s.words[j]
			if s.han[j] {
				weight += s.config.Shingle
			} else {
				weight += s.config.Han
			}
		}
		if weight < full && i > 0 {
			return s.words[:i]
		}
		s.words[i] = mix(h)
	}
	return s.words
}
