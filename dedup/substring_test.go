package dedup

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

// suffix is one of a document; none goes beyond its own.
type suffix struct {
	doc, at int
	text    string
}

// repeated says of every byte of documents whether it is in a window of n bytes
// that occurs more than once (keep none) or occurred before (keep first), by a
// sorted list of all suffixes.
func repeated(docs []string, n int, keep string) [][]bool {
	var all []suffix
	marks := make([][]bool, len(docs))
	for d, text := range docs {
		marks[d] = make([]bool, len(text))
		for i := 0; i+n <= len(text); i++ {
			all = append(all, suffix{d, i, text[i:]})
		}
	}
	slices.SortFunc(all, func(a, b suffix) int { return strings.Compare(a.text, b.text) })
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].text[:n] == all[i].text[:n] {
			j++
		}
		group := slices.Clone(all[i:j])
		slices.SortFunc(group, cmpPlace)
		if keep != KeepNone || len(group) == 1 {
			group = group[1:]
		}
		for _, s := range group {
			for b := range n {
				marks[s.doc][s.at+b] = true
			}
		}
		i = j
	}
	return marks
}

func cmpPlace(a, b suffix) int {
	if a.doc != b.doc {
		return a.doc - b.doc
	}
	return a.at - b.at
}

// wanted are the edits that follow from marks.
func wanted(text string, marks []bool, n int) (edits []corpus.Edit) {
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && marks[j] {
			j++
		}
		start, end := i, j
		for start < end && !utf8.RuneStart(text[start]) {
			start++
		}
		for end > start && end < len(text) && !utf8.RuneStart(text[end]) {
			end--
		}
		if end-start >= n {
			edits = append(edits, corpus.Edit{Start: start, End: end, With: "…", Rule: RuleSubstring})
		}
		i = max(j, i+1)
	}
	return edits
}

// judge gives a part verdicts: those of texts that begin with "!" are dropped.
func (ds *dataset) judge(part int) {
	t := corpus.NewTable(VerdictSchema())
	for _, in := range ds.tables[key("ingest/part", part)] {
		for i, text := range in.Column("text").Strings {
			kind := ""
			if strings.HasPrefix(text, "!") {
				kind = Exact
			}
			id := in.Column("id").IDs[i]
			c := t.Columns
			c[0].Strings, c[1].IDs, c[2].IDs = append(c[0].Strings, kind), append(c[1].IDs, id), append(c[2].IDs, id)
			c[3].Floats, c[4].IDs, c[5].Ints = append(c[3].Floats, 0), append(c[4].IDs, id), append(c[5].Ints, 1)
			t.Rows++
		}
	}
	ds.tables[key(Verdict, part)] = []*corpus.Table{t}
}

// edit runs the passes of edits over the last generation.
func (ds *dataset) edit(t testing.TB, s Substring) {
	t.Helper()
	for part := ds.first; part < ds.first+ds.parts; part++ {
		ds.judge(part)
	}
	stage := corpus.Stage{}
	Config{Substring: s}.addEdits(&stage)
	if err := ds.run(t, stage, 2); err != nil {
		t.Fatal(err)
	}
}

// edits are those of a part, by document.
func (ds *dataset) edits(part int) (all [][]corpus.Edit) {
	for _, t := range ds.tables[key(Edits, part)] {
		for i := range t.Rows {
			all = append(all, editsOf(t, i))
		}
	}
	return all
}

// randomText is a text of pieces that occur elsewhere, whole or in part.
func randomText(r *rand.Rand, letters []string, pieces *[]string) string {
	var b strings.Builder
	if r.IntN(10) == 0 {
		b.WriteString("!") // dropped
	}
	for range r.IntN(6) {
		switch p := *pieces; {
		case len(p) > 0 && r.IntN(2) == 0:
			piece := p[r.IntN(len(p))]
			from := r.IntN(len(piece) + 1)
			b.WriteString(strings.ToValidUTF8(piece[from:from+r.IntN(len(piece)-from+1)], ""))
		case r.IntN(4) == 0:
			b.WriteString(strings.Repeat(letters[r.IntN(len(letters))], r.IntN(40)))
		default:
			var fresh strings.Builder
			for range r.IntN(60) {
				fresh.WriteString(letters[r.IntN(len(letters))])
			}
			*pieces = append(*pieces, fresh.String())
			b.WriteString(fresh.String())
		}
	}
	return b.String()
}

func TestSubstringAgainstSuffixArray(t *testing.T) {
	alphabets := [][]string{
		{"a"},
		{"a", "b"},
		{"a", "b", "c", "d", "e", "f"},
		{"a", "é", "文", "字", "😀"},
		{"é", "è", "ê"}, // of equal first bytes
		strings.Split("abcdefghijklmnopqrstuvwxyz .,ABCDEFGHIJKLM", ""),
	}
	found := 0
	for seed := range uint64(240) {
		r := rand.New(rand.NewPCG(seed, 1))
		letters, n := alphabets[seed%uint64(len(alphabets))], 2+r.IntN(24)
		s := Substring{Bytes: n, With: "…"}
		if r.IntN(2) == 0 {
			s.Keep = KeepNone
		}
		ds := newDataset()
		ds.memory = 1 << 16 // sorts spill
		var old, pieces []string
		for range 3 {
			parts := make([][]string, 1+r.IntN(3))
			for p := range parts {
				for range r.IntN(12) {
					parts[p] = append(parts[p], randomText(r, letters, &pieces))
				}
			}
			ds.grow(parts...)
			ds.edit(t, s)
			old = append(old, slices.Concat(parts...)...)
			found += compareEdits(t, ds, parts, old, s, fmt.Sprintf("seed %d, %d bytes, keep %q", seed, n, s.Keep))
		}
	}
	if found < 1000 {
		t.Errorf("only %d edits were compared", found)
	}
}

