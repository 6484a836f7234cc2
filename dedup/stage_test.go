package dedup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// prose is n random words of a vocabulary of v.
func prose(rng *rand.Rand, n, v int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%s", letters(rng.IntN(v)))
	}
	return words
}

// letters spells a number in letters, since numbers are merged.
func letters(n int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(n))
}

// edited has each word replaced with probability p.
func edited(rng *rand.Rand, words []string, p float64) []string {
	words = slices.Clone(words)
	for i := range words {
		if rng.Float64() < p {
			words[i] = "x" + letters(rng.IntN(1e6))
		}
	}
	return words
}

// jaccard is the similarity of the sets of word 5-grams, by maps of strings.
func jaccard(a, b []string) float64 {
	x, y := ngrams(a), ngrams(b)
	both := 0
	for g := range x {
		if y[g] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

func ngrams(words []string) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+5 <= len(words); i++ {
		set[strings.Join(words[i:i+5], " ")] = true
	}
	if n := len(words); 0 < n && n < 5 {
		set[strings.Join(words, " ")] = true
	}
	return set
}

func run(t testing.TB, ds *dataset, workers int) {
	t.Helper()
	if err := ds.run(t, Stage(Config{}, 0), workers); err != nil {
		t.Fatal(err)
	}
}

func TestVerdicts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	base := prose(rng, 300, 1e6)
	near := slices.Clone(base)
	near[150] = "changed"
	text := strings.Join(base, " ")
	ds := newDataset()
	ds.grow(
		[]string{text, "Short text", "===", ""},
		[]string{strings.ToUpper(text), strings.Join(near, "\n"), "short   TEXT!", "---", " \n", strings.Join(prose(rng, 300, 1e6), " ")},
		nil,
		[]string{strings.Join(near, " "), "==="},
	)
	run(t, ds, 2)
	checkVerdicts(t, ds, map[int][]short{
		0: {{"", "0.0", "0.0", 4}, {"", "0.1", "0.1", 2}, {"", "0.2", "0.2", 2}, {"", "0.3", "0.3", 2}},
		1: {
			{Exact, "0.0", "0.0", 4},
			{Near, "0.0", "0.0", 4},
			{Exact, "0.1", "0.1", 2},
			{"", "1.3", "1.3", 1},
			{Exact, "0.3", "0.3", 2},
			{"", "1.5", "1.5", 1},
		},
		3: {{Exact, "1.1", "0.0", 4}, {Exact, "0.2", "0.2", 2}},
	})
	// The exact copy of a near-duplicate is as similar to the survivor as that.
	one, two := ds.verdicts(1)[1], ds.verdicts(3)[0]
	if s := jaccard(base, near); one.similarity != s || two.similarity != s || one.matched != s || two.matched != 1 {
		t.Errorf("%v and %v, similarity to the survivor %v", one, two, s)
	}
	for name, n := range (corpus.Counts{"docs_in": 12, "docs_out": 6, "dropped.exact": 5, "dropped.near": 1, "clusters": 4, "similarity.match.0.9": 1, "similarity.survivor.0.9": 1}) {
		if ds.counts[name] != n {
			t.Errorf("%s = %d, want %d", name, ds.counts[name], n)
		}
	}
	if in := ds.counts["bytes_in"]; in <= ds.counts["bytes_out"] || in < int64(4*len(text)) {
		t.Errorf("bytes_in %d, bytes_out %d", in, ds.counts["bytes_out"])
	}
}

// short is a verdict without what is an estimate.
type short struct {
	kind, match, survivor string
	size                  int64
}

// checkVerdicts compares the verdicts by part.
func checkVerdicts(t *testing.T, ds *dataset, want map[int][]short) {
	t.Helper()
	for part, rows := range want {
		var got []short
		for _, v := range ds.verdicts(part) {
			got = append(got, short{v.kind, v.match, v.survivor, v.size})
			if v.cluster != v.survivor {
				t.Errorf("cluster %s, survivor %s", v.cluster, v.survivor)
			}
			if (v.kind == "") != math.IsNaN(v.similarity) {
				t.Errorf("kind %q with similarity %v", v.kind, v.similarity)
			}
		}
		if !slices.Equal(got, rows) {
			t.Errorf("part %d:\n got %v\nwant %v", part, got, rows)
		}
	}
}

