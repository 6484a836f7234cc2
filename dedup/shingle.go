package dedup

import (
	"crypto/sha256"
	"hash"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus"
	"corpus/dedup/datatrove"
	"corpus/internal/words"
)

// signer makes signatures. It goes through a text in batches of batchWords, so
// that what it holds does not grow with the text. It is for one goroutine.
type signer struct {
	config  Config
	fold    *folding
	minhash *minhash
	sink    func(shingles []uint64) // where they go: into minhash, or a set
	theirs  *datatrove.Shingler     // takes the shingles instead, where Config.Code says so
	exact   hash.Hash
	words   io.Writer // where the normalised text goes: into exact
	spans   []words.Span
	text    []byte   // normalised, not yet in words
	merged  []byte   // one word, numbers merged
	units   []uint64 // words or characters, hashed, whose shingles are to come
	numbers []uint64 // of words that are numbers the hash with their digits, else 0; none of characters
	han     []bool   // whether the word is a Han character; none of characters
	count   int      // words of the text so far
	passed  int      // units whose shingles were taken
	highest uint64   // what the hash of a shingle multiplies its first unit by
}

func newSigner(c Config) *signer {
	s := &signer{config: c, fold: folds(), minhash: newMinhash(c), exact: sha256.New(), merged: make([]byte, 0, sha256.Size), highest: 1}
	for range c.Shingle - 1 {
		s.highest *= golden
	}
	s.sink, s.words = s.minhash.add, s.exact
	if c.Code == Datatrove {
		s.theirs = datatrove.New(c.Shingle)
	}
	return s
}

// signerMemory is the most that a signer takes, in bytes.
func (c Config) signerMemory() int64 {
	if c.Code == Datatrove {
		return signerMemory + datatrove.Memory
	}
	return signerMemory
}

// sign gives the hash of the normalised text and appends its signature to dst.
func (s *signer) sign(dst []uint64, text string) (exact corpus.ID, hashes []uint64) {
	s.reset()
	for at := 0; at < len(text); {
		s.spans, at = words.AppendN(s.spans[:0], text, at, batchWords)
		s.normalise(text)
		s.take(at == len(text))
	}
	if s.count == 0 {
		s.wordless(text)
	}
	s.flush()
	if s.theirs != nil {
		s.theirs.Shingles(text, s.sink)
	}
	copy(exact[:], s.exact.Sum(s.merged[:0]))
	return exact, s.minhash.append(dst)
}

// eachShingle gives the sink the shingles of a text. Ours are a by-product of its words.
func (s *signer) eachShingle(text string) {
	if s.theirs != nil {
		s.theirs.Shingles(text, s.sink)
		return
	}
	s.sign(nil, text)
}

// reset begins a text.
func (s *signer) reset() {
	s.exact.Reset()
	s.minhash.reset()
	s.text, s.units, s.numbers, s.han, s.count, s.passed = s.text[:0], s.units[:0], s.numbers[:0], s.han[:0], 0, 0
}

// take puts the whole shingles so far into the set.
func (s *signer) take(end bool) {
	done := s.shingles(end)
	n := len(done)
	s.sink(done)
	s.passed += n
	s.units = s.units[:copy(s.units, s.units[n:])]
	if len(s.han) > 0 {
		s.numbers = s.numbers[:copy(s.numbers, s.numbers[n:])]
		s.han = s.han[:copy(s.han, s.han[n:])]
	}
}

// normalise adds the words of a batch; those longer than maxWord are several.
func (s *signer) normalise(text string) {
	for _, span := range s.spans {
		if span.Symbol {
			continue
		}
		start, end := int(span.Start), int(span.End)
		for end-start > maxWord {
			cut := start + maxWord
			for cut > start+maxWord-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
				cut--
			}
			s.add(text, start, cut)
			start = cut
		}
		s.add(text, start, end)
	}
}

