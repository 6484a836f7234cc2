package ngram

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func modelOf(texts ...string) *Model {
	t := NewTrainer(NewRoom())
	for _, s := range texts {
		t.Add(s)
	}
	return t.Model()
}

// TestByHandSmall: one sentence, "a b a". Of 1-grams a has 2 tokens before it
// (<s> and b), b and </s> one each, of 2-grams all have one but "<s> a", seen once;
// so discounts are the fallback's: 0.5, 1 and 1.5 off.
func TestByHandSmall(t *testing.T) {
	m := modelOf("a b a")
	even := 1. / 4              // a, b, </s>, <unk>
	rest := (1 + 0.5 + 0.5) / 4 // off 2, 1, 1 of 4
	pa, pb, pe := (2-1.)/4+rest*even, 0.5/4+rest*even, 0.5/4+rest*even
	unk := rest * even
	// after <s>: a only, off 0.5 of 1; after a: b and </s>, off 0.5 each of 2; after b: a
	sa := 0.5 + 0.5*pa
	ab, ae, ba := 0.25+0.5*pb, 0.25+0.5*pe, 0.5+0.5*pa
	sab, aba, bae := 0.5+0.5*ab, 0.5+0.5*ba, 0.5+0.5*ae
	for text, p := range map[string]float64{
		"a b a": sa * sab * aba * bae,
		"a":     sa * (0.5 * ae), // "<s> a" is known as a context, "<s> a </s>" is not
		"x":     0.5 * unk * pe,  // after <s> half is left; x is no context
		"b":     0.5 * pb * (0.5 * pe),
		"":      0.5 * pe,
	} {
		got, n := new(Scorer).Score(m, text)
		if math.Abs(got-math.Log(p)) > 1e-6 || n != len(strings.Fields(text))+1 {
			t.Errorf("%q: %v of %d tokens, want %v", text, got, n, math.Log(p))
		}
	}
}

// TestSums: after every context the probabilities of all that can follow are 1.
func TestSums(t *testing.T) {
	words := strings.Fields("the cat sat on a mat dog saw and then rug")
	m := modelOf("the cat sat on the mat", "the dog saw a cat and then the rug", "a dog sat", "the the the cat")
	for _, before := range [][]string{{}, {"the"}, {"the", "cat"}, {"zebra"}, {"zebra", "the"}, {"mat", "rug"}} {
		h := history{back: [Order]float64{1: float64(m.tables[1].at(begin).back)}, last: [Order]uint64{begin}}
		for _, w := range before {
			h.next(m, hash(w))
		}
		sum := 0.0
		for _, w := range append(slices.Clone(words), "unknown") {
			at := h
			sum += math.Exp(at.next(m, hash(w)))
		}
		sum += math.Exp(h.next(m, end))
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("after %v the probabilities are %v", before, sum)
		}
	}
}

// TestKenLM: testdata/scripts/filter_ngram.py.
func TestKenLM(t *testing.T) {
	var cases []struct {
		Train, Test []string
		Log10       []float64
	}
	b, err := os.ReadFile("testdata/kenlm.json")
	if err = errors.Join(err, json.Unmarshal(b, &cases)); err != nil || len(cases) < 2 {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Logf("%d sentences: largest relative difference %.1e", len(c.Test), compare(t, modelOf(c.Train...), c.Test, c.Log10, 1e-5))
	}
}

// compare is the largest relative difference to KenLM's log10 probabilities, which
// query prints with six digits.
func compare(t *testing.T, m *Model, texts []string, log10 []float64, most float64) (worst float64) {
	t.Helper()
	if len(texts) != len(log10) || len(texts) == 0 {
		t.Fatalf("%d texts, %d scores", len(texts), len(log10))
	}
	for i, text := range texts {
		logp, _ := new(Scorer).Score(m, text)
		d := math.Abs(logp/math.Ln10-log10[i]) / math.Abs(log10[i])
		if worst = max(worst, d); d > most {
			t.Errorf("%q: %v, KenLM says %v", text, logp/math.Ln10, log10[i])
		}
	}
	return worst
}

// TestByHand compares with KenLM on a text of one's own.
func TestByHand(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("NGRAM_TEXT"))
	if err != nil {
		t.Skip("name a text in NGRAM_TEXT and KenLM's scores in NGRAM_SCORES; see testdata/scripts/filter_ngram.py")
	}
	var log10 []float64
	s, err := os.ReadFile(os.Getenv("NGRAM_SCORES"))
	if err = errors.Join(err, json.Unmarshal(s, &log10)); err != nil {
		t.Fatal(err)
	}
	var train, test []string
	for i, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if i%10 == 0 {
			test = append(test, line)
		} else {
			train = append(train, line)
		}
	}
	m := modelOf(train...)
	t.Logf("%d sentences, model of %d bytes: largest relative difference %.1e", len(test), m.Bytes(), compare(t, m, test, log10, 1e-4))
}

// TestRoom: what there is no room for is not learnt, and said.
func TestRoom(t *testing.T) {
	room := &Room{left: 14}
	tr := NewTrainer(room)
	tr.Add("one two three")
	if room.Full() {
		t.Fatal("full too early")
	}
	tr.Add("four five six seven")
	if !room.Full() {
		t.Error("there is room for more than it has")
	}
	m := tr.Model()
	if a, _ := new(Scorer).Score(m, "one two"); a < -10 || math.IsInf(a, 0) || math.IsNaN(a) {
		t.Errorf("score %v", a)
	}
}

// TestOdd: texts of all kinds have finite scores, and cutting into batches is not seen.
func TestOdd(t *testing.T) {
	m := modelOf("the cat", "")
	for _, text := range []string{"", "\n\n", strings.Repeat("a", 1<<20), strings.Repeat("\n", 1<<20), "\xff\xfe", "日本語 עברית"} {
		if logp, n := new(Scorer).Score(m, text); math.IsNaN(logp) || math.IsInf(logp, 0) || n < 1 {
			t.Errorf("%.10q: %v of %d tokens", text, logp, n)
		}
	}
	if _, n := new(Scorer).Score(m, strings.Repeat("cat the ", 3*batch)); n != 6*batch+1 {
		t.Errorf("%d tokens", n)
	}
}

func FuzzScore(f *testing.F) {
	f.Add("the cat sat", "the cat")
	f.Fuzz(func(t *testing.T, train, text string) {
		logp, n := new(Scorer).Score(modelOf(train), text)
		if math.IsNaN(logp) || logp > 1e-6 || math.IsInf(logp, 0) || n < 1 {
			t.Fatalf("%v of %d tokens", logp, n)
		}
	})
}
