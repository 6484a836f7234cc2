package dedup

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"corpus"
	"corpus/internal/edit"
	"corpus/internal/words"
)

// spell is a number in words, since those in digits are all alike to near-duplicates.
func spell(n int) string {
	var all []string
	for ; n > 0; n /= 4 {
		all = append(all, []string{"oak", "elm", "ash", "fir"}[n%4])
	}
	return strings.Join(all, " ")
}

// someLines are texts of lines that come again, wrapped and spelled in other ways.
func someLines(r *rand.Rand, docs int) []string {
	all := make([]string, docs)
	for i := range all {
		var b strings.Builder
		for range 1 + r.IntN(9) {
			switch r.IntN(8) {
			case 0:
				b.WriteString([]string{"\n", " \t\n", "\n\n\r\n"}[r.IntN(3)])
			case 1:
				b.WriteString([]string{"}\n", "Yes.\n", "--\n", "four words are few\n"}[r.IntN(4)])
			default:
				n := r.IntN(60)
				line := fmt.Sprintf("Line number %d is one of those that come again%s", n, strings.Repeat(" and again", n%5))
				if r.IntN(3) == 0 {
					line = strings.ReplaceAll(strings.ToUpper(line), " ", "  ")
				}
				b.WriteString(line + []string{"\n", "\n\n", "\r\n"}[r.IntN(3)])
			}
		}
		all[i] = strings.Repeat(spell(r.Int())+" ", 3) + "\n" + b.String()
		if i > 0 && r.IntN(6) == 0 {
			all[i] = all[r.IntN(i)]
		}
	}
	return all
}

// naive cuts what a map has seen.
type naive struct {
	Lines
	seen map[string]bool
}

func fewWords(s string, least int) bool {
	n := 0
	for _, span := range words.Append(nil, s) {
		if !span.Symbol {
			n++
		}
	}
	return n < least
}

func (n *naive) again(kind, text string) bool {
	if fewWords(text, n.Min) {
		return false
	}
	key := kind + strings.Join(strings.Fields(strings.ToLower(text)), " ")
	defer func() { n.seen[key] = true }()
	return n.seen[key]
}

func (n *naive) edits(text string) (edits []corpus.Edit) {
	edits = []corpus.Edit{}
	var paragraphs, lines []corpus.Edit
	at, begin, blank, written := 0, 0, false, false
	paragraph := func(end int) {
		if end > begin && n.again("p", text[begin:end]) {
			paragraphs = append(paragraphs, corpus.Edit{Start: begin, End: end, Rule: RuleParagraph})
		}
		begin, written = end, false
	}
	for _, line := range strings.SplitAfter(text, "\n") {
		empty := strings.TrimSpace(line) == ""
		if !empty && blank && written && n.cuts(LinesParagraph) {
			paragraph(at)
		}
		if n.cuts(LinesLine) && n.again("l", line) {
			lines = append(lines, corpus.Edit{Start: at, End: at + len(line), Rule: RuleLine})
		}
		written = written || !empty
		blank = empty
		at += len(line)
	}
	if n.cuts(LinesParagraph) {
		paragraph(at)
	}
	for _, e := range append(paragraphs, lines...) {
		if !slices.ContainsFunc(edits, func(p corpus.Edit) bool { return e.Start >= p.Start && e.End <= p.End }) {
			edits = append(edits, e)
		}
	}
	edits = edit.Settle(edits)
	joined := edits[:0]
	for _, e := range edits {
		if last := len(joined) - 1; last >= 0 && joined[last].End == e.Start && joined[last].Rule == e.Rule {
			joined[last].End = e.End
		} else {
			joined = append(joined, e)
		}
	}
	return joined
}

// editsOf are the edits of a part's documents.
func (ds *dataset) editsOf(role string, part int) (all [][]corpus.Edit) {
	for _, t := range ds.tables[key(role, part)] {
		for i := range t.Rows {
			all = append(all, append([]corpus.Edit{}, editsOf(t, i)...))
		}
	}
	return all
}

// linesRun is every part's edits of some generations.
func linesRun(t *testing.T, c Config, gens [][][]string, workers int, memory int64) (all [][][]corpus.Edit, ds *dataset) {
	t.Helper()
	ds = newDataset()
	ds.memory = memory
	for _, parts := range gens {
		ds.grow(parts...)
		if err := ds.run(t, Stage(c, 1000), workers); err != nil {
			t.Fatal(err)
		}
		for p := range parts {
			all = append(all, ds.editsOf(Edits, ds.first+p))
		}
	}
	return all, ds
}

