package tokenize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"testing"

	"corpus"
	"corpus/tokenize/count"
)

// memEnv is a task whose tables lie in memory, under a ceiling of its own.
type memEnv struct {
	corpus.Env
	memory  int64
	scratch string
	parts   int
	tables  map[string][]*corpus.Table // by role and part
	counts  corpus.Counts
	file    bytes.Buffer
}

func (e *memEnv) Context() context.Context             { return context.Background() }
func (e *memEnv) Task() int                            { return 0 }
func (e *memEnv) Parts() (first, n int)                { return 0, e.parts }
func (e *memEnv) Memory() int64                        { return e.memory }
func (e *memEnv) Workers() int                         { return 2 }
func (e *memEnv) Scratch() (string, error)             { return e.scratch, nil }
func (e *memEnv) Progress(int64)                       {}
func (e *memEnv) Count(name string, n int64)           { e.counts[name] += n }
func (e *memEnv) CreateFile(string) (io.Writer, error) { return &e.file, nil }
func (e *memEnv) table(role string, part int) string   { return fmt.Sprint(role, part) }
func (e *memEnv) Create(role string, _ corpus.Schema) (corpus.TableWriter, error) {
	return &memTable{e, e.table(role, 0)}, nil
}

func (e *memEnv) Open(role string, part int) (corpus.TableReader, error) {
	return &memReader{e.tables[e.table(role, part)]}, nil
}

type memTable struct {
	env  *memEnv
	name string
}

func (t *memTable) Write(table *corpus.Table) error {
	copied := corpus.NewTable(table.Schema)
	copied.Rows = table.Rows
	for i, c := range table.Columns {
		copied.Columns[i].Strings = append([]string(nil), c.Strings...)
		copied.Columns[i].Ints = append([]int64(nil), c.Ints...)
	}
	t.env.tables[t.name] = append(t.env.tables[t.name], copied)
	return nil
}

type memReader struct{ tables []*corpus.Table }

func (r *memReader) Close() error { return nil }

func (r *memReader) Next() (*corpus.Table, error) {
	if len(r.tables) == 0 {
		return nil, io.EOF
	}
	t := r.tables[0]
	r.tables = r.tables[1:]
	return t, nil
}

func newEnv(t *testing.T, memory int64) *memEnv {
	return &memEnv{memory: memory, scratch: t.TempDir(), tables: map[string][]*corpus.Table{}, counts: corpus.Counts{}}
}

// manyWords are documents of which no two share a word.
func manyWords(docs, words int) *corpus.Table {
	table := corpus.NewTable(corpus.TextSchema())
	for d := range docs {
		var text []byte
		for w := range words {
			text = fmt.Appendf(text, " %c%c%c%c", 'a'+d/26%26, 'a'+d%26, 0x4e00+w%4096, 0x4e00+w/4096)
		}
		table.Append(&corpus.Document{Text: string(text)})
	}
	return table
}

