package dedup

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// brute is deduplication by maps in memory: what the stage decides, said over all
// documents at once.
type brute struct {
	Config
	docs       []corpus.Document
	done       int // documents of earlier generations
	signatures [][]uint64
	texts      map[corpus.ID]int // the first document of a text, and of a URL
	urls       map[string]int
	bands      map[string][]int
	copyOf     []int // the document of the same text, or itself
	sameURL    []int
	partners   []map[int]bool // near ones
	group      []int          // label of the connected component
	survivor   []int
}

func newBrute(c Config) *brute {
	return &brute{Config: c.withDefaults(), texts: map[corpus.ID]int{}, urls: map[string]int{}, bands: map[string][]int{}}
}

// grow takes the documents that were added to docs as a generation.
func (b *brute) grow() {
	fresh := b.sign()
	order := slices.Clone(fresh)
	if b.KeepCopy == KeepLongest {
		slices.SortStableFunc(order, b.compareWorth)
	}
	for _, i := range order {
		exact, _ := newSigner(b.Config).sign(nil, b.docs[i].Text)
		b.copyOf[i] = b.first(i, firstOf(b.texts, exact, i))
	}
	for _, i := range order {
		if url := b.docs[i].URL; b.URL && url != "" {
			if first := firstOf(b.urls, normaliseURL(url), i); b.copyOf[i] == i {
				b.sameURL[i] = b.first(i, first)
			}
		}
	}
	for _, i := range fresh {
		if b.copyOf[i] == i && b.sameURL[i] == i {
			b.near(i)
		}
	}
	b.decide()
	b.done = len(b.docs)
}

// sign prepares the new documents and gives their numbers.
func (b *brute) sign() (fresh []int) {
	s := newSigner(b.Config)
	for i := b.done; i < len(b.docs); i++ {
		_, hashes := s.sign(nil, b.docs[i].Text)
		b.signatures, b.partners = append(b.signatures, hashes), append(b.partners, map[int]bool{})
		b.copyOf, b.sameURL = append(b.copyOf, i), append(b.sameURL, i)
		b.group, b.survivor = append(b.group, i), append(b.survivor, i)
		fresh = append(fresh, i)
	}
	return fresh
}

// compareWorth puts trusted documents first, then long ones.
func (b *brute) compareWorth(i, j int) int {
	trusted := func(d corpus.Document) int { return map[bool]int{true: 1}[d.Trusted] }
	return cmp.Or(trusted(b.docs[j])-trusted(b.docs[i]), len(b.docs[j].Text)-len(b.docs[i].Text))
}

func firstOf[K comparable](known map[K]int, k K, i int) int {
	if _, ok := known[k]; !ok {
		known[k] = i
	}
	return known[k]
}

// first links a document to the first of its kind.
func (b *brute) first(i, first int) int {
	b.link(i, first)
	return first
}

func (b *brute) near(i int) {
	for band := range min(b.Bands, len(b.signatures[i])) {
		k := fmt.Sprint(band, b.signatures[i][band])
		if bucket := b.bands[k]; len(bucket) > 0 {
			b.compare(i, bucket[0])
			b.compare(i, bucket[len(bucket)-1])
		}
		b.bands[k] = append(b.bands[k], i)
	}
}

func (b *brute) compare(i, j int) {
	if b.between(i, j) >= leastSimilarity {
		b.link(i, j)
		b.partners[i][j], b.partners[j][i] = true, true
	}
}

func (b *brute) link(i, j int) {
	from, to := b.group[i], b.group[j]
	for k, g := range b.group {
		if g == from {
			b.group[k] = to
		}
	}
}

func (b *brute) between(i, j int) float64 {
	if len(b.signatures[i]) == 0 || len(b.signatures[j]) == 0 {
		return b.similarity(make([]uint64, b.sketchLen()), append(slices.Clone(b.signatures[i]), make([]uint64, b.signatureLen())...)[b.Bands:b.signatureLen()])
	}
	return b.similarity(b.signatures[i][b.Bands:], b.signatures[j][b.Bands:])
}

// decide finds the survivor of each group that has a new document: the earliest
// survivor of earlier generations, else the best of its documents.
func (b *brute) decide() {
	members := map[int][]int{}
	for i, g := range b.group {
		members[g] = append(members[g], i)
	}
	for _, all := range members {
		s := -1
		for _, i := range all {
			if i < b.done && (s < 0 || b.survivor[i] < s) {
				s = b.survivor[i]
			}
		}
		if s < 0 {
			s = all[0]
			if b.KeepCopy == KeepLongest {
				s = slices.MinFunc(all, b.compareWorth)
			}
		}
		for _, i := range all {
			b.survivor[i] = s
		}
	}
}

func (b *brute) name(i int) string { return place(b.docs[i].ID) }

// truth is the similarity of two texts by maps of their words, NaN of two without.
func (b *brute) truth(i, j int) float64 {
	return jaccard(strings.Fields(b.docs[i].Text), strings.Fields(b.docs[j].Text))
}

