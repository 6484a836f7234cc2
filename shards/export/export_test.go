package export

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
	"corpus/shards"

	"github.com/google/go-cmp/cmp"
)

// golden is what testdata/scripts/export_fixtures.py gave the formats' own writers.
type golden struct {
	Vocab     int
	EOS       uint32
	Limit     int64
	Tokenizer string
	Documents []document
}

type document struct {
	ID, Source, Lang string
	IDs              []uint32
}

func readGolden(t testing.TB, bits int) golden {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("testdata/documents%d.json", bits))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// dataset writes the documents as shards of so many each, to train on.
func dataset(t testing.TB, files fsx.FS, g golden, each int) *shards.Dataset {
	t.Helper()
	gen := corpus.Generation{Key: "key", Files: []corpus.File{{Role: shards.TokenizerRole, Name: "t.json", SHA256: g.Tokenizer}}}
	kind := corpus.Uint16s
	if g.Vocab > 1<<16 {
		kind = corpus.Uint32s
	}
	for from := 0; from < len(g.Documents); from += each {
		f := shard(t, files, len(gen.Parts), kind, g.Documents[from:min(from+each, len(g.Documents))])
		gen.Parts = append(gen.Parts, corpus.Part{Number: len(gen.Parts), Files: []corpus.File{f}})
	}
	b, err := corpus.Manifest{Stage: "shards", Generations: []corpus.Generation{gen}}.Seal()
	if err == nil {
		err = fsx.WriteFile(files, "shards/manifest.json", b)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := shards.OpenDataset(files, "shards")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shard(t testing.TB, files fsx.FS, number int, kind corpus.Kind, docs []document) corpus.File {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(files.MkdirAll("shards"))
	name := fmt.Sprintf("part-%d.arrow", number)
	s, err := fsx.Stage(files, "shards", name)
	must(err)
	w, err := shards.NewWriter(s, shards.TokenSchema(kind))
	must(err)
	table := corpus.NewTable(shards.TokenSchema(kind))
	for _, d := range docs {
		c := table.Columns
		c[0].Tokens, c[1].Strings, c[2].Strings = append(c[0].Tokens, d.IDs), append(c[1].Strings, d.ID), append(c[2].Strings, d.Source)
		c[3].Strings = append(c[3].Strings, d.Lang)
		table.Rows++
	}
	must(w.Write(table))
	must(w.Close())
	f := corpus.File{Role: shards.TrainRole, Name: name, Size: s.Size(), SHA256: s.Sum(), Rows: w.Rows(), Checks: w.Checks(), Tokens: w.Tokens()}
	must(s.Commit(func(string) string { return name }))
	return f
}

func (g golden) job(files fsx.FS, d *shards.Dataset, format string) Job {
	return Job{FS: files, Set: d, Dir: "out", Format: format, Vocab: g.Vocab, EOS: g.EOS, Files: map[string][]byte{"tokenizer.json": []byte("{}")}}
}

// tree is the files below dir by name, without records and locks.
func tree(t testing.TB, files *fsxtest.Mem, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, n := range files.Names() {
		if rest, ok := strings.CutPrefix(n, dir+"/"); ok && rest != lockName {
			b, err := fsx.ReadFile(files, n, 1<<24)
			if err != nil {
				t.Fatal(err)
			}
			all[rest] = string(b)
		}
	}
	return all
}

// TestFormats: files are to the byte what the formats' own writers make.
func TestFormats(t *testing.T) {
	for _, bits := range []int{16, 32} {
		for _, format := range Formats() {
			g, files := readGolden(t, bits), fsxtest.New()
			j := g.job(files, dataset(t, files, g, 4), format)
			e := &export{Job: j, ctx: context.Background(), record: j.describe(), limit: g.Limit}
			if err := files.MkdirAll(j.Dir); err != nil {
				t.Fatal(err)
			}
			if err := e.run(writers()[format]); err != nil {
				t.Fatal(err)
			}
			got, want := tree(t, files, "out/train"), map[string]string{}
			names, err := filepath.Glob(fmt.Sprintf("testdata/%s%d/*", format, bits))
			if err != nil || len(names) < 2 {
				t.Fatal(names, err)
			}
			for _, n := range names {
				b, err := os.ReadFile(n)
				if err != nil {
					t.Fatal(err)
				}
				want[path.Base(n)] = string(b)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s of %d bits: %s", format, bits, d)
			}
		}
	}
}

// TestLongAndEmpty: a document that fills buffers, and is longer than a shard of MDS,
// is one sequence and one sample; so is one without a token. No shard is empty.
func TestLongAndEmpty(t *testing.T) {
	for _, vocab := range []int{60000, 150000} {
		long := make([]uint32, 3*bufferTokens+5)
		for i := range long {
			long[i] = uint32(i % vocab)
		}
		g := golden{Vocab: vocab, EOS: 2, Documents: []document{{ID: "long", IDs: long}, {ID: "none"}, {ID: "long", IDs: long}, {ID: "one", IDs: long[:1]}, {ID: "none"}}}
		files := fsxtest.New()
		j := g.job(files, dataset(t, files, g, 3), MDS)
		e := &export{Job: j, ctx: context.Background(), record: j.describe(), limit: 4 * bufferTokens}
		if err := files.MkdirAll(j.Dir); err != nil {
			t.Fatal(err)
		}
		if err := e.run(writeMDS); err != nil {
			t.Fatal(err)
		}
		var index struct{ Shards []struct{ Samples int } }
		if err := json.Unmarshal([]byte(tree(t, files, "out")["train/index.json"]), &index); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(index.Shards); got != "[{1} {1} {1} {2}]" {
			t.Errorf("samples of shards %s", got)
		}
		j.Dir, j.Format = "meg", Megatron
		if _, _, err := Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		width, all := megatronWidth(vocab), tree(t, files, "meg")
		var want []byte
		for _, d := range g.Documents {
			for _, id := range append(slices.Clone(d.IDs), g.EOS) {
				want = appendIDs(want, []int32{int32(id)}, width)
			}
		}
		if all["train/tokens.bin"] != string(want) {
			t.Error("other tokens")
		}
		lengths := all["train/tokens.idx"][34:][:4*5]
		for i, d := range g.Documents {
			if n := binary.LittleEndian.Uint32([]byte(lengths[4*i:])); int(n) != len(d.IDs)+1 {
				t.Errorf("document %d has %d tokens", i, n)
			}
		}
	}
}

// TestMetric: numbers as humanize writes them.
func TestMetric(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0.00 T", 5: "5.00 T", 42: "42.0 T", 999: "999 T", 1000: "1.00 kT", 1234: "1.23 kT", 99999: "100 kT", 999999: "1.00 MT", 123456789: "123 MT", 1 << 40: "1.10 TT",
	} {
		if got := metric(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// TestNeedHolds: an export is no larger than what the disk was asked for, nor half of it.
func TestNeedHolds(t *testing.T) {
	for _, bits := range []int{16, 32} {
		for _, format := range Formats() {
			g, files := readGolden(t, bits), fsxtest.New()
			j, need := g.job(files, dataset(t, files, g, 4), format), int64(0)
			j.Room = func(n int64) error { need = n; return nil }
			r, _, err := Run(context.Background(), j)
			if err != nil {
				t.Fatal(err)
			}
			size := int64(0)
			for _, f := range r.Files {
				size += f.Size
			}
			if size > need || need > 4*size {
				t.Errorf("%s of %d bits: %d bytes, %d asked for", format, bits, size, need)
			}
		}
	}
}

// TestKilledAnywhere: an export that is cut off at any operation and repeated has the
// same bytes, also over an export of another format.
func TestKilledAnywhere(t *testing.T) {
	g := readGolden(t, 16)
	g.Documents = g.Documents[:5]
	for i, format := range Formats() {
		other := Formats()[(i+1)%len(Formats())]
		base := fsxtest.New()
		if _, _, err := Run(context.Background(), g.job(base, dataset(t, base, g, 2), other)); err != nil {
			t.Fatal(err)
		}
		want := exported(t, base.Crash(true), g, format)
		cuts := 0
		for at := 1; ; at++ {
			files := base.Crash(true)
			d, err := shards.OpenDataset(files, "shards")
			if err != nil {
				t.Fatal(err)
			}
			files.ClearLog()
			files.FailAt, files.Fail = at, fsxtest.ErrCrash
			_, _, err = Run(context.Background(), g.job(files, d, format))
			if err == nil {
				break
			}
			cuts++
			for _, keep := range []bool{false, true} {
				if d := cmp.Diff(want, exported(t, files.Crash(keep), g, format)); d != "" {
					t.Fatalf("%s cut at %d: %s", format, at, d)
				}
			}
		}
		if cuts < 10 {
			t.Errorf("%s was cut only %d times", format, cuts)
		}
	}
}

// exported is the tree that an export leaves.
func exported(t testing.TB, files *fsxtest.Mem, g golden, format string) map[string]string {
	t.Helper()
	d, err := shards.OpenDataset(files, "shards")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Run(context.Background(), g.job(files, d, format)); err != nil {
		t.Fatal(err)
	}
	return tree(t, files, "out")
}

// TestAgain: what is there is left alone; what is missing, or of other shards, is
// made anew, and nothing of before is left.
func TestAgain(t *testing.T) {
	g, files := readGolden(t, 16), fsxtest.New()
	run := func(d *shards.Dataset, format string, want bool) {
		t.Helper()
		_, upToDate, err := Run(context.Background(), g.job(files, d, format))
		if err != nil || upToDate != want {
			t.Fatalf("%s: up to date %v, %v", format, upToDate, err)
		}
	}
	d := dataset(t, files, g, 4)
	run(d, MDS, false)
	run(d, MDS, true)
	if err := files.Remove("out/train/shard.00000.mds"); err != nil {
		t.Fatal(err)
	}
	run(d, MDS, false)
	d.Manifest.Generations[0].Key = "another"
	run(d, MDS, false)
	run(d, Nanotron, false)
	for n := range tree(t, files, "out") {
		if strings.HasSuffix(n, ".mds") || n == "train/index.json" {
			t.Errorf("%s is left", n)
		}
	}
	put(t, files, "mine/notes.txt", "mine")
	j := g.job(files, d, MDS)
	j.Dir = "mine"
	if _, _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("a directory of somebody else: %v", err)
	}
	j.Format = "webdataset"
	if _, _, err := Run(context.Background(), j); corpus.ClassOf(err) != corpus.Usage || !strings.Contains(err.Error(), MDS) {
		t.Errorf("an unknown format: %v", err)
	}
}

func put(t testing.TB, files fsx.FS, name, data string) {
	t.Helper()
	if err := files.MkdirAll(path.Dir(name)); err != nil {
		t.Fatal(err)
	}
	if err := fsx.WriteFile(files, name, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedShards: a flipped bit and a cut file are errors with the place, and
// leave no export that looks whole.
func TestDamagedShards(t *testing.T) {
	for _, format := range Formats() {
		g, files := readGolden(t, 16), fsxtest.New()
		d := dataset(t, files, g, 4)
		files.Flip("shards/part-1.arrow", 8*1000)
		_, _, err := Run(context.Background(), g.job(files, d, format))
		if corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "shards/part-1.arrow") {
			t.Errorf("%s of a flipped bit: %v", format, err)
		}
		files.Flip("shards/part-1.arrow", 8*1000)
		size, err := files.Size("shards/part-1.arrow")
		if err == nil {
			err = files.Truncate("shards/part-1.arrow", size-1)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = Run(context.Background(), g.job(files, d, format)); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "has ") {
			t.Errorf("%s of a cut file: %v", format, err)
		}
		if r, _ := readRecord(files, "out"); r != nil && r.Complete {
			t.Errorf("%s of damaged shards is complete", format)
		}
	}
}

// FuzzRecord: whatever a record holds, it is an error or is read.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"format":"mds","complete":true,"files":[{"name":"../x","size":-1}]}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		files := fsxtest.New()
		put(t, files, "out/export.json", string(b))
		r, err := readRecord(files, "out")
		if err == nil && r.holds(files, "out", &Record{Format: Megatron}) && r.Format != Megatron {
			t.Error("another format is up to date")
		}
	})
}
