package count

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

func wordCounts(t testing.TB, counts Counts) map[string]int64 {
	t.Helper()
	out, last := map[string]int64{}, ""
	for c, err := range counts {
		if err != nil {
			t.Fatal(err)
		}
		if w := string(c.Word); w <= last {
			t.Fatalf("%q comes after %q", w, last)
		}
		last = string(c.Word)
		out[last] = c.N
	}
	return out
}

func countFile(t testing.TB, counts Counts) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, counts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCounter(t *testing.T) {
	c := New()
	c.Add("the cat, the dog")
	c.Add("the \ufffd" + strings.Repeat("x", MaxWordBytes+1))
	got := wordCounts(t, c.All())
	want := map[string]int64{"the": 2, " cat": 1, ",": 1, " the": 1, " dog": 1, " \ufffd": 1}
	for w, n := range want {
		if got[w] != n {
			t.Errorf("%q was counted %d times, want %d", w, got[w], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
	stats := Stats{Texts: 2, Bytes: 16 + 4 + 3 + MaxWordBytes + 1, Words: 7, LongWords: 1}
	if c.Stats() != stats {
		t.Errorf("stats %+v, want %+v", c.Stats(), stats)
	}
}

// TestCounterOf: words may be cut in any way, and the ceiling holds then too.
func TestCounterOf(t *testing.T) {
	c := NewOf(func(dst []string, text string) []string { return append(dst, strings.Fields(text)...) })
	full := 0
	for range 2 {
		err := c.AddWithin("the cat, the dog "+strings.Repeat("x", MaxWordBytes+1), 1, func() error { full++; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := wordCounts(t, c.All()); len(got) != 3 || got["the"] != 4 || got["cat,"] != 2 || got["dog"] != 2 {
		t.Errorf("counted %v", got)
	}
	if s := c.Stats(); s.Words != 8 || s.LongWords != 2 || full != 3 {
		t.Errorf("%+v, full %d times", s, full)
	}
}

// TestCountsAnyOrder: however texts are ordered and spread over counters, the
// merged file is the same.
func TestCountsAnyOrder(t *testing.T) {
	texts := texts(t)
	one := New()
	for _, text := range texts {
		one.Add(text)
	}
	want := countFile(t, one.All())
	rng := rand.New(rand.NewPCG(3, 4))
	for parts := 1; parts < 6; parts++ {
		counters := make([]*Counter, parts)
		for i := range counters {
			counters[i] = New()
		}
		for _, i := range rng.Perm(len(texts)) {
			counters[rng.IntN(parts)].Add(texts[i])
		}
		var streams []Counts
		for _, c := range counters {
			streams = append(streams, Read(bytes.NewReader(countFile(t, c.All()))))
		}
		if got := countFile(t, Merge(streams...)); !bytes.Equal(got, want) {
			t.Errorf("%d parts give another file", parts)
		}
	}
}

func TestCounterReset(t *testing.T) {
	c := New()
	c.Add("some words here")
	before := countFile(t, c.All())
	c.Reset()
	if len(wordCounts(t, c.All())) != 0 {
		t.Fatal("counts are left after Reset")
	}
	c.Add("some words here")
	if !bytes.Equal(before, countFile(t, c.All())) {
		t.Error("counts differ after Reset")
	}
}

// TestReadCountsDamaged: a count file that is cut anywhere is an error, and so
// is one with more behind it.
func TestReadCountsDamaged(t *testing.T) {
	c := New()
	c.Add("a damaged file is never read as a shorter one")
	file := countFile(t, c.All())
	read := func(data []byte) (n int, err error) {
		for _, err = range Read(bytes.NewReader(data)) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	if n, err := read(file); err != nil || n != len(wordCounts(t, c.All())) {
		t.Fatalf("read %d words (%v), want %d", n, err, len(wordCounts(t, c.All())))
	}
	for cut := range file {
		if _, err := read(file[:cut]); err == nil {
			t.Errorf("cut at %d: no error", cut)
		}
	}
	if _, err := read(append(slices.Clone(file), 0)); err == nil {
		t.Error("a byte behind the end: no error")
	}
}

func TestMergeCountsError(t *testing.T) {
	good := func() Counts {
		c := New()
		c.Add("good words")
		return c.All()
	}
	for _, bad := range []string{"", countMagic, countMagic + "\x00\x01z\x01"} {
		err := Write(io.Discard, Merge(good(), Read(strings.NewReader(bad))))
		if err == nil {
			t.Errorf("no error from %q", bad)
		}
	}
}

func FuzzRead(f *testing.F) {
	c := New()
	c.Add("the seeds of a fuzz target")
	f.Add(countFile(f, c.All()))
	f.Add([]byte(countMagic + "\x00\x01a\x01\x01\x01b\x02\x00\x00\x02"))
	f.Add([]byte(countMagic + "\x00\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var again bytes.Buffer
		if err := Write(&again, Read(bytes.NewReader(data))); err != nil {
			return
		}
		want := wordCounts(t, Read(bytes.NewReader(data)))
		got := wordCounts(t, Read(&again))
		if len(got) != len(want) {
			t.Fatalf("%d words, written and read again %d", len(want), len(got))
		}
	})
}

func texts(t testing.TB) (texts []string) {
	t.Helper()
	data, err := os.ReadFile("../testdata/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}
