package shards

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"corpus/internal/words"
)

// Beyond what may be held, n-grams are sampled; the counts scaled up are near
// the true ones.
func TestOverlapIsSampled(t *testing.T) {
	text := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprint(&b, " w", i)
		}
		return b.String()
	}
	o := &overlap{grams: map[uint64]uint8{}, most: 4000, ngrams: words.NewNgrams(overlapN)}
	o.add(text(0, 50_000), validNow)
	o.add(text(30_000, 90_000), trainNow)
	if o.shift == 0 || len(o.grams) > 4000 {
		t.Fatalf("%d sequences are held, shift %d", len(o.grams), o.shift)
	}
	valid, common := o.counts()
	near(t, "held out", valid, 50_000-12)
	near(t, "common", common, 20_000-12)
}

func near(t *testing.T, what string, got, want int64) {
	t.Helper()
	if off := math.Abs(float64(got-want)) / float64(want); off > 0.06 {
		t.Errorf("%s: %d, want about %d", what, got, want)
	}
}
