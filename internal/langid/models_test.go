package langid

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestEmbeddedModels(t *testing.T) {
	m := embedded()
	if len(m.langs) != 81 || m.grams.used < 250_000 {
		t.Errorf("%d languages, %d n-grams", len(m.langs), m.grams.used)
	}
	for s, want := range map[int]struct {
		n    int
		lang string
	}{0: {49, "de"}, 1: {8, "uk"}, 4: {3, "fa"}, 5: {2, "mr"}} {
		found := false
		for _, l := range m.candidates[s] {
			found = found || m.langs[l] == want.lang
		}
		if len(m.candidates[s]) != want.n || !found {
			t.Errorf("script %d has %d languages, want %d with %s", s, len(m.candidates[s]), want.n, want.lang)
		}
	}
}

// TestHeap: the models are to take less than 64 MB, and take 17.
func TestHeap(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	m, err := parseModels(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := newReading(m)
	r.look(study, strings.Repeat(german+russian, 1000))
	if mb := (heap() - before) >> 20; mb < 10 || mb > 30 {
		t.Errorf("%d MB of heap", mb)
	}
	runtime.KeepAlive(raw)
	runtime.KeepAlive(r)
}

// heap is what is alive, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func FuzzParseModels(f *testing.F) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		f.Fatal(err)
	}
	head := make([]byte, 4096)
	if _, err := io.ReadFull(z, head); err != nil {
		f.Fatal(err)
	}
	f.Add(head)
	f.Add([]byte("LID1\x01de\x01a\x01\x00\x10\x00\x00\x00"))
	f.Add([]byte("LID1\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseModels(raw)
		if err != nil {
			return
		}
		newReading(m).look(glance, "some text to be scored, и другой")
	})
}
