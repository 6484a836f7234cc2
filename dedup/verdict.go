package dedup

import (
	"errors"
	"io"
	"iter"
	"math"
	"sort"

	"corpus"
)

// rowsPerBatch is how many rows of a cluster table are written at once.
const rowsPerBatch = 4096

// clusterSchema is the columns of the table between clustering and verdicts:
// the documents of clusters, by part and row. match_doc and survivor_doc are
// numbers through all parts, earlier generations first.
func clusterSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "part", Kind: corpus.Ints},
		{Name: "row", Kind: corpus.Ints},
		{Name: "kind", Kind: corpus.Strings},
		{Name: "match", Kind: corpus.IDs},
		{Name: "survivor", Kind: corpus.IDs},
		{Name: "similarity", Kind: corpus.Floats},
		{Name: "size", Kind: corpus.Ints},
		{Name: "match_doc", Kind: corpus.Ints},
		{Name: "survivor_doc", Kind: corpus.Ints},
		{Name: "match_similarity", Kind: corpus.Floats},
	}
}

// row is what the run keeps of a document in a cluster.
type row struct {
	d               uint32
	kind            string
	match, survivor partner
	best            float64 // what makes match the match: its similarity, more for copies
}

// partner is another document, and how similar it is.
type partner struct {
	d          uint32
	id         corpus.ID
	similarity float64
}

// decide reads the links of each document and writes its row. Survivors have
// links too, since they are others' matches.
func (k *clustering) decide() error {
	out, err := newRowWriter(k)
	if err != nil {
		return err
	}
	survivors, err := k.survivors()
	if err != nil {
		return err
	}
	links, stop := iter.Pull2(sorted(k.env, k.links))
	defer stop()
	at := linkReader{next: links}
	err = k.eachPair(survivors, func(p pair) error {
		r := row{d: p.d, kind: Near, survivor: partner{p.partner, p.id, p.similarity}, best: -1}
		if err := at.judge(&r); err != nil {
			return err
		}
		return out.write(r)
	})
	if err != nil {
		return err
	}
	return errors.Join(out.end(), k.links.Close())
}

// linkReader steps through links by document.
type linkReader struct {
	next  func() ([]byte, error, bool)
	link  pair // the current one
	ahead bool // there is one
}

// judge takes the links of a document into account, which is not below the last.
func (l *linkReader) judge(r *row) error {
	for {
		if !l.ahead {
			record, err, ok := l.next()
			if !ok || err != nil {
				return err
			}
			l.link, l.ahead = readLink(record), true
		}
		if l.link.d > r.d {
			return nil
		}
		if l.link.d == r.d {
			r.judge(l.link)
		}
		l.ahead = false
	}
}

// judge takes one partner into account; partners come in ascending order, so of
// equally similar ones the earliest stays the match. Nothing is nearer than an
// exact copy, and of those the document itself.
func (r *row) judge(p pair) {
	other := partner{p.partner, p.id, p.similarity}
	switch {
	case p.kind == againEdge:
		r.kind, r.match, r.best = Exact, other, 3
	case p.kind == exactEdge && r.best < 2:
		r.kind, r.match, r.best = Exact, other, 2
	case p.kind == urlEdge && r.best < 2:
		r.kind, r.match, r.best = URL, other, 2
	case p.kind == nearEdge && p.similarity > r.best:
		r.match, r.best = other, p.similarity
	}
}

// rowWriter writes the cluster table; it adds the survivors of this generation
// between the documents it is given.
type rowWriter struct {
	*clustering
	out   corpus.TableWriter
	batch *corpus.Table
	next  uint32 // document after the last one written or passed over
}

func newRowWriter(k *clustering) (*rowWriter, error) {
	out, err := k.env.Create(cluster, clusterSchema())
	return &rowWriter{clustering: k, out: out, batch: corpus.NewTable(clusterSchema()), next: k.fresh}, err
}

// write adds the row of a document, not below the last.
func (w *rowWriter) write(r row) error {
	if err := w.survivorsBelow(r.d); err != nil {
		return err
	}
	w.next = r.d + 1
	return w.add(r)
}

