package dedup

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode"
)

// sentences are those of the demo's Chinese articles.
func sentences(t testing.TB) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../testdata/demo/texts/zh.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strings.SplitAfter(string(text), "。") {
		if s = strings.TrimSpace(s); len(s) > 30 {
			all = append(all, s)
		}
	}
	return all
}

// sampled is n texts of k sentences each.
func sampled(t testing.TB, rng *rand.Rand, n, k int) []string {
	all := sentences(t)
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for _, j := range rng.Perm(len(all))[:k] {
			b.WriteString(all[j])
		}
		texts[i] = b.String()
	}
	return texts
}

// retyped has one in twenty of its characters replaced by others of it.
func retyped(rng *rand.Rand, text string) string {
	runes := []rune(text)
	for _, i := range rng.Perm(len(runes))[:len(runes)/20] {
		for was := runes[i]; runes[i] == was || !unicode.Is(unicode.Han, runes[i]); {
			runes[i] = runes[rng.IntN(len(runes))]
		}
	}
	return string(runes)
}

// With 5 % of its characters changed, wherever they are, a copy has a similarity
// of about 0.82 and is found with probability 0.95.
func TestChineseNearCopy(t *testing.T) {
	const n = 200
	rng := rand.New(rand.NewPCG(3, 3))
	texts := sampled(t, rng, n, 25)
	for _, text := range texts[:n] {
		texts = append(texts, retyped(rng, text))
	}
	ds := newDataset()
	ds.grow(texts)
	run(t, ds, 1)
	found := 0
	for i, v := range ds.verdicts(0) {
		if i < n && v.kind != "" {
			t.Errorf("page %d is dropped as %s of %s", i, v.kind, v.match)
		}
		if i >= n && v.kind == Near {
			found++
			if v.match != fmt.Sprintf("0.%d", i-n) {
				t.Errorf("page %d matches %s", i, v.match)
			}
		}
	}
	if found < n*9/10 {
		t.Errorf("%d of %d near-copies found", found, n)
	}
}

// Long texts that have a third of their shingles in common share a band often
// enough to make one cluster of all of them; they are no copies.
func TestLongChineseTextsStayApart(t *testing.T) {
	const n = 400
	texts := sampled(t, rand.New(rand.NewPCG(4, 4)), n, 110)
	ds := newDataset()
	ds.grow(texts[:n/2], texts[n/2:])
	run(t, ds, 2)
	c, buckets := Config{}.withDefaults(), map[string]int{}
	s := newSigner(c)
	shared := 0
	for _, text := range texts {
		_, hashes := s.sign(nil, text)
		for band, h := range hashes[:c.Bands] {
			k := fmt.Sprint(band, h)
			shared += min(1, buckets[k])
			buckets[k]++
		}
	}
	dropped, largest := ds.counts["dropped.near"], int64(0)
	for _, v := range append(ds.verdicts(0), ds.verdicts(1)...) {
		largest = max(largest, v.size)
	}
	if shared < n/4 || dropped > int64(shared/15) || largest > 4 {
		t.Errorf("%d texts share a band with an earlier one, %d are dropped, the largest cluster has %d", shared, dropped, largest)
	}
}