// compareEdits compares the edits of the last generation with those that follow
// from a suffix array of all texts, and returns how many there are.
func compareEdits(t *testing.T, ds *dataset, parts [][]string, texts []string, s Substring, what string) (n int) {
	t.Helper()
	alive := slices.Clone(texts)
	for i, text := range alive {
		if strings.HasPrefix(text, "!") {
			alive[i] = ""
		}
	}
	marks := repeated(alive, s.Bytes, s.Keep)
	next := len(texts) - len(slices.Concat(parts...))
	for p, docs := range parts {
		got := ds.edits(ds.first + p)
		if len(got) != len(docs) {
			t.Fatalf("%s: part %d has %d rows of edits, want %d", what, ds.first+p, len(got), len(docs))
		}
		for i := range docs {
			want := wanted(alive[next], marks[next], s.Bytes)
			if !reflect.DeepEqual(got[i], want) {
				t.Fatalf("%s: document %d.%d %q:\n got %v\nwant %v", what, ds.first+p, i, docs[i], got[i], want)
			}
			n += len(want)
			next++
		}
	}
	return n
}

// A text of one character, of one line again and again, and equal documents cost
// no more than others, and leave one copy.
func TestSubstringOfPeriodicTexts(t *testing.T) {
	size := 4 << 20
	line := "A line that is repeated as long as there is room for it.\n"
	ds := newDataset()
	ds.grow([]string{
		strings.Repeat("a", size), strings.Repeat(line, size/len(line)),
		strings.Repeat("ab", 500), strings.Repeat("ab", 500), strings.Repeat("ab", 500),
	})
	ds.edit(t, Substring{Bytes: 200})
	for i, want := range []struct{ start, end int }{
		{1, size}, {len(line), size / len(line) * len(line)}, {2, 1000}, {0, 1000}, {0, 1000},
	} {
		edits := ds.edits(0)[i]
		if len(edits) != 1 || edits[0].Start != want.start || edits[0].End != want.end {
			t.Errorf("document %d: edits %v, want %v", i, edits, want)
		}
	}
	if n := ds.counts["substring.docs"]; n != 5 {
		t.Errorf("%d documents were edited, want 5", n)
	}
}

// Results depend neither on memory nor on workers.
func TestSubstringIsDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var pieces []string
	parts := make([][]string, 4)
	for p := range parts {
		for range 100 {
			parts[p] = append(parts[p], randomText(r, []string{"a", "b", "文"}, &pieces))
		}
	}
	var first []byte
	for workers, memory := range []int64{1 << 16, 1 << 20, 64 << 20} {
		ds := newDataset()
		ds.memory, ds.workers = memory, 2*workers
		ds.grow(parts...)
		ds.edit(t, Substring{Bytes: 20})
		var got bytes.Buffer
		for p := range parts {
			fmt.Fprintln(&got, ds.edits(p))
		}
		fmt.Fprintln(&got, ds.counts)
		if first == nil {
			first = got.Bytes()
		}
		if !bytes.Equal(first, got.Bytes()) {
			t.Errorf("with %d bytes of memory and %d workers the edits differ", memory, ds.workers)
		}
	}
}

func TestMergeEdits(t *testing.T) {
	ds := newDataset()
	ds.grow([]string{"0123456789", "unchanged"})
	for role, edits := range map[string][]corpus.Edit{
		"edits/one": {{Start: 0, End: 4, Rule: "a"}, {Start: 8, End: 9, With: "x", Rule: "a"}},
		"edits/two": {{Start: 2, End: 8, With: "y", Rule: "b"}},
	} {
		w, err := newEditWriter(&env{t: t, dataset: ds}, role)
		if err == nil {
			err = w.add(edits)
		}
		if err == nil {
			err = w.add(nil)
		}
		if err == nil {
			err = w.flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := ds.pass(t, mergeEdits([]string{"edits/one", "edits/two"}), 1); err != nil {
		t.Fatal(err)
	}
	want := [][]corpus.Edit{{{Start: 0, End: 8, With: "y", Rule: "b"}, {Start: 8, End: 9, With: "x", Rule: "a"}}, nil}
	if got := ds.edits(0); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSubstringCheck(t *testing.T) {
	for _, s := range []Substring{{Bytes: 5}, {Bytes: -1}, {Bytes: 1 << 20}, {Bytes: 200, Keep: "last"}} {
		if err := (Config{Substring: s}).Check(); err == nil || corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("%+v: %v, want an error of class BadConfig", s, err)
		}
	}
}

func TestSubstringOfUnevenTables(t *testing.T) {
	for _, texts := range [][]string{{"one", "two"}, {"one", "two", "three", "four"}} {
		ds := newDataset()
		ds.grow([]string{"one", "two", "three"})
		ds.judge(0)
		ds.parts = 0
		ds.first = 0
		ds.grow(texts)
		stage := corpus.Stage{}
		Config{Substring: Substring{Bytes: 20}}.addEdits(&stage)
		if err := ds.run(t, stage, 1); corpus.ClassOf(err) != corpus.Corrupt {
			t.Errorf("%d texts, 3 verdicts: %v, want an error of class Corrupt", len(texts), err)
		}
	}
}
