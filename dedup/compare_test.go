package dedup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"corpus"
)

// bigrams are the pairs of Han characters that stand together but for stops.
func bigrams(text string) map[string]bool {
	set, before := map[string]bool{}, rune(0)
	for _, r := range text {
		if !unicode.Is(unicode.Han, r) {
			continue
		}
		if before != 0 {
			set[string([]rune{before, r})] = true
		}
		before = r
	}
	return set
}

func jaccardOf(x, y map[string]bool) float64 {
	both := 0
	for g := range x {
		if y[g] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

// Chinese copies with some characters changed, in the next generation: the
// similarity is that of maps of pairs of characters.
func TestSimilarityOfChineseTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 22))
	var old, copies []string
	for range 40 {
		text := hanText(rng, 300)
		changed := slices.Clone(text)
		for range rng.IntN(12) {
			changed[rng.IntN(len(changed))] = '龍'
		}
		old, copies = append(old, string(text)), append(copies, string(changed))
	}
	ds := newDataset()
	ds.grow(old[:20], old[20:])
	run(t, ds, 2)
	ds.grow(copies)
	run(t, ds, 2)
	found := 0
	for i, v := range ds.verdicts(2) {
		if v.kind != Near {
			continue
		}
		found++
		if want := jaccardOf(bigrams(old[i]), bigrams(copies[i])); v.similarity != want || v.matched != want {
			t.Errorf("text %d: %+v, want a similarity of %v", i, v, want)
		}
	}
	if found < 30 {
		t.Errorf("%d of 40 copies found", found)
	}
}

// Of the settings by characters the shingles are those of 24 in a row; with near
// off nothing is compared.
func TestSimilarityByCharacters(t *testing.T) {
	rng := rand.New(rand.NewPCG(28, 28))
	grams := func(text string) map[string]bool {
		set := map[string]bool{}
		for i := 0; i+24 <= len(text); i++ {
			set[text[i:i+24]] = true
		}
		return set
	}
	words := prose(rng, 200, 1e6)
	one, two := strings.Join(words, " "), strings.Join(edited(rng, words, 0.01), " ")
	ds := newDataset()
	ds.grow([]string{one}, []string{strings.ToUpper(two), one})
	if err := ds.run(t, Stage(Config{Near: "nemo"}, 0), 1); err != nil {
		t.Fatal(err)
	}
	if v, want := ds.verdicts(1)[0], jaccardOf(grams(one), grams(two)); v.kind != Near || v.similarity != want || want == 1 {
		t.Errorf("%+v, want a similarity of %v", v, want)
	}
	off := newDataset()
	off.grow([]string{one}, []string{two, one})
	if err := off.run(t, Stage(Config{Near: Off}, 0), 1); err != nil {
		t.Fatal(err)
	}
	if v := off.verdicts(1); v[0].kind != "" || v[1].kind != Exact || v[1].similarity != 1 || off.counts["shingles.sets"] != 0 {
		t.Errorf("near off: %+v, counts %v", v, off.counts)
	}
}

// Texts of more shingles than are sorted by buckets, streamed or kept at once.
func TestSimilarityOfLongTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 23))
	for _, n := range []int{streamHashes + 100, arenaHashes + 1000} {
		words := prose(rng, n, 1e6)
		first, second := edited(rng, words, 0.01), edited(rng, words, 0.02)
		texts := []string{strings.Join(words, " "), strings.Join(first, " "), strings.Join(second, " ")}
		ds := newDataset()
		ds.grow(texts[:1])
		run(t, ds, 1)
		ds.grow(texts[1:])
		run(t, ds, 1)
		for i, v := range ds.verdicts(1) {
			if want := jaccard(words, [][]string{first, second}[i]); v.kind != Near || v.similarity != want {
				t.Errorf("%d words: %+v, want a similarity of %v", n, v, want)
			}
		}
	}
}

// However many documents have one survivor, its set is brought once to their part
// and read once for as many of them as the memory holds.
func TestSurvivorOfManyIsReadOnce(t *testing.T) {
	const members, words = 60, 6000
	rng := rand.New(rand.NewPCG(24, 24))
	survivor := prose(rng, words, 1e6)
	texts := []string{strings.Join(survivor, " ")}
	for range members {
		texts = append(texts, strings.Join(edited(rng, survivor, 0.005), " "))
	}
	read := map[int64]int{}
	for _, memory := range []int64{64 << 20, 4 << 20} {
		ds := newDataset()
		ds.memory = memory
		ds.grow(texts[:1], texts[1:])
		run(t, ds, 1)
		rows := 0
		for _, table := range ds.tables[key(shingles, 0)] {
			rows += table.Rows
		}
		if most := words/chunkHashes + 1; rows > (1+members)*most || ds.counts["shingles.sets"] > 1+members {
			t.Errorf("%d rows of sets written, at most %d of each document", rows, most)
		}
		read[memory] = ds.reads[shelf]
	}
	// two parts; 8 bytes a shingle: all fit 16 MiB at once, 1 MiB holds a third
	if read[64<<20] != 2 || read[4<<20] != 2*3 {
		t.Errorf("the sets were gone through %v times, want once with much memory and three times with little", read)
	}
}

