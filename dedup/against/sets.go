package against

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"corpus"
)

// Set is an evaluation set.
type Set struct {
	Name     string
	Examples int
	Short    int // of them, those too short to be looked for
	first    int // number of its first example
}

// Example is where an example stands: its set, the line of the file.
type Example struct {
	Set, Line int
	ID        corpus.ID
}

// Sets are evaluation sets and their n-grams. They are read only, by any goroutine.
type Sets struct {
	all      []Set
	examples []Example
	options  Options
	lengths  []int    // of n-grams, ascending; the last is Options.Words
	ngrams   []uint64 // hashes, ascending
	bucket   []uint32 // by the first bits of a hash, where those begin
	shift    int
	owners   []uint32 // the n-grams' examples
	owner    []uint32 // where those of an n-gram begin
	hash     string
}

// All are the sets in the order of their files.
func (s *Sets) All() []Set { return s.all }

// Ngrams is how many different n-grams there are; they have numbers below that.
func (s *Sets) Ngrams() int { return len(s.ngrams) }

// Examples calls do with the examples that have an n-gram, in the order of files.
func (s *Sets) Examples(ngram int, do func(number int, e Example)) {
	for _, i := range s.owners[s.owner[ngram]:s.owner[ngram+1]] {
		do(int(i), s.examples[i])
	}
}

// First is the first example that has an n-gram.
func (s *Sets) First(ngram int) Example { return s.examples[s.owners[s.owner[ngram]]] }

// Among calls do with the sets that have an n-gram, which many examples may have.
func (s *Sets) Among(ngram int, do func(set int)) {
	owners := s.owners[s.owner[ngram]:s.owner[ngram+1]]
	for len(owners) > 0 {
		set := s.examples[owners[0]].Set
		do(set)
		if set+1 == len(s.all) {
			return
		}
		next, _ := slices.BinarySearch(owners, uint32(s.all[set+1].first))
		owners = owners[next:]
	}
}

// Len is the number of examples.
func (s *Sets) Len() int { return len(s.examples) }

// Memory is the bytes that the sets take.
func (s *Sets) Memory() int64 {
	return 32*int64(cap(s.examples)) + 8*int64(cap(s.ngrams)) + 4*int64(cap(s.bucket)+cap(s.owners)+cap(s.owner))
}

// MarshalJSON is the sets' names and the hash of all that was read, since that is
// what output depends on.
func (s *Sets) MarshalJSON() ([]byte, error) {
	names := make([]string, len(s.all))
	for i, set := range s.all {
		names[i] = set.Name
	}
	return json.Marshal(struct {
		Sets []string
		Hash string
	}{names, s.hash})
}

// find is the number of an n-gram, or -1.
func (s *Sets) find(hash uint64) int {
	b := hash >> s.shift
	for i := s.bucket[b]; i < s.bucket[b+1]; i++ {
		if s.ngrams[i] == hash {
			return int(i)
		}
	}
	return -1
}

// builder collects the n-grams of examples.
type builder struct {
	sets    Sets
	scan    *scanner
	entries []entry
	most    int
	short   [MaxWords + 1]bool // lengths of examples below an n-gram
}

type entry struct {
	hash    uint64
	example uint32
}

var errFull = errors.New("too many n-grams")

func newBuilder(o Options) *builder {
	b := &builder{scan: newScanner(o), most: int(min(MaxNgrams, o.Memory/bytesPerNgram))}
	b.sets.options = o
	return b
}

func (b *builder) begin(name string) {
	b.sets.all = append(b.sets.all, Set{Name: name, first: len(b.sets.examples)})
}

// full says how many n-grams there is room for.
func (b *builder) full(memory int64) error {
	return &corpus.Error{
		Class: corpus.Refused, Offset: -1,
		What: fmt.Sprintf("the evaluation sets have more than the %d n-grams that %d MiB of memory have room for", b.most, memory>>20),
		Next: "give more --memory, or fewer sets with --against",
	}
}

// least is the fewest words that are looked for.
func (o Options) least() int { return min(leastWords, o.Words) }

// example adds one; texts without words are none.
func (b *builder) example(line int, text string) error {
	n, set := len(b.entries), &b.sets.all[len(b.sets.all)-1]
	number := uint32(len(b.sets.examples))
	var full bool
	words := b.scan.each(text, []int{b.sets.options.Words}, func(hash uint64, _ window) {
		if full = full || len(b.entries) >= b.most; !full {
			b.entries = append(b.entries, entry{hash, number})
		}
	})
	if words == 0 {
		return nil
	}
	if words < b.sets.options.Words && words >= b.sets.options.least() {
		b.short[words] = true
		b.scan.each(text, []int{words}, func(hash uint64, _ window) { b.entries = append(b.entries, entry{hash, number}) })
	}
	set.Examples++
	if len(b.entries) == n && !full {
		set.Short++
	}
	b.sets.examples = append(b.sets.examples, Example{
		len(b.sets.all) - 1, line, corpus.NewID(set.Name, int64(line), []byte(text)),
	})
	if full || len(b.sets.examples) > b.most {
		return errFull
	}
	return nil
}

// build makes the sets.
func (b *builder) build(hash string) *Sets {
	s := &b.sets
	s.hash = hash
	for n, is := range b.short {
		if is {
			s.lengths = append(s.lengths, n)
		}
	}
	s.lengths = append(s.lengths, s.options.Words)
	slices.SortFunc(b.entries, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.hash, y.hash), cmp.Compare(x.example, y.example))
	})
	b.entries = slices.Compact(b.entries)
	for i, e := range b.entries {
		if i == 0 || e.hash != b.entries[i-1].hash {
			s.ngrams, s.owner = append(s.ngrams, e.hash), append(s.owner, uint32(i))
		}
		s.owners = append(s.owners, e.example)
	}
	s.owner = append(s.owner, uint32(len(s.owners)))
	s.index()
	b.entries = nil
	return s
}

// index makes about as many buckets as there are n-grams.
func (s *Sets) index() {
	width := max(1, bits.Len(uint(len(s.ngrams))))
	s.shift = 64 - width
	s.bucket = make([]uint32, 1<<width+1)
	for _, h := range s.ngrams {
		s.bucket[h>>s.shift+1]++
	}
	for i := 1; i < len(s.bucket); i++ {
		s.bucket[i] += s.bucket[i-1]
	}
}