// TestCountSpills: under a small ceiling counters go to scratch, one file for
// each time the memory was full, and the counts are the same.
func TestCountSpills(t *testing.T) {
	c := Config{Sizes: []int{400}, Bytes: 1 << 20}
	count := func(memory int64) *memEnv {
		e := newEnv(t, memory)
		e.tables[e.table(roleText, 0)] = []*corpus.Table{manyWords(60, 4000)}
		if err := c.count(e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	large, small := count(1<<30), count(1)
	if !reflect.DeepEqual(large.tables[large.table(roleCounts, 0)], small.tables[small.table(roleCounts, 0)]) || !reflect.DeepEqual(large.counts, small.counts) {
		t.Error("a small ceiling changes the counts")
	}
	if n := spilled(t, large); n != 0 {
		t.Errorf("%d files under a ceiling that holds all", n)
	}
	// 240,000 words of 12 bytes at 24 bytes a slot, 4 MB and more a file
	if n := spilled(t, small); n < 1 || n > 4 {
		t.Errorf("%d spilled files, want 1 to 4", n)
	}
}

func spilled(t *testing.T, e *memEnv) int {
	t.Helper()
	files, err := os.ReadDir(e.scratch)
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// TestCountFilesInRounds: more files than are read at a time give what one
// merge of all would, and no more than that are left.
func TestCountFilesInRounds(t *testing.T) {
	e := newEnv(t, 1)
	files := &countFiles{env: e}
	all := count.New()
	for i := range 3*fileFanIn + 5 {
		c := count.New()
		text := fmt.Sprint("shared word", i%7, " own", i)
		c.Add(text)
		all.Add(text)
		if err := files.add(c.All()); err != nil {
			t.Fatal(err)
		}
	}
	want := countFile(t, all.All())
	err := files.merged(count.New().All(), func(counts count.Counts) error {
		if got := countFile(t, counts); !bytes.Equal(got, want) {
			t.Error("merging in rounds changes the counts")
		}
		return nil
	})
	if err != nil || spilled(t, e) > fileFanIn {
		t.Errorf("%d files are left, %v", spilled(t, e), err)
	}
}

// TestTrainMergesParts: the tables of many parts are joined a few at a time, and
// the tokenizer is that of all the words.
func TestTrainMergesParts(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	e := newEnv(t, 1)
	for part := range 3*tableFanIn + 1 {
		c := count.New()
		for i, text := range texts {
			if i%(3*tableFanIn+1) == part {
				c.Add(text)
			}
		}
		table := corpus.NewTable(countSchema)
		for w := range c.All() {
			table.Columns[0].Strings = append(table.Columns[0].Strings, string(w.Word))
			table.Columns[1].Ints = append(table.Columns[1].Ints, w.N)
			table.Rows++
		}
		e.tables[e.table(roleCounts, part)] = []*corpus.Table{table}
		e.parts++
	}
	if err := (Config{Sizes: []int{500}}).train(e); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(e.file.Bytes(), trainOn(t, texts, 500).JSON()) {
		t.Error("merged in groups, the counts give another tokenizer")
	}
	if n := spilled(t, e); n != 3 {
		t.Errorf("%d files of %d tables, want 3", n, e.parts)
	}
}

// TestScratchErrors are of class Disk and name the file.
func TestScratchErrors(t *testing.T) {
	e := newEnv(t, 1)
	e.scratch += "/missing"
	err := (&countFiles{env: e}).add(count.New().All())
	var bad *corpus.Error
	if !errors.As(err, &bad) || bad.Class != corpus.Disk || bad.Path == "" {
		t.Errorf("%v", err)
	}
}

// TestMemoryIsAsked: no pass claims nothing, training at its cap claims what it
// may hold, and a small text claims less than a large one.
func TestMemoryIsAsked(t *testing.T) {
	large, small := Stage(Config{Sizes: []int{32000}}), Stage(Config{Sizes: []int{32000}, Bytes: 1 << 20})
	for i, p := range large.Passes {
		if p.Memory <= 0 || small.Passes[i].Memory > p.Memory {
			t.Errorf("%s claims %d bytes, for a small text %d", p.Name, p.Memory, small.Passes[i].Memory)
		}
	}
	if got := large.Passes[1].Memory; got < trainFactor*minWordBytes {
		t.Errorf("train claims %d", got)
	}
}

// TestWordBytes: training holds more words under a higher ceiling, in powers of
// two, and never more than there are.
func TestWordBytes(t *testing.T) {
	large, small := Config{Sizes: []int{32000}}, Config{Sizes: []int{32000}, Bytes: 1 << 20}
	large.Bytes = 1 << 40
	last := 0
	for memory := int64(0); memory < 64<<30; memory += 256 << 20 {
		n := large.wordBytes(memory)
		if n < last || n < minWordBytes || n > maxWordBytes || n&(n-1) != 0 {
			t.Fatalf("%d bytes under a ceiling of %d, %d under a lower one", n, memory, last)
		}
		if n > minWordBytes && large.trainBase()+trainFactor*int64(n) > memory {
			t.Errorf("%d bytes of words do not fit %d", n, memory)
		}
		last = n
	}
	if last != maxWordBytes {
		t.Errorf("no more than %d", last)
	}
	if n := small.wordBytes(small.trainBase() + trainFactor*(1<<20)); n < 1<<20 {
		t.Errorf("small text does not fit: %d", n)
	}
}

func countFile(t testing.TB, counts count.Counts) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := count.Write(&b, counts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
