package lines

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/zeebo/xxh3"

	"corpus"
)

func item(i uint64) Key {
	return xxh3.Hash128(binary.LittleEndian.AppendUint64(nil, i)).Bytes()
}

// TestBloomError: unknown keys are taken for known as often as stated, within four
// standard errors; known ones always are.
func TestBloomError(t *testing.T) {
	const items, asked = 20_000, 400_000
	for _, rate := range []float64{0.1, 0.01, 0.001} {
		b := NewBloom(items, rate)
		for i := range uint64(items) {
			b.Add(item(i))
		}
		wrong := 0
		for i := range uint64(asked) {
			if b.Has(item(items + i)) {
				wrong++
			}
		}
		for i := range uint64(items) {
			if !b.Has(item(i)) || !b.Add(item(i)) {
				t.Fatalf("item %d is lost", i)
			}
		}
		got, off := float64(wrong)/asked, 4*math.Sqrt(rate/asked)
		if math.Abs(got-rate) > off+rate/20 { // the number of hashes is a whole one
			t.Errorf("error %.5f, want %.5f ± %.5f", got, rate, off)
		}
	}
}

// TestBloomBytes: sizes are those of the formula, m = -n ln p / (ln 2)^2.
func TestBloomBytes(t *testing.T) {
	for _, c := range []struct {
		items int64
		rate  float64
		want  int64
	}{
		{1_000_000, 1e-6, 3_594_400},
		{1_000_000_000, 1e-6, 3_594_396_896},
		{0, 0.5, 8},
		{100, 0.5, 24},
		{math.MaxInt64, 1e-9, MaxBloom},
	} {
		if got := BloomBytes(c.items, c.rate); got < c.want-8 || got > c.want+8 {
			t.Errorf("%d items at %g: %d bytes, want %d", c.items, c.rate, got, c.want)
		}
	}
}

func TestOpenBloom(t *testing.T) {
	b := NewBloom(100, 0.01)
	b.Add(item(1))
	again, err := OpenBloom(b.Bits(), b.Hashes())
	if err != nil || !again.Has(item(1)) || again.Has(item(2)) {
		t.Errorf("%v", err)
	}
	for _, hashes := range []int{0, -1, maxHashes + 1} {
		if _, err := OpenBloom(b.Bits(), hashes); corpus.ClassOf(err) != corpus.Corrupt {
			t.Errorf("%d hashes: %v", hashes, err)
		}
	}
	if _, err := OpenBloom(nil, 1); corpus.ClassOf(err) != corpus.Corrupt {
		t.Errorf("no bits: %v", err)
	}
}
