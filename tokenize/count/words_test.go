package count

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func listed(list []Count) Counts {
	return func(yield func(Count, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// TestLoad: beyond the limit the sample fits, keeps frequent words as they are,
// and its weights are right on average.
func TestLoad(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	var total int64
	var list []Count
	for i := range 40000 {
		n := int64(1 + rng.IntN(3))
		if i%100 == 0 {
			n = int64(1000 + rng.IntN(1000))
		}
		list = append(list, Count{fmt.Appendf(nil, "word-%06d", i), n})
		total += n
	}
	const limit = 100_000
	set, err := Load(listed(list), limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Bytes) > limit || len(set.Bytes) < limit/4 || set.Shift == 0 {
		t.Fatalf("the sample has %d bytes, shift %d", len(set.Bytes), set.Shift)
	}
	got := map[string]int64{}
	var sum int64
	for word, n := range set.All() {
		got[string(word)] = n
		sum += n
	}
	for _, c := range list {
		if c.N >= 1<<set.Shift && got[string(c.Word)] != c.N {
			t.Fatalf("frequent %s: %d, want %d", c.Word, got[string(c.Word)], c.N)
		}
	}
	if off := math.Abs(float64(sum-total)) / float64(total); off > 0.02 {
		t.Errorf("the sample weighs %d, the words %d: off by %.3f", sum, total, off)
	}
	all, err := Load(listed(list), math.MaxInt/2)
	if err != nil || len(all.Ends) != len(list) || all.Shift != 0 {
		t.Errorf("without a limit %d words of %d, shift %d (%v)", len(all.Ends), len(list), all.Shift, err)
	}
}

func TestLoadErrors(t *testing.T) {
	if _, err := Load(listed([]Count{{[]byte("abc"), math.MaxInt64}}), 100); err == nil {
		t.Error("counts beyond 61 bits")
	}
	cause := errors.New("disk gone")
	broken := func(yield func(Count, error) bool) { yield(Count{}, cause) }
	if _, err := Load(broken, 100); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}
