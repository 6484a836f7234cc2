package main

import (
	"iter"
	"math"
	"slices"
	"strings"

	"corpus"
	"corpus/shards"
)

// story is all that the datasets say about one document.
type story struct {
	corpus.Document
	Dedup  *duplicate
	Filter *decision
	Attrs  map[string]float64
}

// duplicate is dedup's verdict; Kind is "" for a document that survived.
type duplicate struct {
	Kind       string   `json:"kind"`
	Match      string   `json:"match"`
	Survivor   string   `json:"survivor"`
	Similarity *float64 `json:"similarity"`
	Size       int64    `json:"cluster_size"`
}

// decision is the filter's verdict.
type decision struct {
	Keep   bool             `json:"keep"`
	Failed []corpus.Failure `json:"failed"`
}

// stories walks the documents of the ingest dataset with what dedup and filter
// say of them, where those have got that far. Texts are valid until the next.
func stories(sets map[string]*shards.Dataset, attrs bool) iter.Seq2[*story, error] {
	return func(yield func(*story, error) bool) {
		for _, p := range sets["ingest"].Parts() {
			if !partStories(sets, p, attrs, yield) {
				return
			}
		}
	}
}

// partStories walks one part; false means to stop.
func partStories(sets map[string]*shards.Dataset, p corpus.Part, attrs bool, yield func(*story, error) bool) bool {
	text, err := sets["ingest"].Table(p, "part")
	if err != nil {
		return yield(nil, err)
	}
	side, err := openSidecars(sets, p.Number, attrs)
	if err != nil {
		return yield(nil, err)
	}
	defer side.close()
	for row, err := range corpus.Rows(text) {
		if err != nil {
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
	dedup, filter *column
	attrs         []*column
}

// column is a pulled row sequence.
type column struct {
	next func() (corpus.Row, error, bool)
	stop func()
}

func openSidecars(sets map[string]*shards.Dataset, part int, attrs bool) (s *sidecars, err error) {
	s = &sidecars{}
	if s.dedup, err = openColumn(sets["dedup"], part, "verdict"); err != nil {
		return s, err
	}
	if s.filter, err = openColumn(sets["filter"], part, "verdict"); err != nil || !attrs {
		return s, err
	}
	for _, role := range attrRoles(sets["filter"], part) {
		c, err := openColumn(sets["filter"], part, role)
		if err != nil {
			return s, err
		}
		s.attrs = append(s.attrs, c)
	}
	return s, nil
}

func attrRoles(d *shards.Dataset, part int) []string {
	var roles []string
	if d == nil || part >= len(d.Parts()) {
		return nil
	}
	for _, f := range d.Parts()[part].Files {
		if strings.HasPrefix(f.Role, "attrs/") {
			roles = append(roles, f.Role)
		}
	}
	slices.Sort(roles)
	return roles
}

func openColumn(d *shards.Dataset, part int, role string) (*column, error) {
	if d == nil || part >= len(d.Parts()) {
		return nil, nil
	}
	r, err := d.Table(d.Parts()[part], role)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(corpus.Rows(r))
	return &column{next, stop}, nil
}

func (s *sidecars) close() {
	for _, c := range append([]*column{s.dedup, s.filter}, s.attrs...) {
		if c != nil {
			c.stop()
		}
	}
}

// end reads what follows the last row, which is verified too.
func (s *sidecars) end() error {
	for _, c := range append([]*column{s.dedup, s.filter}, s.attrs...) {
		if c == nil {
			continue
		}
		if _, err, more := c.next(); more {
			return err
		}
	}
	return nil
}

// fill reads the next row of every sidecar into the story.
func (s *sidecars) fill(out *story) error {
	if s.dedup != nil {
		row, err, _ := s.dedup.next()
		if err != nil {
			return err
		}
		out.Dedup = readDuplicate(row)
	}
	if s.filter != nil {
		row, err, _ := s.filter.next()
		if err != nil {
			return err
		}
		out.Filter = readDecision(row)
	}
	for _, c := range s.attrs {
		row, err, _ := c.next()
		if err != nil {
			return err
		}
		if out.Attrs == nil {
			out.Attrs = map[string]float64{}
		}
		for i, f := range row.Schema {
			if f.Kind != corpus.Floats {
				continue // lang and id, which the document has itself
			}
			if v := row.Columns[i].Floats[row.At]; !math.IsNaN(v) {
				out.Attrs[f.Name] = v
			}
		}
	}
	return nil
}

func readDuplicate(row corpus.Row) *duplicate {
	d := &duplicate{
		Kind: row.Column("kind").Strings[row.At], Match: row.Column("match").IDs[row.At].String(),
		Survivor: row.Column("survivor").IDs[row.At].String(), Size: row.Column("size").Ints[row.At],
	}
	if v := row.Column("similarity").Floats[row.At]; !math.IsNaN(v) {
		d.Similarity = &v
	}
	return d
}

func readDecision(row corpus.Row) *decision {
	d := &decision{Keep: row.Column("keep").Ints[row.At] == 1, Failed: []corpus.Failure{}}
	values, limits := row.Column("values").Numbers[row.At], row.Column("limits").Numbers[row.At]
	for i, r := range row.Column("rules").Lists[row.At] {
		d.Failed = append(d.Failed, corpus.Failure{Rule: r, Value: values[i], Limit: limits[i]})
	}
	return d
}
