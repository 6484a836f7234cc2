package tokenize

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slowMerges trains by counting every pair again at each step.
func slowMerges(words map[string]int64, vocab int) (merges []merge) {
	id := byteIDs()
	var syms [][]uint32
	var counts []int64
	for w, n := range words {
		var s []uint32
		for i := range len(w) {
			s = append(s, id[w[i]])
		}
		syms, counts = append(syms, s), append(counts, n)
	}
	for next := NumReserved + 256; next < vocab; next++ {
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
		m := merge{uint32(best >> 32), uint32(best), uint32(next)}
		merges = append(merges, m)
		for i, s := range syms {
			var out []uint32
			for j := 0; j < len(s); j++ {
				if j+1 < len(s) && s[j] == m.left && s[j+1] == m.right {
					out = append(out, m.id)
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
		c := NewCounter()
		for range 60 {
			b := make([]byte, 1+rng.IntN(24))
			for i := range b {
				b[i] = "abc"[rng.IntN(1+int(seed)%3)]
			}
			c.Add(string(b))
		}
		vocab := NumReserved + 256 + 40
		tok, stats, err := Train(c.All(), TrainOptions{Vocab: vocab})
		if err != nil {
			t.Fatal(err)
		}
		want := slowMerges(wordCounts(t, c.All()), vocab)
		if !slices.Equal(tok.merges, want) {
			t.Fatalf("seed %d: merges %v, want %v", seed, tok.merges, want)
		}
		if stats.SampledTo != 1 || stats.Wanted != vocab {
			t.Errorf("seed %d: %+v for a vocabulary of %d", seed, stats, tok.Size())
		}
	}
}

// TestTrainPrefix: a smaller vocabulary is the beginning of a larger one.
func TestTrainPrefix(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	large, small := trainOn(t, texts, 900), trainOn(t, texts, 500)
	if !slices.Equal(large.tokens[:500], small.tokens) {
		t.Error("the vocabulary of 500 does not begin that of 900")
	}
}

func TestTrainErrors(t *testing.T) {
	c := NewCounter()
	c.Add("few words")
	cause := errors.New("disk gone")
	broken := func(yield func(Count, error) bool) { yield(Count{}, cause) }
	for name, f := range map[string]func() error{
		"too small": func() error { _, _, err := Train(c.All(), TrainOptions{Vocab: 362}); return err },
		"too large": func() error { _, _, err := Train(c.All(), TrainOptions{Vocab: MaxVocab + 1}); return err },
		"no words":  func() error { _, _, err := Train(NewCounter().All(), TrainOptions{Vocab: 500}); return err },
		"overflow": func() error {
			huge := func(yield func(Count, error) bool) { yield(Count{[]byte("abc"), math.MaxInt64}, nil) }
			_, _, err := Train(huge, TrainOptions{Vocab: 500})
			return err
		},
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "train the tokenizer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Train(broken, TrainOptions{Vocab: 500}); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// TestTrainCountsBeyond32Bits: counts that overflow 32 bits keep their order.
func TestTrainCountsBeyond32Bits(t *testing.T) {
	counts := func(yield func(Count, error) bool) {
		_ = yield(Count{[]byte("ab"), 5 << 32}, nil) && yield(Count{[]byte("cd"), 6 << 32}, nil)
	}
	tok, _, err := Train(counts, TrainOptions{Vocab: 365})
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.tokens[363:]; !slices.Equal(got, []string{"cd", "ab"}) {
		t.Errorf("merged %q", got)
	}
}

// TestSample: beyond the limit the sample fits, is nested, keeps frequent words
// as they are, and its weights are right on average.
func TestSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	var total int64
	var list []Count
	for i := range 40000 {
		n := int64(1 + rng.IntN(3))
		if i%100 == 0 {
			n = int64(1000 + rng.IntN(1000))
		}
		list = append(list, Count{fmt.Appendf(nil, "word-%06d", i), n})
		total += n
	}
	counts := func(yield func(Count, error) bool) {
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
	c := NewCounter()
	for _, text := range load[[]string](t, "texts.json") {
		c.Add(text)
	}
	learn := func(most int) *trainer {
		set, err := loadWords(c.All(), MaxTrainBytes)
		if err != nil {
			t.Fatal(err)
		}
		tr := newTrainer(set, 600)
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
func TestTrainBytes(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	a := trainOn(t, texts, 700).JSON()
	slices.Reverse(texts)
	if b := trainOn(t, texts, 700).JSON(); !bytes.Equal(a, b) {
		t.Error("the order of texts changes tokenizer.json")
	}
}

func TestReserved(t *testing.T) {
	tok := trainOn(t, []string{"some text"}, 363)
	for content, id := range map[string]uint32{
		Pad: PadID, Bos: BosID, Eos: EosID, Unk: UnkID, Cls: ClsID, Sep: SepID, Mask: MaskID,
		Sentinel(0): FirstSentinelID, Sentinel(Sentinels - 1): NumReserved - 1,
	} {
		if got, ok := tok.Special(content); !ok || got != id || !tok.special[id] {
			t.Errorf("%s has id %d (%v), want %d", content, got, ok, id)
		}
	}
	if _, ok := tok.Special("<none>"); ok || tok.special[NumReserved] {
		t.Error("special tokens that are none")
	}
}