// end writes what remains.
func (w *rowWriter) end() error {
	if err := w.survivorsBelow(w.start[len(w.start)-1]); err != nil {
		return err
	}
	return w.flush()
}

func (w *rowWriter) survivorsBelow(d uint32) error {
	for ; w.next < d; w.next++ {
		if w.size[w.forest.root(w.node(w.next))] > 1 {
			self := partner{d: w.next, similarity: math.NaN()}
			if err := w.add(row{d: w.next, match: self, survivor: self}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *rowWriter) add(r row) error {
	part := sort.Search(len(w.start), func(i int) bool { return w.start[i] > r.d }) - 1
	c := w.batch.Columns
	c[0].Ints = append(c[0].Ints, int64(part))
	c[1].Ints = append(c[1].Ints, int64(r.d-w.start[part]))
	c[2].Strings = append(c[2].Strings, r.kind)
	c[3].IDs = append(c[3].IDs, r.match.id)
	c[4].IDs = append(c[4].IDs, r.survivor.id)
	c[5].Floats = append(c[5].Floats, r.survivor.similarity)
	c[6].Ints = append(c[6].Ints, int64(w.size[w.forest.root(w.node(r.d))]))
	c[7].Ints = append(c[7].Ints, int64(r.match.d))
	c[8].Ints = append(c[8].Ints, int64(r.survivor.d))
	c[9].Floats = append(c[9].Floats, r.match.similarity)
	w.batch.Rows++
	if w.batch.Rows < rowsPerBatch {
		return nil
	}
	return w.flush()
}

func (w *rowWriter) flush() error {
	defer w.batch.Reset()
	return w.out.Write(w.batch)
}

// rowReader steps through the rows of one part in the cluster table.
type rowReader struct {
	in    corpus.TableReader
	part  int64
	table *corpus.Table
	i     int
}

// openRows opens the table at the first row of a part.
func openRows(env corpus.Env, part int) (*rowReader, error) {
	first, _ := env.Parts()
	in, err := env.Open(cluster, first) // of the pass's only task
	if err != nil {
		return nil, err
	}
	r := &rowReader{in: in, part: int64(part), table: corpus.NewTable(clusterSchema())}
	return r, seekPart(in, r.part)
}

// find steps to the part's row, and says whether there is one.
func (r *rowReader) find(row int64) (bool, error) {
	for {
		parts, rows := r.table.Columns[0].Ints, r.table.Columns[1].Ints
		for ; r.i < r.table.Rows; r.i++ {
			if parts[r.i] > r.part || parts[r.i] == r.part && rows[r.i] >= row {
				return parts[r.i] == r.part && rows[r.i] == row, nil
			}
		}
		t, err := r.in.Next()
		if errors.Is(err, io.EOF) {
			r.table, r.i = corpus.NewTable(clusterSchema()), 0
			return false, nil
		}
		if err != nil {
			return false, err
		}
		r.table, r.i = t, 0
	}
}

// verified is what verdicts depend on beside clusters and similarities.
type verified struct {
	Verify     float64 `json:"verify"`     // see Config
	Similarity string  `json:"similarity"` // see Config
}

// verdict writes the verdicts of one part.
func (c Config) verdict(env corpus.Env) error {
	first, _ := env.Parts()
	part := first + env.Task()
	var sets *overrule
	if c.Against.Sets != nil {
		var err error
		if sets, err = openOverrule(env, part); err != nil {
			return err
		}
		defer sets.stop()
	}
	rows, err := openRows(env, part)
	if err != nil {
		return err
	}
	defer rows.in.Close()
	var near *similarities
	if c.Similarity == Exactly {
		if near, err = openSimilarities(env, part); err != nil {
			return err
		}
		defer near.stop()
	}
	out, err := env.Create(Verdict, VerdictSchema())
	if err != nil {
		return err
	}
	batch := corpus.NewTable(VerdictSchema())
	n := int64(0)
	return corpus.EachTable(env, Signature, part, func(t *corpus.Table) error {
		batch.Reset()
		bytes := t.Column("bytes").Ints
		for i, id := range t.Column("id").IDs {
			d, err := decide(rows, near, n, id)
			if err != nil {
				return err
			}
			d.verify(c.Verify)
			d.append(batch)
			if sets != nil {
				if err := d.overrule(sets, batch); err != nil {
					return err
				}
			}
			d.count(env, bytes[i])
			n++
		}
		return out.Write(batch)
	})
}

// decision is a document's verdict.
type decision struct {
	kind                           string
	self, match, survivor, cluster corpus.ID
	matched, similarity            float64
	size                           int64
	spared                         bool
}

// decide is the verdict of the part's row n, before it is verified; without near the
// similarities are those of clustering.
func decide(rows *rowReader, near *similarities, n int64, id corpus.ID) (decision, error) {
	d := decision{self: id, match: id, survivor: id, cluster: id, matched: math.NaN(), similarity: math.NaN(), size: 1}
	found, err := rows.find(n)
	if err != nil || !found {
		return d, err
	}
	t, i := rows.table, rows.i
	d.kind, d.size = t.Column("kind").Strings[i], t.Column("size").Ints[i]
	if d.kind == "" {
		return d, nil
	}
	d.match, d.survivor = t.Column("match").IDs[i], t.Column("survivor").IDs[i]
	d.cluster, d.matched, d.similarity = d.survivor, 1, 1
	switch {
	case near == nil:
		d.matched, d.similarity = t.Column("match_similarity").Floats[i], t.Column("similarity").Floats[i]
	case len(partners(t, i)) > 0:
		d.matched, d.similarity, err = near.at(n)
	}
	return d, err
}

// verify spares a near duplicate that is not as similar to the survivor as it has
// to be. The copy of one that is spared then has that as its survivor.
func (d *decision) verify(least float64) {
	switch {
	case d.similarity >= least || math.IsNaN(d.similarity):
	case d.kind == Near:
		d.kind, d.survivor, d.spared = "", d.self, true
	case d.kind == Exact:
		d.survivor, d.similarity = d.match, 1
	}
}

// overrule has evaluation sets change the verdict, which is the last of batch.
func (d *decision) overrule(sets *overrule, batch *corpus.Table) (err error) {
	d.kind, err = sets.last(batch, d.kind, d.self)
	d.spared = d.spared && d.kind == ""
	return err
}

// append adds the verdict to the table.
func (d *decision) append(t *corpus.Table) {
	c := t.Columns
	c[0].Strings = append(c[0].Strings, d.kind)
	c[1].IDs = append(c[1].IDs, d.match)
	c[2].IDs = append(c[2].IDs, d.survivor)
	c[3].Floats = append(c[3].Floats, d.similarity)
	c[4].Floats = append(c[4].Floats, d.matched)
	c[5].IDs = append(c[5].IDs, d.cluster)
	c[6].Ints = append(c[6].Ints, d.size)
	c[7].Ints = append(c[7].Ints, d.weight())
	t.Rows++
}

// weight is how often rehydration repeats the document: one that is spared stands
// for itself alone.
func (d *decision) weight() int64 {
	if d.spared {
		return 1
	}
	return weight(d.kind, d.size)
}

func (d *decision) count(env corpus.Env, bytes int64) {
	env.Count("docs_in", 1)
	env.Count("bytes_in", bytes)
	if d.spared {
		env.Count("verify.spared", 1)
	}
	if d.kind == "" {
		env.Count("docs_out", 1)
		env.Count("bytes_out", bytes)
		return
	}
	env.Count("dropped."+d.kind, 1)
}

// similarities steps through the table compared of one part.
type similarities struct {
	next func() (corpus.Row, error, bool)
	stop func()
}

func openSimilarities(env corpus.Env, part int) (*similarities, error) {
	in, err := env.Open(compared, part)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(corpus.Rows(in))
	return &similarities{next, stop}, nil
}

// at is the next row, which must be row n.
func (s *similarities) at(n int64) (match, survivor float64, err error) {
	r, err, ok := s.next()
	if err != nil {
		return 0, 0, err
	}
	if !ok || r.Columns[0].Ints[r.At] != n {
		return 0, 0, corpus.Errorf(corpus.Corrupt, "dedup: row %d was not compared with its partners", n)
	}
	return r.Columns[1].Floats[r.At], r.Columns[2].Floats[r.At], nil
}
