package lines

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"corpus/internal/words"
)

// Kind is what a unit is, in the order in which one goes before another that begins
// where it does; paragraphs and lines are never equal.
type Kind uint8

// The kinds of units.
const (
	Paragraph   Kind = iota
	Boilerplate      // a line that stands in many documents of a domain
	Line
)

// Key stands for a unit's normalised text: its 128-bit XXH3, seeded by the kind.
type Key = [16]byte

// Unit is a line or paragraph: the bytes [Start, End) of a text.
type Unit struct {
	Start, End int
	Words      int // at least 1, counted up to what the splitter counts
	Key        Key
}

// Splitter finds units. It is for one goroutine; its buffers are reused.
type Splitter struct {
	enough int
	spans  []words.Span
	text   []byte // normalised, not yet hashed; a space and a character more than textBuffer
	hash   *xxh3.Hasher128
}

// NewSplitter counts the words of units up to enough.
func NewSplitter(enough int) *Splitter {
	return &Splitter{enough: enough, text: make([]byte, textBuffer+1+utf8.UTFMax), hash: xxh3.New128()}
}

// Lines calls do with the lines of text that have a word.
func (s *Splitter) Lines(text string, do func(Unit)) {
	for at := 0; at < len(text); {
		end := LineEnd(text, at)
		s.unit(text, at, end, Line, do)
		at = end
	}
}

// Paragraphs calls do with the paragraphs of text that have a word.
func (s *Splitter) Paragraphs(text string, do func(Unit)) {
	for at := 0; at < len(text); {
		end := ParagraphEnd(text, at)
		s.unit(text, at, end, Paragraph, do)
		at = end
	}
}

func (s *Splitter) unit(text string, start, end int, kind Kind, do func(Unit)) {
	if n := s.count(text[start:end]); n > 0 {
		do(Unit{start, end, n, s.key(text[start:end], kind)})
	}
}

// LineEnd is behind the line feed of the line that begins at start, or the end.
func LineEnd(text string, start int) int {
	if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
		return start + i + 1
	}
	return len(text)
}

// ParagraphEnd is where the paragraph after that at start begins: behind the blank
// lines that follow it, or the end. Blank lines at start belong to it.
func ParagraphEnd(text string, start int) int {
	written, blank := false, false
	for at := start; at < len(text); {
		end := LineEnd(text, at)
		empty := strings.TrimSpace(text[at:end]) == ""
		if !empty && blank {
			return at
		}
		written = written || !empty
		blank = written && empty
		at = end
	}
	return len(text)
}

// count is the words of text, at most enough.
func (s *Splitter) count(text string) int {
	n := 0
	for at := 0; at < len(text); {
		s.spans, at = words.AppendN(s.spans[:0], text, at, min(batchWords, 1+s.enough))
		for _, span := range s.spans {
			if span.Symbol {
				continue
			}
			if n++; n >= s.enough {
				return n
			}
		}
	}
	return n
}

// key hashes text normalised, in pieces where it is long.
func (s *Splitter) key(text string, kind Kind) Key {
	n, hashed, gap := 0, false, false
	for i := 0; i < len(text); {
		r, width := rune(text[i]), 1
		space := r <= ' ' && (r == ' ' || '\t' <= r && r <= '\r')
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRuneInString(text[i:])
			space = unicode.IsSpace(r)
		}
		if i += width; space {
			gap = hashed || n > 0
			continue
		}
		if n >= textBuffer {
			n, hashed = 0, s.write(s.text[:n], hashed, kind)
		}
		if gap {
			s.text[n], gap = ' ', false
			n++
		}
		if r >= utf8.RuneSelf {
			n += utf8.EncodeRune(s.text[n:], unicode.ToLower(r))
			continue
		}
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		s.text[n] = byte(r)
		n++
	}
	if !hashed {
		return xxh3.Hash128Seed(s.text[:n], uint64(kind)).Bytes()
	}
	s.write(s.text[:n], hashed, kind)
	return s.hash.Sum128().Bytes()
}

// write hands normalised text to the hasher, which begins anew unless some was
// hashed before.
func (s *Splitter) write(text []byte, hashed bool, kind Kind) bool {
	if !hashed {
		s.hash.ResetSeed(uint64(kind))
	}
	_, _ = s.hash.Write(text) // it never fails
	return true
}
