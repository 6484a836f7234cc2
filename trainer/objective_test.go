package trainer

import (
	"math"
	"slices"
	"testing"
)

func newTestObjective(t testing.TB, s Spec, special Special, vocab int, eval bool) Objective {
	t.Helper()
	s, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewObjective(s, special, vocab, eval)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// example makes one row of an objective from tokens.
func example(o Objective, tokens []int32, words ...uint64) Row {
	cols, decCols := o.Shape()
	row := Row{Input: make([]int32, cols), Labels: make([]int32, cols)}
	if decCols > 0 {
		row.Decoder, row.Labels = make([]int32, decCols), make([]int32, decCols)
	}
	o.Example(tokens, stream(words...), row)
	return row
}

func TestCLM(t *testing.T) {
	o := newTestObjective(t, Spec{Objective: "clm", SeqLen: 8}, testSpecial, testVocab, false)
	if o.Raw() != 9 || o.Stride() != 8 {
		t.Errorf("raw %d, stride %d", o.Raw(), o.Stride())
	}
	tokens := []int32{17, 18, 2, 19, 20, 21, 22, 23, 24}
	row := example(o, tokens, 1)
	if !slices.Equal(row.Input, tokens[:8]) || !slices.Equal(row.Labels, tokens[1:]) || row.Decoder != nil {
		t.Errorf("row %+v", row)
	}
	// Consecutive rows predict every token of the stream but the first, once.
	stream := chain(8*20+1, 3)
	set, err := NewDataset("test", stream, o, 1)
	if err != nil || set.Len() != 20 {
		t.Fatalf("%d examples, %v", set.Len(), err)
	}
}

// TestMLM checks the counts and the shares of BERT's recipe over many rows.
func TestMLM(t *testing.T) {
	const cols, rows = 128, 4000
	o := newTestObjective(t, Spec{Objective: "mlm", SeqLen: cols}, testSpecial, 1000, false)
	if o.Raw() != cols-2 || o.Stride() != cols-2 {
		t.Errorf("raw %d, stride %d", o.Raw(), o.Stride())
	}
	reserved := testSpecial.set(1000)
	tokens := make([]int32, cols-2)
	var chosen, masked, kept, random, ordinary, randomIDs float64
	place := make([]float64, cols)
	for n := range uint64(rows) {
		r := stream(99, n)
		candidates := 0
		for i := range tokens {
			tokens[i] = int32(17 + r.IntN(1000-17))
			if r.IntN(20) == 0 {
				tokens[i] = testSpecial.EOS
			} else {
				candidates++
			}
		}
		row := example(o, tokens, 5, n)
		if row.Input[0] != testSpecial.CLS || row.Input[cols-1] != testSpecial.SEP || row.Labels[0] != Ignore || row.Labels[cols-1] != Ignore {
			t.Fatal("the frame is not as it must be")
		}
		count := 0
		for i, id := range tokens {
			in, label := row.Input[i+1], row.Labels[i+1]
			if label == Ignore {
				if in != id {
					t.Fatalf("token %d was changed but is not predicted", i)
				}
				continue
			}
			count++
			place[i]++
			if label != id || reserved[id] {
				t.Fatalf("label %d of token %d", label, id)
			}
			switch {
			case in == testSpecial.Mask:
				masked++
			case in == id:
				kept++
			case reserved[in]:
				t.Fatalf("a token became the reserved %d", in)
			default:
				random++
				randomIDs += float64(in)
			}
		}
		// fairseq: int(0.15 × n + U) is one of the two integers around 0.15 × n.
		if want := 0.15 * float64(candidates); math.Abs(float64(count)-want) >= 1 {
			t.Fatalf("%d of %d chosen", count, candidates)
		}
		chosen += float64(count)
		ordinary += float64(candidates)
	}
	near := func(what string, got, want, slack float64) {
		if math.Abs(got-want) > slack {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("chosen", chosen/ordinary, 0.15, 0.0005)
	near("masked", masked/chosen, 0.8, 0.008)
	near("random", random/chosen, 0.1, 0.006)
	near("kept", kept/chosen, 0.1, 0.006)
	near("mean random id", randomIDs/random, (17+999)/2.0, 10)
	for i, n := range place[:cols-2] {
		near("chosen at a place", n/rows, 0.15*0.95, 0.03)
		_ = i
	}
}

// TestMLMCount: the fraction of a token is drawn (10 candidates at 15 %: one or
// two, evenly).
func TestMLMCount(t *testing.T) {
	o := newTestObjective(t, Spec{Objective: "mlm", SeqLen: 12}, testSpecial, testVocab, false)
	tokens := []int32{17, 18, 19, 20, 21, 22, 23, 24, 25, 26}
	count := map[int]float64{}
	const rows = 4000
	for n := range uint64(rows) {
		chosen := 0
		for _, l := range example(o, tokens, n).Labels {
			if l != Ignore {
				chosen++
			}
		}
		count[chosen]++
	}
	if len(count) != 2 || math.Abs(count[1]/rows-0.5) > 0.03 {
		t.Errorf("counts %v", count)
	}
}

func TestMLMExtremes(t *testing.T) {
	o := newTestObjective(t, Spec{Objective: "mlm", SeqLen: 6}, testSpecial, testVocab, false)
	row := example(o, []int32{17, 2, 2, 2}, 1) // at least one is chosen
	if row.Labels[1] != 17 {
		t.Errorf("labels %v", row.Labels)
	}
	row = example(o, []int32{2, 2, 2, 2}, 1) // nothing to choose
	if !slices.Equal(row.Labels, []int32{Ignore, Ignore, Ignore, Ignore, Ignore, Ignore}) || !slices.Equal(row.Input, []int32{4, 2, 2, 2, 2, 5}) {
		t.Errorf("row %+v", row)
	}
	o = newTestObjective(t, Spec{Objective: "mlm", SeqLen: 40, MaskRate: 1}, testSpecial, testVocab, false)
	row = example(o, chain(38, 4), 1)
	for i, id := range chain(38, 4) {
		if (row.Labels[i+1] == Ignore) != (id == testSpecial.EOS) {
			t.Errorf("rate 1 leaves token %d", i)
		}
	}
	if o := newTestObjective(t, Spec{Objective: "mlm", MaskRate: 0.4}, testSpecial, testVocab, true); o.(mlm).rate != 0.15 {
		t.Errorf("evaluation masks %v", o.(mlm).rate)
	}
}

// TestNoiseOfAnExample: an example's noise depends on seed, epoch and index, and
// on nothing else.
func TestNoiseOfAnExample(t *testing.T) {
	for _, objective := range []string{"mlm", "span"} {
		s := Spec{Objective: objective, SeqLen: 64} // at 24 T5 has one span, always last
		set := func(seed uint64) *Dataset {
			d, err := NewDataset("test", chain(2000, 1), newTestObjective(t, s, testSpecial, testVocab, false), seed)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		a, b := set(1), set(1)
		n := a.Len()
		whole, err := a.Batch(0, int(2*n))
		if err != nil {
			t.Fatal(err)
		}
		for at := 2*n - 1; at >= 0; at -= 3 { // in another order, one by one
			one, err := b.Batch(at, 1)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(one.Input, whole.Input[at*int64(whole.Cols):][:whole.Cols]) {
				t.Fatalf("%s: example at %d depends on its neighbours", objective, at)
			}
		}
		byContent := func(b Batch) map[string]bool {
			out := map[string]bool{}
			for i := range b.Rows {
				out[string(asRunes(b.Input[i*b.Cols:][:b.Cols]))] = true
			}
			return out
		}
		first, _ := a.Batch(0, int(n))
		second, _ := a.Batch(n, int(n))
		other, _ := set(2).Batch(0, int(n))
		for name, rows := range map[string]Batch{"epoch": second, "seed": other} {
			same := 0
			for key := range byContent(rows) {
				if byContent(first)[key] {
					same++
				}
			}
			if n < 20 || same > int(n)/10 {
				t.Errorf("%s: another %s leaves %d of %d rows as they were", objective, name, same, n)
			}
		}
	}
}

func asRunes(ids []int32) []rune {
	out := make([]rune, len(ids))
	for i, id := range ids {
		out[i] = rune(id + 256)
	}
	return out
}

// TestPermutation: every order is a bijection, and another epoch is another one.
func TestPermutation(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 7, 16, 17, 64, 65, 100, 1000, 4097} {
		var last []uint64
		for epoch := range uint64(3) {
			p := newPermutation(n, 7, epoch)
			seen, order := make([]bool, n), make([]uint64, n)
			for i := range n {
				order[i] = p.at(i)
				if order[i] >= n || seen[order[i]] {
					t.Fatalf("n %d, epoch %d: %d is there twice or too large", n, epoch, order[i])
				}
				seen[order[i]] = true
			}
			if n > 50 && slices.Equal(order, last) {
				t.Errorf("n %d: epoch %d has the order of the one before", n, epoch)
			}
			last = order
		}
	}
}

// TestPermutationMixes: over many seeds each example comes to each place about
// equally often (chi-squared, 24 degrees of freedom), and neighbours do not stay
// neighbours.
func TestPermutationMixes(t *testing.T) {
	const n, seeds = 25, 4000
	var count [n][n]float64
	neighbours := 0
	for seed := range uint64(seeds) {
		p := newPermutation(n, seed, 0)
		for i := range uint64(n) {
			count[i][p.at(i)]++
			if i > 0 && p.at(i) == p.at(i-1)+1 {
				neighbours++
			}
		}
	}
	for i := range count {
		chi := 0.0
		for _, c := range count[i] {
			chi += (c - seeds/n) * (c - seeds/n) / (seeds / n)
		}
		if chi > 65 { // p = 1e-5
			t.Errorf("place %d: chi-squared %v over 24 degrees of freedom", i, chi)
		}
	}
	// In a random order the next place holds the next example once in n.
	if got := float64(neighbours) / (seeds * (n - 1)); math.Abs(got-1.0/n) > 0.004 {
		t.Errorf("neighbours stay together at rate %v, want %v", got, 1.0/n)
	}
}

func FuzzPermutation(f *testing.F) {
	f.Add(uint64(10), uint64(1), uint64(0), uint64(3))
	f.Add(uint64(1)<<40, uint64(1), uint64(5), uint64(1)<<39)
	f.Fuzz(func(t *testing.T, n, seed, epoch, i uint64) {
		if n == 0 || n > 1<<62 {
			return
		}
		if p := newPermutation(n, seed, epoch); p.at(i%n) >= n {
			t.Fatalf("%d of %d becomes %d", i%n, n, p.at(i%n))
		}
	})
}

// TestEpochReadsAll: an epoch reads every token of the stream once, but for a
// remainder shorter than a row.
func TestEpochReadsAll(t *testing.T) {
	stream := make(ids, 1000)
	for i := range stream {
		stream[i] = int32(i)
	}
	d, err := NewDataset("test", stream, clm{7}, 3)
	if err != nil {
		t.Fatal(err)
	}
	var last []int32
	for epoch := range int64(3) {
		b, err := d.Batch(epoch*d.Len(), int(d.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(b.Input, last) {
			t.Errorf("epoch %d has the order of the one before", epoch)
		}
		last = b.Input
		seen := map[int32]bool{}
		for i, id := range b.Input {
			if seen[id] || b.Labels[i] != id+1 {
				t.Fatalf("token %d is read twice, or labelled %d", id, b.Labels[i])
			}
			seen[id] = true
		}
		if len(seen) != 999/7*7 {
			t.Errorf("%d tokens", len(seen))
		}
	}
}
