package shards

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// text is a document of a test's shards.
type text struct {
	source string
	ids    []uint32
}

// shardsOf writes shards of texts, in batches of two documents, and the table of
// their sources.
func shardsOf(t testing.TB, files fsx.FS, parts ...[]text) *Dataset {
	t.Helper()
	d := &Dataset{fs: files, Dir: ".", Manifest: &corpus.Manifest{Stage: "shards", Generations: make([]corpus.Generation, 1)}}
	runs := NewRuns()
	for i, docs := range parts {
		f := create(t, files, fmt.Sprintf("part-%d.arrow", i), TokenSchema(corpus.Uint16s), func(w *Writer) error {
			for k, doc := range docs {
				row := corpus.NewTable(TokenSchema(corpus.Uint16s))
				row.Columns[0].Tokens, row.Columns[1].Strings, row.Columns[2].Strings = [][]uint32{doc.ids}, []string{fmt.Sprintf("%d.%d", i, k)}, []string{doc.source}
				row.Columns[3].Strings = []string{doc.source[:1]}
				row.Rows = 1
				if err := w.Write(row); err != nil {
					return err
				}
				if k%2 == 1 {
					if err := w.Cut(); err != nil {
						return err
					}
				}
				runs.Add(i, doc.source, 1, int64(len(doc.ids)))
			}
			return nil
		})
		f.Role = TrainRole
		d.Manifest.Generations[0].Parts = append(d.Manifest.Generations[0].Parts, corpus.Part{Number: i, Files: []corpus.File{f}})
	}
	f := write(t, files, "source.arrow", runs.Table)
	f.Role = SourceRole
	d.Manifest.Generations[0].Parts[0].Files = append(d.Manifest.Generations[0].Parts[0].Files, f)
	return d
}

// create writes a file through a Writer.
func create(t testing.TB, files fsx.FS, name string, s corpus.Schema, fill func(*Writer) error) corpus.File {
	t.Helper()
	out, err := files.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(out, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	size, err := files.Size(name)
	if err != nil {
		t.Fatal(err)
	}
	return corpus.File{Name: name, Size: size, Rows: w.Rows(), Checks: w.Checks(), Tokens: w.Tokens()}
}

// someTexts are documents of up to nine tokens, some of them empty.
func someTexts(r *rand.Rand, n int, sources ...string) []text {
	all := make([]text, n)
	for i := range all {
		all[i].source = sources[r.IntN(len(sources))]
		for range r.IntN(10) {
			all[i].ids = append(all[i].ids, uint32(100+r.IntN(1000)))
		}
	}
	return all
}

// flat is texts as a stream, and the lengths of its documents.
func flat(parts [][]text, of func(string) bool) (ids []int32, lengths []int64) {
	for _, docs := range parts {
		for _, d := range docs {
			if !of(d.source) {
				continue
			}
			for _, id := range d.ids {
				ids = append(ids, int32(id))
			}
			ids, lengths = append(ids, 2), append(lengths, int64(len(d.ids)+1))
		}
	}
	return ids, lengths
}

// TestStreams: streams of all documents and of some sources give every range, the
// lengths from every document on, and the ends of documents in every range, over
// borders of batches and shards.
func TestStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := [][]text{someTexts(r, 9, "wiki/a", "crawl"), nil, someTexts(r, 7, "wiki/a", "wiki/b"), someTexts(r, 8, "crawl", "books")}
	tok, err := OpenTokens(shardsOf(t, fsxtest.New(), parts...), TrainRole, 1<<16, 2)
	if err != nil {
		t.Fatal(err)
	}
	groups, others, err := tok.Groups(2, func(source string) int {
		return map[string]int{"wiki": 0, "crawl": 1, "books": -1}[strings.Split(source, "/")[0]]
	})
	if err != nil {
		t.Fatal(err)
	}
	books, _ := flat(parts, func(s string) bool { return s == "books" })
	if others != int64(len(books)) {
		t.Errorf("%d tokens of others, want %d", others, len(books))
	}
	testStream(t, tok.All(), parts, func(string) bool { return true })
	testStream(t, groups[0], parts, func(s string) bool { return strings.HasPrefix(s, "wiki") })
	testStream(t, groups[1], parts, func(s string) bool { return s == "crawl" })
	by, err := tok.All().By(func(source, lang string) string {
		if lang != source[:1] {
			t.Errorf("%s is in %q", source, lang)
		}
		return strings.TrimPrefix(lang, "b") // of books there is none
	})
	if err != nil || len(by) != 2 {
		t.Fatalf("%v, %v", by, err)
	}
	testStream(t, by["w"], parts, func(s string) bool { return strings.HasPrefix(s, "wiki") })
	testStream(t, by["c"], parts, func(s string) bool { return s == "crawl" })
}