// Texts of known similarity go through the whole stage: as many pairs are found
// as the formula says, and the named similarity is the true one.
func TestRecallOfTexts(t *testing.T) {
	const pairs = 1500
	rng := rand.New(rand.NewPCG(2, 2))
	var a, b []string
	var true_ []float64
	want, variance := 0.0, 0.0
	for range pairs {
		words := prose(rng, 150, 1e6)
		copied := edited(rng, words, 0.05*rng.Float64())
		a, b = append(a, strings.Join(words, " ")), append(b, strings.Join(copied, " "))
		s := jaccard(words, copied)
		true_ = append(true_, s)
		p := detection(Config{}.withDefaults(), s)
		want += p
		variance += p * (1 - p)
	}
	ds := newDataset()
	ds.grow(a, b)
	run(t, ds, 2)
	found := 0
	for i, v := range ds.verdicts(1) {
		if v.kind == "" {
			continue
		}
		found++
		if v.match != fmt.Sprintf("0.%d", i) {
			t.Errorf("document %d matches %s", i, v.match)
		}
		if v.similarity != true_[i] || v.matched != true_[i] {
			t.Errorf("document %d: %+v, similarity %v", i, v, true_[i])
		}
	}
	if math.Abs(float64(found)-want) > 3*math.Sqrt(variance) {
		t.Errorf("found %d of %d pairs, expected %.1f ± %.1f", found, pairs, want, 3*math.Sqrt(variance))
	}
	if n := int64(found); ds.counts["docs_out"] != 2*pairs-n {
		t.Errorf("%d of %d documents stay, %d are dropped in the second part", ds.counts["docs_out"], 2*pairs, n)
	}
}

// han is n random characters, the common ones more often, with stops.
func hanText(rng *rand.Rand, n int) []rune {
	text := make([]rune, n)
	for i := range text {
		text[i] = 0x4E00 + rune(3000*math.Pow(rng.Float64(), 3))
		if i%17 == 16 {
			text[i] = '，'
		}
	}
	return text
}

// mixture is parts with random clusters of all kinds.
func mixture(rng *rand.Rand, parts, docs int) [][]string {
	var all [][]string
	var origins [][]string
	for range parts {
		var part []string
		for range docs {
			words := prose(rng, rng.IntN(80), 500)
			if len(origins) > 0 && rng.IntN(3) > 0 {
				words = edited(rng, origins[rng.IntN(len(origins))], []float64{0, 0.01, 0.03, 0.06}[rng.IntN(4)])
			}
			origins = append(origins, words)
			part = append(part, strings.Join(words, " "))
		}
		all = append(all, part)
	}
	return all
}

// dump is all that the stage leaves, as text (NaN equals NaN).
func dump(ds *dataset) string {
	b := strings.Builder{}
	b.WriteString(dumpTables(ds))
	for _, k := range slices.Sorted(maps.Keys(ds.files)) {
		fmt.Fprintln(&b, k, ds.files[k])
	}
	fmt.Fprintln(&b, ds.counts)
	return b.String()
}

// dumpTables are those of all parts, in their order.
func dumpTables(ds *dataset) string {
	var b strings.Builder
	for part := range ds.first + ds.parts {
		for _, role := range []string{Signature, Verdict, seenRole, fenceRole} {
			for _, t := range ds.tables[key(role, part)] {
				fmt.Fprintln(&b, role, part, t.Rows, t.Columns)
			}
		}
	}
	return b.String()
}

func TestIndependentOfWorkersAndMemory(t *testing.T) {
	parts := mixture(rand.New(rand.NewPCG(6, 6)), 6, 500)
	want := ""
	for _, workers := range []int{1, 4} {
		for _, memory := range []int64{64 << 10, 1 << 30} {
			ds := newDataset()
			ds.sort = memory
			for _, generation := range [][][]string{parts[:2], parts[2:3], parts[3:]} {
				ds.grow(generation...)
				run(t, ds, workers)
			}
			got := dump(ds)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%d workers, memory %d: other results", workers, memory)
			}
		}
	}
}

