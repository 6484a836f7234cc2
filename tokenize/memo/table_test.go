package memo

import (
	"math/rand/v2"
	"testing"
)

func TestTable(t *testing.T) {
	var table Table
	want := map[string]int64{}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		b := make([]byte, 1+rng.IntN(20))
		for i := range b {
			b[i] = "ab\x00\xff"[rng.IntN(4)]
		}
		want[string(b)]++
		table.Slot(string(b)).Value++
	}
	if table.n != len(want) {
		t.Fatalf("%d words, want %d", table.n, len(want))
	}
	for w, n := range want {
		if s := table.Find(w); s == nil || s.Value != n {
			t.Fatalf("%q: %+v, want %d", w, s, n)
		}
	}
	if table.Find("absent") != nil {
		t.Error("found a word that was not added")
	}
}
