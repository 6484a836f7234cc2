package filter

import (
	"slices"

	"corpus"
	"corpus/internal/domain"
	"corpus/internal/edit"
)

// meter measures documents; each goroutine has its own.
type meter struct {
	gauges []gauge
	values []float64
	edits  []corpus.Edit
	left   bool  // what edits leave is measured too
	clips  int64 // texts of which a gauge saw the beginning only
}

func newMeter(kinds []kind, left bool) *meter {
	m := &meter{left: left}
	for _, k := range kinds {
		m.gauges = append(m.gauges, k.new())
	}
	return m
}

// measure gives the attributes of a text in the order of its kinds, and what is
// to be edited in it; both are valid until the next call.
func (m *meter) measure(text, lang string) ([]float64, []corpus.Edit) {
	m.values, m.edits = m.values[:0], m.edits[:0]
	for _, g := range m.gauges {
		m.values = g.Measure(m.values, text, lang)
		if e, ok := g.(editor); ok {
			m.edits = e.AppendEdits(m.edits)
		}
		if c, ok := g.(clipper); ok && c.Clipped() {
			m.clips++
		}
	}
	m.edits = edit.Settle(m.edits)
	if m.left {
		m.values = append(m.values, left(len(text), m.edits))
	}
	return m.values, m.edits
}

// measuring is a task of the pass that measures.
type measuring struct {
	families []family
	meters   []*meter
	writers  []corpus.TableWriter // of the families
	edits    corpus.TableWriter   // nil when nothing edits
}

// measure is the pass: a sidecar for each family, and the edits.
func (s *selector) measure(e corpus.Env) error {
	m := &measuring{families: s.families, meters: make([]*meter, crew(e, measureMemory+authorityMemory, s.meterMemory))}
	for i := range m.meters {
		m.meters[i] = newMeter(s.kinds, s.edits)
	}
	if err := m.create(e, s.edits); err != nil {
		return err
	}
	about, err := e.Create(roleLang, langSchema)
	if err != nil {
		return err
	}
	who := newAuthority(s.lingua)
	defer m.countClips(e)
	return corpus.EachTable(e, rolePart, part(e), func(t *corpus.Table) error {
		who.tell(e, t, len(m.meters))
		if err := about.Write(aboutLang(t)); err != nil {
			return err
		}
		return m.table(e, t)
	})
}

func (m *measuring) create(e corpus.Env, edits bool) error {
	for _, f := range m.families {
		w, err := e.Create(f.role, floats(f.columns, 0).Schema)
		if err != nil {
			return err
		}
		m.writers = append(m.writers, w)
	}
	if !edits {
		return nil
	}
	w, err := e.Create(RoleEdits, edit.Schema())
	m.edits = w
	return err
}

// countClips counts the documents of which the recipe measured the beginning only.
func (m *measuring) countClips(e corpus.Env) {
	for _, worker := range m.meters {
		countIf(e, "clipped", worker.clips)
	}
}

// table measures a batch.
func (m *measuring) table(e corpus.Env, t *corpus.Table) error {
	out := make([]*corpus.Table, len(m.families))
	for i, f := range m.families {
		out[i] = floats(f.columns, t.Rows)
	}
	edits := make([][]corpus.Edit, t.Rows)
	text, lang := t.Column("text").Strings, t.Column("lang").Strings
	rows(m.meters, t.Rows, func(m *meter, row int) {
		values, wanted := m.measure(text[row], lang[row])
		edits[row] = slices.Clone(wanted)
		for _, o := range out {
			for c := range o.Columns {
				o.Columns[c].Floats[row] = values[c]
			}
			values = values[len(o.Columns):]
		}
	})
	for i, w := range m.writers {
		if err := w.Write(out[i]); err != nil {
			return err
		}
	}
	for _, s := range text {
		e.Progress(int64(len(s)))
	}
	return m.writeEdits(e, edits)
}

// writeEdits writes the edits of a batch and counts them by who asked.
func (m *measuring) writeEdits(e corpus.Env, edits [][]corpus.Edit) error {
	if m.edits == nil {
		return nil
	}
	t, count := corpus.NewTable(edit.Schema()), map[string]int64{}
	for _, of := range edits {
		edit.Append(t, of)
		for _, edit := range of {
			count["edits."+edit.Rule]++
			count["edited_bytes."+edit.Rule] += int64(edit.End - edit.Start)
		}
		if len(of) > 0 {
			count["edited"]++
		}
	}
	for name, n := range count {
		e.Count(name, n)
	}
	return m.edits.Write(t)
}

var langSchema = corpus.Schema{
	{Name: "id", Kind: corpus.IDs},
	{Name: "lang", Kind: corpus.Strings},
	{Name: "bytes", Kind: corpus.Ints},
	{Name: "lang.score", Kind: corpus.Floats},
	{Name: "trusted", Kind: corpus.Ints},
	{Name: "domain", Kind: corpus.Strings},
	{Name: "source", Kind: corpus.Strings}, // the first element of its path
}

// aboutLang is the sidecar of roleLang: what the later passes need to know of
// the documents beside attributes, so that they need not read the text.
func aboutLang(t *corpus.Table) *corpus.Table {
	out := corpus.NewTable(langSchema)
	out.Rows = t.Rows
	out.Columns[0].IDs = t.Column("id").IDs
	out.Columns[1].Strings = t.Column("lang").Strings
	for _, s := range t.Column("text").Strings {
		out.Columns[2].Ints = append(out.Columns[2].Ints, int64(len(s)))
	}
	out.Columns[3].Floats = t.Column("lang_score").Floats
	for i := range t.Rows {
		trusted := int64(0)
		if t.Document(i).Trusted {
			trusted = 1
		}
		out.Columns[4].Ints = append(out.Columns[4].Ints, trusted)
		source := t.Column("source").Strings[i]
		out.Columns[5].Strings = append(out.Columns[5].Strings, domain.Of(t.Column("url").Strings[i], source))
		out.Columns[6].Strings = append(out.Columns[6].Strings, domain.Of("", source))
	}
	return out
}
