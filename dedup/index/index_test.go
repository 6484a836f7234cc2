package index

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"corpus"
)

// memory is a table in memory, a batch for each write.
type memory struct {
	batches []*corpus.Table
	at      int
	reads   int
}

func (m *memory) Write(t *corpus.Table) error {
	c := &corpus.Table{Schema: t.Schema, Rows: t.Rows, Columns: slices.Clone(t.Columns)}
	for i := range c.Columns {
		k := &c.Columns[i]
		k.Ints, k.IDs, k.Hashes = slices.Clone(k.Ints), slices.Clone(k.IDs), slices.Clone(k.Hashes)
	}
	m.batches = append(m.batches, c)
	return nil
}

func (m *memory) Next() (*corpus.Table, error) {
	if m.at == len(m.batches) {
		return nil, io.EOF
	}
	m.at++
	m.reads++
	return m.batches[m.at-1], nil
}

func (m *memory) Batches() int                 { return len(m.batches) }
func (m *memory) SeekRow(int64) (int64, error) { return -1, nil }

func (m *memory) Seek(batch int) error { m.at = batch; return nil }
func (m *memory) Close() error         { return nil }

// written is a run of entries.
func written(t testing.TB, entries []Entry) (blocks, fences *memory) {
	t.Helper()
	blocks, fences = new(memory), new(memory)
	w := NewWriter(blocks, fences)
	for _, e := range entries {
		if err := w.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return blocks, fences
}

func opened(t testing.TB, blocks, fences *memory) *Run {
	t.Helper()
	blocks.at, fences.at = 0, 0
	r, err := Open(blocks, fences)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// random entries of all spaces, some with keys close together.
func random(rng *rand.Rand, n int) []Entry {
	var all []Entry
	for range n {
		e := Entry{Key: Key{Space: Space(rng.IntN(int(spaces))), High: rng.Uint64()}, First: rng.Uint32()}
		if rng.IntN(2) == 0 {
			e.High >>= 50 + rng.IntN(14)
		}
		if e.Space.wide() {
			e.Low = rng.Uint64() >> rng.IntN(64)
		}
		e.Last = e.First
		if rng.IntN(3) == 0 {
			e.Last = rng.Uint32()
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int { return a.Compare(b.Key) })
	return slices.CompactFunc(all, func(a, b Entry) bool { return a.Key == b.Key })
}

func read(t testing.TB, r *Run) (all []Entry) {
	t.Helper()
	for {
		e, ok, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		all = append(all, e)
	}
}

// What is written is read again, and every key is found, in order, in any order,
// and among keys that are not there.
func TestRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 2, 100, 20000} {
		entries := random(rng, n)
		blocks, fences := written(t, entries)
		if got := read(t, opened(t, blocks, fences)); !slices.Equal(got, entries) {
			t.Fatalf("%d entries: read others", n)
		}
		known := map[Key]Entry{}
		for _, e := range entries {
			known[e.Key] = e
		}
		var asked []Key
		for _, e := range append(random(rng, n/2+10), entries...) {
			asked = append(asked, e.Key)
		}
		for _, sorted := range []bool{false, true} {
			rng.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
			if sorted {
				slices.SortFunc(asked, Key.Compare)
			}
			r := opened(t, blocks, fences)
			for _, k := range asked {
				got, ok, err := r.Find(k)
				want, known := known[k]
				if err != nil || ok != known || ok && got != want {
					t.Fatalf("%d entries, sorted %v: find %v: %v, %v, %v; want %v", n, sorted, k, got, ok, err, want)
				}
			}
		}
	}
}

// A key that is looked up costs one batch, many of them no more than the run.
func TestFindReadsFewBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	entries := random(rng, 200000)
	blocks, fences := written(t, entries)
	for _, keys := range []int{3, 10, len(entries)} {
		var asked []Key
		for range keys {
			asked = append(asked, entries[rng.IntN(len(entries))].Key)
		}
		slices.SortFunc(asked, Key.Compare)
		r := opened(t, blocks, fences)
		blocks.reads = 0
		for _, k := range asked {
			if _, ok, err := r.Find(k); !ok || err != nil {
				t.Fatal(k, ok, err)
			}
		}
		if most := min(keys, len(blocks.batches)); blocks.reads > most {
			t.Errorf("%d keys: %d batches of %d read", keys, blocks.reads, len(blocks.batches))
		}
	}
}

func TestMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var runs []*Run
	want := map[Key]Entry{}
	take := func(entries []Entry) {
		for _, e := range entries {
			if old, ok := want[e.Key]; ok {
				e.First = old.First
			}
			want[e.Key] = e
		}
	}
	all := random(rng, 6000)
	some := func() (part []Entry) {
		for _, e := range all {
			if rng.IntN(3) == 0 {
				e.First, e.Last = rng.Uint32(), rng.Uint32()
				part = append(part, e)
			}
		}
		return part
	}
	for range 4 {
		part := some()
		take(part)
		runs = append(runs, opened(t, first(written(t, part)), second(written(t, part))))
	}
	blocks, fences := new(memory), new(memory)
	m, err := NewMerger(NewWriter(blocks, fences), runs)
	if err != nil {
		t.Fatal(err)
	}
	part := some()
	take(part)
	for _, e := range part {
		if err := m.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	got := read(t, opened(t, blocks, fences))
	if len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b Entry) int { return a.Compare(b.Key) }) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for _, e := range got {
		if want[e.Key] != e {
			t.Errorf("%v, want %v", e, want[e.Key])
		}
	}
}

func first(m, _ *memory) *memory  { return m }
func second(_, m *memory) *memory { return m }

// However large generations are and in whatever order they come, there are few
// runs, and each entry is written again a few times only.
func TestKeep(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for name, size := range map[string]func(g int) int64{
		"equal":   func(int) int64 { return 1000 },
		"ones":    func(int) int64 { return 1 },
		"large":   func(g int) int64 { return []int64{1 << 30, 1000}[min(g, 1)] },
		"random":  func(int) int64 { return int64(1) << rng.IntN(20) },
		"growing": func(g int) int64 { return int64(g) },
		"sawtooth": func(g int) int64 {
			return int64(1) << (g % 20)
		},
	} {
		var runs []Info
		total, written, beginning := int64(0), int64(0), int64(0)
		for g := range 2000 {
			n := size(g)
			if g == 0 {
				beginning = n
			}
			total += n
			keep, documents := Keep(runs, n)
			for _, r := range runs[keep:] {
				n += r.Documents
			}
			if n != documents {
				t.Fatalf("%s: a run of %d documents has %d", name, n, documents)
			}
			runs = append(runs[:keep], Info{Part: g, Documents: n})
			written += n
			if most := (fanIn - 1) * (class(total) + 2); len(runs) > most {
				t.Fatalf("%s: %d runs of %d documents", name, len(runs), total)
			}
		}
		if written-beginning > total*int64(class(total)+2) {
			t.Errorf("%s: %d documents written for %d", name, written, total)
		}
	}
}

// FuzzBlock reads what a block may hold: it ends or is an error.
func FuzzBlock(f *testing.F) {
	blocks, _ := written(f, random(rand.New(rand.NewPCG(5, 5)), 40))
	for _, t := range blocks.batches {
		for i := range t.Rows {
			var b []byte
			for _, x := range t.Columns[3].Hashes[i] {
				b = binary.LittleEndian.AppendUint64(b, x)
			}
			f.Add(t.Columns[0].Ints[i], t.Columns[2].Ints[i], b)
		}
	}
	f.Fuzz(func(t *testing.T, space, entries int64, packed []byte) {
		table := corpus.NewTable(Schema())
		appendKey(table, Key{High: 1})
		c := table.Columns
		c[0].Ints[0] = space
		c[2].Ints = append(c[2].Ints, entries)
		var numbers []uint64
		for ; len(packed) >= 8; packed = packed[8:] {
			numbers = append(numbers, binary.LittleEndian.Uint64(packed))
		}
		c[3].Hashes = append(c[3].Hashes, numbers)
		fence := new(memory)
		if err := fence.Write(table); err != nil {
			t.Fatal(err)
		}
		fence.batches[0].Schema = FenceSchema()
		r, err := Open(&memory{batches: []*corpus.Table{table}}, fence)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for {
			_, ok, err := r.Next()
			if err != nil && corpus.ClassOf(err) != corpus.Corrupt {
				t.Fatal(err)
			}
			if !ok {
				if err == nil && n != entries {
					t.Errorf("%d entries of %d", n, entries)
				}
				return
			}
			n++
		}
	})
}
