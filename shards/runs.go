package shards

import "corpus"

// sourceMemory is what joining runs holds: batches of a table, read and written.
const sourceMemory = 8 * corpus.BatchBytes

// runSchema is a run: that so many rows of a part, with so many tokens (end tokens
// not counted), are of one source.
func runSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "part", Kind: corpus.Ints},
		{Name: "source", Kind: corpus.Strings},
		{Name: "rows", Kind: corpus.Ints},
		{Name: "tokens", Kind: corpus.Ints},
	}
}

// Runs is a table of runs.
type Runs struct{ *corpus.Table }

// NewRuns is an empty one.
func NewRuns() Runs { return Runs{corpus.NewTable(runSchema())} }

// Add appends that the next rows of a part are of a source.
func (r Runs) Add(part int, source string, rows, tokens int64) {
	c := r.Columns
	c[0].Ints = append(c[0].Ints, int64(part))
	c[1].Strings = append(c[1].Strings, source)
	c[2].Ints = append(c[2].Ints, rows)
	c[3].Ints = append(c[3].Ints, tokens)
	r.Rows++
}

// runs writes of which sources the rows of a part are, in their order.
type runs struct {
	out          corpus.TableWriter
	row          Runs
	part         int
	source       string
	rows, tokens int64
}

func newRuns(e corpus.Env) (*runs, error) {
	first, _ := e.Parts()
	out, err := e.Create(runRole, runSchema())
	return &runs{out: out, row: NewRuns(), part: first + e.Task()}, err
}

// add counts a row.
func (r *runs) add(source string, tokens int64) error {
	if source != r.source {
		if err := r.end(); err != nil {
			return err
		}
		r.source = source
	}
	r.rows++
	r.tokens += tokens
	return nil
}

// end writes the run under way.
func (r *runs) end() error {
	if r.rows == 0 {
		return nil
	}
	r.row.Reset()
	r.row.Add(r.part, r.source, r.rows, r.tokens)
	r.rows, r.tokens = 0, 0
	return r.out.Write(r.row.Table)
}

func oneIfParts(e corpus.Env) (int, error) {
	_, parts := e.Parts()
	return min(1, parts), nil
}

// joinRuns makes one table of those of all parts, so that one file a generation
// tells the sources of all shards.
func joinRuns(e corpus.Env) error {
	out, err := e.Create(SourceRole, runSchema())
	if err != nil {
		return err
	}
	first, parts := e.Parts()
	for part := first; part < first+parts; part++ {
		if err := corpus.EachTable(e, runRole, part, out.Write); err != nil {
			return err
		}
	}
	return nil
}
