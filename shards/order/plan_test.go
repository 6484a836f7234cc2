package order

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"corpus"
)

// lengths are documents by their lengths.
type lengths []int64

func (l lengths) Len() (n int64) {
	for _, x := range l {
		n += x
	}
	return n
}

func (l lengths) Lengths(dst []int64, at int64) (int, error) {
	for i, x := range l {
		if at == 0 {
			return copy(dst, l[i:]), nil
		}
		at -= x
	}
	return 0, nil
}

// some are n documents of up to most tokens.
func some(n int, most int64, seed uint64) lengths {
	r, l := source(seed, 0), make(lengths, n)
	for i := range l {
		l[i] = 1 + r.Int64N(most)
	}
	return l
}

// borders are where documents begin, and the end.
func (l lengths) borders() []int64 {
	all := []int64{0}
	for _, x := range l {
		all = append(all, all[len(all)-1]+x)
	}
	return all
}

// TestPackingsLoseNothing: every token is in one row once, no row is too long, and
// by documents no stretch crosses a border of them.
func TestPackingsLoseNothing(t *testing.T) {
	for _, docs := range []lengths{some(400, 30, 1), some(40, 300, 2), {1}, {64}, {65, 1, 64, 128, 129}, some(windowDocs+50, 9, 3)} {
		for _, kind := range []string{SplitRows, BestFit, OnePerRow} {
			p, err := Pack(kind, docs, 64)
			if err != nil {
				t.Fatal(err)
			}
			var all []Stretch
			for row := range p.Rows() {
				s, err := p.Row(nil, row)
				if err != nil {
					t.Fatal(err)
				}
				sum := int64(0)
				for _, x := range s {
					sum += x.N
				}
				if sum < 1 || sum > 64 || kind == OnePerRow && len(s) != 1 {
					t.Fatalf("%s: row %d is %v", kind, row, s)
				}
				all = append(all, s...)
			}
			testCover(t, kind, all, docs)
		}
	}
}

func testCover(t *testing.T, kind string, all []Stretch, docs lengths) {
	t.Helper()
	slices.SortFunc(all, func(a, b Stretch) int { return int(a.At - b.At) })
	at := int64(0)
	for _, s := range all {
		if s.At != at {
			t.Fatalf("%s: a stretch begins at %d, the one before ended at %d", kind, s.At, at)
		}
		at += s.N
	}
	if at != docs.Len() {
		t.Fatalf("%s: %d of %d tokens", kind, at, docs.Len())
	}
	if kind == SplitRows {
		return
	}
	borders := docs.borders()
	for _, s := range all {
		i, found := slices.BinarySearch(borders, s.At)
		if !found {
			i--
		}
		if s.At+s.N > borders[i+1] {
			t.Fatalf("%s: %v crosses the border at %d", kind, s, borders[i+1])
		}
	}
}

