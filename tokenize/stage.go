package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/internal/words"
)

// Version of the stage: raised whenever the same input would give other bytes.
const Version = 1

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
}

// maxUnknown is the share of unknown tokens above which a vocabulary is refused.
const maxUnknown = 0.01

// Stage trains a byte-level BPE tokenizer on the kept documents and reports how
// well it fits them.
func Stage(c Config) corpus.Stage {
	return corpus.Stage{
		Name: "tokenize", Version: Version,
		Keep: []string{RoleTokenizer, RoleReport}, Publish: []string{RoleTokenizer, RoleReport},
		Passes: []corpus.Pass{
			{Name: "count", Inputs: []string{roleText}, Need: need, Run: count},
			{Name: "train", Config: c, Inputs: []string{roleCounts}, Tasks: corpus.One, Run: c.train},
			{Name: "tally", Inputs: []string{roleText, RoleTokenizer}, Run: tally},
			{Name: "report", Inputs: []string{roleTally, RoleTokenizer}, Tasks: corpus.One, Run: report},
		},
		Gate: func(n corpus.Counts) error {
			if rate := float64(n["unknown"]) / float64(max(1, n["tokens"])); rate > maxUnknown {
				return corpus.Errorf(corpus.Refused, "%.1f %% of the tokens are unknown, at most %.0f %% may be", 100*rate, 100*maxUnknown)
			}
			return nil
		},
	}
}

// need: counted words take no more than the text.
func need(e corpus.Env) (int64, error) { return e.Input()["bytes_out"], nil }

// count writes the words of a part with their counts. Beyond half of its memory
// the counter is spilled to scratch files, which are merged at the end.
func count(e corpus.Env) error {
	c, spill := NewCounter(), &spills{env: e}
	err := eachText(e, func(d *corpus.Document) error {
		c.Add(d.Text)
		e.Progress(int64(len(d.Text)))
		if c.Size() > e.Memory()/2 {
			return spill.add(c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s := c.Stats()
	e.Count("docs_in", s.Texts)
	e.Count("bytes_in", s.Bytes)
	e.Count("words", s.Words)
	e.Count("long_words", s.LongWords)
	streams, closeAll, err := spill.open()
	if err != nil {
		return err
	}
	return errors.Join(writeCounts(e, MergeCounts(append(streams, c.All())...)), closeAll())
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

// spills are count files in scratch space.
type spills struct {
	env   corpus.Env
	names []string
}

func (s *spills) add(c *Counter) error {
	dir, err := s.env.Scratch()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, fmt.Sprintf("counts-%d", len(s.names)))
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(WriteCounts(f, c.All()), f.Close()); err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot write scratch file", Path: name, Offset: -1, Err: err}
	}
	s.names = append(s.names, name)
	c.Reset()
	return nil
}

func (s *spills) open() (streams []Counts, closeAll func() error, err error) {
	var files []*os.File
	closeAll = func() (err error) {
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
		return err
	}
	for _, name := range s.names {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, errors.Join(err, closeAll())
		}
		files = append(files, f)
		streams = append(streams, ReadCounts(f))
	}
	return streams, closeAll, nil
}

// countRows is how many words go to the table at a time.
const countRows = 1 << 14

func writeCounts(e corpus.Env, counts Counts) error {
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

// train merges the counts of all parts and learns the vocabulary.
func (c Config) train(e corpus.Env) error {
	first, n := e.Parts()
	var streams []Counts
	for part := first; part < first+n; part++ {
		streams = append(streams, func(yield func(Count, error) bool) {
			r, err := e.Open(roleCounts, part)
			if err != nil {
				yield(Count{}, err)
				return
			}
			for row, err := range corpus.Rows(r) {
				if err != nil {
					yield(Count{}, err)
					return
				}
				if !yield(Count{[]byte(row.Columns[0].Strings[row.At]), row.Columns[1].Ints[row.At]}, nil) {
					return
				}
			}
		})
	}
	t, stats, err := Train(MergeCounts(streams...), TrainOptions{Vocab: c.Vocab})
	if err != nil {
		return err
	}
	e.Count("short_of_vocab", int64(stats.Wanted-stats.Vocab))
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
		ids, spans = enc.Encode(ids[:0], d.Text), words.Append(spans[:0], d.Text)
		sum.Add(d.Lang, len(d.Text), len(spans), ids)
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
	unk, _ := t.Special(Unk)
	e.Count("unknown", sum.Uses[unk])
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
