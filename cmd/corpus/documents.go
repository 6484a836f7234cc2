package main

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"corpus"
	dups "corpus/dedup"
	filters "corpus/filter"
	"corpus/internal/edit"
	"corpus/shards"
)

// story is all that the datasets say about one document.
type story struct {
	corpus.Document
	Dedup  *duplicate
	Filter *decision
	Edits  []corpus.Edit // what the filter cuts or replaces in Text, for itself and for dedup
	Attrs  map[string]float64
}

// duplicate is dedup's verdict; Kind is "" for a document that survived.
type duplicate struct {
	Kind            string   `json:"kind"`
	Match           string   `json:"match"`
	Survivor        string   `json:"survivor"`
	MatchSimilarity *float64 `json:"match_similarity"`
	Similarity      *float64 `json:"similarity"`
	Cluster         string   `json:"cluster"`
	Size            int64    `json:"cluster_size"`
	Against         *overlap `json:"against,omitempty"`

	match, survivor, cluster corpus.ID
}

// spared says that only dedup.verify made the document stay.
func (d *duplicate) spared() bool { return d.Kind == "" && d.survivor != d.cluster }

// overlap is what a document has in common with an evaluation set: the set and the
// line of the example in its file, and the words.
type overlap struct {
	Set  string `json:"set"`
	Line int64  `json:"line"`
	Text string `json:"text"`
}

// decision is the filter's verdict.
type decision struct {
	Keep   bool             `json:"keep"`
	Failed []corpus.Failure `json:"failed"`
	// Promoted documents stand in the place of their cluster's survivor.
	Promoted bool `json:"promoted,omitempty"`
}

// stories walks the documents of the ingest dataset with what dedup and filter
// say of them, where those have got that far, until the context ends. Texts are
// valid until the next.
func stories(ctx context.Context, sets map[string]*shards.Dataset, attrs bool) iter.Seq2[*story, error] {
	return func(yield func(*story, error) bool) {
		for i, g := range sets["ingest"].Manifest.Generations {
			dedup, filter := madeFrom(sets["dedup"], i, "ingest", g), madeFrom(sets["filter"], i, "ingest", g)
			for n, p := range g.Parts {
				side := &sidecars{}
				err := side.open(dedup, filter, n, attrs)
				more := partStories(ctx, sets["ingest"], p, side, err, yield)
				side.close()
				if !more {
					return
				}
			}
		}
	}
}

// layer is a generation of a dataset.
type layer struct {
	set   *shards.Dataset
	parts []corpus.Part
}

// madeFrom is generation i of a dataset if it was made from g of the input, not
// from what was there before a rebuild; else it is empty.
func madeFrom(d *shards.Dataset, i int, input string, g corpus.Generation) layer {
	if d == nil || i >= len(d.Manifest.Generations) {
		return layer{}
	}
	if made := d.Manifest.Generations[i]; slices.Contains(made.Inputs, input+" "+g.Key) {
		return layer{d, made.Parts}
	}
	return layer{}
}

// partStories walks one part; false means to stop.
func partStories(ctx context.Context, ingest *shards.Dataset, p corpus.Part, side *sidecars, err error, yield func(*story, error) bool) bool {
	if err != nil {
		return yield(nil, err)
	}
	text, err := ingest.Table(p, "part")
	if err != nil {
		return yield(nil, err)
	}
	for row, err := range corpus.Rows(text) {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return yield(nil, err)
		}
		s := &story{Document: row.Document(row.At)}
		if err := side.fill(s); err != nil {
			return yield(nil, err)
		}
		if !yield(s, nil) {
			return false
		}
	}
	if err := side.end(); err != nil {
		return yield(nil, err)
	}
	return true
}

// sidecars are the tables beside a text part, read row by row.
type sidecars struct {
	dedup, filter, edits, overlap *column
	attrs                         []*column
}

// column is a pulled row sequence.
type column struct {
	next func() (corpus.Row, error, bool)
	stop func()
	row  corpus.Row
}

// open opens what there is beside the nth part; it must be closed in any case.
func (s *sidecars) open(dedup, filter layer, n int, attrs bool) (err error) {
	if s.dedup, err = dedup.column(n, "verdict"); err != nil {
		return err
	}
	if s.filter, err = filter.column(n, "verdict"); err != nil {
		return err
	}
	if dedup.has(n, dups.Overlap) {
		if s.overlap, err = dedup.column(n, dups.Overlap); err != nil {
			return err
		}
	}
	for _, role := range []string{filters.RoleAllEdits, filters.RoleEdits} {
		if s.edits == nil && filter.has(n, role) {
			if s.edits, err = filter.column(n, role); err != nil {
				return err
			}
		}
	}
	if !attrs {
		return nil
	}
	for _, role := range filter.attrRoles(n) {
		c, err := filter.column(n, role)
		if err != nil {
			return err
		}
		s.attrs = append(s.attrs, c)
	}
	return nil
}

