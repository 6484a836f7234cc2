package bpe

import (
	"cmp"
	"fmt"
	"slices"

	"corpus/tokenize/count"
	"corpus/tokenize/heap"
)

// Options say what to train.
type Options struct {
	// Reserved is how many ids special tokens have before the first byte.
	Reserved int
	// Vocab is the wanted number of ids, the reserved tokens and the 256 bytes
	// included; from Reserved+256 to [MaxVocab].
	Vocab int
}

// minCount is how often a pair must be seen to be merged, as in Hugging Face's
// BpeTrainer by default.
const minCount = 2

// Stats say what training did.
type Stats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
	Wanted    int   // ids asked for; there may be fewer
}

// Train learns a byte-level BPE vocabulary (Sennrich et al. 2016, over bytes as
// in GPT-2): behind the reserved ids come the 256 bytes in the order of their
// printable characters, then one token a merge. Each step merges the most
// frequent pair; of equally frequent ones the smaller (left id, right id), which
// is the rule of Hugging Face's BpeTrainer, so that both learn the same merges.
//
// Text with too few different words gives a smaller vocabulary, as it does
// there; [Stats] says so. No words at all are an error. When the distinct
// words are beyond [MaxTrainBytes], rare ones are sampled without bias, see
// [Stats] SampledTo; when their pairs are more than a million and twice the
// vocabulary, the rarer half is forgotten.
func Train(counts count.Counts, opts Options) ([]Merge, Stats, error) {
	if least := opts.Reserved + 256; opts.Vocab < least || opts.Vocab > MaxVocab {
		return nil, Stats{}, fmt.Errorf("train the tokenizer: a vocabulary of %d: choose from %d (reserved tokens and bytes) to %d", opts.Vocab, least, MaxVocab)
	}
	words, err := loadWords(counts, MaxTrainBytes)
	if err != nil {
		return nil, Stats{}, err
	}
	if len(words.ends) == 0 {
		return nil, Stats{}, fmt.Errorf("train the tokenizer: the text has no words; is the input empty?")
	}
	t, sampledTo := newTrainer(words, opts), int64(1)<<words.shift
	t.run() // the set is garbage from here on
	return t.merges, Stats{SampledTo: sampledTo, Wanted: opts.Vocab}, nil
}

// trainer holds the words as symbols and, for each pair of neighbours, its
// count and the words it may be in.
type trainer struct {
	first  int // id of the first byte
	vocab  int
	least  int64 // count from which a pair is worth holding
	words  []trainWord
	syms   []uint32
	pairs  pairTable
	heap   []candidate
	most   int // pairs held
	merges []Merge

	// Of the merge in hand, by the neighbour's id.
	gain  [2]delta // pairs (neighbour, new) and (new, neighbour)
	loss  [2]delta // pairs (neighbour, left) and (right, neighbour)
	found [2][]sighting
	named []uint32 // number of the new pair, plus 1
}

// trainWord is one distinct word: syms[start:start+n], seen count times.
type trainWord struct {
	start uint32
	n     uint32
	count int64
}

// candidate is a pair in the heap, with its count when it was put there.
type candidate struct {
	count int64
	key   uint64
	pair  uint32
}

// sighting is a word in which a new pair was made.
type sighting struct{ neighbour, word uint32 }

func moreFrequent(a, b *candidate) bool {
	return a.count > b.count || a.count == b.count && a.key < b.key
}

func newTrainer(set *wordSet, opts Options) *trainer {
	vocab := opts.Vocab
	t := &trainer{
		first: opts.Reserved, vocab: vocab, least: minCount, most: max(maxTrainPairs, 2*vocab), named: make([]uint32, vocab),
		words: make([]trainWord, 0, len(set.ends)), syms: make([]uint32, 0, len(set.bytes)),
	}
	id := ByteIDs(opts.Reserved)
	start := uint32(0)
	for i, end := range set.ends {
		if end-start > 1 {
			t.words = append(t.words, trainWord{uint32(len(t.syms)), end - start, set.counts[i]})
			for _, b := range set.bytes[start:end] {
				t.syms = append(t.syms, id[b])
			}
		}
		start = end
	}
	for side := range 2 {
		t.gain[side].by = make([]int64, vocab)
		t.loss[side].by = make([]int64, vocab)
	}
	return t
}

// ByteIDs gives the id of each byte in a vocabulary trained here, where the
// first has id first.
func ByteIDs(first int) (id [256]uint32) {
	for i, b := range ByteLevel.Order {
		id[b] = uint32(first + i)
	}
	return id
}

// next is the id of the next token, which is the size of the vocabulary so far.
func (t *trainer) next() int { return t.first + 256 + len(t.merges) }

// run merges until the vocabulary is full or no pair is frequent enough. A
// count in the heap may be too high, since merges take occurrences away from
// other pairs; it is corrected when it comes to the top.
func (t *trainer) run() {
	t.countPairs()
	for len(t.heap) > 0 && t.next() < t.vocab {
		top := t.heap[0]
		now := t.pairs.count[top.pair]
		if now == top.count {
			t.pop()
			t.merge(top)
			if len(t.pairs.key) > t.most {
				t.prune()
			}
			continue
		}
		if now < t.least {
			t.pop()
			t.pairs.where[top.pair] = nil
			continue
		}
		t.heap[0].count = now
		heap.Down(t.heap, 0, moreFrequent)
	}
}

func (t *trainer) pop() {
	last := len(t.heap) - 1
	t.heap[0] = t.heap[last]
	t.heap = t.heap[:last]
	heap.Down(t.heap, 0, moreFrequent)
}

func (t *trainer) push(pair uint32) {
	t.heap = append(t.heap, candidate{t.pairs.count[pair], t.pairs.key[pair], pair})
	heap.Up(t.heap, len(t.heap)-1, moreFrequent)
}