// TestBestFitFills: of documents like those of the web few rows stay unfilled, and
// no more rows are used than the optimum and a fraction (best-fit decreasing takes
// at most 11/9 of it; Johnson 1973).
func TestBestFitFills(t *testing.T) {
	r, docs := source(4, 0), make(lengths, 50_000)
	for i := range docs {
		docs[i] = 1 + int64(math.Exp(5.5+1.2*r.NormFloat64()))
	}
	p, err := Pack(BestFit, docs, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if fill := float64(docs.Len()) / float64(1024*p.Rows()); fill < 0.995 {
		t.Errorf("rows are %.4f full", fill)
	} else {
		t.Logf("rows are %.4f full", fill)
	}
}

// TestWindowsAreRemade: rows are the same when their window was forgotten.
func TestWindowsAreRemade(t *testing.T) {
	docs := some(3*windowDocs+7, 40, 5)
	p, err := Pack(BestFit, docs, 64)
	if err != nil {
		t.Fatal(err)
	}
	w := p.(*windows)
	row := func(i int64) []Stretch {
		s, err := w.Row(nil, i)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	r := source(6, 0)
	for range 50 {
		i := r.Int64N(w.Rows())
		before := row(i)
		w.packed, w.ring, w.held = map[int]*packed{}, nil, 0
		if after := row(i); !slices.Equal(before, after) {
			t.Fatalf("row %d was %v and is %v", i, before, after)
		}
	}
}

// plan mixes sources of the given numbers of rows.
func plan(mix string, rows ...int64) *Plan {
	w, err := ParseWeights(mix)
	if err != nil {
		panic(err)
	}
	var sources []Source
	for i, n := range rows {
		sources = append(sources, Source{w[i].Name, w[i].Rows, Split{n * 10, 10}})
	}
	return NewPlan(sources, func(s int, epoch uint64) *rand.Rand { return source(uint64(s), epoch) })
}

// TestMix: after every row each source has had its share to less than one row, and
// every epoch of every source has all of its rows once.
func TestMix(t *testing.T) {
	for mix, rows := range map[string][]int64{
		"a=1":                    {17},
		"a=2,b=1":                {40, 70},
		"a=7,b=3,c=1":            {5, 100, 31},
		"a=50,b=49,c=1,d=33,*=2": {3, 1, 8, 200, 12},
	} {
		p := plan(mix, rows...)
		w, _ := ParseWeights(mix)
		seen, had := map[Place]bool{}, make([]int, len(rows))
		for place := range uint64(4000) {
			at := p.At(place)
			if seen[at] || at.Row >= uint64(rows[at.Source]) {
				t.Fatalf("%s: place %d is %v again", mix, place, at)
			}
			seen[at] = true
			if at.Epoch != uint64(had[at.Source])/uint64(rows[at.Source]) {
				t.Fatalf("%s: place %d is of epoch %d after %d rows", mix, place, at.Epoch, had[at.Source])
			}
			had[at.Source]++
			for i, n := range p.Read(place + 1) {
				share := float64(place+1) * float64(w[i].Rows) / float64(w.sum())
				if int(n) != had[i] || math.Abs(share-float64(n)) >= 1 {
					t.Fatalf("%s: %d rows of %s after %d, and %d are told; its share is %.2f", mix, had[i], w[i].Name, place+1, n, share)
				}
			}
		}
		for i, n := range rows {
			if e := p.Epochs(4000)[w[i].Name]; e != float64(had[i])/float64(n) {
				t.Errorf("%s: %v epochs of %s", mix, e, w[i].Name)
			}
		}
	}
}

func TestParseWeights(t *testing.T) {
	w, err := ParseWeights(" wiki = 20, s3://crawl/*/en=10 ,*=30")
	if err != nil || w.String() != "wiki=2,s3://crawl/*/en=1,*=3" {
		t.Errorf("%v, %v", w, err)
	}
	for source, want := range map[string]int{
		"wiki/a.jsonl": 0, "wiki": 0, "/wiki/a": 0, "wikis/a": 2, "s3://crawl/2024/en/a.warc": 1, "crawl/x/en": 1,
		"crawl/x/de": 2, "crawl/en": 2, "https://wiki/x": 0, "": 2,
	} {
		if got := w.Of(source); got != want {
			t.Errorf("%q belongs to %d, want %d", source, got, want)
		}
	}
	if w := (Weights{{"wiki", 1}}); w.Of("crawl") != -1 {
		t.Error("what no name matches belongs to one")
	}
	for _, bad := range []string{"wiki", "=1", "wiki=0", "wiki=-1", "wiki=1.5", "wiki=1,wiki=2", "wiki=1,,a=2", "[=1", "a=65536,b=1", ","} {
		if _, err := ParseWeights(bad); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestBillion opens a simulated index of 10,000 shards and a billion rows, mixed,
// and goes to random places of it.
func TestBillion(t *testing.T) {
	const shards, rowsOfShard, seqLen = 10_000, 100_000, 1024
	before := allocated()
	began := time.Now()
	var sources []Source
	for s, name := range []string{"wiki", "crawl", "books"} {
		var starts []int64 // what a stream holds of its shards
		n := int64(0)
		for i := s; i < shards; i += 3 {
			starts = append(starts, n)
			n += rowsOfShard * seqLen
		}
		sources = append(sources, Source{name, 3 - s, Split{n, seqLen}})
		runtime.KeepAlive(starts)
	}
	p := NewPlan(sources, func(s int, epoch uint64) *rand.Rand { return source(uint64(s), epoch) })
	if p.Rows() != shards*rowsOfShard {
		t.Fatal(p.Rows())
	}
	r := source(9, 9)
	for range 1000 {
		at := p.At(r.Uint64N(10_000_000_000))
		if _, err := p.Row(nil, at); err != nil {
			t.Fatal(err)
		}
	}
	took, held := time.Since(began), allocated()-before
	t.Logf("%d rows in %v, %d bytes", p.Rows(), took, held)
	if took > time.Second || held > 200<<20 {
		t.Errorf("a billion rows take %v and %d bytes", took, held)
	}
}

func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

func FuzzParseWeights(f *testing.F) {
	for _, s := range []string{"", "wiki=2,crawl=1", "*=1", "a/b*=7,c=9", "[a=1"} {
		f.Add(s, "wiki/a.jsonl")
	}
	f.Fuzz(func(t *testing.T, mix, doc string) {
		w, err := ParseWeights(mix)
		if err != nil {
			return
		}
		again, err := ParseWeights(w.String())
		if err != nil || !slices.Equal(w, again) {
			t.Fatalf("%q is %v, then %v, %v", mix, w, again, err)
		}
		if len(w) > 0 && w.sum() <= 2000 && len(w.pattern()) != w.sum() {
			t.Fatalf("%v has another pattern", w)
		}
		if i := w.Of(doc); i >= len(w) {
			t.Fatal(i)
		}
	})
}

func FuzzPack(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 64}, uint8(16))
	f.Add([]byte{255, 255, 1}, uint8(1))
	f.Fuzz(func(t *testing.T, raw []byte, room uint8) {
		var docs lengths
		for _, b := range raw {
			docs = append(docs, int64(b)+1)
		}
		for _, kind := range []string{SplitRows, BestFit, OnePerRow} {
			p, err := Pack(kind, docs, int64(room)+1)
			if err != nil {
				t.Fatal(err)
			}
			var all []Stretch
			for row := range p.Rows() {
				if all, err = p.Row(all, row); err != nil {
					t.Fatal(err)
				}
			}
			testCover(t, kind, all, docs)
		}
	})
}

func BenchmarkPlan(b *testing.B) {
	p := plan("a=2,b=1", 700_000_000, 300_000_000)
	var s []Stretch
	for i := range b.N {
		s, _ = p.Row(s[:0], p.At(uint64(i)))
	}
}

func BenchmarkBestFit(b *testing.B) {
	docs := some(windowDocs, 2000, 1)
	for range b.N {
		bestFit(docs, 0, 1024)
	}
	b.SetBytes(docs.Len())
}