// Each text of a chain is like the next, the ends have little in common.
func TestChain(t *testing.T) {
	const links = 8
	rng := rand.New(rand.NewPCG(7, 7))
	words := prose(rng, 400, 1e6)
	var texts []string
	for i := range links {
		if i > 0 {
			copy(words[i*40:], prose(rng, 20, 1e6))
		}
		texts = append(texts, strings.Join(words, " "))
	}
	ds := newDataset()
	ds.grow(texts[:3], texts[3:])
	run(t, ds, 2)
	all := append(ds.verdicts(0), ds.verdicts(1)...)
	for i, v := range all[1:] {
		if v.kind != Near || v.survivor != "0.0" || v.size != links {
			t.Errorf("link %d: %+v", i+1, v)
		}
	}
	last := all[links-1]
	if last.match != "1.3" || last.similarity > 0.65 {
		t.Errorf("last link %+v: want the link before as match, and little similarity to the first", last)
	}
}

// Two texts that have little in common are one cluster through a third that
// comes after them; the second, whose only link leads to it, names it.
func TestBridge(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 100 {
		bridge := prose(rng, 400, 1e6)
		left, right := slices.Clone(bridge), slices.Clone(bridge)
		copy(left[:100], prose(rng, 100, 1e6))
		copy(right[300:], prose(rng, 100, 1e6))
		texts := []string{strings.Join(left, " "), strings.Join(right, " "), strings.Join(bridge, " ")}
		b := newBrute(Config{})
		for i, text := range texts {
			b.docs = append(b.docs, corpus.Document{ID: docID(0, i), Text: text})
		}
		b.grow()
		if b.partners[0][1] || !b.partners[0][2] || !b.partners[1][2] {
			continue
		}
		ds := newDataset()
		ds.grow(texts)
		run(t, ds, 1)
		v := ds.verdicts(0)
		if v[1].kind != Near || v[1].match != "0.2" || v[1].survivor != "0.0" || v[1].size != 3 || v[1].similarity > 0.5 {
			t.Errorf("the other end: %+v", v[1])
		}
		if v[2].kind != Near || v[2].survivor != "0.0" {
			t.Errorf("bridge: %+v", v[2])
		}
		return
	}
	t.Fatal("no three texts of 100 are a bridge and its ends")
}

func TestSecondGeneration(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	old := prose(rng, 300, 1e6)
	near := slices.Clone(old)
	near[10] = "changed"
	other := prose(rng, 300, 1e6)
	ds := newDataset()
	ds.grow([]string{"something else", strings.Join(near, " ")}, []string{strings.Join(prose(rng, 50, 1e6), " "), strings.Join(old, " ")})
	run(t, ds, 1)
	first := dumpTables(ds)
	ds.grow([]string{strings.Join(other, " "), strings.Join(old, "  ")}, []string{strings.Join(other, " ")})
	run(t, ds, 2)
	if v := ds.verdicts(2)[1]; v.kind != Exact || v.match != "1.1" || v.survivor != "0.1" || v.size != 3 {
		t.Errorf("copy of an old duplicate: %+v", v)
	}
	if v := ds.verdicts(3)[0]; v.kind != Exact || v.match != "2.0" || v.survivor != "2.0" || v.size != 2 {
		t.Errorf("copy within the generation: %+v", v)
	}
	if got := (corpus.Counts{"docs_in": 3, "docs_out": 1, "dropped.exact": 2, "clusters": 2}); ds.counts["docs_in"] != got["docs_in"] ||
		ds.counts["docs_out"] != got["docs_out"] || ds.counts["dropped.exact"] != got["dropped.exact"] || ds.counts["clusters"] != got["clusters"] {
		t.Errorf("counts %v, want %v", ds.counts, got)
	}
	second := dumpTables(ds)
	if !strings.HasPrefix(second, first) {
		t.Error("the verdicts of the first generation changed")
	}
}