// prune keeps the more frequent half of the pairs that may be held, which is no
// fewer than the vocabulary wants, and lets no rarer ones in any more.
func (t *trainer) prune() {
	old, pairs := t.heap, t.pairs
	for i := range old {
		old[i].count = pairs.count[old[i].pair]
	}
	slices.SortFunc(old, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key))
	})
	old = old[:min(len(old), t.most/2)]
	t.least = max(t.least, old[len(old)-1].count)
	t.pairs, t.heap = pairTable{}, nil
	for _, c := range old {
		p := t.pairs.add(c.key)
		t.pairs.count[p], t.pairs.where[p] = c.count, pairs.where[c.pair]
		t.push(p)
	}
}

// countPairs fills the pairs and the heap from the words as they are.
func (t *trainer) countPairs() {
	var sizes []int
	for _, w := range t.words {
		for i := w.start; i+1 < w.start+w.n; i++ {
			p := t.pairs.add(pairKey(t.syms[i], t.syms[i+1]))
			if int(p) == len(sizes) {
				sizes = append(sizes, 0)
			}
			sizes[p]++
			t.pairs.count[p] += w.count
		}
	}
	for p, n := range sizes {
		t.pairs.where[p] = t.pairs.room(n)
	}
	for wi, w := range t.words {
		for i := w.start; i+1 < w.start+w.n; i++ {
			p, _ := t.pairs.find(pairKey(t.syms[i], t.syms[i+1]))
			t.pairs.seen(p, uint32(wi))
		}
	}
	for p, n := range t.pairs.count {
		if n >= t.least {
			t.push(uint32(p))
		}
	}
}

// merge makes a token of a pair, in every word.
func (t *trainer) merge(top candidate) {
	m := Merge{Left: uint32(top.key >> 32), Right: uint32(top.key), ID: uint32(t.next())}
	t.merges = append(t.merges, m)
	for _, wi := range t.pairs.where[top.pair] {
		t.mergeWord(wi, m)
	}
	t.pairs.where[top.pair] = nil
	t.subtract(0, func(n uint32) uint64 { return pairKey(n, m.Left) })
	t.subtract(1, func(n uint32) uint64 { return pairKey(m.Right, n) })
	t.introduce(0, func(n uint32) uint64 { return pairKey(n, m.ID) })
	t.introduce(1, func(n uint32) uint64 { return pairKey(m.ID, n) })
}

// mergeWord replaces the pair in one word, from left to right, and notes which
// pairs of neighbours that takes away and brings.
func (t *trainer) mergeWord(wi uint32, m Merge) {
	w := &t.words[wi]
	word := t.syms[w.start : w.start+w.n]
	out := 0
	for i := 0; i < len(word); i++ {
		if word[i] != m.Left || i+1 == len(word) || word[i+1] != m.Right {
			word[out] = word[i]
			out++
			continue
		}
		if out > 0 {
			t.before(word[out-1], wi, w.count, m)
		}
		i++
		if i+1 < len(word) {
			next := word[i+1]
			t.loss[1].add(next, w.count)
			t.gain[1].add(next, w.count)
			t.found[1] = append(t.found[1], sighting{next, wi})
		}
		word[out] = m.ID
		out++
	}
	w.n = uint32(out)
}

// before notes what becomes of the neighbour on the left. When that is the new
// token itself, the pair (new, left) noted a moment ago was never to be.
func (t *trainer) before(prev, wi uint32, count int64, m Merge) {
	if prev == m.ID {
		t.gain[1].add(m.Left, -count)
	} else {
		t.loss[0].add(prev, count)
	}
	t.gain[0].add(prev, count)
	t.found[0] = append(t.found[0], sighting{prev, wi})
}

// subtract takes the losses of one side from the counts of the pairs.
func (t *trainer) subtract(side int, key func(neighbour uint32) uint64) {
	d := &t.loss[side]
	for _, n := range d.touched {
		if p, ok := t.pairs.find(key(n)); ok {
			t.pairs.count[p] -= d.by[n]
		}
		d.by[n] = 0
	}
	d.touched = d.touched[:0]
}

// introduce makes the new pairs of one side. A pair's count never grows after
// the step that made it, so those below least are forgotten at once.
func (t *trainer) introduce(side int, key func(neighbour uint32) uint64) {
	d := &t.gain[side]
	first := uint32(len(t.pairs.key))
	for _, n := range d.touched {
		if d.by[n] >= t.least {
			p := t.pairs.add(key(n))
			t.pairs.count[p] = d.by[n]
			t.named[n] = p + 1
			t.push(p)
		}
		d.by[n] = 0
	}
	t.place(t.found[side], first)
	for _, n := range d.touched {
		t.named[n] = 0
	}
	t.found[side], d.touched = t.found[side][:0], d.touched[:0]
}

// place lists the words of the new pairs, which are numbered from first on.
func (t *trainer) place(found []sighting, first uint32) {
	sizes := make([]int, uint32(len(t.pairs.key))-first)
	for _, s := range found {
		if p := t.named[s.neighbour]; p > 0 {
			sizes[p-1-first]++
		}
	}
	for i, n := range sizes {
		t.pairs.where[first+uint32(i)] = t.pairs.room(n)
	}
	for _, s := range found {
		if p := t.named[s.neighbour]; p > 0 {
			t.pairs.seen(p-1, s.word)
		}
	}
}

// delta sums changes by symbol and remembers which symbols it has; a symbol may
// be listed twice when its sum was 0 in between.
type delta struct {
	by      []int64
	touched []uint32
}

func (d *delta) add(symbol uint32, n int64) {
	if d.by[symbol] == 0 {
		d.touched = append(d.touched, symbol)
	}
	d.by[symbol] += n
}
