package learn

import (
	"cmp"
	"slices"
	"sort"

	"corpus/tokenize/heap"
)

// A Merge joins two tokens, left then right, into a third.
type Merge struct{ Left, Right, ID uint32 }

// Options say what to learn.
type Options struct {
	// Tokens are those to begin with, by id: the symbols of the words and others.
	Tokens []string
	// Vocab is the wanted number of tokens.
	Vocab int
	// Join spells the token that two tokens make.
	Join func(left, right string) string
}

const (
	// minCount is how often a pair must be seen to be merged, as in Hugging
	// Face's ByteLevelBPETokenizer and BertWordPieceTokenizer.
	minCount = 2

	// maxPairs is how many pairs are held at a time, or twice the vocabulary
	// where that is more, ties aside.
	maxPairs = 1 << 20
)

// Merges merges the symbols of the words until there are as many tokens as are
// wanted, or no pair of neighbours is seen twice. Each step merges the most
// frequent pair; of equally frequent ones the smaller (left id, right id), which
// is the rule of Hugging Face's BpeTrainer. It gives all tokens by id, and the
// merges in order, of which each has made the next token: a smaller vocabulary is
// the beginning of a larger one. A pair that spells a token which is there already
// is passed over. What is learnt depends neither on the order of the words
// nor on how many pairs are held. The words are changed.
func Merges(words *Words, opts Options) (tokens []string, merges []Merge) {
	l := newLearner(words, opts)
	l.run()
	return l.tokens, l.merges
}

// learner holds, for each pair of neighbours, its count and the words it may be
// in.
type learner struct {
	opts   Options
	words  *Words
	tokens []string
	known  map[string]bool // the tokens
	merges []Merge
	least  int64 // all pairs seen so often are held
	most   int   // pairs held
	pairs  pairTable
	heap   []candidate

	// Of the merge in hand, by the neighbour's id.
	gain  [2]delta // pairs (neighbour, new) and (new, neighbour)
	loss  [2]delta // pairs (neighbour, left) and (right, neighbour)
	found [2][]sighting
	named []uint32 // number of the new pair, plus 1
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

func newLearner(words *Words, opts Options) *learner {
	l := &learner{
		opts: opts, words: words, least: minCount, most: max(maxPairs, 2*opts.Vocab),
		tokens: slices.Clone(opts.Tokens), known: make(map[string]bool, opts.Vocab), named: make([]uint32, opts.Vocab),
	}
	for _, token := range opts.Tokens {
		l.known[token] = true
	}
	for side := range 2 {
		l.gain[side].by = make([]int64, opts.Vocab)
		l.loss[side].by = make([]int64, opts.Vocab)
	}
	return l
}

// run merges until the vocabulary is full or no pair is frequent enough. A
// count in the heap may be too high, since merges take occurrences away from
// other pairs; it is corrected when it comes to the top. When the pairs that are
// held run out, those that were forgotten are counted anew.
func (l *learner) run() {
	l.countPairs()
	for len(l.tokens) < l.opts.Vocab {
		if len(l.heap) == 0 {
			if l.least == minCount {
				break
			}
			l.least = minCount
			l.countPairs()
			continue
		}
		top := l.heap[0]
		switch now := l.pairs.count[top.pair]; {
		case now < l.least:
			l.pop()
			l.pairs.where[top.pair] = nil
		case now < top.count:
			l.heap[0].count = now
			heap.Down(l.heap, 0, moreFrequent)
		default:
			l.pop()
			l.take(top)
			l.prune()
		}
	}
}

func (l *learner) pop() {
	last := len(l.heap) - 1
	l.heap[0] = l.heap[last]
	l.heap = l.heap[:last]
	heap.Down(l.heap, 0, moreFrequent)
}

func (l *learner) push(pair uint32) {
	l.heap = append(l.heap, candidate{l.pairs.count[pair], l.pairs.key[pair], pair})
	heap.Up(l.heap, len(l.heap)-1, moreFrequent)
}

// prune keeps the more frequent half of the pairs that may be held, which is no
// fewer than the vocabulary wants, with those that are as frequent as its last,
// and lets no rarer ones in any more.
func (l *learner) prune() {
	if len(l.pairs.key) <= l.most {
		return
	}
	old, pairs := l.heap, l.pairs
	for i := range old {
		old[i].count = pairs.count[old[i].pair]
	}
	slices.SortFunc(old, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key))
	})
	if half := l.most / 2; len(old) > half {
		l.least = max(l.least, old[half].count)
		old = old[:sort.Search(len(old), func(i int) bool { return old[i].count < l.least })]
	}
	l.pairs, l.heap = pairTable{}, nil
	for _, c := range old {
		p := l.pairs.add(c.key)
		l.pairs.count[p], l.pairs.where[p] = c.count, pairs.where[c.pair]
		l.push(p)
	}
	l.most = max(l.most, 2*len(old))
}

