package shards

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func allKinds(rows int) *corpus.Table {
	t := corpus.NewTable(corpus.Schema{
		{Name: "s", Kind: corpus.Strings},
		{Name: "id", Kind: corpus.IDs},
		{Name: "f", Kind: corpus.Floats},
		{Name: "i", Kind: corpus.Ints},
		{Name: "l", Kind: corpus.Lists},
		{Name: "n", Kind: corpus.Numbers},
		{Name: "a", Kind: corpus.Uint16s},
		{Name: "b", Kind: corpus.Uint32s},
		{Name: "h", Kind: corpus.Hashes},
	})
	for r := range rows {
		c := t.Columns
		c[0].Strings = append(c[0].Strings, fmt.Sprint("text ", r))
		c[1].IDs = append(c[1].IDs, corpus.NewID("x", int64(r), nil))
		c[2].Floats = append(c[2].Floats, []float64{1.5, math.NaN()}[r%2])
		c[3].Ints = append(c[3].Ints, []int64{int64(r), corpus.NullInt}[r%2])
		c[4].Lists = append(c[4].Lists, []string{"a", "b"}[:r%3%2])
		c[5].Numbers = append(c[5].Numbers, []float64{1, 2, 3}[:r%4])
		c[6].Tokens = append(c[6].Tokens, []uint32{1, 65535, 3}[:r%4])
		c[7].Tokens = append(c[7].Tokens, []uint32{1, 1 << 31, 3}[:r%4])
		c[8].Hashes = append(c[8].Hashes, []uint64{1, 1 << 63, 3}[:r%4])
		t.Rows++
	}
	return t
}

