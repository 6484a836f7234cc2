package linear

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// topics are sentences about fish (true) and about cars.
func topics(n int, seed uint64) []Example {
	random := rand.New(rand.NewPCG(seed, 1))
	subject := [2][]string{{"engine", "wheel", "brake", "gearbox"}, {"trout", "salmon", "herring", "carp"}}
	filler := strings.Fields("the a is was old new very with under of it and then we saw near")
	all := make([]Example, n)
	for i := range all {
		label := random.IntN(2)
		var words []string
		for range 5 + random.IntN(10) {
			words = append(words, filler[random.IntN(len(filler))])
		}
		words[random.IntN(len(words))] = subject[label][random.IntN(4)]
		all[i] = Example{Text: strings.Join(words, " "), Label: label == 1}
	}
	return all
}

func train(t testing.TB, examples []Example, o Options) *Model {
	t.Helper()
	m, err := Train(slices.Values(examples), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var small = Options{Kind: "fish/1", Bits: 14, Words: 2, MinChars: 3, MaxChars: 4, Seed: 7}

func TestTrainLearns(t *testing.T) {
	for _, o := range []Options{small, {Words: 1}, {MinChars: 2, MaxChars: 3, Mean: true, Balanced: true}, {Words: 2, L1: 0.1, L2: 1, Dropout: 0.2}} {
		s := train(t, topics(2000, 1), o).NewScorer(nil)
		wrong := 0
		for _, e := range topics(1000, 2) {
			if s.Score(e.Text) > 0.5 != e.Label {
				wrong++
			}
		}
		if wrong > 10 {
			t.Errorf("%+v: %d of 1000 wrong", o, wrong)
		}
	}
}

// TestCalibrated: where a third of the texts that look alike are of the class,
// the score is a third; with balanced classes it is a half.
func TestCalibrated(t *testing.T) {
	var examples []Example
	for i := range 6000 {
		examples = append(examples, Example{Text: fmt.Sprintf("alike %c%c", 'a'+i%26, 'a'+i/26%26), Label: i%3 == 0})
	}
	for _, c := range []struct {
		balanced bool
		want     float64
	}{{false, 1. / 3}, {true, 0.5}} {
		m := train(t, examples, Options{Words: 1, L2: 1000, Balanced: c.balanced})
		if p := m.NewScorer(nil).Score("alike zz"); math.Abs(p-c.want) > 0.05 {
			t.Errorf("balanced %v: %v, want about %v", c.balanced, p, c.want)
		}
	}
}

func TestWeightIsRepetition(t *testing.T) {
	var examples []Example
	for range 100 {
		examples = append(examples, Example{Text: "x", Label: true, Weight: 9}, Example{Text: "x", Weight: 1})
	}
	if p := train(t, examples, Options{Words: 1}).NewScorer(nil).Score("x"); math.Abs(p-0.9) > 0.02 {
		t.Errorf("nine of ten are of the class, the score is %v", p)
	}
}

// TestTrainIsPure: neither the order of examples nor a round through a file
// changes anything; seed and options do.
func TestTrainIsPure(t *testing.T) {
	examples := topics(500, 3)
	m := train(t, examples, small)
	slices.Reverse(examples)
	again := train(t, examples, small)
	var a, b bytes.Buffer
	if err := m.Encode(&a); err != nil {
		t.Fatal(err)
	}
	again.Encode(&b)
	if !bytes.Equal(a.Bytes(), b.Bytes()) || m.Hash() != again.Hash() {
		t.Error("the order of the examples changes the model")
	}
	other := small
	other.Seed++
	if train(t, examples, other).Hash() == m.Hash() {
		t.Error("the seed changes nothing")
	}
	decoded, err := Decode(&a)
	if err != nil {
		t.Fatal(err)
	}
	if decoded.Hash() != m.Hash() || decoded.Kind() != "fish/1" {
		t.Errorf("decoded %s %q, want %s", decoded.Hash(), decoded.Kind(), m.Hash())
	}
	one, two := m.NewScorer(nil), decoded.NewScorer(nil)
	for _, e := range topics(100, 4) {
		if p, q := one.Score(e.Text), two.Score(e.Text); p != q {
			t.Fatalf("%q: %v, decoded %v", e.Text, p, q)
		}
	}
}

// TestFeaturesByHand counts the n-grams of a text.
func TestFeaturesByHand(t *testing.T) {
	for _, c := range []struct {
		o    Options
		text string
		want int
	}{
		{Options{Words: 2}, "one two three", 5},
		{Options{Words: 3}, "one two three", 6},
		{Options{Words: 1}, "", 0},
		{Options{MinChars: 3, MaxChars: 3}, "four", 4},        // ^fo fou our ur$
		{Options{MinChars: 2, MaxChars: 3}, "äö", 5},          // ^ä äö ö$ ^äö äö$
		{Options{Words: 1, MinChars: 5, MaxChars: 8}, "a", 1}, // ^a$ is too short
	} {
		if got := featuresOf(c.o, c.text, -1); len(got) != c.want {
			t.Errorf("%+v of %q: %d features, want %d", c.o, c.text, len(got), c.want)
		}
	}
	if o := (Options{Words: 1}); !slices.Equal(featuresOf(o, "Größe 2019", -1), featuresOf(o, "GRÖßE 1234", -1)) {
		t.Error("case or digits change the features")
	}
	if o := (Options{Words: 2, MinChars: 1, MaxChars: 2}); !slices.Equal(featuresOf(o, "a strange thing", 1), featuresOf(o, "a 12345 thing", 1)) {
		t.Error("a blank token has features")
	}
}

func featuresOf(o Options, text string, blank int) []uint32 {
	var t Tokens
	Words(&t, text)
	if blank >= 0 {
		t.Blank(blank)
	}
	f := features{shape: o.withDefaults().shape()}
	f.read(&t, 0, t.Len())
	return f.buckets
}

// TestBlankIsUnseen: a blank token scores as a word of no example does.
func TestBlankIsUnseen(t *testing.T) {
	s := train(t, topics(2000, 1), Options{Words: 2}).NewScorer(nil)
	var known, unseen Tokens
	Words(&known, "near the trout engine")
	known.Blank(3)
	Words(&unseen, "near the trout quokka")
	if a, b := s.LogitOf(&known, 0, 4), s.LogitOf(&unseen, 0, 4); a != b {
		t.Errorf("blank %v, unseen %v", a, b)
	}
	if a, b := s.LogitOf(&known, 0, 3), s.Logit("near the trout"); a != b {
		t.Errorf("three of four tokens %v, a text of three %v", a, b)
	}
}

// TestScorerSums: what a scorer sums up, from what it remembers or not, is what
// training reads.
func TestScorerSums(t *testing.T) {
	for _, o := range []Options{{Words: 3, MinChars: 2, MaxChars: 5}, {MinChars: 1, MaxChars: 3}, {Words: 1}} {
		m := train(t, topics(500, 1), o)
		s, f := m.NewScorer(nil), features{shape: m.shape}
		for i, e := range topics(300, 9) {
			var tokens Tokens
			Words(&tokens, e.Text+" a word that is much longer than the others: "+strings.Repeat("long", 10+i%2))
			tokens.Blank(i % 5)
			from := i % 3
			f.read(&tokens, from, tokens.Len())
			if weights, n := s.sum(&tokens, from, tokens.Len()); weights != m.weigh(f.buckets) || n != f.n {
				t.Fatalf("%+v: sum %d of %d, want %d of %d", o, weights, n, m.weigh(f.buckets), f.n)
			}
		}
	}
}

func TestMinCount(t *testing.T) {
	examples := topics(500, 8)
	examples[3] = Example{Text: "unicorn", Label: true}
	m := train(t, examples, Options{Words: 1, MinCount: 2})
	if s := m.NewScorer(nil); s.Logit("unicorn") != s.Logit("quokka") {
		t.Error("a word of one example weighs something")
	}
}

func TestOddTexts(t *testing.T) {
	s := train(t, topics(300, 5), small).NewScorer(nil)
	for _, text := range []string{
		"", "\xff\xfe", strings.Repeat("a", 4<<20), strings.Repeat("\n", 1<<20), strings.Repeat("́", 1<<18), "漢字かな", "مرحبا",
	} {
		if p := s.Score(text); !(p >= 0 && p <= 1) {
			t.Errorf("%.10q scores %v", text, p)
		}
	}
}

func TestScoreAllocatesNothing(t *testing.T) {
	s := train(t, topics(300, 5), small).NewScorer(nil)
	text := strings.Repeat("the old trout is near the Größe of it; ", 30)
	s.Score(text)
	if n := testing.AllocsPerRun(20, func() { s.Score(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestTrainRefuses(t *testing.T) {
	both := []Example{{Text: "a", Label: true}, {Text: "b"}}
	for _, c := range []struct {
		examples []Example
		o        Options
		want     string
	}{
		{nil, Options{Words: 1}, "one class"},
		{both[:1], Options{Words: 1}, "one class"},
		{both, Options{}, "no n-grams"},
		{both, Options{Words: 9}, "n-grams"},
		{both, Options{Words: 1, MinChars: 5, MaxChars: 4}, "n-grams"},
		{both, Options{Words: 1, Bits: 30}, "buckets"},
		{both, Options{Words: 1, Epochs: -1}, "epochs"},
		{both, Options{Words: 1, Dropout: 1}, "dropout"},
		{both, Options{Words: 1, Rate: math.NaN()}, "rate"},
		{both, Options{Words: 1, Kind: strings.Repeat("k", 65)}, "kind"},
		{[]Example{{Text: "a", Weight: -1}}, Options{Words: 1}, "weight"},
	} {
		if _, err := Train(slices.Values(c.examples), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want an error about %s", c.o, err, c.want)
		}
	}
}

// TestDecodeDamage: every flipped byte is an error.
func TestDecodeDamage(t *testing.T) {
	o := small
	o.Bits = 8
	m := train(t, topics(200, 6), o)
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		t.Fatal(err)
	}
	for i := 10; i < file.Len(); i++ { // before lies gzip's header, of which a few bits mean nothing
		bad := bytes.Clone(file.Bytes())
		bad[i] ^= 0x10
		if got, err := Decode(bytes.NewReader(bad)); err == nil && got.Hash() != m.Hash() {
			t.Fatalf("byte %d: another model", i)
		}
	}
	if _, err := Decode(bytes.NewReader(file.Bytes()[:file.Len()-3])); err == nil {
		t.Error("a file cut short is a model")
	}
}

func FuzzParse(f *testing.F) {
	o := small
	o.Bits = 8
	f.Add(train(f, topics(200, 6), o).raw(), "some text")
	f.Add([]byte(magic), "")
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		m, err := parse(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(m.raw(), raw) {
			t.Fatal("parsed and written is another file")
		}
		if p := m.NewScorer(nil).Score(text); !(p >= 0 && p <= 1) {
			t.Fatalf("%q scores %v", text, p)
		}
	})
}

// topicText is a text of n bytes of a few hundred words, some new each time.
func topicText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "the committee met near bridge%c%c ", 'a'+i%26, 'a'+i/26%26)
	}
	return b.String()[:n]
}

func BenchmarkScore(b *testing.B) {
	s := train(b, topics(300, 5), Options{Words: 2, MinChars: 3, MaxChars: 4}).NewScorer(nil)
	text := topicText(1024)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Score(text)
	}
}
