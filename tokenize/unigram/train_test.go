package unigram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corpus/tokenize/count"
	"corpus/tokenize/modeltest"
)

// words cuts texts at spaces and puts a ▁ before each word, as Metaspace does.
func words(texts []string) (all []string) {
	for _, text := range texts {
		for w := range strings.SplitSeq(text, " ") {
			if len(w) < 1000 {
				all = append(all, "▁"+w)
			}
		}
	}
	return all
}

// texts are what the models of the fixtures were trained on.
func texts(t testing.TB) (texts []string) {
	t.Helper()
	data, err := os.ReadFile("../testdata/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	return append(texts, texts...)
}

var specials = []string{"<pad>", "<unk>"}

func trained(t testing.TB, counts count.Counts, opts Options) []*Model {
	t.Helper()
	opts.Specials, opts.Unk = specials, 1
	models, _, err := Train(counts, opts)
	if err != nil {
		t.Fatal(err)
	}
	return models
}

func raw(t testing.TB, m *Model) []byte {
	t.Helper()
	data, err := m.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestQuality: on the text that both have learnt from, a vocabulary is no worse
// than that of Hugging Face's trainer. unigram_quality.py compares on real text.
func TestQuality(t *testing.T) {
	all := words(texts(t))
	theirs := modeltest.Read(t, "testdata/t5.json", Read)
	ours := trained(t, countsOf(all...), Options{Sizes: []int{len(theirs.Tokens())}})[0]
	if len(ours.Tokens()) != len(theirs.Tokens()) {
		t.Fatalf("%d tokens, want %d", len(ours.Tokens()), len(theirs.Tokens()))
	}
	length := func(m *Model) (n int) {
		enc := m.NewEncoder()
		for _, w := range all {
			n += len(enc.Append(nil, w))
		}
		return n
	}
	if got, want := length(ours), length(theirs); float64(got) > 1.005*float64(want) {
		t.Errorf("the text has %d tokens, %d with the vocabulary of tokenizers", got, want)
	}
}

// TestWorkersAndSizes: neither the number of workers changes a byte, nor which
// other sizes are wanted.
func TestWorkersAndSizes(t *testing.T) {
	counts := countsOf(words(texts(t))...)
	sizes := []int{1400, 900, 1100}
	for i, m := range trained(t, counts, Options{Sizes: sizes, Workers: 3}) {
		alone := trained(t, counts, Options{Sizes: sizes[i : i+1]})[0]
		if !bytes.Equal(raw(t, m), raw(t, alone)) {
			t.Errorf("a vocabulary of %d differs when it is trained alone", sizes[i])
		}
		if got := len(m.Tokens()); got != sizes[i] {
			t.Errorf("%d tokens, want %d", got, sizes[i])
		}
	}
}

// TestTrainedFile: the order of tokens, the digits of scores, and that the file
// reads as it was written.
func TestTrainedFile(t *testing.T) {
	m := trained(t, countsOf(words(texts(t))...), Options{Sizes: []int{1800}, ByteFallback: true})[0]
	tokens, scores := m.Tokens(), m.Scores()
	if !slices.Equal(tokens[:3], []string{"<pad>", "<unk>", "<0x00>"}) || tokens[257] != "<0xFF>" {
		t.Errorf("the first tokens are %q", tokens[:260])
	}
	for i := 258; i < len(tokens); i++ {
		if i > 258 && (scores[i] > scores[i-1] || scores[i] == scores[i-1] && tokens[i] <= tokens[i-1]) {
			t.Errorf("%q %v comes after %q %v", tokens[i], scores[i], tokens[i-1], scores[i-1])
		}
		if scores[i] != math.Round(scores[i]*1e6)/1e6 || scores[i] >= 0 {
			t.Errorf("the score of %q is %v", tokens[i], scores[i])
		}
	}
	back, err := Read(raw(t, m))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Tokens(), tokens) || !slices.Equal(back.Scores(), scores) {
		t.Error("the file reads otherwise than it was written")
	}
}

// TestSpecialsInText: text that spells a special token is not one.
func TestSpecialsInText(t *testing.T) {
	all := append(words(texts(t)), "▁none", "▁of", "<pad>", "▁<pad>", "<pad>", "x<pad>", "<0x41>", "a<0x41>")
	m := trained(t, countsOf(all...), Options{Sizes: []int{1600}, ByteFallback: true})[0]
	if tokens := slices.Sorted(slices.Values(m.Tokens())); len(slices.Compact(tokens)) != len(m.Tokens()) {
		t.Error("the text's spelling of a special is a token, too")
	}
	enc := m.NewEncoder()
	for _, piece := range []string{"<pad>", "▁<unk>", "<unk><pad>", "<0x41>", "a<0x41><pad>"} {
		var back strings.Builder
		for _, id := range enc.Append(nil, piece) {
			if id < 258 {
				t.Errorf("%s has %s", piece, m.Tokens()[id])
			}
			back.WriteString(m.Tokens()[id])
		}
		if back.String() != piece {
			t.Errorf("%s became %s", piece, back.String())
		}
	}
	if got := enc.Append(nil, "\U0010FFFF"); len(got) != 4 || m.Tokens()[got[0]] != "<0xF4>" {
		t.Errorf("an unknown character became %v", got)
	}
}

// TestCoverage: the rarest characters get no token, those of specials always.
func TestCoverage(t *testing.T) {
	counts := countsIn(map[string]int64{"▁ab": 500, "▁ba": 480, "▁cab": 15, "▁éa": 1})
	for coverage, want := range map[float64]bool{0: true, 1: true, 0.99: false} {
		opts := Options{Sizes: []int{30}, Specials: []string{"<unk>"}, Coverage: coverage}
		models, stats, err := Train(counts, opts)
		if err != nil {
			t.Fatal(err)
		}
		tokens := models[0].Tokens()
		if slices.Contains(tokens, "é") != want || stats.Uncovered > 0 == want {
			t.Errorf("coverage %v: %q, %d uncovered", coverage, tokens, stats.Uncovered)
		}
		for _, c := range "<unk>ab" {
			if !slices.Contains(tokens, string(c)) {
				t.Errorf("coverage %v: no %c in %q", coverage, c, tokens)
			}
		}
	}
}

func TestTrainErrors(t *testing.T) {
	some := countsOf("▁ab", "▁abc")
	cause := errors.New("disk gone")
	for name, f := range map[string]func() error{
		"no size": func() error { _, _, err := Train(some, Options{Specials: specials}); return err },
		"no unk":  func() error { _, _, err := Train(some, Options{Sizes: []int{50}}); return err },
		"too big": func() error {
			_, _, err := Train(some, Options{Sizes: []int{MaxVocab + 1}, Specials: specials})
			return err
		},
		"no words": func() error {
			_, _, err := Train(countsOf(), Options{Sizes: []int{50}, Specials: specials})
			return err
		},
		"too small for its characters": func() error {
			_, _, err := Train(some, Options{Sizes: []int{50, 5}, Specials: specials})
			return err
		},
		"coverage": func() error {
			_, _, err := Train(some, Options{Sizes: []int{50}, Specials: specials, Coverage: math.NaN()})
			return err
		},
		"overflow": func() error {
			huge := countsIn(map[string]int64{"abc": math.MaxInt64})
			_, _, err := Train(huge, Options{Sizes: []int{50}, Specials: specials})
			return err
		},
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "train the tokenizer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := func(yield func(count.Count, error) bool) { yield(count.Count{}, cause) }
	if _, _, err := Train(broken, Options{Sizes: []int{50}, Specials: specials}); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// TestHostileWords: words without end, of one character, and longer than any
// that is counted.
func TestHostileWords(t *testing.T) {
	counts := countsIn(map[string]int64{
		strings.Repeat("a", 5000): 1 << 40, strings.Repeat("字", 900): 3, strings.Repeat("ab", 700): 1, "x": 1 << 50, "\x00": 1,
	})
	m := trained(t, counts, Options{Sizes: []int{60}})[0]
	if got := m.NewEncoder().Append(nil, strings.Repeat("a", 1000)); len(got) > 70 {
		t.Errorf("a thousand times a is %d tokens: %q", len(got), m.Tokens())
	}
}

// TestTrainBig trains on counts for the script to compare.
func TestTrainBig(t *testing.T) {
	dir := os.Getenv("CORPUS_UNIGRAM_TRAIN")
	if dir == "" {
		t.Skip("needs CORPUS_UNIGRAM_TRAIN: run by testdata/scripts/unigram_quality.py, which wants Python")
	}
	f, err := os.Open(filepath.Join(dir, "counts"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := time.Now()
	opts := Options{Specials: []string{"<unk>"}}
	for s := range strings.SplitSeq(os.Getenv("CORPUS_UNIGRAM_SIZES"), ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		opts.Sizes = append(opts.Sizes, n)
	}
	if opts.Workers, err = strconv.Atoi(os.Getenv("CORPUS_UNIGRAM_WORKERS")); err != nil {
		t.Fatal(err)
	}
	models, stats, err := Train(count.Read(f), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", stats, time.Since(start))
	for i, m := range models {
		raw, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("model-%d.json", opts.Sizes[i])), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