func TestNothingNew(t *testing.T) {
	ds := newDataset()
	ds.grow()
	run(t, ds, 1)
	ds.grow([]string{"one", "two", "one"})
	run(t, ds, 1)
	ds.grow()
	run(t, ds, 1)
	if len(ds.counts) != 0 {
		t.Errorf("counts of an empty generation: %v", ds.counts)
	}
	ds.grow([]string{}, []string{}) // parts without documents
	run(t, ds, 1)
	ds.grow([]string{"three"}, []string{"two"})
	run(t, ds, 1)
	if v := ds.verdicts(4)[0]; v.kind != Exact || v.match != "0.1" || ds.counts["docs_out"] != 1 {
		t.Errorf("after them: %+v, %v", v, ds.counts)
	}
}

// Tables of other figures are other texts, though numbers are merged: only those
// with most of their figures in common are near-duplicates.
func TestFigures(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	figures := func() (all []string) {
		for range 200 {
			all = append(all, fmt.Sprint(rng.IntN(1e6)))
		}
		return all
	}
	one := figures()
	edited := slices.Clone(one)
	edited[100] = "7"
	ds := newDataset()
	ds.grow([]string{strings.Join(one, " "), strings.Join(figures(), " "), strings.Join(edited, " "), "1 2", "3 4", "it was 1 of 2", "it was 3 of 4"})
	run(t, ds, 1)
	for i, want := range []string{"", "", Near, "", "", "", Near} {
		if v := ds.verdicts(0)[i]; v.kind != want {
			t.Errorf("text %d: %+v, want %q", i, v, want)
		}
	}
}

func TestAllEqual(t *testing.T) {
	for _, text := range []string{"", "the same words again and again and again"} {
		ds := newDataset()
		part := slices.Repeat([]string{text}, 3000)
		ds.grow(part, part)
		run(t, ds, 2)
		if ds.counts["docs_out"] != 1 || ds.counts["dropped.exact"] != 5999 || ds.counts["clusters"] != 1 {
			t.Errorf("%q: %v", text, ds.counts)
		}
		if v := ds.verdicts(1)[2999]; v.match != "0.0" || v.similarity != 1 || v.size != 6000 {
			t.Errorf("%q: %+v", text, v)
		}
	}
}

// The memory that clustering asks for is, beside its sorts, what its tables take.
func TestMemoryOfClustering(t *testing.T) {
	const n = 1000
	ds := newDataset()
	ds.grow(slices.Repeat([]string{"text"}, n))
	run(t, ds, 1)
	for _, c := range []Config{{}, {KeepCopy: KeepLongest}} {
		c = c.withDefaults()
		k, err := c.newClustering(&env{t: t, dataset: ds, pass: Stage(c, n).Passes[1]})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []func() error{k.candidates, k.compare, k.connect} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		held := float64(4*cap(k.forest) + 4*cap(k.size) + 8*cap(k.done) + 2*4*cap(k.best))
		asked := Stage(c, n).Passes[1].Memory - Stage(c, 0).Passes[1].Memory
		if per := c.bytesPerDocument(); held < n*per || held > n*per+128 || asked != 4*int64(n*per) {
			t.Errorf("%v: %v bytes held, %d asked for %d documents", c, held, asked, n)
		}
	}
}

// Each part's comparison and verdicts read of the table of clusters what is the
// part's, and the few batches that lead there.
func TestVerdictsReadTheirRows(t *testing.T) {
	const parts, docs = 40, rowsPerBatch / 2
	ds := newDataset()
	ds.grow(slices.Repeat([][]string{slices.Repeat([]string{"text"}, docs)}, parts)...)
	run(t, ds, 2)
	batches := len(ds.tables[key(cluster, 0)])
	if most := batches + 2*(2*batches+parts*(2+bits.Len(uint(batches)))); batches < parts/2 || ds.reads[cluster] > most {
		t.Errorf("%d batches read of %d, want at most %d", ds.reads[cluster], batches, most)
	}
	if v := ds.verdicts(parts - 1); len(v) != docs || v[docs-1].kind != Exact || ds.counts["dropped.exact"] != parts*docs-1 {
		t.Errorf("counts %v", ds.counts)
	}
}