// Documents of one part are compared in one reading of its text, unless the memory
// does not hold their sets; then some are read again, and the similarities are the same.
func TestNeighboursAreReadOnce(t *testing.T) {
	const clusters, members, words = 6, 10, 4000
	rng := rand.New(rand.NewPCG(27, 27))
	var texts []string
	for range clusters {
		survivor := prose(rng, words, 1e6)
		for range members {
			survivor = edited(rng, survivor, 0.005)
			texts = append(texts, strings.Join(survivor, " "))
		}
	}
	rng.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	var verdicts [2]string
	read := map[int64]int{}
	for i, memory := range []int64{64 << 20, 2 << 20} {
		ds := newDataset()
		ds.memory = memory
		ds.grow(texts)
		run(t, ds, 1)
		if ds.counts["dropped.near"] < clusters*members/2 || ds.counts["shingles.sets"] != 0 {
			t.Fatalf("%d near duplicates, %d sets brought from other parts", ds.counts["dropped.near"], ds.counts["shingles.sets"])
		}
		verdicts[i], read[memory] = fmt.Sprint(ds.verdicts(0)), ds.reads["ingest/part"]
	}
	if verdicts[0] != verdicts[1] {
		t.Error("little memory changes verdicts")
	}
	// seven documents a batch, read to be signed and to be compared
	if batches := (len(texts) + 6) / 7; read[64<<20] != 2*batches || read[2<<20] <= 2*batches {
		t.Errorf("%d batches are read %v times", batches, read)
	}
}

// A generation reads of earlier ones only the batches that hold a partner.
func TestOldPartnersAreSought(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 25))
	var old [][]string
	for range 3 {
		var part []string
		for range 140 { // 20 batches
			part = append(part, strings.Join(prose(rng, 60, 1e6), " "))
		}
		old = append(old, part)
	}
	ds := newDataset()
	ds.grow(old...)
	run(t, ds, 2)
	near := func(text string) string { return text + " and more" }
	ds.grow([]string{near(old[0][30]), near(old[0][31]), near(old[2][139])}, []string{near(old[0][32])})
	ds.reads = map[string]int{}
	run(t, ds, 2)
	for i, v := range append(ds.verdicts(3), ds.verdicts(4)...) {
		if v.kind != Near || v.similarity != 56./58 {
			t.Errorf("document %d: %+v", i, v)
		}
	}
	// two batches of old texts; each of the two new ones to sign it and to compare it
	if ds.reads["ingest/part"] != 2+2*2 {
		t.Errorf("%d batches of text read", ds.reads["ingest/part"])
	}
}

// Files that do not tell the rows of their batches are read from the beginning.
func TestOldFilesAreNotSought(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 26))
	var old []string
	for range 30 {
		old = append(old, strings.Join(prose(rng, 60, 1e6), " "))
	}
	ds := newDataset()
	ds.blind = true
	ds.grow(old)
	run(t, ds, 1)
	ds.grow([]string{old[3] + " end", old[20] + " end", old[29] + " end"})
	run(t, ds, 1)
	for i, v := range ds.verdicts(1) {
		if v.kind != Near || v.similarity != 56./57 {
			t.Errorf("document %d: %+v", i, v)
		}
	}
}

// What the tables between the passes lack is an error.
func TestDamagedComparison(t *testing.T) {
	text := "enough words for a shingle or two of them and some more beside those few"
	for role, column := range map[string]string{shingles: "doc", shelf: "part", compared: "row"} {
		ds := newDataset()
		ds.grow([]string{text + " here"}, []string{text + " there"})
		run(t, ds, 1)
		if ds.counts["dropped.near"] != 1 {
			t.Fatal("no near duplicate")
		}
		part := 0
		if role == compared {
			part = 1
		}
		for _, table := range ds.tables[key(role, part)] {
			for i := range table.Rows {
				table.Column(column).Ints[i] += 9
			}
		}
		reader := "compare"
		if role == compared {
			reader = "verdict"
		}
		for _, p := range Stage(Config{}, 0).Passes {
			if p.Name != reader {
				continue
			}
			if err := ds.pass(t, p, 1); corpus.ClassOf(err) != corpus.Corrupt {
				t.Errorf("%s with another %s: %v", role, column, err)
			}
		}
	}
}

