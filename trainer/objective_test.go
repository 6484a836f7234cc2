package trainer

import (
	"math"
	"slices"
	"testing"

	"corpus"
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

// newTestSet is a dataset as a spec says.
func newTestSet(t testing.TB, sources []Source, s Spec, seed uint64) *Dataset {
	t.Helper()
	s, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDataset("test", sources, newTestObjective(t, s, testSpecial, testVocab, false), s, testSpecial, seed)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// example makes one row of an objective from tokens.
func example(o Objective, tokens []int32, words ...uint64) Row {
	cols, decCols := o.Shape()
	row := Row{Input: make([]int32, cols), Labels: make([]int32, cols)}
	if decCols > 0 {
		row.Decoder, row.Labels = make([]int32, decCols), make([]int32, decCols)
	}
	before := append([]int32{testSpecial.EOS}, tokens[:len(tokens)-1]...)
	o.Example(Passage{Tokens: tokens, Before: before}, stream(words...), row)
	return row
}

func TestCLM(t *testing.T) {
	o := newTestObjective(t, Spec{Objective: "clm", SeqLen: 8}, testSpecial, testVocab, false)
	if o.Room() != 8 {
		t.Errorf("room %d", o.Room())
	}
	tokens := []int32{17, 18, 2, 19, 20, 21, 22, 23}
	row := example(o, tokens, 1)
	if !slices.Equal(row.Input, append([]int32{2}, tokens[:7]...)) || !slices.Equal(row.Labels, tokens) || row.Decoder != nil {
		t.Errorf("row %+v", row)
	}
	row = example(o, tokens[:5], 1)
	if !slices.Equal(row.Input, []int32{2, 17, 18, 2, 19, 0, 0, 0}) || !slices.Equal(row.Labels, []int32{17, 18, 2, 19, 20, Ignore, Ignore, Ignore}) {
		t.Errorf("a short row %+v", row)
	}
}

// TestMLM checks the counts and the shares of BERT's recipe over many rows.
func TestMLM(t *testing.T) {
	const cols, rows = 128, 4000
	o := newTestObjective(t, Spec{Objective: "mlm", SeqLen: cols}, testSpecial, 1000, false)
	if o.Room() != cols-2 {
		t.Errorf("room %d", o.Room())
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
	for _, objective := range []string{"mlm", "span", "denoise"} {
		s := Spec{Objective: objective, SeqLen: 64} // at 24 T5 has one span, always last
		set := func(seed uint64) *Dataset {
			return newTestSet(t, All(chain(2000, 1)), s, seed)
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
			if !slices.Equal(one.Input, whole.Input[at*int64(whole.Cols):][:one.Cols]) {
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

// TestObjectiveLacksTokens: what an objective needs and a vocabulary lacks is
// said before anything is made.
func TestObjectiveLacksTokens(t *testing.T) {
	for objective, lack := range map[string]func(*Special){
		"mlm":     func(s *Special) { s.Mask = None },
		"clm":     func(s *Special) { s.EOS = None },
		"denoise": func(s *Special) { s.BOS = None },
		"span":    func(s *Special) { s.Sentinels = nil },
	} {
		j := smallJob(t, objective, 1)
		if _, err := j.Spec.Architecture(300, j.Special); err != nil {
			t.Errorf("%s: %v", objective, err)
		}
		lack(&j.Special)
		if _, err := j.Spec.Architecture(300, j.Special); corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("%s without what it needs: %v", objective, err)
		}
	}
}