// countPairs fills the pairs and the heap from the words as they are.
func (l *learner) countPairs() {
	l.pairs, l.heap = pairTable{}, nil
	var sizes []int
	for i := range l.words.words {
		w := &l.words.words[i]
		symbols := l.words.of(w)
		for j := range len(symbols) - 1 {
			p := l.pairs.add(pairKey(symbols[j], symbols[j+1]))
			if int(p) == len(sizes) {
				sizes = append(sizes, 0)
			}
			sizes[p]++
			l.pairs.count[p] += w.count
		}
	}
	for p, n := range sizes {
		l.pairs.where[p] = l.pairs.room(n)
	}
	for i := range l.words.words {
		symbols := l.words.of(&l.words.words[i])
		for j := range len(symbols) - 1 {
			p, _ := l.pairs.find(pairKey(symbols[j], symbols[j+1]))
			l.pairs.seen(p, uint32(i))
		}
	}
	for p, n := range l.pairs.count {
		if n >= l.least {
			l.push(uint32(p))
		}
	}
	l.prune()
}

// take makes a token of a pair.
func (l *learner) take(top candidate) {
	m := Merge{Left: uint32(top.key >> 32), Right: uint32(top.key), ID: uint32(len(l.tokens))}
	if token := l.opts.Join(l.tokens[m.Left], l.tokens[m.Right]); !l.known[token] {
		l.known[token] = true
		l.tokens, l.merges = append(l.tokens, token), append(l.merges, m)
		l.merge(l.pairs.where[top.pair], m)
	}
	l.pairs.where[top.pair], l.pairs.count[top.pair] = nil, 0
}

// merge puts the token in the place of the pair, in every word.
func (l *learner) merge(words []uint32, m Merge) {
	for _, wi := range words {
		l.mergeWord(wi, m)
	}
	l.subtract(0, func(n uint32) uint64 { return pairKey(n, m.Left) })
	l.subtract(1, func(n uint32) uint64 { return pairKey(m.Right, n) })
	l.introduce(0, func(n uint32) uint64 { return pairKey(n, m.ID) })
	l.introduce(1, func(n uint32) uint64 { return pairKey(m.ID, n) })
}

// mergeWord replaces the pair in one word, from left to right, and notes which
// pairs of neighbours that takes away and brings.
func (l *learner) mergeWord(wi uint32, m Merge) {
	w := &l.words.words[wi]
	symbols := l.words.of(w)
	out := 0
	for i := 0; i < len(symbols); i++ {
		if symbols[i] != m.Left || i+1 == len(symbols) || symbols[i+1] != m.Right {
			symbols[out] = symbols[i]
			out++
			continue
		}
		if out > 0 {
			l.before(symbols[out-1], wi, w.count, m)
		}
		i++
		if i+1 < len(symbols) {
			next := symbols[i+1]
			l.loss[1].add(next, w.count)
			l.gain[1].add(next, w.count)
			l.found[1] = append(l.found[1], sighting{next, wi})
		}
		symbols[out] = m.ID
		out++
	}
	w.n = uint32(out)
}

// before notes what becomes of the neighbour on the left. When that is the new
// token itself, the pair (new, left) noted a moment ago was never to be.
func (l *learner) before(prev, wi uint32, count int64, m Merge) {
	if prev == m.ID {
		l.gain[1].add(m.Left, -count)
	} else {
		l.loss[0].add(prev, count)
	}
	l.gain[0].add(prev, count)
	l.found[0] = append(l.found[0], sighting{prev, wi})
}

// subtract takes the losses of one side from the counts of the pairs.
func (l *learner) subtract(side int, key func(neighbour uint32) uint64) {
	d := &l.loss[side]
	for _, n := range d.touched {
		if p, ok := l.pairs.find(key(n)); ok {
			l.pairs.count[p] -= d.by[n]
		}
		d.by[n] = 0
	}
	d.touched = d.touched[:0]
}

// introduce makes the new pairs of one side. A pair's count never grows after
// the step that made it, so those below least are forgotten at once.
func (l *learner) introduce(side int, key func(neighbour uint32) uint64) {
	d := &l.gain[side]
	first := uint32(len(l.pairs.key))
	for _, n := range d.touched {
		if d.by[n] >= l.least {
			p := l.pairs.add(key(n))
			l.pairs.count[p] = d.by[n]
			l.named[n] = p + 1
			l.push(p)
		}
		d.by[n] = 0
	}
	l.place(l.found[side], first)
	for _, n := range d.touched {
		l.named[n] = 0
	}
	l.found[side], d.touched = l.found[side][:0], d.touched[:0]
}

// place lists the words of the new pairs, which are numbered from first on.
func (l *learner) place(found []sighting, first uint32) {
	sizes := make([]int, uint32(len(l.pairs.key))-first)
	for _, s := range found {
		if p := l.named[s.neighbour]; p > 0 {
			sizes[p-1-first]++
		}
	}
	for i, n := range sizes {
		l.pairs.where[first+uint32(i)] = l.pairs.room(n)
	}
	for _, s := range found {
		if p := l.named[s.neighbour]; p > 0 {
			l.pairs.seen(p-1, s.word)
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
