package dedup

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// What clustering reads for a new document does not grow with what there was: a
// batch of the index for each of its keys, and a batch of signatures for it and
// for each document it may be like.
func TestCostIsThatOfNewDocuments(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 13))
	text := strings.Join(prose(rng, 300, 1e6), " ")
	c := Config{}.withDefaults()
	for _, old := range []int{1000, 10000, 100000} {
		ds := newDataset()
		ds.grow([]string{text})
		run(t, ds, 1)
		ds.made(t, old, func(i int) (corpus.ID, []uint64) { return docID(1, i), randomSignature(rng) })
		for _, p := range Stage(c, 0).Passes[1:] {
			if err := ds.pass(t, p, 1); err != nil {
				t.Fatal(err)
			}
		}
		batches := len(ds.tables[key(seenRole, 1)])
		ds.grow([]string{strings.Replace(text, " ", " new ", 1)})
		clear(ds.reads)
		run(t, ds, 1)
		if v := ds.verdicts(2)[0]; v.kind != Near || v.survivor != "0.0" || v.size != 2 {
			t.Errorf("%d old documents: %+v", old, v)
		}
		// The second run has taken in the first. Text, id, bands; parent and size.
		most := min(batches, 2+c.Bands+2)
		if ds.reads[seenRole] > most || ds.reads[fenceRole] != 1 {
			t.Errorf("%d old documents: %d batches of the index read, of %d; want at most %d; %d of its fences",
				old, ds.reads[seenRole], batches, most, ds.reads[fenceRole])
		}
		// Its own, and the old one's, for comparing, for naming the survivor and for the verdict.
		if ds.reads[Signature] > 5 {
			t.Errorf("%d old documents: %d batches of signatures read", old, ds.reads[Signature])
		}
	}
}

// Where the old documents that new ones are like do not fit the memory, that is
// said with what they need, which is enough.
func TestMemoryOfElders(t *testing.T) {
	c := Config{}.withDefaults()
	rng := rand.New(rand.NewPCG(17, 17))
	const n = 30000
	var all [][]uint64
	ds := newDataset()
	ds.made(t, n, func(i int) (corpus.ID, []uint64) {
		all = append(all, randomSignature(rng))
		return docID(0, i), all[i]
	})
	run := func() error {
		for _, p := range Stage(c, 0).Passes[1:] {
			if err := ds.pass(t, p, 1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	ds.made(t, n, func(i int) (corpus.ID, []uint64) { return docID(0, i), all[i] })
	ds.memory = c.clusterMemory(n) + 1<<20
	err := run()
	var refused *corpus.Error
	if !errors.As(err, &refused) || refused.Class != corpus.Refused {
		t.Fatalf("%d bytes: %v", ds.memory, err)
	}
	if _, err := fmt.Sscanf(refused.Next, "give --memory %dMiB", &ds.memory); err != nil {
		t.Fatalf("%q: %v", refused.Next, err)
	}
	ds.memory <<= 20
	if err := run(); err != nil || ds.counts["dropped.exact"] != n {
		t.Errorf("%d bytes: %v, %v", ds.memory, err, ds.counts)
	}
}

// A document that is like two old ones joins their clusters: the later survivor
// stays, and what comes after it survives by the earlier one.
func TestOldClustersAreBridged(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 14))
	for range 100 {
		bridge := prose(rng, 400, 1e6)
		left, right := slices.Clone(bridge), slices.Clone(bridge)
		copy(left[:100], prose(rng, 100, 1e6))
		copy(right[300:], prose(rng, 100, 1e6))
		ds := newDataset()
		for _, words := range [][]string{left, right, bridge, right} {
			ds.grow([]string{strings.Join(words, " ")})
			run(t, ds, 1)
		}
		if ds.verdicts(1)[0].kind != "" || ds.verdicts(2)[0].kind != Near || ds.verdicts(2)[0].size != 3 {
			continue
		}
		if v := ds.verdicts(3)[0]; v.kind != Exact || v.match != "1.0" || v.survivor != "0.0" || v.size != 4 {
			t.Errorf("copy of the later survivor: %+v", v)
		}
		return
	}
	t.Fatal("no three texts of 100 are a bridge and its ends")
}

// Which document of a cluster stays: the longest of a generation, of trusted ones
// if there are any; the first of equally long ones; an old one always.
func TestKeepCopy(t *testing.T) {
	words := "a text that is long enough for a shingle or two, which is all that it needs"
	spaced := func(n int) corpus.Document { return corpus.Document{Text: words + strings.Repeat(" ", n)} }
	trusted := func(n int) corpus.Document {
		d := spaced(n)
		d.Trusted = true
		return d
	}
	for _, c := range []struct {
		keep string
		docs []corpus.Document
		want int
	}{
		{KeepFirst, []corpus.Document{spaced(1), spaced(3), spaced(2)}, 0},
		{KeepBestQuality, []corpus.Document{spaced(1), spaced(3), spaced(2)}, 0},
		{KeepLongest, []corpus.Document{spaced(1), spaced(3), spaced(2), spaced(3)}, 1},
		{KeepLongest, []corpus.Document{trusted(1), trusted(2), spaced(3)}, 1},
	} {
		ds, survivor := newDataset(), fmt.Sprintf("0.%d", c.want)
		for generation, docs := range [][]corpus.Document{c.docs, append(slices.Clone(c.docs), trusted(100))} {
			ds.growBy(docs)
			if err := ds.run(t, Stage(Config{KeepCopy: c.keep}, 0), 1); err != nil {
				t.Fatal(err)
			}
			for i, v := range ds.verdicts(generation) {
				stays := generation == 0 && i == c.want
				if v.survivor != survivor || v.match != survivor || (v.kind == "") != stays || !stays && v.kind != Exact {
					t.Errorf("%s, generation %d, document %d: %+v", c.keep, generation, i, v)
				}
			}
		}
	}
	if err := (Config{KeepCopy: "newest"}).Check(); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("an unknown copy to keep: %v", err)
	}
}