// add takes in the word from start to end, unless nothing is left of it.
func (s *signer) add(text string, start, end int) {
	before := len(s.text)
	all, digits := appendLetters(s.text, text, start, end)
	if all == nil {
		all, digits = s.fold.appendWord(s.text, text[start:end])
	}
	s.text = all
	if len(all) == before {
		return
	}
	if s.config.Near != Off && s.theirs == nil {
		s.addUnits(all[before:], digits)
	}
	s.count++
	s.text = append(s.text, ' ')
	if len(s.text) > textBuffer {
		s.flush()
	}
}

// addUnits takes in a normalised word, numbers merged, or its characters behind a
// blank.
func (s *signer) addUnits(word []byte, digits bool) {
	number := uint64(0)
	if digits {
		s.merged = appendMerged(s.merged[:0], word)
		if len(s.merged) == 1 {
			number = xxh3.Hash(word) | 1
		}
		word = s.merged
	}
	if s.config.Unit == Words {
		s.units = append(s.units, xxh3.Hash(word))
		s.numbers = append(s.numbers, number)
		s.han = append(s.han, han(word))
		return
	}
	if s.count > 0 {
		s.units = append(s.units, mix(' '))
	}
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		s.units = append(s.units, mix(uint64(r)))
		word = word[n:]
	}
	if len(s.units) > batchWords {
		s.take(false)
	}
}

// flush hashes the normalised text so far.
func (s *signer) flush() {
	_, _ = s.words.Write(s.text) // a hash takes all, and so does io.Discard
	s.text = s.text[:0]
}

// han says whether a word is a Han character; the first is U+2E80.
func han(word []byte) bool {
	if word[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(word)
	return 0x4E00 <= r && r <= 0x9FFF || r >= 0x2E80 && unicode.Is(unicode.Han, r)
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

// shingles are the hashes of all whole shingles, made of those of the units in
// place, since a window looks ahead only. What is left at the end of the text is
// none, unless it is all there is.
func (s *signer) shingles(end bool) []uint64 {
	if slices.Contains(s.han, true) {
		return s.weighed(end)
	}
	n := s.config.Shingle
	if len(s.units) < max(1, n) {
		if !end || s.passed > 0 || len(s.units) == 0 {
			return nil
		}
		n = len(s.units)
	}
	h := uint64(0)
	for _, u := range s.units[:n] {
		h = h*golden + u
	}
	ahead := s.units[n:]
	for i, u := range ahead {
		first := s.units[i]
		s.units[i] = s.sum(h, i, n)
		h = (h-first*s.highest)*golden + u
	}
	s.units[len(ahead)] = s.sum(h, len(ahead), n)
	return s.units[:len(ahead)+1]
}

// sum is the hash of a shingle of the n units from i on, which is made of h.
// Numbers are merged beside words only: tables of other figures are other texts.
func (s *signer) sum(h uint64, i, n int) uint64 {
	if len(s.numbers) == 0 || s.numbers[i] == 0 || slices.Contains(s.numbers[i:i+n], 0) {
		return mix(h)
	}
	h = 0
	for _, number := range s.numbers[i : i+n] {
		h = h*golden + number
	}
	return mix(h)
}

// weighed is shingles of words some of which are Han characters: one is full at a
// weight of Shingle × hanShingle, of which a word has hanShingle and a Han
// character Shingle.
func (s *signer) weighed(end bool) []uint64 {
	for i := range s.units {
		h, n, full := s.window(i)
		if !full && (!end || s.passed+i > 0) {
			return s.units[:i]
		}
		s.units[i] = s.sum(h, i, n)
	}
	return s.units
}

// window is the hash of the words from i on that make a shingle, how many those
// are, and whether they are enough.
func (s *signer) window(i int) (h uint64, n int, full bool) {
	left := s.config.Shingle * hanShingle
	for ; i+n < len(s.units) && left > 0; n++ {
		h = h*golden + s.units[i+n]
		if s.han[i+n] {
			left -= s.config.Shingle
		} else {
			left -= hanShingle
		}
	}
	return h, n, left <= 0
}
