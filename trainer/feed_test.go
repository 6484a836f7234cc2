package trainer

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// mixed is a set of two sources and a packing.
func mixed(t testing.TB, pack string) *Dataset {
	return newTestSet(t, []Source{
		{"wiki", 2, numbered(17, many(40, 1)...)},
		{"crawl", 1, numbered(5000, many(90, 2)...)},
	}, Spec{Objective: "clm", SeqLen: 8, Pack: pack, DocMask: true}, 5)
}

// rowsOf are the labels of a batch's rows, as strings.
func rowsOf(b Batch) (rows []string) {
	for i := range b.Rows {
		rows = append(rows, string(asRunes(b.Labels[i*b.Cols:][:b.Cols])))
	}
	return rows
}

// inOrder puts what the ranks of a step have read into the order of the step.
func inOrder(ranks [][]string) (rows []string) {
	for i := 0; ; i++ {
		rank := ranks[i%len(ranks)]
		if i/len(ranks) >= len(rank) {
			return rows
		}
		rows = append(rows, rank[i/len(ranks)])
	}
}

// TestElastic stops and goes on with a training a thousand times, at random, each
// time with other numbers of ranks and of readers. The rows are those of one
// reader that was never stopped, and of every source each row is there once an epoch.
func TestElastic(t *testing.T) {
	const stops, global = 1000, 12
	for _, pack := range []string{"split", "best-fit", "one-per-row"} {
		set := mixed(t, pack)
		r := rand.New(rand.NewPCG(1, 2))
		var got []string
		saved := int64(0) // steps that a checkpoint has; what was read behind it is read again
		for range stops {
			ranks, steps := 1+r.IntN(5), r.Int64N(4)
			kept := r.Int64N(steps + 1)
			for _, rows := range readSteps(t, set, saved, steps, global, ranks, 1+r.IntN(4), 1+r.IntN(global))[:kept] {
				got = append(got, rows...)
			}
			saved += kept
		}
		if saved < stops/2 {
			t.Fatalf("only %d steps in %d runs", saved, stops)
		}
		whole, err := set.Batch(0, int(saved*global))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, rowsOf(whole)) {
			t.Fatalf("%s: other rows than of one reader", pack)
		}
		testOncePerEpoch(t, set, saved*global)
	}
}

// readSteps is the rows of some steps, read by ranks side by side.
func readSteps(t *testing.T, set *Dataset, from, steps int64, global, ranks, readers, micro int) [][]string {
	t.Helper()
	feeds := make([]*Feed, ranks)
	for i := range feeds {
		feeds[i] = NewFeed(set, Reading{Global: global, Micro: micro, Rank: i, Ranks: ranks, Readers: readers}, from)
		defer feeds[i].Close()
	}
	var all [][]string
	for range steps {
		byRank := make([][]string, ranks)
		for i, f := range feeds {
			batches, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range batches {
				if b.Rows > micro {
					t.Fatalf("%d rows in a micro-batch of %d", b.Rows, micro)
				}
				byRank[i] = append(byRank[i], rowsOf(b)...)
			}
		}
		all = append(all, inOrder(byRank))
	}
	return all
}

// testOncePerEpoch counts the rows of each source in each epoch that ended.
func testOncePerEpoch(t *testing.T, set *Dataset, places int64) {
	t.Helper()
	type epoch struct {
		source int
		epoch  uint64
	}
	seen := map[epoch]map[uint64]bool{}
	for place := range uint64(places) {
		at := set.plan.At(place)
		e := epoch{at.Source, at.Epoch}
		if seen[e] == nil {
			seen[e] = map[uint64]bool{}
		}
		if seen[e][at.Row] {
			t.Fatalf("row %d of source %d is there twice in epoch %d", at.Row, at.Source, at.Epoch)
		}
		seen[e][at.Row] = true
	}
	whole := 0
	for i, s := range set.sources {
		n := int(math.Round(float64(set.plan.Read(uint64(places))[i]) / set.Epochs(places)[s.Name]))
		for e := range uint64(set.Epochs(places)[s.Name]) {
			if len(seen[epoch{i, e}]) != n {
				t.Fatalf("epoch %d of %s has %d of %d rows", e, s.Name, len(seen[epoch{i, e}]), n)
			}
			whole++
		}
	}
	if whole < 10 {
		t.Errorf("only %d epochs ended", whole)
	}
}

// damaged is a stream that cannot be read from a position on.
type damaged struct {
	ids
	from int64
}

func (d damaged) Read(dst []int32, at int64) error {
	if at+int64(len(dst)) > d.from {
		return errors.New("damaged")
	}
	return d.ids.Read(dst, at)
}

// TestFeedFails at the step whose row cannot be read, not before, and closes.
func TestFeedFails(t *testing.T) {
	text := numbered(17, many(60, 3)...)
	set := newTestSet(t, All(damaged{text, int64(len(text)) - 8}), Spec{Objective: "clm", SeqLen: 8}, 1)
	bad := int64(0)
	for bad < set.Len() && set.plan.At(uint64(bad)).Row < uint64(set.Len()-2) {
		bad++
	}
	f := NewFeed(set, Reading{Global: 1, Micro: 1, Readers: 3}, 0)
	defer f.Close()
	for step := range bad + 1 {
		if _, err := f.Next(); (err != nil) != (step == bad) {
			t.Fatalf("step %d of %d: %v", step, bad, err)
		}
	}
}
