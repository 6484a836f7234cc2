package tokenize

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/words"
	"corpus/tokenize/count"
)

// Version of the stage: raised whenever the same input would give other bytes.
const Version = 4

// Roles of the stage.
const (
	RoleTokenizer = "tokenizer"          // tokenizer.json of the largest size; tokenizer-8k.json of a smaller one
	RoleReport    = "report"             // Report as JSON, likewise
	RoleConfig    = "tokenizer_config"   // what transformers calls so
	RoleSpecials  = "special_tokens_map" // the same
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
	Kind  string // one of Kinds
	Sizes []int  // numbers of ids, reserved ones included
	// Given is a tokenizer that is used in the place of one that is trained.
	Given *Given
	// Bytes is those of the kept text, which bound what the passes hold; 0 when
	// they are not known.
	Bytes int64 `json:"-"`
}

// Check says what is wrong with a configuration, by the name of its setting.
func (c Config) Check() error {
	if !slices.Contains(Kinds(), c.Kind) {
		return fmt.Errorf("model is %.60q, want one of %s", c.Kind, strings.Join(Kinds(), ", "))
	}
	for i, n := range c.Sizes {
		if least := NumReserved + 256; n < least || n > MaxVocab {
			return fmt.Errorf("vocab is %d, want %d (reserved tokens and bytes) to %d", n, least, MaxVocab)
		}
		if slices.Contains(c.Sizes[:i], n) {
			return fmt.Errorf("vocab has %d twice", n)
		}
	}
	return nil
}

// Stage trains tokenizers on the kept documents, one of each size, and reports
// how well they fit them.
func Stage(c Config) corpus.Stage {
	files := slices.Concat(c.roles(RoleTokenizer), c.roles(RoleReport), []string{RoleConfig, RoleSpecials})
	makes := []corpus.Pass{
		{Name: "count", Config: c.Kind, Inputs: []string{roleText}, Memory: c.countMemory(), Need: need, Run: c.count},
		{Name: "train", Config: c, Inputs: []string{roleCounts}, Tasks: corpus.One, Memory: c.trainMemory(), Run: c.train},
	}
	if c.Given != nil {
		makes = []corpus.Pass{{Name: "take", Config: c, Tasks: corpus.One, Memory: c.reportMemory(), Run: c.take}}
	}
	return corpus.Stage{
		Name: "tokenize", Version: Version, Keep: files, Publish: files, Gate: gate,
		Passes: append(makes, []corpus.Pass{
			{Name: "tally", Inputs: append(c.roles(RoleTokenizer), roleText), Memory: c.tallyMemory(), Run: c.tally},
			{Name: "report", Config: c.Given, Inputs: append(c.roles(RoleTokenizer), roleTally), Tasks: corpus.One, Memory: c.reportMemory(), Run: c.report},
		}...),
	}
}

// roles names a role for each size: the role itself for the largest, for others
// with the size behind it, in thousands where it is.
func (c Config) roles(role string) (roles []string) {
	for _, n := range c.Sizes {
		switch {
		case n == slices.Max(c.Sizes):
			roles = append(roles, role)
		case n%1000 == 0:
			roles = append(roles, fmt.Sprintf("%s-%dk", role, n/1000))
		default:
			roles = append(roles, fmt.Sprintf("%s-%d", role, n))
		}
	}
	return roles
}

// need: counted words take no more than the text, and as much again while they
// are merged.
func need(e corpus.Env) (int64, error) { return 2 * e.Input()["bytes_out"], nil }