func testStream(t *testing.T, s *Stream, parts [][]text, of func(string) bool) {
	t.Helper()
	want, lengths := flat(parts, of)
	if s.Len() != int64(len(want)) || len(lengths) < 5 {
		t.Fatalf("%d tokens, want %d", s.Len(), len(want))
	}
	testDocuments(t, s, parts, of)
	var ends []int
	end, names := 0, named(parts, of)
	for i := range lengths {
		testLengths(t, s, lengths[i:], int64(end))
		end += int(lengths[i])
		ends = append(ends, end)
	}
	for from := range want {
		for to := from; to <= len(want); to++ {
			got := make([]int32, to-from)
			if err := s.Read(got, int64(from)); err != nil || !cmp.Equal(got, want[from:to], cmpopts.EquateEmpty()) {
				t.Fatalf("%d:%d = %v, %v, want %v", from, to, got, err, want[from:to])
			}
			var some []int
			for _, e := range ends {
				if from < e && e <= to {
					some = append(some, e-from)
				}
			}
			if got, err := s.Ends(nil, int64(from), to-from); err != nil || !cmp.Equal(got, some) {
				t.Fatalf("ends in %d:%d are %v, %v, want %v", from, to, got, err, some)
			}
			var all []string
			for i, e := range ends {
				if from < e && e-int(lengths[i]) < to {
					all = append(all, names[i])
				}
			}
			if from == to {
				all = nil
			}
			who := []string(nil)
			err := s.Names(int64(from), int64(to-from), func(id, source string) { who = append(who, id+" "+source) })
			if err != nil || !cmp.Equal(who, all) {
				t.Fatalf("documents in %d:%d are %v, %v, want %v", from, to, who, err, all)
			}
		}
	}
	if err := s.Read(make([]int32, 1), s.Len()); err == nil {
		t.Error("reading past the end succeeds")
	}
}

// testDocuments wants where the documents of every range lie.
func testDocuments(t *testing.T, s *Stream, parts [][]text, of func(string) bool) {
	t.Helper()
	var all []Document
	at := int64(0)
	for i, docs := range parts {
		for k, d := range docs {
			if n := int64(len(d.ids) + 1); of(d.source) {
				all = append(all, Document{fmt.Sprintf("%d.%d", i, k), d.source, d.source[:1], i, at, n})
				at += n
			}
		}
	}
	for from := int64(0); from < s.Len(); from++ {
		for to := from + 1; to <= s.Len(); to++ {
			var got, want []Document
			for d, err := range s.Documents(from, to-from) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, d)
			}
			for _, d := range all {
				if d.At < to && from < d.At+d.Len {
					want = append(want, d)
				}
			}
			if !cmp.Equal(got, want) {
				t.Fatalf("documents in %d:%d are %v, want %v", from, to, got, want)
			}
		}
	}
}

// named is the documents of a stream: id and source.
func named(parts [][]text, of func(string) bool) (names []string) {
	for i, docs := range parts {
		for k, d := range docs {
			if of(d.source) {
				names = append(names, fmt.Sprintf("%d.%d %s", i, k, d.source))
			}
		}
	}
	return names
}

