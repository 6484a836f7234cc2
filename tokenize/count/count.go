package count

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"slices"
	"unicode/utf8"

	"corpus/tokenize/heap"
	"corpus/tokenize/memo"
	"corpus/tokenize/split"
)

// Count is one word (its bytes, valid UTF-8) and how often it was seen.
type Count struct {
	Word []byte
	N    int64
}

// Counts is a stream of counts by strictly ascending bytes of the word; it ends
// at the first error. A Word is valid until the next one.
type Counts = iter.Seq2[Count, error]

// Stats says what a [Counter] was given. All fields only add up, so those
// of several parts may be summed in any order.
type Stats struct {
	Texts     int64
	Bytes     int64 // of text
	Words     int64 // counted, each occurrence
	LongWords int64 // skipped: longer than MaxWordBytes
}

// Counter counts the words of texts, which are valid UTF-8. What it gives depends on the texts alone,
// not on their order, nor on how they were spread over several counters that
// [Merge] joins. It is for one goroutine.
//
// Memory grows with the distinct words: some 40 bytes and the word itself for
// each; see AddWithin for a ceiling. The distinct words between two resets must
// be shorter than 4 GiB.
type Counter struct {
	cut   func(dst []string, text string) []string // nil: as GPT-2 does
	cuts  []string
	words memo.Table
	stats Stats
}

// New makes an empty counter of words as GPT-2 cuts them.
func New() *Counter { return new(Counter) }

// NewOf makes an empty counter of the words that cut appends to dst, which
// belong to one text as the counter is given it.
func NewOf(cut func(dst []string, text string) []string) *Counter { return &Counter{cut: cut} }

// Add counts the words of one text.
func (c *Counter) Add(text string) {
	_ = c.AddWithin(text, math.MaxInt64, nil) // full is never called
}

// AddWithin is Add under a ceiling: when the counter holds more than limit
// bytes, also in the middle of the text, full is called, which writes All to a
// file and calls Reset. Merging the files gives the same counts.
func (c *Counter) AddWithin(text string, limit int64, full func() error) error {
	c.stats.Texts++
	c.stats.Bytes += int64(len(text))
	for c.cut != nil && text != "" {
		n := stretch(text)
		c.cuts = c.cut(c.cuts[:0], text[:n])
		for _, word := range c.cuts {
			if err := c.word(word, limit, full); err != nil {
				return err
			}
		}
		text = text[n:]
	}
	for i := 0; i < len(text); {
		end := split.GPT2{}.End(text, i)
		if err := c.word(text[i:end], limit, full); err != nil {
			return err
		}
		i = end
	}
	return nil
}

// The lengths of a stretch, in bytes: where it may end, and where it has to.
const minStretch, maxStretch = 1 << 16, 1 << 20

// stretch is how much of a text is cut into words at a time, so that what that
// takes has a bound.
func stretch(text string) int {
	if len(text) <= minStretch {
		return len(text)
	}
	for i := minStretch; i < min(len(text), maxStretch); i++ {
		switch text[i] {
		case ' ':
			return i
		case '\n':
			return i + 1
		}
	}
	n := min(len(text), maxStretch)
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

// word counts one word.
func (c *Counter) word(word string, limit int64, full func() error) error {
	if len(word) > MaxWordBytes {
		c.stats.LongWords++
		return nil
	}
	s := c.words.Slot(word)
	s.Value++
	c.stats.Words++
	if s.Value == 1 && c.words.Size() > limit {
		return full()
	}
	return nil
}

// Stats says what was added since the counter was made; Reset keeps it.
func (c *Counter) Stats() Stats { return c.stats }

// Reset forgets the counts and frees their memory: a table that has grown to
// the ceiling would be full again with the next word.
func (c *Counter) Reset() { c.words = memo.Table{} }

// All gives the counts by ascending bytes.
func (c *Counter) All() Counts {
	return func(yield func(Count, error) bool) {
		used := slices.SortedFunc(c.words.All(), func(a, b *memo.Slot) int {
			return bytes.Compare(c.words.Word(a), c.words.Word(b))
		})
		for _, s := range used {
			if !yield(Count{c.words.Word(s), s.Value}, nil) {
				return
			}
		}
	}
}

// Merge joins streams into one, adding the counts of equal words. It
// holds one word of each stream.
func Merge(streams ...Counts) Counts {
	return func(yield func(Count, error) bool) {
		m := &countMerge{}
		defer m.stop()
		for _, s := range streams {
			if err := m.open(s); err != nil {
				yield(Count{}, err)
				return
			}
		}
		var word []byte
		for len(m.heads) > 0 {
			word = append(word[:0], m.heads[0].Word...)
			n, err := m.take(word)
			if !yield(Count{word, n}, err) || err != nil {
				return
			}
		}
	}
}

// countMerge is a min-heap of the streams' next words.
type countMerge struct {
	heads []countHead
	stops []func()
}

type countHead struct {
	Count
	next func() (Count, error, bool)
}

func (m *countMerge) stop() {
	for _, f := range m.stops {
		f()
	}
}

func (m *countMerge) open(s Counts) error {
	next, stop := iter.Pull2(s)
	m.stops = append(m.stops, stop)
	c, err, ok := next()
	if err != nil || !ok {
		return err
	}
	m.heads = append(m.heads, countHead{c, next})
	heap.Up(m.heads, len(m.heads)-1, lessCount)
	return nil
}

// take removes word from every stream that has it next and sums its counts.
func (m *countMerge) take(word []byte) (int64, error) {
	var sum int64
	for len(m.heads) > 0 && bytes.Equal(m.heads[0].Word, word) {
		head := &m.heads[0]
		if sum > math.MaxInt64-head.N {
			return 0, fmt.Errorf("merge word counts: the count of %q is beyond 63 bits", word)
		}
		sum += head.N
		c, err, ok := head.next()
		if err != nil {
			return 0, err
		}
		if ok {
			head.Count = c
		} else {
			*head = m.heads[len(m.heads)-1]
			m.heads = m.heads[:len(m.heads)-1]
		}
		heap.Down(m.heads, 0, lessCount)
	}
	return sum, nil
}

func lessCount(a, b *countHead) bool { return bytes.Compare(a.Word, b.Word) < 0 }
