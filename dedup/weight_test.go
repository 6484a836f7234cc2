package dedup

import "testing"

// The table of FineWeb-2's paper.
func TestWeight(t *testing.T) {
	want := map[int64]int64{1: 1, 2: 2, 3: 3, 4: 3, 5: 5, 99: 5, 100: 8, 999: 8, 1000: 1, 1 << 40: 1}
	for size, w := range want {
		if got := weight("", size); got != w {
			t.Errorf("cluster of %d: weight %d, want %d", size, got, w)
		}
	}
	if got := weight(Near, 3); got != 0 {
		t.Errorf("a dropped document: weight %d", got)
	}
}
