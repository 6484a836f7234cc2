package trainer

import (
	"slices"
	"testing"
)

// numbered is a stream of the numbers from base on, in documents of the lengths
// given, each of which ends with EOS.
func numbered(base int32, lengths ...int) ids {
	var all ids
	for _, n := range lengths {
		for range n - 1 {
			all = append(all, base)
			base++
		}
		all = append(all, testSpecial.EOS)
	}
	return all
}

// many are lengths of n documents from 1 to 20 tokens.
func many(n int, seed uint64) []int {
	r, lengths := stream(seed), make([]int, n)
	for i := range lengths {
		lengths[i] = 1 + r.IntN(20)
	}
	return lengths
}

// TestEpochReadsAll: whatever the packing and the objective, an epoch has every
// token of every document once.
func TestEpochReadsAll(t *testing.T) {
	text := numbered(17, many(150, 1)...)
	for _, pack := range []string{"split", "best-fit", "one-per-row"} {
		for _, mask := range []bool{false, true} {
			d := newTestSet(t, All(text), Spec{Objective: "clm", SeqLen: 8, Pack: pack, DocMask: mask}, 3)
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
				testLabels(t, b, text)
			}
		}
	}
}

// testLabels wants the tokens of text once each, behind what stands before them.
func testLabels(t *testing.T, b Batch, text ids) {
	t.Helper()
	before := map[int32]int32{}
	for i, id := range text {
		before[id] = testSpecial.EOS
		if i > 0 {
			before[id] = text[i-1]
		}
	}
	var seen []int32
	for i, id := range b.Labels {
		if id == Ignore {
			continue
		}
		seen = append(seen, id)
		if id != testSpecial.EOS && b.Input[i] != before[id] {
			t.Fatalf("token %d is predicted from %d, want %d", id, b.Input[i], before[id])
		}
	}
	want := slices.Sorted(slices.Values(text))
	if slices.Sort(seen); !slices.Equal(seen, want) || b.Tokens != int64(len(text)) {
		t.Errorf("%d tokens, and %d counted, of %d", len(seen), b.Tokens, len(text))
	}
}

// TestDocumentsOfARow: the numbers of documents begin anew behind each end token,
// which a decoder counts to the document that it is before, an encoder to its own.
func TestDocumentsOfARow(t *testing.T) {
	text := ids{20, 21, 2, 22, 2, 23, 24, 25, 26, 27, 2}
	at := func(objective, pack string, cols int) Batch {
		d := newTestSet(t, All(text), Spec{Objective: objective, SeqLen: cols, Pack: pack, DocMask: true}, 1)
		b, err := d.Batch(0, int(d.Len()))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := at("clm", "split", 11)
	if !slices.Equal(b.Input, []int32{2, 20, 21, 2, 22, 2, 23, 24, 25, 26, 27}) || !slices.Equal(b.Documents, []int32{0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2}) {
		t.Errorf("%v of documents %v", b.Input, b.Documents)
	}
	b = at("mlm", "split", 13)
	if !slices.Equal(b.Documents, []int32{0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2}) || b.Mask != nil {
		t.Errorf("with a frame: documents %v, mask %v", b.Documents, b.Mask)
	}
	b = at("mlm", "one-per-row", 7)
	for i := range b.Rows {
		n, row := 0, b.Documents[i*7:][:7]
		for j, doc := range row {
			if doc >= 0 {
				n++
			}
			if (doc < 0) != (b.Mask[i*7+j] == 0) || doc < 0 && b.Input[i*7+j] != testSpecial.Pad || doc >= 0 && doc != row[0] {
				t.Errorf("row %d: documents %v, mask %v", i, row, b.Mask[i*7:][:7])
			}
		}
		if b.Input[i*7] != testSpecial.CLS || b.Input[i*7+n-1] != testSpecial.SEP {
			t.Errorf("row %d: %v", i, b.Input[i*7:][:7])
		}
	}
	if b.Rows != 4 { // 3, 2, and 5+1
		t.Errorf("%d rows", b.Rows)
	}
}