// TestRepeatsAgainstMap: what is cut, on disk and by a Bloom filter, is what a map
// says, over parts and generations and whatever the workers and the memory.
func TestRepeatsAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	gens := [][][]string{
		{someLines(r, 40), someLines(r, 1), {}, someLines(r, 30)},
		{someLines(r, 25), someLines(r, 25)},
		{someLines(r, 20)},
	}
	for _, what := range []string{LinesLine, LinesParagraph, LinesBoth} {
		for _, in := range []string{InDisk, InBloom} {
			c := Config{Lines: Lines{Cut: what, In: in, Error: 1e-9}}
			got, ds := linesRun(t, c, gens, 1, 64<<20)
			n := &naive{c.withDefaults().Lines, map[string]bool{}}
			part, cut := 0, 0
			for _, gen := range gens {
				for _, texts := range gen {
					verdicts := ds.verdicts(part)
					for i, text := range texts {
						want := []corpus.Edit{}
						if verdicts[i].kind == "" {
							want = n.edits(text)
						}
						if !reflect.DeepEqual(got[part][i], want) {
							t.Fatalf("%s %s: document %d.%d\n%q\n%+v, want\n%+v", what, in, part, i, text, got[part][i], want)
						}
						cut += len(want)
					}
					part++
				}
			}
			if cut < 30 {
				t.Errorf("%s: only %d cuts", what, cut)
			}
			low := int64(2 * tableMemory) // the generations before are read one by one
			if in == InBloom {
				low += bloomMemory
			}
			if again, _ := linesRun(t, c, gens, 3, low); !reflect.DeepEqual(again, got) {
				t.Errorf("%s %s: workers or memory make a difference", what, in)
			}
		}
	}
}

// TestLineCounts: counts are of documents and bytes of what is cut.
func TestLineCounts(t *testing.T) {
	again := "this very line will be said more than once here\n"
	_, ds := linesRun(t, Config{Lines: Lines{Cut: LinesLine}}, [][][]string{{{
		"first of all " + again + again, "one more text\n" + again + "its end\n" + again,
	}}}, 1, 64<<20)
	for name, want := range map[string]int64{"lines.docs": 1, "lines.cut": 2, "lines.bytes": int64(2 * len(again)), "edits." + RuleLine: 2, "lines.units": 4} {
		if ds.counts[name] != want {
			t.Errorf("%s is %d, want %d", name, ds.counts[name], want)
		}
	}
}

// boilerplateTexts are documents of two domains; one line stands in half of one.
func boilerplateTexts(ds *dataset, from, docs int) {
	var b *corpus.Table
	for i := range docs {
		text := fmt.Sprintf("text %s\nfew\n", spell(1e9+7919*(from+i)))
		url := fmt.Sprintf("https://www.big.example/%d", i)
		switch {
		case i%4 == 3:
			url, text = fmt.Sprintf("https://small.example/%d", i), text+"All rights reserved\n"
		case i%2 == 0:
			text += "ALL rights  reserved\nfew\n"
		}
		if b == nil || b.Rows == 5 {
			b = corpus.NewTable(corpus.TextSchema())
			k := key("ingest/part", ds.first)
			ds.tables[k] = append(ds.tables[k], b)
		}
		b.Append(&corpus.Document{ID: docID(ds.first, i), URL: url, Text: text})
	}
}

// TestBoilerplate: a line is cut from all documents of the domain in more than the
// share of which it stands, not from others, and ever after.
func TestBoilerplate(t *testing.T) {
	c := Config{Bands: 1, Rows: 128, Lines: Lines{Boilerplate: 0.5}}
	ds := newDataset()
	count := func(docs int) (big, small int) {
		ds.grow(nil)
		boilerplateTexts(ds, 1000*ds.first, docs)
		if err := ds.run(t, Stage(c, 1000), 1); err != nil {
			t.Fatal(err)
		}
		for i, edits := range ds.editsOf(Edits, ds.first) {
			for _, e := range edits {
				text := ds.texts(ds.first)[i]
				if got := text[e.Start:e.End]; e.Rule != RuleBoilerplate || !strings.EqualFold(strings.Join(strings.Fields(got), " "), "all rights reserved") {
					t.Errorf("%q is cut by %s", got, e.Rule)
				}
				if i%4 == 3 {
					small++
				} else {
					big++
				}
			}
		}
		return big, small
	}
	// Two thirds of the 18 or 9 of big.example have it: 12 are enough, 6 are not; of
	// small.example all have, but they are few.
	if big, small := count(12); big != 0 || small != 0 {
		t.Errorf("%d and %d cuts of few documents", big, small)
	}
	if big, small := count(24); big != 12 || small != 0 {
		t.Errorf("%d and %d cuts, want 12 and 0", big, small)
	}
	if big, small := count(4); big != 2 || small != 0 {
		t.Errorf("later %d and %d cuts, want 2 and 0", big, small)
	}
	c.Lines.Boilerplate = 0.7
	ds = newDataset()
	if big, small := count(24); big != 0 || small != 0 {
		t.Errorf("%d and %d cuts at a share of 0.7", big, small)
	}
	if big, small := count(40); big != 0 || small != 10 {
		t.Errorf("%d and %d cuts at a share of 0.7, want 0 and 10", big, small)
	}
}