// attrRoles are the roles of the nth part's attributes.
func (l layer) attrRoles(n int) []string {
	var roles []string
	if n >= len(l.parts) {
		return nil
	}
	for _, f := range l.parts[n].Files {
		if strings.HasPrefix(f.Role, "attrs/") {
			roles = append(roles, f.Role)
		}
	}
	slices.Sort(roles)
	return roles
}

// has says whether the nth part has a table under role.
func (l layer) has(n int, role string) bool {
	if n >= len(l.parts) {
		return false
	}
	_, ok := l.parts[n].File(role)
	return ok
}

// column opens a table of the nth part; it is nil where there is none.
func (l layer) column(n int, role string) (*column, error) {
	if n >= len(l.parts) {
		return nil, nil
	}
	r, err := l.set.Table(l.parts[n], role)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(corpus.Rows(r))
	return &column{next: next, stop: stop}, nil
}

func (s *sidecars) all() []*column {
	return slices.DeleteFunc(append([]*column{s.dedup, s.filter, s.edits, s.overlap}, s.attrs...), func(c *column) bool { return c == nil })
}

func (s *sidecars) close() {
	for _, c := range s.all() {
		c.stop()
	}
}

// end reads what follows the last row, which is verified too.
func (s *sidecars) end() error {
	for _, c := range s.all() {
		if _, err, more := c.next(); more {
			return cmp.Or(err, errUneven)
		}
	}
	return nil
}

var errUneven error = &corpus.Error{
	Class: corpus.Corrupt, What: "the tables beside the text are not as long as it is", Offset: -1,
	Next: "run `corpus dedup --rebuild`, then `corpus filter --rebuild`",
}

// fill reads the next row of every sidecar into the story.
func (s *sidecars) fill(out *story) error {
	for _, c := range s.all() {
		row, err, more := c.next()
		if err != nil {
			return err
		}
		if !more {
			return errUneven
		}
		c.row = row
	}
	if s.dedup != nil {
		out.Dedup = readDuplicate(s.dedup.row)
	}
	if s.dedup != nil && s.overlap != nil {
		out.Dedup.Against = readOverlap(s.overlap.row, out.Text)
	}
	if s.filter != nil {
		out.Filter = readDecision(s.filter.row)
	}
	if s.edits != nil {
		var err error
		if out.Edits, err = edit.Read(s.edits.row.Table, s.edits.row.At, len(out.Text)); err != nil {
			return err
		}
	}
	if len(s.attrs) > 0 {
		out.Attrs = map[string]float64{}
	}
	for _, c := range s.attrs {
		readAttrs(out.Attrs, c.row)
	}
	return nil
}

func readAttrs(to map[string]float64, row corpus.Row) {
	for i, f := range row.Schema {
		if f.Kind != corpus.Floats {
			continue // lang and id, which the document has itself
		}
		if v := row.Columns[i].Floats[row.At]; !math.IsNaN(v) {
			to[f.Name] = v
		}
	}
}

func readDuplicate(row corpus.Row) *duplicate {
	id := func(column string) corpus.ID { return row.Column(column).IDs[row.At] }
	d := &duplicate{
		Kind: row.Column("kind").Strings[row.At], Size: row.Column("size").Ints[row.At],
		match: id("match"), survivor: id("survivor"), cluster: id("cluster"),
	}
	d.Match, d.Survivor, d.Cluster = d.match.String(), d.survivor.String(), d.cluster.String()
	if v := row.Column("similarity").Floats[row.At]; !math.IsNaN(v) {
		d.Similarity = &v
	}
	if v := row.Column("match_similarity").Floats[row.At]; !math.IsNaN(v) {
		d.MatchSimilarity = &v
	}
	return d
}

// readOverlap is nil where a document has nothing in common with a set.
func readOverlap(row corpus.Row, text string) *overlap {
	o := &overlap{Set: row.Column("set").Strings[row.At], Line: row.Column("line").Ints[row.At]}
	start, end := row.Column("start").Ints[row.At], row.Column("end").Ints[row.At]
	if o.Set == "" {
		return nil
	}
	if 0 <= start && start <= end && end <= int64(len(text)) {
		o.Text = strings.Clone(text[start:end])
	}
	return o
}

func readDecision(row corpus.Row) *decision {
	d := &decision{Keep: row.Column("keep").Ints[row.At] == 1, Failed: []corpus.Failure{}}
	if i := row.Schema.Index("promoted"); i >= 0 { // a filter of before has none
		d.Promoted = row.Columns[i].Ints[row.At] == 1
	}
	values, limits := row.Column("values").Numbers[row.At], row.Column("limits").Numbers[row.At]
	for i, r := range row.Column("rules").Lists[row.At] {
		d.Failed = append(d.Failed, corpus.Failure{Rule: r, Value: values[i], Limit: limits[i]})
	}
	return d
}
