package trainer

import (
	"cmp"
	"slices"
	"testing"
)

// TestLikeliest compares the k largest with a whole sort, for few and for many.
func TestLikeliest(t *testing.T) {
	r := stream(5)
	logits := make([]float32, 500)
	for i := range logits {
		logits[i] = float32(r.IntN(90)) // with equals
	}
	skip := make([]bool, len(logits))
	for i := range skip {
		skip[i] = i%3 == 0
	}
	for _, skip := range [][]bool{nil, skip} {
		all := slices.DeleteFunc(candidates(logits), func(c Candidate) bool { return skip != nil && skip[c.ID] })
		slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.P, a.P) })
		for _, k := range []int{1, 2, 40, 200, 500, 900} {
			if got := likeliest(logits, k, skip); !slices.Equal(got, all[:min(k, len(all))]) {
				t.Errorf("%d of %d: %v", k, len(all), got)
			}
		}
	}
}

// counting decodes bytes and counts how many ids it was given.
type counting struct {
	letters
	n *int
}

func (c counting) Decode(ids []uint32, _ bool) (string, error) {
	*c.n += len(ids)
	var b []byte
	for _, id := range ids {
		b = append(b, byte(id))
	}
	return string([]rune(string(b))), nil // invalid bytes become U+FFFD
}

// TestPieces: the pieces are the text, characters stay whole, and the work for a
// token does not grow with what came before.
func TestPieces(t *testing.T) {
	const want = "a 河流, é 🙂 b"
	n := 0
	p := pieces{text: counting{letters{}, &n}}
	got := ""
	for _, id := range []byte(want) {
		piece, err := p.add(uint32(id))
		if err != nil || len(piece) > 0 && []rune(piece)[0] == '\uFFFD' {
			t.Errorf("%q, %v", piece, err)
		}
		got += piece
	}
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for range 1000 { // half characters without end
		if _, err := p.add(0xE6); err != nil {
			t.Fatal(err)
		}
	}
	if n > 12*len(p.ids) {
		t.Errorf("%d ids were decoded for %d tokens", n, len(p.ids))
	}
}