// write puts tables of one schema in a file of fs and describes it.
func write(t testing.TB, fs fsx.FS, name string, tables ...*corpus.Table) corpus.File {
	t.Helper()
	s, err := fsx.Stage(fs, ".", name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(s, tables[0].Schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := w.Write(table); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := corpus.File{Role: "part", Name: name, Size: s.Size(), SHA256: s.Sum(), Rows: w.Rows(), Checks: w.Checks(), Tokens: w.Tokens()}
	if err := s.Commit(func(string) string { return name }); err != nil {
		t.Fatal(err)
	}
	return f
}

func read(fs fsx.FS, f corpus.File, s corpus.Schema) (tables []*corpus.Table, err error) {
	r, err := OpenTable(fs, f.Name, f, s, "corpus test")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		table, err := r.Next()
		if errors.Is(err, io.EOF) {
			return tables, nil
		}
		if err != nil {
			return nil, err
		}
		clone := *table
		clone.Columns = append([]corpus.Column(nil), table.Columns...)
		tables = append(tables, &clone)
	}
}

func TestTableRoundTrip(t *testing.T) {
	for _, rows := range []int{0, 1, 100} {
		fs := fsxtest.New()
		want := allKinds(rows)
		f := write(t, fs, "p.arrow", want)
		got, err := read(fs, f, want.Schema)
		if err != nil || len(got) != 1 {
			t.Fatal(rows, len(got), err)
		}
		if d := cmp.Diff(want, got[0], cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	}
}

func TestBatchesAreCutBySize(t *testing.T) {
	table := corpus.NewTable(corpus.Schema{{Name: "s", Kind: corpus.Strings}})
	for range 40 {
		table.Columns[0].Strings = append(table.Columns[0].Strings, string(bytes.Repeat([]byte("x"), corpus.BatchBytes/10)))
		table.Rows++
	}
	fs := fsxtest.New()
	f := write(t, fs, "p.arrow", table)
	got, err := read(fs, f, table.Schema)
	if err != nil || len(got) != 4 || len(f.Checks) != 5 {
		t.Fatalf("%d batches, %d checks, %v; want 4 and 5", len(got), len(f.Checks), err)
	}
}

// A flipped bit anywhere in a part is reported as corrupt, with its file.
func TestEveryFlippedBitIsFound(t *testing.T) {
	fs := fsxtest.New()
	f := write(t, fs, "p.arrow", allKinds(5))
	for bit := range f.Size * 8 {
		fs.Flip("p.arrow", bit)
		_, err := read(fs, f, nil)
		var e *corpus.Error
		if !errors.As(err, &e) || e.Class != corpus.Corrupt || e.Path != "p.arrow" {
			t.Fatalf("bit %d: %v", bit, err)
		}
		fs.Flip("p.arrow", bit)
	}
}

func tokenDataset(t testing.TB, fs fsx.FS, kind corpus.Kind, docs [][]uint32) *Dataset {
	table := corpus.NewTable(TokenSchema(kind))
	for i, d := range docs {
		c := table.Columns
		c[0].Tokens = append(c[0].Tokens, d)
		c[1].Strings = append(c[1].Strings, fmt.Sprintf("doc%d", i))
		c[2].Strings, c[3].Strings = append(c[2].Strings, "src"), append(c[3].Strings, "en")
		table.Rows++
	}
	f := write(t, fs, "tokens.arrow", table)
	m := &corpus.Manifest{Stage: "shards", Generations: []corpus.Generation{{Parts: []corpus.Part{{Files: []corpus.File{f}}}}}}
	return &Dataset{fs: fs, Dir: ".", Manifest: m}
}

func TestTokensReadEveryRange(t *testing.T) {
	docs := [][]uint32{{5, 6, 7}, {}, {8}, {9, 10, 11, 12}}
	want := []int32{5, 6, 7, 2, 2, 8, 2, 9, 10, 11, 12, 2}
	for _, kind := range []corpus.Kind{corpus.Uint16s, corpus.Uint32s} {
		tok, err := OpenTokens(tokenDataset(t, fsxtest.New(), kind, docs), "part", 1<<16, 2)
		if err != nil {
			t.Fatal(err)
		}
		if tok.All().Len() != int64(len(want)) {
			t.Fatal(tok.All().Len())
		}
		for from := range want {
			for to := from; to <= len(want); to++ {
				got := make([]int32, to-from)
				if err := tok.All().Read(got, int64(from)); err != nil || !cmp.Equal(got, want[from:to], cmpopts.EquateEmpty()) {
					t.Fatalf("%d:%d = %v, %v", from, to, got, err)
				}
			}
		}
		if err := tok.All().Read(make([]int32, 2), int64(len(want)-1)); err == nil {
			t.Error("reading past the end succeeds")
		}
		if err := tok.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTokensSpanBatches(t *testing.T) {
	big := make([]uint32, corpus.BatchBytes/2)
	for i := range big {
		big[i] = uint32(i % 50000)
	}
	tok, err := OpenTokens(tokenDataset(t, fsxtest.New(), corpus.Uint16s, [][]uint32{big, big[:10], big}), "part", 1<<16, 60000)
	if err != nil || len(tok.shards[0].batches) < 2 {
		t.Fatal(err, len(tok.shards[0].batches))
	}
	got := make([]int32, tok.All().Len())
	if err := tok.All().Read(got, 0); err != nil {
		t.Fatal(err)
	}
	n := int64(len(big))
	if got[0] != 0 || got[n] != 60000 || got[n+1] != 0 || got[n+11] != 60000 || got[n+13] != 1 || got[tok.All().Len()-1] != 60000 {
		t.Fatal(got[n : n+13])
	}
}

func TestEveryFlippedBitOfTokensIsFound(t *testing.T) {
	fs := fsxtest.New()
	d := tokenDataset(t, fs, corpus.Uint16s, [][]uint32{{5, 6, 7}, {8}})
	size, err := fs.Size("tokens.arrow")
	if err != nil {
		t.Fatal(err)
	}
	for bit := range size * 8 {
		fs.Flip("tokens.arrow", bit)
		if tok, err := OpenTokens(d, "part", 1<<16, 2); corpus.ClassOf(err) != corpus.Corrupt {
			t.Fatalf("bit %d: %v %v", bit, tok, err)
		}
		fs.Flip("tokens.arrow", bit)
	}
}

// Our stream carries a footer, so Arrow's own readers of both forms open it.
func TestTokenShardIsStreamAndFile(t *testing.T) {
	fs := fsxtest.New()
	tokenDataset(t, fs, corpus.Uint16s, [][]uint32{{5, 6, 7}, {8}})
	b, err := fsx.ReadFile(fs, "tokens.arrow", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	testArrowReaders(t, b, 2)
}

// batches is a table in a file, each row a batch of its own.
func batches(t *testing.T, fs fsx.FS, n int) corpus.File {
	table := corpus.NewTable(corpus.Schema{{Name: "i", Kind: corpus.Ints}, {Name: "s", Kind: corpus.Strings}})
	for i := range n {
		table.Columns[0].Ints = append(table.Columns[0].Ints, int64(i))
		table.Columns[1].Strings = append(table.Columns[1].Strings, string(bytes.Repeat([]byte{'a' + byte(i)}, corpus.BatchBytes)))
		table.Rows++
	}
	return write(t, fs, "a.arrow", table)
}

// A batch ends where the writer says so; one without rows is none.
func TestCut(t *testing.T) {
	var out bytes.Buffer
	schema := corpus.Schema{{Name: "i", Kind: corpus.Ints}}
	w, err := NewWriter(&out, schema)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		table := corpus.NewTable(schema)
		for range i {
			table.Columns[0].Ints = append(table.Columns[0].Ints, int64(i))
			table.Rows++
		}
		if err := errors.Join(w.Write(table), corpus.Cut(w)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if batches := len(w.Checks()) - 1; batches != 2 || w.Rows() != 3 {
		t.Errorf("%d batches of %d rows", batches, w.Rows())
	}
}

// openSeeker opens the table of batches.
func openSeeker(t *testing.T, fs fsx.FS, f corpus.File) corpus.Seeker {
	t.Helper()
	r, err := OpenTable(fs, "a.arrow", f, nil, "corpus test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r.(corpus.Seeker)
}

// Any batch can be gone to, in any order.
func TestSeek(t *testing.T) {
	const n = 5
	fs := fsxtest.New()
	s := openSeeker(t, fs, batches(t, fs, n))
	if s.Batches() != n {
		t.Fatalf("%d batches, want %d", s.Batches(), n)
	}
	for _, to := range []int{3, 0, 1, 4, 0, 2} {
		if err := s.Seek(to); err != nil {
			t.Fatal(err)
		}
		for i := to; i < min(to+2, n); i++ {
			got, err := s.Next()
			if err != nil || got.Rows != 1 || got.Columns[0].Ints[0] != int64(i) {
				t.Fatalf("batch %d after going to %d: %v %v", i, to, got, err)
			}
		}
	}
	if err := s.Seek(n); err == nil {
		t.Error("there is a batch behind the last")
	}
}

// The batch of a row is gone to where the file tells how many rows each has.
func TestSeekRow(t *testing.T) {
	const n = 5
	fs := fsxtest.New()
	f := batches(t, fs, n)
	s := openSeeker(t, fs, f)
	for _, row := range []int64{4, 0, 2} {
		first, err := s.SeekRow(row)
		if err != nil || first != row {
			t.Fatalf("row %d: batch that begins with %d, %v", row, first, err)
		}
		if got, err := s.Next(); err != nil || got.Columns[0].Ints[0] != row {
			t.Fatalf("row %d: %v %v", row, got, err)
		}
	}
	if _, err := s.SeekRow(n); err == nil {
		t.Error("there is a row behind the last")
	}
	for i := range f.Checks {
		f.Checks[i].Rows = 0
	}
	if first, err := openSeeker(t, fs, f).SeekRow(4); err != nil || first != -1 {
		t.Errorf("without rows of batches: batch that begins with %d, %v", first, err)
	}
}

// What is gone to is verified.
func TestSeekDamaged(t *testing.T) {
	fs := fsxtest.New()
	f := batches(t, fs, 5)
	f.Checks[3].Sum++
	s := openSeeker(t, fs, f)
	if err := s.Seek(3); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(); corpus.ClassOf(err) != corpus.Corrupt {
		t.Errorf("a damaged batch: %v", err)
	}
}

// An id that 16 bits would cut off is refused.
func TestWideTokenIsRefused(t *testing.T) {
	w, err := NewWriter(io.Discard, TokenSchema(corpus.Uint16s))
	if err != nil {
		t.Fatal(err)
	}
	table := corpus.NewTable(TokenSchema(corpus.Uint16s))
	table.Columns[0].Tokens, table.Columns[1].Strings, table.Columns[2].Strings = [][]uint32{{1, 65536}}, []string{"a"}, []string{"b"}
	table.Columns[3].Strings = []string{"en"}
	table.Rows = 1
	if err := w.Write(table); err == nil {
		t.Error("65536 was written in 16 bits")
	}
}

// Errors of the rows and of the decoder say how to make the part again.
func TestReaderSaysHowToRebuild(t *testing.T) {
	fs := fsxtest.New()
	f := write(t, fs, "p.arrow", allKinds(5))
	f.Rows++
	_, err := read(fs, f, nil)
	var e *corpus.Error
	if !errors.As(err, &e) || e.Next != "rebuild it with `corpus test`" {
		t.Errorf("%v", err)
	}
}

// The files that datasets.load_from_disk reads, to the byte; the script
// testdata/scripts/shards_check.py opens such with the real package.
func TestDerivedFiles(t *testing.T) {
	m := &corpus.Manifest{Generations: []corpus.Generation{{
		Key: "0123456789abcdef0123", Parts: []corpus.Part{
			{Number: 0, Files: []corpus.File{{Role: TrainRole, Name: "train/part-00000-a.arrow", Tokens: "uint32"}}},
			{Number: 1, Files: []corpus.File{{Role: TrainRole, Name: "train/part-00001-b.arrow", Tokens: "uint32"}}},
		},
	}}}
	files, err := deriveHF(m)
	if err != nil || len(files) != 2 {
		t.Fatal(len(files), err)
	}
	for i, want := range []corpus.Derived{{Name: "train/state.json", Data: []byte(wantState)}, {Name: "train/dataset_info.json", Data: []byte(wantInfo)}} {
		if files[i].Name != want.Name || string(files[i].Data) != string(want.Data) {
			t.Errorf("%s:\n%s", files[i].Name, files[i].Data)
		}
	}
}

const wantState = `{
 "_data_files": [
  {
   "filename": "part-00000-a.arrow"
  },
  {
   "filename": "part-00001-b.arrow"
  }
 ],
 "_fingerprint": "0123456789abcdef",
 "_format_columns": null,
 "_format_kwargs": {},
 "_format_type": null,
 "_output_all_columns": false,
 "_split": "train"
}
`

const wantInfo = `{
 "features": {
  "id": {
   "_type": "Value",
   "dtype": "string"
  },
  "input_ids": {
   "_type": "Sequence",
   "feature": {
    "_type": "Value",
    "dtype": "uint32"
   }
  },
  "lang": {
   "_type": "Value",
   "dtype": "string"
  },
  "source": {
   "_type": "Value",
   "dtype": "string"
  }
 }
}
`
