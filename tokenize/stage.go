package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"

	"corpus"
	"corpus/internal/words"
	"corpus/tokenize/count"
)

// Version of the stage: raised whenever the same input would give other bytes.
const Version = 2

// Roles of the stage.
const (
	RoleTokenizer = "tokenizer" // tokenizer.json
	RoleReport    = "report"    // Report as JSON
	roleText      = "filter/kept/part"
	roleCounts    = "counts" // word, n by ascending bytes of the word
	roleTally     = "tally"  // a Tally as JSON
)

var (
	countSchema = corpus.Schema{{Name: "word", Kind: corpus.Strings}, {Name: "n", Kind: corpus.Ints}}
	tallySchema = corpus.Schema{{Name: "tally", Kind: corpus.Strings}}
)

// Config is what the stage depends on.
type Config struct {
	Vocab int // ids, reserved ones included
	// Bytes is those of the kept text, which bound what the passes hold; 0 when
	// they are not known.
	Bytes int64 `json:"-"`
}

// Stage trains a byte-level BPE tokenizer on the kept documents and reports how
// well it fits them.
func Stage(c Config) corpus.Stage {
	return corpus.Stage{
		Name: "tokenize", Version: Version,
		Keep: []string{RoleTokenizer, RoleReport}, Publish: []string{RoleTokenizer, RoleReport},
		Passes: []corpus.Pass{
			{Name: "count", Inputs: []string{roleText}, Memory: c.countMemory(), Need: need, Run: c.count},
			{Name: "train", Config: c, Inputs: []string{roleCounts}, Tasks: corpus.One, Memory: c.trainMemory(), Run: c.train},
			{Name: "tally", Inputs: []string{roleText, RoleTokenizer}, Memory: c.tallyMemory(), Run: tally},
			{Name: "report", Inputs: []string{roleTally, RoleTokenizer}, Tasks: corpus.One, Memory: c.reportMemory(), Run: report},
		},
	}
}

// need: counted words take no more than the text, and as much again while they
// are merged.
func need(e corpus.Env) (int64, error) { return 2 * e.Input()["bytes_out"], nil }

// count writes the words of a part with their counts. A counter that has grown
// to its share of memory is spilled to a scratch file; they are merged at the end.
func (c Config) count(e corpus.Env) error {
	words, files := count.New(), &countFiles{env: e}
	limit := max(minCounter, (e.Memory()-readMemory(c.longest()))/counterFactor)
	err := eachText(e, func(d *corpus.Document) error {
		e.Progress(int64(len(d.Text)))
		return words.AddWithin(repairUTF8(d.Text), limit, func() error {
			defer words.Reset()
			return files.add(words.All())
		})
	})
	if err != nil {
		return err
	}
	s := words.Stats()
	e.Count("docs_in", s.Texts)
	e.Count("bytes_in", s.Bytes)
	e.Count("words", s.Words)
	e.Count("long_words", s.LongWords)
	return files.merged(words.All(), func(all count.Counts) error { return writeCounts(e, all) })
}

// eachText visits the documents of this task's part.
func eachText(e corpus.Env, do func(*corpus.Document) error) error {
	first, _ := e.Parts()
	r, err := e.Open(roleText, first+e.Task())
	if err != nil {
		return err
	}
	for row, err := range corpus.Rows(r) {
		if err != nil {
			return err
		}
		d := row.Document(row.At)
		if err := do(&d); err != nil {
			return err
		}
		if err := e.Context().Err(); err != nil {
			return err
		}
	}
	return nil
}

// countRows is how many words go to the table at a time.
const countRows = 1 << 14

