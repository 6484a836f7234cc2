package dedup

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// hostile are signatures that make as many pairs as there can be.
var hostile = map[string]func(rng *rand.Rand) func(i int) (corpus.ID, []uint64){
	// One text.
	"equal": func(rng *rand.Rand) func(int) (corpus.ID, []uint64) {
		hashes := randomSignature(rng)
		return func(int) (corpus.ID, []uint64) { return docID(9, 9), hashes }
	},
	// One cluster, of which two documents agree in some bands, but not the same ones.
	"alike": func(rng *rand.Rand) func(int) (corpus.ID, []uint64) {
		all := randomSignature(rng)
		return func(i int) (corpus.ID, []uint64) { return docID(8, i), changed(rng, all, 3) }
	},
	// Each is like the one before only.
	"chain": func(rng *rand.Rand) func(int) (corpus.ID, []uint64) {
		last := randomSignature(rng)
		return func(i int) (corpus.ID, []uint64) {
			last = changed(rng, last, 3)
			return docID(7, i), last
		}
	},
	// All share a band, but are not alike.
	"strangers": func(rng *rand.Rand) func(int) (corpus.ID, []uint64) {
		shared := rng.Uint64()
		return func(i int) (corpus.ID, []uint64) {
			hashes := randomSignature(rng)
			hashes[0] = shared
			return docID(6, i), hashes
		}
	},
}

// changed has n bands that no other has, and that share of the values too.
func changed(rng *rand.Rand, hashes []uint64, n int) []uint64 {
	c := Config{}.withDefaults()
	hashes = slices.Clone(hashes)
	for range n {
		band := rng.IntN(c.Bands)
		hashes[band] = rng.Uint64()
		hashes[c.Bands+band/2] ^= rng.Uint64() >> 32 << (32 * (band % 2))
	}
	return hashes
}

// However documents are alike, no step has more records to sort than a few for
// each band of a document, and the clusters are what they should be.
func TestHostileClusters(t *testing.T) {
	for name, signatures := range hostile {
		var per []float64
		for _, n := range []int{2000, 20000} {
			ds := newDataset()
			ds.made(t, n, signatures(rand.New(rand.NewPCG(15, 15))))
			if err := ds.pass(t, Stage(Config{}, 0).Passes[1], 1); err != nil { // there are no texts to compare
				t.Fatal(err)
			}
			per = append(per, float64(ds.sorted)/float64(n))
			out, want := n, 1
			for _, table := range ds.tables[key(cluster, ds.first)] {
				for _, kind := range table.Column("kind").Strings {
					out -= min(1, len(kind))
				}
			}
			if name == "strangers" {
				want = n
			}
			if out != want {
				t.Errorf("%s: %d of %d documents stay, want %d", name, out, n, want)
			}
		}
		if per[1] > per[0]*1.05 || per[1] > 14*8 {
			t.Errorf("%s: %.1f records a document sorted of few, %.1f of many", name, per[0], per[1])
		}
	}
}

// Very many very short texts, of which few are equal.
func TestShortTexts(t *testing.T) {
	n := 100000
	if testing.Short() {
		n = 10000
	}
	rng := rand.New(rand.NewPCG(16, 16))
	var texts []string
	seen := map[string]bool{}
	for i := range n {
		text := strings.Join(prose(rng, 3, 1000), " ")
		if i%10 == 0 {
			text = fmt.Sprintf("%d %d", rng.IntN(1000), rng.IntN(1000))
		}
		texts = append(texts, text)
		seen[text] = true
	}
	ds := newDataset()
	ds.grow(texts)
	run(t, ds, 2)
	if out := ds.counts["docs_out"]; out != int64(len(seen)) || ds.counts["dropped.near"] != 0 {
		t.Errorf("%d of %d texts stay, %d are different; %v", out, n, len(seen), ds.counts)
	}
}