func TestOtherSettingsAreNotCompared(t *testing.T) {
	ds := newDataset()
	ds.grow([]string{"text"})
	run(t, ds, 1)
	ds.grow([]string{"text"})
	for _, c := range []Config{{Shingle: 3}, {Bands: 8, Rows: 14}} {
		if err := ds.run(t, Stage(c, 0), 1); corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("%v after the default: %v", c, err)
		}
	}
	if err := ds.run(t, Stage(Config{Bands: -1}, 0), 1); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("bands -1: %v", err)
	}
}

func TestInterrupted(t *testing.T) {
	ds := newDataset()
	ds.grow([]string{"one", "two", "one"})
	run(t, ds, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ds.ctx = ctx
	for _, p := range Stage(Config{}, 0).Passes {
		if err := ds.pass(t, p, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// Signatures that do not fit together are an error, not a panic.
func TestDamagedSignatures(t *testing.T) {
	words := "enough words for a shingle or two of them"
	ds := newDataset()
	ds.grow([]string{words, words, words + " more", words + " more"}, []string{words})
	run(t, ds, 1)
	for role, column := range map[string]string{Signature: "sketch", bandsRole: "hashes"} {
		hashes := ds.tables[key(role, 0)][0].Column(column).Hashes
		good := hashes[2]
		hashes[2] = []uint64{1, 2, 3}
		if err := ds.pass(t, Stage(Config{}, 0).Passes[1], 1); corpus.ClassOf(err) != corpus.Corrupt {
			t.Errorf("%s of three numbers: %v", column, err)
		}
		hashes[2] = good
	}
	c := Config{}.withDefaults().newCursor(&env{t: t, dataset: ds, pass: Stage(Config{}, 0).Passes[1]}, []uint32{0, 9, 10})
	defer c.close()
	if _, err := c.at(8); corpus.ClassOf(err) != corpus.Corrupt {
		t.Errorf("part with fewer rows than it had: %v", err)
	}
	if _, err := c.at(10); err == nil {
		t.Error("there is a signature beyond the last")
	}
}

// BenchmarkSign is bytes to signature, on texts of 2 kB.
func BenchmarkSign(b *testing.B) {
	rng := rand.New(rand.NewPCG(10, 10))
	english := strings.Join(prose(rng, 312, 1e4), " ")
	for len(english) < 2000 {
		english += " word"
	}
	for name, text := range map[string]string{"words": english[:2000], "han": string(hanText(rng, 667))} {
		b.Run(name, func(b *testing.B) {
			s := newSigner(Config{}.withDefaults())
			var hashes []uint64
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				_, hashes = s.sign(hashes[:0], text)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

// made starts a generation of one part with documents whose texts are never seen:
// sign says what they would be signed with.
func (ds *dataset) made(t testing.TB, n int, sign func(i int) (exact corpus.ID, hashes []uint64)) {
	t.Helper()
	ds.first += ds.parts
	ds.parts, ds.counts = 1, corpus.Counts{}
	c := Config{}.withDefaults()
	w, err := c.newSignatures(&env{t: t, dataset: ds})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		exact, hashes := sign(i)
		w.append(&corpus.Document{ID: docID(ds.first, i)}, exact, hashes[:c.Bands], hashes[c.Bands:])
		if w.tables[0].Rows == w.rows || i == n-1 {
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// randomSignature has nothing in common with any other.
func randomSignature(rng *rand.Rand) []uint64 {
	hashes := make([]uint64, Config{}.withDefaults().signatureLen())
	for i := range hashes {
		hashes[i] = rng.Uint64()
	}
	return hashes
}

// BenchmarkCluster is clustering alone, of signatures of which three in ten
// repeat an earlier one in all bands.
func BenchmarkCluster(b *testing.B) {
	const docs = 100000
	rng := rand.New(rand.NewPCG(11, 11))
	ds := newDataset()
	ds.memory = 256 << 20
	var all [][]uint64
	ds.made(b, docs, func(i int) (corpus.ID, []uint64) {
		hashes := randomSignature(rng)
		if i > 0 && rng.IntN(10) < 3 {
			hashes = all[rng.IntN(i)]
		}
		all = append(all, hashes)
		return docID(1, i), hashes
	})
	b.ResetTimer()
	for b.Loop() {
		if err := ds.pass(b, Stage(Config{}, 0).Passes[1], 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(docs*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}