// verdict is that of document i of the last generation, which began with fresh.
func (b *brute) verdict(i, fresh int) judged {
	s := b.survivor[i]
	v := judged{similarity: math.NaN(), matched: math.NaN(), match: b.name(i), survivor: b.name(s), cluster: b.name(s)}
	for _, g := range b.group {
		if g == b.group[i] {
			v.size++
		}
	}
	if s == i {
		return v
	}
	v.similarity = b.truth(i, s)
	switch {
	case b.copyOf[i] != i:
		v.kind, v.matched = Exact, 1
		if math.IsNaN(v.similarity) {
			v.similarity = 1
		}
		if !slices.ContainsFunc(b.docs[:fresh], func(d corpus.Document) bool { return d.ID == b.docs[i].ID }) {
			v.match = b.name(b.copyOf[i])
		}
	case b.sameURL[i] != i:
		v.kind, v.match, v.matched = URL, b.name(b.sameURL[i]), b.truth(i, b.sameURL[i])
	default:
		v.kind = Near
		best := -1.0
		for _, j := range slices.Sorted(maps.Keys(b.partners[i])) {
			if b.between(i, j) > best {
				best, v.match, v.matched = b.between(i, j), b.name(j), b.truth(i, j)
			}
		}
	}
	return v
}

// TestAgainstBruteForce has generations of all sizes, some of whose documents are
// read again in the next: every verdict is that of brute force over all there was
// when it was made, although most generations read the index only.
func TestAgainstBruteForce(t *testing.T) {
	kinds, runs := map[string]int{}, 0
	for seed := range uint64(9) {
		rng := rand.New(rand.NewPCG(seed, 5))
		c := []Config{{}, {URL: true}, {URL: true, KeepCopy: KeepLongest}}[seed%3]
		ds, b, sum := newDataset(), newBrute(c), corpus.Counts{}
		var origins [][]string
		for g := range 12 {
			last, fresh := ds.first+1, b.done
			sizes := []int{rng.IntN(40), 1 + rng.IntN(5)}
			parts := [][]corpus.Document{made(rng, &origins, sizes[g%2]), made(rng, &origins, 1+g%3)}
			ds.growBy(parts...)
			again := []corpus.Document{}
			if g > 0 {
				again = ds.readAgain(last)
			}
			b.docs = slices.Concat(b.docs, parts[0], parts[1], again)
			b.grow()
			if err := ds.run(t, Stage(c, 0), 2); err != nil {
				t.Fatal(err)
			}
			sum.Add(ds.counts)
			kinds["again"] += compareVerdicts(t, ds, b, fresh, kinds)
		}
		var last catalogue
		if err := json.Unmarshal(ds.files[key(catalog, ds.first)].Bytes(), &last); err != nil {
			t.Fatal(err)
		}
		runs = max(runs, len(last.Runs))
		for name, n := range b.clusters() {
			if sum[name] != n {
				t.Errorf("%s is %d, want %d", name, sum[name], n)
			}
		}
	}
	if runs < 2 || runs > 8 || kinds[""] < 300 || kinds[Exact] < 100 || kinds[Near] < 100 || kinds[URL] < 20 || kinds["again"] < 50 {
		t.Errorf("%v, %d runs: too few of a kind to test anything", kinds, runs)
	}
}

// clusters are the counts of those of all generations.
func (b *brute) clusters() corpus.Counts {
	size, counts := map[int]int64{}, corpus.Counts{}
	for _, g := range b.group {
		size[g]++
	}
	for _, least := range []int64{2, 3, 5, 100, 1000} {
		for _, n := range size {
			if n >= least {
				counts[fmt.Sprintf("clusters.of.%d", least)]++
				counts["clusters.largest"] = max(counts["clusters.largest"], n)
			}
		}
	}
	for i, least := range []int64{2, 3, 5, 100} {
		counts[fmt.Sprintf("clusters.of.%d", least)] -= counts[fmt.Sprintf("clusters.of.%d", []int64{3, 5, 100, 1000}[i])]
	}
	return counts
}

// compareVerdicts says how many documents of the last generation were read before.
func compareVerdicts(t *testing.T, ds *dataset, b *brute, fresh int, kinds map[string]int) (again int) {
	t.Helper()
	i, dropped := fresh, map[string]int64{}
	for p := ds.first; p < ds.first+ds.parts; p++ {
		for _, got := range ds.verdicts(p) {
			kinds[got.kind]++
			dropped[got.kind]++
			if got.kind == Exact && got.match == b.name(i) {
				again++
			}
			if want := b.verdict(i, fresh); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("part %d, document %s:\n got %+v\nwant %+v", p, b.name(i), got, want)
			}
			i++
		}
	}
	for _, kind := range []string{Exact, Near, URL} {
		if n := ds.counts["dropped."+kind]; n != dropped[kind] {
			t.Errorf("dropped.%s is %d, want %d", kind, n, dropped[kind])
		}
	}
	if i != len(b.docs) {
		t.Errorf("%d verdicts for %d documents", i, len(b.docs))
	}
	return again
}

// made is documents of which two in three are changed copies of earlier ones.
func made(rng *rand.Rand, origins *[][]string, n int) (docs []corpus.Document) {
	for range n {
		words := prose(rng, rng.IntN(80), 500)
		if len(*origins) > 0 && rng.IntN(3) > 0 {
			words = edited(rng, (*origins)[rng.IntN(len(*origins))], []float64{0, 0.01, 0.03, 0.06}[rng.IntN(4)])
		}
		*origins = append(*origins, words)
		d := corpus.Document{Trusted: rng.IntN(6) == 0, Text: spaced(rng, words)}
		if rng.IntN(2) == 0 {
			d.URL = fmt.Sprintf("https://www.example.org:443/%d#%d", rng.IntN(60), rng.IntN(3))
		}
		docs = append(docs, d)
	}
	return docs
}

// spaced writes the words with one or two spaces between them, so that exact
// copies are not equally long.
func spaced(rng *rand.Rand, words []string) (text string) {
	for _, w := range words {
		text += w + "  "[rng.IntN(2):]
	}
	return text
}
