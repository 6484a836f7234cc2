package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// TestSample: the share holds, a larger sample contains the smaller, and neither
// the file that holds a record nor how it is cut matters.
func TestSample(t *testing.T) {
	var lines []string
	for i := range 20_000 {
		lines = append(lines, jsonLine(fmt.Sprintf("line %d", i)))
	}
	all := put(t, "a.jsonl", strings.Join(lines, ""))
	slices.Reverse(lines)
	packed := put(t, "b.tar.gz", members(tarOf("x.jsonl", strings.Join(lines[:7000], ""), "y.jsonl", strings.Join(lines[7000:], ""))))
	texts := func(sample float64, seed uint64, source string) []string {
		m := newMemory(2)
		m.run(t, Config{Sample: sample, Seed: seed, UnitBytes: 50_000}, source)
		got := m.texts()
		if n := m.count("sampled_out"); int(n) != len(lines)-len(got) {
			t.Errorf("%d sampled out of %d, %d texts", n, len(lines), len(got))
		}
		slices.Sort(got)
		return got
	}
	var smaller []string
	for _, share := range []float64{0.01, 0.1, 0.5} {
		got := texts(share, 1, all)
		want := share * float64(len(lines))
		if n := float64(len(got)); n < 0.8*want || n > 1.2*want {
			t.Errorf("%v texts, want about %v", n, want)
		}
		for _, s := range smaller {
			if _, ok := slices.BinarySearch(got, s); !ok {
				t.Fatalf("%q is in the smaller sample only", s)
			}
		}
		if other := texts(share, 1, packed); !slices.Equal(got, other) {
			t.Errorf("%d texts from an archive, %d from a file", len(other), len(got))
		}
		if other := texts(share, 2, all); slices.Equal(got, other) {
			t.Error("another seed draws the same sample")
		}
		smaller = got
	}
	if got := texts(1, 7, all); len(got) != len(lines) {
		t.Errorf("%d texts of a whole sample", len(got))
	}
}

// TestOtherSample: what was read as a sample is not taken for the whole.
func TestOtherSample(t *testing.T) {
	dir := put(t, "a.jsonl", jsonLine("one")+jsonLine("two"), "b.zip", zipOf(8, "c.txt", "Text."))
	m := newMemory(1)
	m.first = m.run(t, Config{Sample: 0.99}, dir)
	for _, cfg := range []Config{{}, {Sample: 0.5}, {Sample: 0.99, Seed: 3}} {
		stage, err := Stage(t.Context(), cfg, []string{dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.try(stage); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "--sample 0.99") {
			t.Errorf("%v: %v", cfg.Sample, err)
		}
	}
	for _, bad := range []float64{-1, 1.5} {
		if _, err := Stage(t.Context(), Config{Sample: bad}, []string{dir}); corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("sample %v: %v", bad, err)
		}
	}
}
