package wordpiece

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus/tokenize/count"
)

func countsIn(counts map[string]int64) count.Counts {
	return func(yield func(count.Count, error) bool) {
		for _, w := range slices.Sorted(maps.Keys(counts)) {
			if w != "" && !yield(count.Count{Word: []byte(w), N: counts[w]}, nil) {
				return
			}
		}
	}
}

// learnt is a fixture: pieces with their counts, and what Hugging Face's
// WordPieceTrainer learns from them.
type learnt struct {
	Specials []string
	Alphabet int
	Counts   map[string]int64
	Tokens   []string
}

func readLearnt(t testing.TB) (l learnt) {
	t.Helper()
	data, err := os.ReadFile("testdata/learnt.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTrain: the tokens are those that Hugging Face learns, also where the
// alphabet has no room for all characters; those of smaller vocabularies begin
// them.
func TestTrain(t *testing.T) {
	want := readLearnt(t)
	n := len(want.Tokens)
	models, stats, err := Train(countsIn(want.Counts), Options{
		Sizes: []int{n, n - 300}, Specials: want.Specials, Unk: 1, Alphabet: want.Alphabet,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, model := range models {
		got, want := model.Tokens(), want.Tokens[:n-300*i]
		for id := range min(len(got), len(want)) {
			if got[id] != want[id] {
				t.Fatalf("token %d is %q, want %q", id, got[id], want[id])
			}
		}
		if len(got) != len(want) || model.Unk() != 1 || model.Prefix() != "##" {
			t.Errorf("%d tokens, want %d", len(got), len(want))
		}
	}
	if stats.SampledTo != 1 || stats.Uncovered == 0 {
		t.Errorf("%+v", stats)
	}
}

// TestAlphabet: of equally frequent characters the smaller are kept, one that is
// a special token never.
func TestAlphabet(t *testing.T) {
	counts := countsIn(map[string]int64{"ab": 5, "xc": 5, "[d": 9})
	models, stats, err := Train(counts, Options{Sizes: []int{30}, Specials: []string{"["}, Alphabet: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"[", "a", "b", "d", "##b", "##d", "ab"}
	if got := models[0].Tokens(); !slices.Equal(got, want) || stats.Uncovered != 2 {
		t.Errorf("%q, %d uncovered", got, stats.Uncovered)
	}
}

func TestTrainErrors(t *testing.T) {
	some := map[string]int64{"ab": 2, "abc": 3}
	specials := []string{"[UNK]"}
	for name, c := range map[string]struct {
		counts map[string]int64
		opts   Options
	}{
		"no size":        {some, Options{Specials: specials}},
		"no unk":         {some, Options{Sizes: []int{50}}},
		"too big":        {some, Options{Sizes: []int{MaxVocab + 1}, Specials: specials}},
		"no words":       {nil, Options{Sizes: []int{50}, Specials: specials}},
		"too small":      {some, Options{Sizes: []int{50, 5}, Specials: specials}},
		"bad alphabet":   {some, Options{Sizes: []int{50}, Specials: specials, Alphabet: -1}},
		"too many words": {map[string]int64{"abc": math.MaxInt64}, Options{Sizes: []int{50}, Specials: specials}},
	} {
		if _, _, err := Train(countsIn(c.counts), c.opts); err == nil || !strings.HasPrefix(err.Error(), "train the tokenizer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	cause := errors.New("disk gone")
	broken := func(yield func(count.Count, error) bool) { yield(count.Count{}, cause) }
	if _, _, err := Train(broken, Options{Sizes: []int{50}, Specials: specials}); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// FuzzTrain: from any pieces a vocabulary is learnt that has each token once,
// and makes each piece of characters that have tokens.
func FuzzTrain(f *testing.F) {
	f.Add("ab abc abc # ## ##a ###a 字 字字 aéa", byte(40), byte(5))
	f.Add("aaaa aaa aa [ [UNK] ##[UNK]", byte(9), byte(200))
	f.Fuzz(func(t *testing.T, text string, size, alphabet byte) {
		counts := map[string]int64{}
		for w := range strings.SplitSeq(strings.ToValidUTF8(text, "?"), " ") {
			if len(w) < 90 {
				counts[w]++
			}
		}
		models, stats, err := Train(countsIn(counts), Options{Sizes: []int{int(size)}, Specials: []string{"[UNK]"}, Alphabet: int(alphabet)})
		if err != nil {
			return
		}
		tokens := slices.Clone(models[0].Tokens())
		if slices.Sort(tokens); len(slices.Compact(tokens)) != len(models[0].Tokens()) {
			t.Errorf("tokens come twice: %q", models[0].Tokens())
		}
		enc := models[0].NewEncoder()
		for w := range counts {
			if w == "" || stats.Uncovered > 0 {
				continue
			}
			if ids := enc.Append(nil, w); ids[0] == 0 && !strings.HasPrefix(w, "[UNK]") || len(ids) > utf8.RuneCountInString(w) {
				t.Errorf("%q is %d of %q", w, ids, models[0].Tokens())
			}
		}
	})
}