// texts are those of a part.
func (ds *dataset) texts(part int) (all []string) {
	for _, t := range ds.tables[key("ingest/part", part)] {
		all = append(all, t.Column("text").Strings...)
	}
	return all
}

// TestBloomRefused: a filter that does not fit is refused with its size.
func TestBloomRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	ds := newDataset()
	ds.memory = bloomMemory + 100
	ds.grow(someLines(r, 50))
	err := ds.run(t, Stage(Config{Lines: Lines{Cut: LinesLine, In: InBloom}}, 1000), 1)
	if corpus.ClassOf(err) != corpus.Refused || !strings.Contains(err.Error(), "a Bloom filter for ") || !strings.Contains(err.Error(), "--memory") {
		t.Errorf("%v", err)
	}
}

// TestBloomDamaged: a filter that cannot be one is damage, not a crash.
func TestBloomDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	texts := [][]string{someLines(r, 20), someLines(r, 20)}
	for name, harm := range map[string]func(c []corpus.Column){
		"size":   func(c []corpus.Column) { c[2].Ints[0] = -1 },
		"large":  func(c []corpus.Column) { c[2].Ints[0] += 8 },
		"short":  func(c []corpus.Column) { c[0].Hashes[0] = nil },
		"hashes": func(c []corpus.Column) { c[1].Ints[0] = 0 },
	} {
		ds := newDataset()
		ds.grow(texts[0])
		s := Stage(Config{Lines: Lines{Cut: LinesLine, In: InBloom}}, 1000)
		if err := ds.run(t, s, 1); err != nil {
			t.Fatal(err)
		}
		harm(ds.tables[key(Bloom, 0)][0].Columns)
		ds.grow(texts[1])
		if err := ds.run(t, s, 1); corpus.ClassOf(err) != corpus.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostileLines: texts that are nothing but lines take time in proportion.
func TestHostileLines(t *testing.T) {
	line := "the same nine words stand on every line here\n"
	for name, text := range map[string]string{
		"newlines":   strings.Repeat("\n", 1_000_000),
		"equal":      strings.Repeat(line, 50_000),
		"apart":      strings.Repeat(line+"}\n", 30_000),
		"paragraphs": strings.Repeat(line+"\n", 30_000),
		"one line":   strings.Repeat("word ", 1_000_000),
		"nothing":    "",
	} {
		start := time.Now()
		c := Config{Lines: Lines{Cut: LinesBoth, Boilerplate: 0.1}}
		got, ds := linesRun(t, c, [][][]string{{{text, "and " + text}}}, 1, 64<<20)
		if len(got[0]) != 2 || time.Since(start) > 30*time.Second {
			t.Errorf("%s: %d rows, %v, %v", name, len(got[0]), ds.counts, time.Since(start))
		}
		for i, edits := range got[0] {
			if left := len(text) + 4*i - ds.cutBytes(edits); left < len(line) && len(text) > 0 && name != "newlines" {
				t.Errorf("%s: %d bytes are left of document %d", name, left, i)
			}
		}
	}
}

func (ds *dataset) cutBytes(edits []corpus.Edit) (n int) {
	for _, e := range edits {
		n += e.End - e.Start
	}
	return n
}

func TestLinesCheck(t *testing.T) {
	for want, l := range map[string]Lines{
		"":                  {Cut: LinesBoth, In: InBloom, Min: 3, Error: 0.01, Boilerplate: 0.1},
		"dedup.lines is":    {Cut: "lines"},
		"dedup.lines_in":    {In: "memory"},
		"dedup.lines_min":   {Min: -1},
		"dedup.bloom_error": {Error: 2},
		"dedup.boilerplate": {Boilerplate: 1},
	} {
		err := Config{Lines: l}.Check()
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || corpus.ClassOf(err) != corpus.BadConfig) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