func writeCounts(e corpus.Env, counts count.Counts) error {
	w, err := e.Create(roleCounts, countSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(countSchema)
	for c, err := range counts {
		if err != nil {
			return err
		}
		t.Columns[0].Strings = append(t.Columns[0].Strings, string(c.Word))
		t.Columns[1].Ints = append(t.Columns[1].Ints, c.N)
		if t.Rows++; t.Rows == countRows {
			if err := w.Write(t); err != nil {
				return err
			}
			t.Reset()
		}
	}
	return w.Write(t)
}

// train merges the counts of all parts, a few at a time, and learns the
// vocabulary.
func (c Config) train(e corpus.Env) error {
	first, n := e.Parts()
	files := &countFiles{env: e}
	var streams []count.Counts
	for part := first; part < first+n; part++ {
		if len(streams) == tableFanIn {
			if err := files.add(count.Merge(streams...)); err != nil {
				return err
			}
			streams = streams[:0]
		}
		streams = append(streams, readCounts(e, part))
	}
	return files.merged(count.Merge(streams...), func(all count.Counts) error { return c.learn(e, all) })
}

// readCounts streams the table of a part.
func readCounts(e corpus.Env, part int) count.Counts {
	return func(yield func(count.Count, error) bool) {
		r, err := e.Open(roleCounts, part)
		if err != nil {
			yield(count.Count{}, err)
			return
		}
		var word []byte
		for row, err := range corpus.Rows(r) {
			if err != nil {
				yield(count.Count{}, err)
				return
			}
			word = append(word[:0], row.Columns[0].Strings[row.At]...)
			if !yield(count.Count{Word: word, N: row.Columns[1].Ints[row.At]}, nil) {
				return
			}
		}
	}
}

// learn trains the vocabulary and writes it.
func (c Config) learn(e corpus.Env, counts count.Counts) error {
	t, stats, err := Train(counts, TrainOptions{Vocab: c.Vocab})
	if err != nil {
		return err
	}
	e.Count("short_of_vocab", int64(stats.Wanted-t.Size()))
	e.Count("sampled_to", stats.SampledTo)
	e.Count("vocab", int64(t.Size()))
	w, err := e.CreateFile(RoleTokenizer + ".json")
	if err != nil {
		return err
	}
	_, err = w.Write(t.JSON())
	return err
}

// tally encodes a part and sums what the report needs.
func tally(e corpus.Env) error {
	t, err := readTrained(e)
	if err != nil {
		return err
	}
	enc, sum := t.NewEncoder(), NewTally(t.Size())
	var ids []uint32
	var spans []words.Span
	err = eachText(e, func(d *corpus.Document) error {
		n := 0
		for piece := range words.Pieces(d.Text) {
			spans = words.Append(spans[:0], piece)
			n += len(spans)
		}
		ids = enc.Encode(ids[:0], d.Text)
		sum.Add(d.Lang, len(d.Text), n, ids)
		e.Progress(int64(len(d.Text)))
		return nil
	})
	if err != nil {
		return err
	}
	e.Count("specials_in_text", enc.SpecialsInText())
	b, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	w, err := e.Create(roleTally, tallySchema)
	if err != nil {
		return err
	}
	return w.Write(&corpus.Table{Schema: tallySchema, Rows: 1, Columns: []corpus.Column{{Strings: []string{string(b)}}}})
}

func readTrained(e corpus.Env) (*Tokenizer, error) {
	b, err := e.File(RoleTokenizer)
	if err != nil {
		return nil, err
	}
	return Read(b)
}

// report merges the tallies.
func report(e corpus.Env) error {
	t, err := readTrained(e)
	if err != nil {
		return err
	}
	sum := NewTally(t.Size())
	first, n := e.Parts()
	for part := first; part < first+n; part++ {
		if err := addTally(e, sum, part); err != nil {
			return err
		}
	}
	r, err := t.Report(sum)
	if err != nil {
		return err
	}
	e.Count("tokens", r.Tokens)
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	w, err := e.CreateFile(RoleReport + ".json")
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func addTally(e corpus.Env, sum *Tally, part int) error {
	r, err := e.Open(roleTally, part)
	if err != nil {
		return err
	}
	for row, err := range corpus.Rows(r) {
		if err != nil {
			return err
		}
		more := NewTally(0)
		if err := json.NewDecoder(strings.NewReader(row.Columns[0].Strings[row.At])).Decode(more); err != nil {
			return fmt.Errorf("tally of part %d: %w", part, err)
		}
		if err := sum.Merge(more); err != nil {
			return err
		}
	}
	return nil
}