// count writes the words of a part with their counts. A counter that has grown
// to its share of memory is spilled to a scratch file; they are merged at the end.
func (c Config) count(e corpus.Env) error {
	words, err := NewCounter(c.Kind)
	if err != nil {
		return err
	}
	files := &countFiles{env: e}
	limit := max(minCounter, (e.Memory()-readMemory(c.longest()))/counterFactor)
	err = eachText(e, func(d *corpus.Document) error {
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

// learn trains the vocabularies and writes them.
func (c Config) learn(e corpus.Env, counts count.Counts) error {
	all, stats, err := Train(counts, TrainOptions{Kind: c.Kind, Sizes: c.Sizes, WordBytes: c.wordBytes(e.Memory()), Workers: e.Workers()})
	if known := (*corpus.Error)(nil); err != nil && !errors.As(err, &known) {
		return corpus.Errorf(corpus.BadConfig, "%w", err) // else the counts could not be read
	}
	if err != nil {
		return err
	}
	largest := slices.MaxFunc(all, func(a, b *Tokenizer) int { return cmp.Compare(a.Size(), b.Size()) }).Size()
	e.Count("short_of_vocab", int64(slices.Max(c.Sizes)-largest))
	e.Count("sampled_to", stats.SampledTo)
	e.Count("uncovered", int64(stats.Uncovered))
	e.Count("vocab", int64(largest))
	for i, role := range c.roles(RoleTokenizer) {
		if err := writeFile(e, role+".json", all[i].JSON()); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(e corpus.Env, name string, data []byte) error {
	w, err := e.CreateFile(name)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// tally encodes a part with each tokenizer and sums what the reports need.
func (c Config) tally(e corpus.Env) error {
	var encoders []*Encoder
	var sums []*Tally
	for _, role := range c.roles(RoleTokenizer) {
		t, err := readTrained(e, role)
		if err != nil {
			return err
		}
		encoders, sums = append(encoders, t.NewEncoder()), append(sums, NewTally(t.Size()))
	}
	var ids []uint32
	var spans []words.Span
	err := eachText(e, func(d *corpus.Document) error {
		n := 0
		for piece := range words.Pieces(d.Text) {
			spans = words.Append(spans[:0], piece)
			n += len(spans)
		}
		for i, enc := range encoders {
			ids = enc.Encode(ids[:0], d.Text)
			sums[i].Add(d.Lang, len(d.Text), n, ids)
		}
		e.Progress(int64(len(d.Text)))
		return nil
	})
	if err != nil {
		return err
	}
	e.Count("specials_in_text", encoders[0].SpecialsInText())
	if c.Given != nil { // which nobody has counted words for
		for _, l := range sums[0].Langs {
			e.Count("docs_in", l.Texts)
			e.Count("bytes_in", l.Bytes)
		}
	}
	return writeTallies(e, sums)
}

func writeTallies(e corpus.Env, sums []*Tally) error {
	table := corpus.NewTable(tallySchema)
	for _, sum := range sums {
		b, err := json.Marshal(sum)
		if err != nil {
			return err
		}
		table.Columns[0].Strings = append(table.Columns[0].Strings, string(b))
		table.Rows++
	}
	w, err := e.Create(roleTally, tallySchema)
	if err != nil {
		return err
	}
	return w.Write(table)
}

func readTrained(e corpus.Env, role string) (*Tokenizer, error) {
	b, err := e.File(role)
	if err != nil {
		return nil, err
	}
	return Read(b)
}

// report merges the tallies.
func (c Config) report(e corpus.Env) error {
	reports := c.roles(RoleReport)
	for i, role := range c.roles(RoleTokenizer) {
		r, err := reportOf(e, role, i)
		if err != nil {
			return err
		}
		if role == RoleTokenizer {
			e.Count("tokens", r.Tokens)
			e.Count("unknown", r.Unknown)
		}
		b, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			return err
		}
		if err := writeFile(e, reports[i]+".json", append(b, '\n')); err != nil {
			return err
		}
	}
	return c.writeConfigs(e)
}

// reportOf makes the report on a tokenizer, whose tallies are in row i.
func reportOf(e corpus.Env, role string, i int) (Report, error) {
	t, err := readTrained(e, role)
	if err != nil {
		return Report{}, err
	}
	sum := NewTally(t.Size())
	first, n := e.Parts()
	for part := first; part < first+n; part++ {
		if err := addTally(e, sum, part, i); err != nil {
			return Report{}, err
		}
	}
	return t.Report(sum)
}

// addTally adds the tally in row i of a part's.
func addTally(e corpus.Env, sum *Tally, part, i int) error {
	r, err := e.Open(roleTally, part)
	if err != nil {
		return err
	}
	for row, err := range corpus.Rows(r) {
		if err != nil {
			return err
		}
		if row.At != i {
			continue
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
