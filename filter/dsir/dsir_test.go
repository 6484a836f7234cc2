package dsir

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"corpus/internal/words"
)

// oracle is what the authors' package says; testdata/scripts/filter_dsir.py.
type oracle struct {
	Hashes map[string]int
	Texts  []struct {
		Text   string
		Tokens int
		Counts map[string]uint64
	}
	Toy map[string]struct {
		Weights []float64
		Grams   []int
		Top     []int
	}
}

func readOracle(t *testing.T) (o oracle) {
	t.Helper()
	b, err := os.ReadFile("testdata/dsir.json")
	if err = errors.Join(err, json.Unmarshal(b, &o)); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestHashes(t *testing.T) {
	for gram, want := range readOracle(t).Hashes {
		c := newCache(2)
		for range 2 {
			if got := c.bucket([]byte(gram), 7); got != want {
				t.Errorf("%q is in bucket %d, want %d", gram, got, want)
			}
		}
	}
}

// TestCounts: the counts of every text are the authors', whatever came before.
func TestCounts(t *testing.T) {
	texts, g := readOracle(t).Texts, NewGrams()
	for range 2 {
		for _, x := range texts {
			var got Counts
			g.Count(&got, x.Text)
			var want Counts
			for b, n := range x.Counts {
				i, err := strconv.Atoi(b)
				if err != nil {
					t.Fatal(err)
				}
				want[i] = n
			}
			if got != want {
				t.Errorf("%.40q: other counts than DSIR's", x.Text)
			}
		}
		slices.Reverse(texts)
	}
}

// TestToyData: the log importance weights of DSIR's own toy pool and the ten that
// its top-k takes.
func TestToyData(t *testing.T) {
	pool := toyTexts(t, "toy_pile_data")
	g, counts := NewGrams(), new(Counts)
	for _, text := range pool {
		g.Count(counts, text)
	}
	for name, want := range readOracle(t).Toy {
		target := new(Counts)
		for _, text := range toyTexts(t, name) {
			g.Count(target, text)
		}
		w, worst := NewWeights(target, counts), 0.0
		type scored struct {
			weight float64
			row    int
		}
		var long []scored // resample asks for 100 tokens
		for i, text := range pool {
			sum, n := g.Weight(w, text)
			worst = max(worst, math.Abs(sum-want.Weights[i])/max(1, math.Abs(want.Weights[i])))
			if n != want.Grams[i] {
				t.Errorf("document %d has %d n-grams, want %d", i, n, want.Grams[i])
			}
			if (n+1)/2 >= 100 {
				long = append(long, scored{sum, i})
			}
		}
		slices.SortFunc(long, func(a, b scored) int { return int(math.Copysign(1, b.weight-a.weight)) })
		var top []int
		for _, s := range long[:10] {
			top = append(top, s.row)
		}
		slices.Sort(top)
		t.Logf("%s: largest relative error %.1e of %d weights", name, worst, len(pool))
		if worst > 1e-6 || !slices.Equal(top, want.Top) {
			t.Errorf("%s: error %v; the top ten are %v, want %v", name, worst, top, want.Top)
		}
	}
}

// toyTexts reads a file of the shared data folder.
func toyTexts(t *testing.T, name string) (texts []string) {
	f, err := os.Open("../../../shared/data/dsir/" + name + ".jsonl.gz")
	if err != nil {
		t.Skip("needs dsir/ of the shared data folder: the toy data of p-lambda/dsir")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var d struct{ Contents string }
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, d.Contents)
	}
	return texts
}

// TestSpaceless: a clause without spaces is a token a letter.
func TestSpaceless(t *testing.T) {
	count := func(text string, spaceless bool) (n int) {
		g := NewGrams()
		g.Spaceless = spaceless
		g.Each(text, func(int) { n++ })
		return n
	}
	for text, want := range map[string]int{"中文没有空格": 6 + 5, "日本 GPU2": 3 + 2, "a中b": 3 + 2, "กำ้ก。": 4 + 3} {
		if got := count(text, true); got != want {
			t.Errorf("%s has %d n-grams, want %d", text, got, want)
		}
	}
	if got := count("中文没有空格", false); got != 1 {
		t.Errorf("%d n-grams, want 1", got)
	}
}

// TestHugeTokens are linear, and take no memory.
func TestHugeTokens(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 4<<20), strings.Repeat("Σ'", 1<<20), strings.Repeat("\n", 4<<20), strings.Repeat("Σ"+strings.Repeat("'", 1<<18), 8)} {
		g := NewGrams()
		g.Each(text, func(int) {})
		if cap(g.buf) > 4*maxToken {
			t.Errorf("%.4q: the buffer has %d bytes", text, cap(g.buf))
		}
	}
}

// FuzzGrams holds the fast way to a plain one: tokens in a slice, hashes without caches.
func FuzzGrams(f *testing.F) {
	for _, s := range []string{"The END. İΣ Σ'", "a\xffb 日本", strings.Repeat("ab", 600) + " c d", "__ ++ é"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	g := NewGrams()
	f.Fuzz(func(t *testing.T, text string, spaceless bool) {
		var got, want []int
		g.Spaceless = spaceless
		g.Each(text, func(b int) { got = append(got, b) })
		fresh := newCache(1)
		tokens := plainTokens(text, spaceless)
		for i, tok := range tokens {
			want = append(want, fresh.bucket([]byte(tok), 0))
			if i > 0 {
				want = append(want, fresh.bucket([]byte(tokens[i-1]+" "+tok), 0))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}

func plainTokens(text string, spaceless bool) (tokens []string) {
	var low strings.Builder
	for i, r := range text {
		_, n := utf8.DecodeRuneInString(text[i:])
		switch r {
		case 'İ':
			low.WriteString("i\u0307")
		case 'Σ':
			low.WriteRune(sigma(text, i, i+n))
		default:
			low.WriteRune(unicode.ToLower(r))
		}
	}
	last, alone := space, false
	for _, r := range low.String() {
		kind := classOf(r)
		tight := spaceless && words.Spaceless(r)
		switch {
		case kind == space:
			alone = false
		case kind == last && !tight && (!alone || unicode.IsMark(r)):
			tokens[len(tokens)-1] += string(r)
		default:
			tokens, alone = append(tokens, string(r)), tight
		}
		last = kind
	}
	return tokens
}
