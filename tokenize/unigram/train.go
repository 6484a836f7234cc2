package unigram

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"corpus/tokenize/count"
	"corpus/tokenize/trie"
)

// Train learns Unigram vocabularies (Kudo 2018) in the way of SentencePiece and
// of Hugging Face's UnigramTrainer: from many frequent strings, pieces, those
// are taken away again and again without which the text has the fewest more
// tokens; see prune. In between expectation-maximization, with the sparse prior
// of digamma, estimates how likely each is. Words do not reach across each other;
// as they are counted, so the pieces are: with ▁ for a space where the splitter
// has put it.
//
// Every vocabulary begins with the specials and the bytes. Then come the pieces,
// the most likely first, of equal ones by their bytes. Specials have a score so
// low that text that spells one is put together from other tokens. All scores are
// rounded to six decimals.
//
// What is else than in Hugging Face's trainer, beside what is taken away: strings
// are counted as often as their words, words that begin no other are pieces too
// (see seeds), no character is ever given up, and the last tenth of the pieces is
// pruned like those before, with their scores estimated once more.
//
// It holds some 27 bytes for each byte of the distinct words, and 8 MB a worker.
//
// The models come in the order of the sizes. Text with too few different strings
// gives a smaller vocabulary; no words at all, or more characters than a size has
// room for, are an error. Nothing depends on the order in which words were
// counted, on the number of workers, or on the machine.
func Train(counts count.Counts, opts Options) ([]*Model, Stats, error) {
	models, stats, err := train(counts, opts)
	if err != nil {
		return nil, stats, fmt.Errorf("train the tokenizer: %w", err)
	}
	return models, stats, nil
}

func train(counts count.Counts, opts Options) ([]*Model, Stats, error) {
	if err := opts.check(); err != nil {
		return nil, Stats{}, err
	}
	words, err := count.Load(counts, cmp.Or(opts.WordBytes, wordBytes))
	if err != nil {
		return nil, Stats{}, err
	}
	stats := Stats{SampledTo: 1 << words.Shift}
	var t trainer
	t.workers = opts.Workers
	t.text, stats.Uncovered = newText(words, opts.Coverage, opts.Specials)
	if len(t.text.ends) == 0 {
		return nil, stats, fmt.Errorf("the text has no words; is the input empty?")
	}
	least := opts.special() + len(t.text.chars)
	for _, n := range opts.Sizes {
		if n < least {
			return nil, stats, fmt.Errorf("a vocabulary of %d has no room for %d special tokens and the %d different characters of the text: choose a larger one or a lower coverage", n, opts.special(), len(t.text.chars))
		}
	}
	if err := t.begin(opts.spelled()); err != nil {
		return nil, stats, err
	}
	stats.Seeds = len(t.pieces)
	models, err := t.models(&opts)
	return models, stats, err
}

// trainer holds the pieces there are at a stage. The first are the characters,
// which stay.
type trainer struct {
	text    *text
	workers int
	pieces  []string
	scores  []float64 // dead where a piece is none since the trie was made
	trie    *trie.Trie
}

// begin takes the characters and the seeds, with scores by how often they come.
// What spells a special or a byte is no seed.
func (t *trainer) begin(special map[string]bool) error {
	var weights []float64
	sum := 0.0
	add := func(piece string, n int64) {
		t.pieces, weights = append(t.pieces, piece), append(weights, float64(max(n, 1)))
		sum += float64(max(n, 1))
	}
	for _, c := range t.text.chars {
		add(string(c.r), c.count)
	}
	for _, s := range t.text.seeds(max(0, maxSeeds-len(t.text.chars)), t.workers) {
		if piece := t.text.of(s); !special[piece] {
			add(piece, s.score)
		}
	}
	whole := log(sum)
	t.scores = make([]float64, len(weights))
	for i, w := range weights {
		t.scores[i] = log(w) - whole
	}
	return t.index()
}

// index makes the trie of the pieces.
func (t *trainer) index() error {
	ids := make([]uint32, len(t.pieces))
	for i := range ids {
		ids[i] = uint32(i)
	}
	var err error
	t.trie, err = trie.New(t.pieces, ids)
	return err
}

// models prunes down to the smallest size. Each vocabulary is a branch off the
// one way down, which does not know the sizes.
func (t *trainer) models(opts *Options) ([]*Model, error) {
	models := make([]*Model, len(opts.Sizes))
	order := make([]int, len(opts.Sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(opts.Sizes[b], opts.Sizes[a]) })
	for {
		t.maximize(leastExpected)
		below := int(float64(t.alive()) * shrinking)
		for len(order) > 0 {
			size := opts.Sizes[order[0]] - opts.special()
			if below >= int(float64(size)*surplus) {
				break
			}
			m, err := t.branch(size, opts)
			if err != nil {
				return nil, err
			}
			models[order[0]], order = m, order[1:]
		}
		if len(order) == 0 {
			return models, nil
		}
		if err := t.prune(below); err != nil {
			return nil, err
		}
	}
}

