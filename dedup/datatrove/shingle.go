package datatrove

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"corpus/internal/spacy"
	"corpus/internal/words"
)

// Shingler takes the shingles of texts. It reuses its memory, and is for one
// goroutine.
type Shingler struct {
	n      int
	tokens *spacy.Tokenizer
	simplifier
	spans  []words.Span
	text   []byte   // words whose shingles are to come, a blank behind each
	ends   []int    // of them in text
	hashes []uint64 // of shingles
}

const (
	// chunk is how much of a text is taken at a time, in bytes, up to the next white space.
	chunk = 16 << 10
	// maxChunk is where it is cut if none comes.
	maxChunk = 256 << 10
	// Memory is the most that a Shingler takes, in bytes: of a chunk the text in
	// four forms and, where each byte is a word, 12 + 8 + 8 and two more.
	Memory = 48 * maxChunk
)

// New is a shingler of n words each.
func New(n int) *Shingler { return &Shingler{n: n, tokens: spacy.New("en")} }

// Shingles gives sink the hashes of all shingles of a text, some at a time.
func (s *Shingler) Shingles(text string, sink func([]uint64)) {
	s.text, s.ends = s.text[:0], s.ends[:0]
	for len(text) > 0 {
		end := chunkEnd(text)
		s.words(text[:end])
		s.take(sink)
		text = text[end:]
	}
}

// chunkEnd is where the first chunk of a text ends.
func chunkEnd(text string) int {
	if len(text) <= chunk {
		return len(text)
	}
	for i := chunk; i < min(len(text), maxChunk); i++ {
		if c := text[i]; c == ' ' || c == '\n' {
			return i
		}
	}
	end := min(len(text), maxChunk)
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}

// words adds the words of a chunk.
func (s *Shingler) words(text string) {
	simple := s.simplify(text)
	s.spans = s.tokens.Append(s.spans[:0], string(simple))
	for _, span := range s.spans {
		s.text = append(s.text, simple[span.Start:span.End]...)
		s.ends = append(s.ends, len(s.text))
		s.text = append(s.text, ' ')
	}
}

// take gives sink the shingles that are whole and keeps the words of those that are not.
func (s *Shingler) take(sink func([]uint64)) {
	n := len(s.ends) - s.n + 1
	if n <= 0 {
		return
	}
	s.hashes = s.hashes[:0]
	start := 0
	for i := range n {
		s.hashes = append(s.hashes, xxhash.Sum64(s.text[start:s.ends[i+s.n-1]]))
		start = s.ends[i] + 1
	}
	sink(s.hashes)
	s.text = s.text[:copy(s.text, s.text[start:])]
	s.ends = s.ends[:copy(s.ends, s.ends[n:])]
	for i := range s.ends {
		s.ends[i] -= start
	}
}
