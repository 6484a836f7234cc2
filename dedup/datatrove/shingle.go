package datatrove

import (
	"strings"
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

// words adds the words of a chunk. Most are of letters alone, which are tokens as
// they stand; the runs of others between them the tokenizer cuts.
func (s *Shingler) words(text string) {
	simple := string(s.simplify(text))
	run := 0 // where what is not yet cut begins
	for i := 0; i < len(simple); {
		end := lettersEnd(simple, i)
		if end > i && (end == len(simple) || simple[end] == ' ') && s.tokens.Plain(simple[i:end]) {
			s.cut(simple[run:i])
			s.add(simple[i:end])
			run = end
		} else if n := strings.IndexByte(simple[end:], ' '); n >= 0 {
			end += n
		} else {
			end = len(simple)
		}
		i = min(end+1, len(simple))
	}
	s.cut(simple[run:])
}

func lettersEnd(s string, i int) int {
	for i < len(s) && 'a' <= s[i] && s[i] <= 'z' {
		i++
	}
	return i
}

// cut adds the tokens of a run of words.
func (s *Shingler) cut(run string) {
	if len(run) < 2 && strings.TrimLeft(run, " ") == "" {
		return
	}
	s.spans = s.tokens.Append(s.spans[:0], run)
	for _, span := range s.spans {
		s.add(run[span.Start:span.End])
	}
}

func (s *Shingler) add(word string) {
	s.text = append(s.text, word...)
	s.ends = append(s.ends, len(s.text))
	s.text = append(s.text, ' ')
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