// branch makes a vocabulary of size pieces, or as many as there are, and leaves
// the trainer as it is.
func (t *trainer) branch(size int, opts *Options) (*Model, error) {
	b := *t
	b.scores = slices.Clone(t.scores)
	for _, step := range []struct {
		size  int
		least float64
	}{{int(float64(size) * surplus), leastExpected}, {size, 0}} {
		if b.alive() <= step.size {
			continue
		}
		if err := b.prune(step.size); err != nil {
			return nil, err
		}
		b.maximize(step.least)
	}
	return b.model(opts)
}

// maximize runs rounds of expectation and maximization. Pieces that are expected
// less often than least are no more, characters apart.
func (t *trainer) maximize(least float64) {
	unit := t.unit()
	for range emRounds {
		t.rescore(t.expect(unit), unit, least)
	}
}

// alive is how many pieces there are.
func (t *trainer) alive() (n int) {
	for _, s := range t.scores {
		if s != dead {
			n++
		}
	}
	return n
}

// unit is the power of two by which expected counts are multiplied to be whole
// numbers: as large as the sum of all, at most one a character, has room for.
func (t *trainer) unit() float64 {
	return math.Ldexp(1, 61-bits.Len64(uint64(t.text.total)))
}

// chunkWords is how many fragments a worker takes at a time.
const chunkWords = 1 << 12

// each searches the lattice of every fragment.
func (t *trainer) each(worker func() (do func(l *lattice, bytes int, count int64))) {
	n := len(t.text.ends)
	parallel(t.workers, (n+chunkWords-1)/chunkWords, func() func(int) {
		do, l := worker(), new(lattice)
		return func(chunk int) {
			for i := chunk * chunkWords; i < min(n, (chunk+1)*chunkWords); i++ {
				fragment, count := t.text.fragment(i)
				l.search(t.trie, t.scores, fragment)
				do(l, len(fragment), count)
			}
		}
	})
}

// sums makes a sum by piece for each worker, and adds them in the end.
type sums struct {
	pieces int
	parts  [][]int64
}

func (s *sums) part() []int64 {
	p := make([]int64, s.pieces)
	s.parts = append(s.parts, p)
	return p
}

func (s *sums) total() []int64 {
	for _, p := range s.parts[1:] {
		for i, n := range p {
			s.parts[0][i] += n
		}
	}
	return s.parts[0]
}

// expect gives how often each piece is expected in the text, times unit.
func (t *trainer) expect(unit float64) []int64 {
	s := sums{pieces: len(t.pieces)}
	t.each(func() func(*lattice, int, int64) {
		part := s.part()
		return func(l *lattice, bytes int, count int64) {
			l.expect(bytes, float64(float64(count)*unit), part)
		}
	})
	return s.total()
}

// rescore sets the scores to what the expected counts make likely.
func (t *trainer) rescore(expected []int64, unit, least float64) {
	sum := 0.0
	counts := make([]float64, len(expected))
	for i, n := range expected {
		counts[i] = float64(n) / unit
		if counts[i] < leastExpected && (i < len(t.text.chars) || counts[i] >= least) {
			counts[i] = leastExpected
		}
		if counts[i] >= leastExpected {
			sum += counts[i]
		}
	}
	whole := digamma(sum)
	for i, n := range counts {
		t.scores[i] = dead
		if n >= leastExpected {
			t.scores[i] = digamma(n) - whole
		}
	}
}

// model makes the vocabulary of the pieces.
func (t *trainer) model(opts *Options) (*Model, error) {
	pieces := make([]Token, 0, len(t.pieces))
	lowest := 0.0
	for i, p := range t.pieces {
		if t.scores[i] != dead {
			score := math.Round(t.scores[i]*1e6) / 1e6
			pieces, lowest = append(pieces, Token{p, score}), min(lowest, score)
		}
	}
	slices.SortFunc(pieces, func(a, b Token) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Text, b.Text))
	})
	return New(Config{append(opts.first(lowest), pieces...), opts.Unk, opts.ByteFallback})
}

// first are the specials and the bytes, less likely than any other way to spell
// them.
func (o *Options) first(lowest float64) (tokens []Token) {
	texts, longest := o.texts(), 0
	for _, s := range texts {
		longest = max(longest, len(s))
	}
	for _, s := range texts {
		tokens = append(tokens, Token{s, math.Floor(lowest * float64(longest+1))})
	}
	return tokens
}

// texts are those of the specials and the bytes.
func (o *Options) texts() []string {
	texts := slices.Clone(o.Specials)
	for b := len(texts); b < o.special(); b++ {
		texts = append(texts, fmt.Sprintf("<0x%02X>", b-len(o.Specials)))
	}
	return texts
}

func (o *Options) spelled() map[string]bool {
	set := map[string]bool{}
	for _, s := range o.texts() {
		set[s] = true
	}
	return set
}
