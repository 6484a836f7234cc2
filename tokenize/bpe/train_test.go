package bpe

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus/tokenize/count"
)

const reserved = 107

// texts are those of the fixtures.
func texts(t testing.TB) (texts []string) {
	t.Helper()
	read(t, "texts.json", &texts)
	return texts
}

func read(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func wordCounts(counts count.Counts) map[string]int64 {
	out := map[string]int64{}
	for c := range counts {
		out[string(c.Word)] = c.N
	}
	return out
}

// slowMerges trains by counting every pair again at each step.
func slowMerges(words map[string]int64, vocab int) (merges []Merge) {
	id := ByteIDs(reserved)
	var syms [][]uint32
	var counts []int64
	for w, n := range words {
		var s []uint32
		for i := range len(w) {
			s = append(s, id[w[i]])
		}
		syms, counts = append(syms, s), append(counts, n)
	}
	for next := reserved + 256; next < vocab; next++ {
		pairs := map[uint64]int64{}
		for i, s := range syms {
			for j := range len(s) - 1 {
				pairs[pairKey(s[j], s[j+1])] += counts[i]
			}
		}
		best, n := uint64(0), int64(0)
		for key, c := range pairs {
			if c > n || c == n && key < best {
				best, n = key, c
			}
		}
		if n < minCount {
			break
		}
		m := Merge{uint32(best >> 32), uint32(best), uint32(next)}
		merges = append(merges, m)
		for i, s := range syms {
			var out []uint32
			for j := 0; j < len(s); j++ {
				if j+1 < len(s) && s[j] == m.Left && s[j+1] == m.Right {
					out = append(out, m.ID)
					j++
				} else {
					out = append(out, s[j])
				}
			}
			syms[i] = out
		}
	}
	return merges
}

// TestTrainSlow compares with the slow trainer on random words of few letters,
// where runs and overlaps abound.
func TestTrainSlow(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 7))
		c := count.New()
		for range 60 {
			b := make([]byte, 1+rng.IntN(24))
			for i := range b {
				b[i] = "abc"[rng.IntN(1+int(seed)%3)]
			}
			c.Add(string(b))
		}
		vocab := reserved + 256 + 40
		merges, stats, err := Train(c.All(), Options{Reserved: reserved, Vocab: vocab})
		if err != nil {
			t.Fatal(err)
		}
		want := slowMerges(wordCounts(c.All()), vocab)
		if !slices.Equal(merges, want) {
			t.Fatalf("seed %d: merges %v, want %v", seed, merges, want)
		}
		if stats.SampledTo != 1 || stats.Wanted != vocab {
			t.Errorf("seed %d: %+v for a vocabulary of %d", seed, stats, vocab)
		}
	}
}

// TestTrainPrefix: a smaller vocabulary is the beginning of a larger one.
func TestTrainErrors(t *testing.T) {
	c := count.New()
	c.Add("few words")
	cause := errors.New("disk gone")
	broken := func(yield func(count.Count, error) bool) { yield(count.Count{}, cause) }
	for name, f := range map[string]func() error{
		"too small": func() error { _, _, err := Train(c.All(), Options{Reserved: reserved, Vocab: 362}); return err },
		"too large": func() error {
			_, _, err := Train(c.All(), Options{Reserved: reserved, Vocab: MaxVocab + 1})
			return err
		},
		"no words": func() error {
			_, _, err := Train(count.New().All(), Options{Reserved: reserved, Vocab: 500})
			return err
		},
		"overflow": func() error {
			huge := func(yield func(count.Count, error) bool) {
				yield(count.Count{Word: []byte("abc"), N: math.MaxInt64}, nil)
			}
			_, _, err := Train(huge, Options{Reserved: reserved, Vocab: 500})
			return err
		},
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "train the tokenizer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Train(broken, Options{Reserved: reserved, Vocab: 500}); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// TestTrainCountsBeyond32Bits: counts that overflow 32 bits keep their order.
func TestTrainCountsBeyond32Bits(t *testing.T) {
	counts := func(yield func(count.Count, error) bool) {
		_ = yield(count.Count{Word: []byte("ab"), N: 5 << 32}, nil) && yield(count.Count{Word: []byte("cd"), N: 6 << 32}, nil)
	}
	got, _, err := Train(counts, Options{Reserved: reserved, Vocab: 365})
	if err != nil {
		t.Fatal(err)
	}
	id := ByteIDs(reserved)
	if want := []Merge{{id['c'], id['d'], 363}, {id['a'], id['b'], 364}}; !slices.Equal(got, want) {
		t.Errorf("merged %v, want %v", got, want)
	}
}

// TestSample: beyond the limit the sample fits, is nested, keeps frequent words
// as they are, and its weights are right on average.
func TestSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	var total int64
	var list []count.Count
	for i := range 40000 {
		n := int64(1 + rng.IntN(3))
		if i%100 == 0 {
			n = int64(1000 + rng.IntN(1000))
		}
		list = append(list, count.Count{Word: fmt.Appendf(nil, "word-%06d", i), N: n})
		total += n
	}
	counts := func(yield func(count.Count, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
	const limit = 100_000
	set, err := loadWords(counts, limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.bytes) > limit || len(set.bytes) < limit/4 || set.shift == 0 {
		t.Fatalf("the sample has %d bytes, shift %d", len(set.bytes), set.shift)
	}
	got := map[string]int64{}
	var sum int64
	start := uint32(0)
	for i, end := range set.ends {
		got[string(set.bytes[start:end])] = set.counts[i]
		sum += set.counts[i]
		start = end
	}
	for _, c := range list {
		if c.N >= 1<<set.shift && got[string(c.Word)] != c.N {
			t.Fatalf("frequent %s: %d, want %d", c.Word, got[string(c.Word)], c.N)
		}
	}
	if off := math.Abs(float64(sum-total)) / float64(total); off > 0.02 {
		t.Errorf("the sample weighs %d, the words %d: off by %.3f", sum, total, off)
	}
	one, _ := loadWords(counts, math.MaxInt)
	if len(one.ends) != len(list) || one.shift != 0 {
		t.Errorf("without a limit %d words of %d, shift %d", len(one.ends), len(list), one.shift)
	}
}

// TestPrunedPairs: forgetting rare pairs bounds what is held and, as long as as
// many are kept as the vocabulary wants, changes no merge of ordinary text.
func TestPrunedPairs(t *testing.T) {
	c := count.New()
	for _, text := range texts(t) {
		c.Add(text)
	}
	learn := func(most int) *trainer {
		set, err := loadWords(c.All(), MaxTrainBytes)
		if err != nil {
			t.Fatal(err)
		}
		tr := newTrainer(set, Options{Reserved: reserved, Vocab: 600})
		tr.most = most
		tr.run()
		return tr
	}
	free, bound := learn(maxTrainPairs), learn(1200)
	if len(free.pairs.key) < 2000 {
		t.Fatalf("only %d pairs, so that none had to be forgotten", len(free.pairs.key))
	}
	if n := len(bound.pairs.key); n > 1200 || !slices.Equal(free.merges, bound.merges) {
		t.Errorf("%d pairs held at the end; merges equal: %v", n, slices.Equal(free.merges, bound.merges))
	}
}

// TestTrainBytes: the file does not depend on how the counts came.
