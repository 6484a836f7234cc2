package unigram

import (
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"corpus/tokenize/modeltest"
)

// slowIDs looks at all of a piece together.
func slowIDs(m *Model, piece string) (ids []uint32) {
	e := m.NewEncoder()
	e.best = append(e.best, arrival{})
	for at := 0; at < len(piece); at += charBytes(piece[at]) {
		e.step(piece, at, charBytes(piece[at]))
	}
	return e.trace(nil, piece)
}

// TestLongPieces: a long piece has the ids that it has when all of it is looked
// at together, wherever the encoder lets go of its beginning.
func TestLongPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, model := range []string{"ties", "t5", "bytes", "highscores"} {
		m := modeltest.Read(t, "testdata/"+model+".json", Read)
		enc := m.NewEncoder()
		for _, letters := range []string{"a", "abc", "▁the lns", "é😀字", "ab😀", "<unk>"} {
			chars := []rune(letters)
			var b strings.Builder
			for b.Len() < 5*minWindow {
				b.WriteRune(chars[rng.IntN(len(chars))])
			}
			if got := enc.Append(nil, b.String()); !slices.Equal(got, slowIDs(m, b.String())) {
				t.Errorf("%s: a long piece of %q is put together otherwise", model, letters)
			}
		}
	}
}

// TestLinear: time and memory of a long piece are in proportion to it.
func TestLinear(t *testing.T) {
	m := modeltest.Read(t, "testdata/t5.json", Read)
	for _, unit := range []string{"a", "字", "😀", "wordswithoutspaces"} {
		enc := m.NewEncoder()
		spend := func(bytes int) time.Duration {
			piece := strings.Repeat(unit, bytes/len(unit))
			start := processor(t)
			ids := enc.Append(nil, piece)
			if len(ids) == 0 {
				t.Errorf("%s: no ids", unit)
			}
			return processor(t) - start
		}
		spend(1 << 20) // the memory that is kept
		one, eight := spend(1<<20), spend(8<<20)
		if eight > 20*one+50*time.Millisecond {
			t.Errorf("%s: a megabyte takes %v, eight take %v", unit, one, eight)
		}
		if n := cap(enc.best); n > 2*maxWindow {
			t.Errorf("%s: the encoder holds %d places", unit, n)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	m := modeltest.Read(b, "testdata/t5.json", Read)
	enc := m.NewEncoder()
	pieces, size := words(texts(b)), 0
	for _, p := range pieces {
		size += len(p)
	}
	b.SetBytes(int64(size))
	var ids []uint32
	for b.Loop() {
		ids = ids[:0]
		for _, p := range pieces {
			ids = enc.Append(ids, p)
		}
	}
}

// processor is the time that the process has had of the processor.
func processor(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