func testLengths(t *testing.T, s *Stream, want []int64, at int64) {
	t.Helper()
	for _, n := range []int{1, 3, len(want) + 1} {
		got := make([]int64, n)
		k, err := s.Lengths(got, at)
		if err != nil || !cmp.Equal(got[:k], want[:min(n, len(want))]) {
			t.Fatalf("lengths from %d: %v, %v, want %v", at, got[:k], err, want)
		}
	}
}

// TestVerifiedWhenRead: what is not read is not verified, what is read is once, and
// a flipped bit anywhere is found before a token of its batch is given out.
func TestVerifiedWhenRead(t *testing.T) {
	files := fsxtest.New()
	r := rand.New(rand.NewPCG(3, 4))
	parts := [][]text{someTexts(r, 6, "a"), someTexts(r, 6, "a")}
	d := shardsOf(t, files, parts...)
	open := func() *Tokens {
		tok, err := mapTokens(d, TrainRole, 1<<16, 2)
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	tok := open()
	verified := func(want int) {
		t.Helper()
		if n, of := tok.Verified(); n != want || of != 6 {
			t.Errorf("%d of %d batches are verified, want %d of 6", n, of, want)
		}
	}
	verified(0)
	last := make([]int32, 1)
	for range 2 {
		if err := tok.All().Read(last, tok.All().Len()-1); err != nil || last[0] != 2 {
			t.Fatal(last, err)
		}
		verified(1)
	}
	all := make([]int32, tok.All().Len())
	if err := tok.All().Read(all, 0); err != nil {
		t.Fatal(err)
	}
	verified(6)

	size, err := files.Size("part-1.arrow")
	if err != nil {
		t.Fatal(err)
	}
	for bit := int64(0); bit < size*8; bit += 7 {
		files.Flip("part-1.arrow", bit)
		if err := open().All().Read(all, 0); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "part-1.arrow") {
			t.Fatalf("bit %d: %v", bit, err)
		}
		files.Flip("part-1.arrow", bit)
	}
}

// TestOlderShards: a manifest that does not tell the tokens of batches makes opening
// read them; without the sources, groups are refused.
func TestOlderShards(t *testing.T) {
	d := shardsOf(t, fsxtest.New(), someTexts(rand.New(rand.NewPCG(5, 6)), 9, "a"))
	want, err := mapTokens(d, TrainRole, 1<<16, 2)
	if err != nil {
		t.Fatal(err)
	}
	files := d.Manifest.Generations[0].Parts[0].Files
	for i := range files[0].Checks {
		files[0].Checks[i].Rows, files[0].Checks[i].Tokens = 0, 0
	}
	d.Manifest.Generations[0].Parts[0].Files = files[:1]
	tok, err := mapTokens(d, TrainRole, 1<<16, 2)
	if err != nil || tok.All().Len() != want.All().Len() {
		t.Fatalf("%v", err)
	}
	a, b := make([]int32, want.All().Len()), make([]int32, want.All().Len())
	if err := want.All().Read(a, 0); err != nil {
		t.Fatal(err)
	}
	if err := tok.All().Read(b, 0); err != nil || !cmp.Equal(a, b) {
		t.Errorf("%v, %v, want %v", b, err, a)
	}
	if _, _, err := tok.Groups(1, func(string) int { return 0 }); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("groups of an older set: %v", err)
	}
}

// TestManifestTells: counts of a batch that are not the manifest's are refused.
func TestManifestTells(t *testing.T) {
	d := shardsOf(t, fsxtest.New(), someTexts(rand.New(rand.NewPCG(7, 8)), 9, "a"))
	d.Manifest.Generations[0].Parts[0].Files[0].Checks[1].Tokens++
	if _, err := OpenTokens(d, TrainRole, 1<<16, 2); corpus.ClassOf(err) != corpus.Corrupt {
		t.Errorf("%v", err)
	}
}