// In a chain each link is like the one before it. Of those that differ too much
// from the first each stays; its copy goes, and names it.
func TestVerify(t *testing.T) {
	const links = 8
	rng := rand.New(rand.NewPCG(7, 7))
	words := prose(rng, 400, 1e6)
	var texts []string
	var all [][]string
	for i := range links {
		if i > 0 {
			copy(words[i*40:], prose(rng, 20, 1e6))
		}
		all = append(all, slices.Clone(words))
		texts = append(texts, strings.Join(words, " "))
	}
	ds := newDataset()
	ds.grow(texts[:3], texts[3:])
	if err := ds.run(t, Stage(Config{Verify: 0.8}, 0), 2); err != nil {
		t.Fatal(err)
	}
	spared := int64(0)
	for i, v := range append(ds.verdicts(0), ds.verdicts(1)...)[1:] {
		s, self := jaccard(all[0], all[i+1]), fmt.Sprintf("%d.%d", min(1, (i+1)/3), (i+1)-3*min(1, (i+1)/3))
		want := judged{kind: Near, survivor: "0.0", cluster: "0.0", match: v.match, similarity: s, matched: v.matched, size: links}
		if s < 0.8 {
			spared++
			want.kind, want.survivor = "", self
		}
		if v != want {
			t.Errorf("link %d:\n got %+v\nwant %+v", i+1, v, want)
		}
		if v.matched <= 0.8 {
			t.Errorf("link %d is %v like the one before it", i+1, v.matched)
		}
	}
	if spared < 3 || ds.counts["verify.spared"] != spared || ds.counts["docs_out"] != 1+spared {
		t.Errorf("%d spared, counts %v", spared, ds.counts)
	}
	for _, table := range ds.tables[key(Verdict, 1)] {
		if w := table.Column("weight").Ints[table.Rows-1]; w != 1 {
			t.Errorf("a spared document has weight %d", w)
		}
	}

	ds.grow([]string{texts[links-1], texts[0], texts[1]})
	if err := ds.run(t, Stage(Config{Verify: 0.8}, 0), 1); err != nil {
		t.Fatal(err)
	}
	last := fmt.Sprintf("1.%d", links-4)
	for i, want := range []judged{
		{kind: Exact, match: last, survivor: last, cluster: "0.0", similarity: 1, matched: 1, size: links + 3},
		{kind: Exact, match: "0.0", survivor: "0.0", cluster: "0.0", similarity: 1, matched: 1, size: links + 3},
		{kind: Exact, match: "0.1", survivor: "0.0", cluster: "0.0", similarity: jaccard(all[0], all[1]), matched: 1, size: links + 3},
	} {
		if got := ds.verdicts(2)[i]; got != want {
			t.Errorf("copy %d:\n got %+v\nwant %+v", i, got, want)
		}
	}
	for _, verify := range []float64{-0.1, 1.1} {
		if err := (Config{Verify: verify}).Check(); corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("verify %v: %v", verify, err)
		}
	}
}

// The tenths that are counted are those of the near duplicates, spared or not.
func TestDistribution(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 27))
	var a, b []string
	for range 200 {
		words := prose(rng, 150, 1e6)
		a, b = append(a, strings.Join(words, " ")), append(b, strings.Join(edited(rng, words, 0.06*rng.Float64()), " "))
	}
	b = append(b, a[0])
	ds := newDataset()
	ds.grow(a, b)
	if err := ds.run(t, Stage(Config{Verify: 0.75}, 0), 2); err != nil {
		t.Fatal(err)
	}
	want := corpus.Counts{}
	for _, v := range append(ds.verdicts(0), ds.verdicts(1)...) {
		if v.kind == Exact || v.similarity != v.similarity {
			continue
		}
		want[fmt.Sprintf("similarity.match.0.%d", min(9, int(10*v.matched)))]++
		want[fmt.Sprintf("similarity.survivor.0.%d", min(9, int(10*v.similarity)))]++
	}
	got := corpus.Counts{}
	for name, n := range ds.counts {
		if strings.HasPrefix(name, "similarity.") {
			got[name] = n
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(want) < 6 {
		t.Errorf("counts %v, want %v", got, want)
	}
}

// Estimated similarities come without texts being read again: the same verdicts,
// with similarities that differ by the error of an estimate.
func TestEstimatedSimilarity(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 27))
	var texts []string
	for range 40 {
		words := prose(rng, 300, 5000)
		texts = append(texts, strings.Join(words, " "))
		for _, changed := range []int{0, 1, 4} {
			copied := slices.Clone(words)
			for range changed {
				copied[rng.IntN(len(copied))] = "changed"
			}
			texts = append(texts, strings.Join(copied, " "))
		}
	}
	verdicts := func(c Config) []judged {
		ds := newDataset()
		ds.grow(texts)
		if err := ds.run(t, Stage(c, 0), 2); err != nil {
			t.Fatal(err)
		}
		return ds.verdicts(0)
	}
	exact, estimated := verdicts(Config{}), verdicts(Config{Similarity: Estimated})
	near := 0
	for i, e := range estimated {
		x := exact[i]
		if e.kind == Near && e.similarity != x.similarity {
			near++
		}
		if math.Abs(e.similarity-x.similarity) > 0.2 {
			t.Errorf("document %d: similarity %.2f is estimated as %.2f", i, x.similarity, e.similarity)
		}
		e.similarity, x.similarity, e.matched, x.matched = 0, 0, 0, 0
		if e != x {
			t.Errorf("document %d: %+v, with true similarities %+v", i, e, x)
		}
	}
	if near < 40 {
		t.Errorf("%d of 80 similarities are estimates", near)
	}
	if err := (Config{Similarity: Estimated, Verify: 0.8}).Check(); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("an estimate is verified: %v", err)
	}
}
