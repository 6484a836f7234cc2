package dedup

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// fixture is what testdata/scripts/dedup_fixtures.py wrote.
type fixture struct {
	Texts     []string
	Survivor  []int
	Jaccard   []float64 // to the survivor
	Words     string
	Exact     string
	Signature []string
	Nemo      []string // the same of the setting nemo
}

func readFixture(t *testing.T) (f fixture) {
	t.Helper()
	b, err := os.ReadFile("testdata/datasketch.json")
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// datasketch finds the same clusters with permutations of its own: the copies
// are either nearly equal or far from each other.
func TestDatasketch(t *testing.T) {
	f := readFixture(t)
	ds := newDataset()
	ds.grow(f.Texts)
	run(t, ds, 1)
	dropped := 0
	for i, v := range ds.verdicts(0) {
		if want := fmt.Sprintf("0.%d", f.Survivor[i]); v.survivor != want {
			t.Errorf("document %d: survivor %s, datasketch says %s", i, v.survivor, want)
		}
		if v.kind == "" {
			continue
		}
		dropped++
		if math.Abs(v.similarity-f.Jaccard[i]) > 0.12 { // four standard errors at 0.9
			t.Errorf("document %d: similarity %.3f, exactly %.3f", i, v.similarity, f.Jaccard[i])
		}
	}
	if dropped < 10 {
		t.Errorf("only %d duplicates", dropped)
	}
}

// The signature is the one that an independent program computes from its
// description. It is on disk for ever: what changes it raises Stage.Version.
func TestSignatureAsDescribed(t *testing.T) {
	f := readFixture(t)
	for name, want := range map[string][]string{FineWeb: f.Signature, "nemo": f.Nemo} {
		c := Config{Near: name}.withDefaults()
		exact, hashes := newSigner(c).sign(nil, strings.ToUpper(f.Words)+"!")
		if exact.String() != f.Exact {
			t.Errorf("exact hash %s, want %s", exact, f.Exact)
		}
		var got []string
		for _, h := range hashes {
			got = append(got, fmt.Sprintf("%016x", h))
		}
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: signature %v, want %v", name, got, want)
		}
	}
}
