package langid

import (
	"math/rand/v2"
	"testing"
)

func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	got, want := newTable(4), map[uint64]span{}
	for i := range 10_000 {
		key, v := uint64(r.IntN(5000))<<(r.IntN(3)*21), span{uint32(i), uint8(1 + i%60)}
		got.put(key, v)
		want[key] = v
	}
	if got.used != len(want) {
		t.Errorf("%d keys, want %d", got.used, len(want))
	}
	for key := range uint64(6000) {
		for _, k := range []uint64{key, key << 21, key << 42} {
			if got.get(k) != want[k] {
				t.Fatalf("key %d: %v, want %v", k, got.get(k), want[k])
			}
		}
	}
}
