package trie

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRandom compares with a map, on keys of few and of all bytes.
func TestRandom(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		letters := []int{1, 2, 3, 256}[seed%4]
		word := func() string {
			b := make([]byte, rng.IntN(12))
			for i := range b {
				b[i] = byte(rng.IntN(letters))
			}
			return string(b)
		}
		var keys []string
		var values []uint32
		want := map[string]uint32{}
		for range 5000 {
			k, v := word(), rng.Uint32N(MaxValue+1)
			keys, values = append(keys, k), append(values, v)
			want[k] = v
		}
		delete(want, "")
		tr, err := New(keys, values)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range want {
			if got, ok := tr.Find(k); !ok || got != v {
				t.Fatalf("seed %d: %q has %d %v, want %d", seed, k, got, ok, v)
			}
		}
		for range 20000 {
			k := word()
			v, known := want[k]
			if got, ok := tr.Find(k); ok != known || ok && got != v {
				t.Fatalf("seed %d: %q has %d %v, want %d %v", seed, k, got, ok, v, known)
			}
		}
	}
}

func TestEmpty(t *testing.T) {
	tr, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"", "\x00", "a"} {
		if _, ok := tr.Find(k); ok {
			t.Errorf("%q is in the empty trie", k)
		}
	}
}

func TestRefused(t *testing.T) {
	if _, err := New([]string{"a"}, []uint32{MaxValue + 1}); err == nil || !strings.Contains(err.Error(), "value") {
		t.Errorf("a value too large: %v", err)
	}
	if _, err := New([]string{"a"}, nil); err == nil {
		t.Error("a key without a value")
	}
}

// TestFill: most units are nodes, so that memory stays near the number of bytes.
func TestFill(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var keys []string
	for range 20000 {
		b := make([]byte, 3+rng.IntN(8))
		for i := range b {
			b[i] = "abcdefghijklmnop"[rng.IntN(16)]
		}
		keys = append(keys, string(b))
	}
	tr, err := New(keys, make([]uint32, len(keys)))
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for _, u := range tr.units {
		if u != 0 {
			nodes++
		}
	}
	if fill := float64(nodes) / float64(len(tr.units)); fill < 0.8 {
		t.Errorf("%.2f of %d units are nodes", fill, len(tr.units))
	}
}
