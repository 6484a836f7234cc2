package filter

import (
	"maps"
	"slices"
	"strings"

	"corpus"
)

// meter measures documents; each goroutine has its own.
type meter struct {
	tokens     tokens
	repetition repetition
	values     []float64
	bags       map[string]*bag
}

func newMeter() *meter { return &meter{bags: map[string]*bag{}} }

// measure gives the attributes of a text in the order of measured, valid until
// the next call.
func (m *meter) measure(text, lang string) []float64 {
	l := languageOf(lang)
	m.tokens.reset(text)
	m.values = gopher(m.values[:0], &m.tokens, l)
	m.values = m.repetition.measure(m.values, &m.tokens)
	m.values = append(m.values, toxicity(&m.tokens, l))
	return m.values
}

// count adds the n-grams of the text last measured.
func (m *meter) count(lang string) {
	if m.bags[lang] == nil {
		m.bags[strings.Clone(lang)] = new(bag)
	}
	m.bags[lang].add(&m.tokens)
}

// measure is the pass: a sidecar for each family, and the n-grams of the part.
func measure(e corpus.Env) error {
	meters := make([]*meter, crew(e, measureMemory, meterMemory))
	for i := range meters {
		meters[i] = newMeter()
	}
	writers := make([]corpus.TableWriter, len(measured))
	for i, f := range measured {
		w, err := e.Create(f.role, floats(f.columns, 0).Schema)
		if err != nil {
			return err
		}
		writers[i] = w
	}
	about, err := e.Create(roleLang, langSchema)
	if err != nil {
		return err
	}
	err = tables(e, rolePart, part(e), func(t *corpus.Table) error {
		if err := about.Write(aboutLang(t)); err != nil {
			return err
		}
		return measureTable(e, t, meters, writers)
	})
	if err != nil {
		return err
	}
	return writeBags(e, roleCounts, merged(meters))
}

// measureTable writes the attributes of a batch.
func measureTable(e corpus.Env, t *corpus.Table, meters []*meter, writers []corpus.TableWriter) error {
	out := make([]*corpus.Table, len(measured))
	for i, f := range measured {
		out[i] = floats(f.columns, t.Rows)
	}
	text, lang := t.Column("text").Strings, t.Column("lang").Strings
	rows(meters, t.Rows, func(m *meter, row int) {
		values := m.measure(text[row], lang[row])
		if !t.Document(row).Trusted { // which is no part of the pool
			m.count(lang[row])
		}
		for _, o := range out {
			for c := range o.Columns {
				o.Columns[c].Floats[row] = values[c]
			}
			values = values[len(o.Columns):]
		}
	})
	for i, w := range writers {
		if err := w.Write(out[i]); err != nil {
			return err
		}
	}
	for _, s := range text {
		e.Progress(int64(len(s)))
	}
	return nil
}

var langSchema = corpus.Schema{
	{Name: "id", Kind: corpus.IDs},
	{Name: "lang", Kind: corpus.Strings},
	{Name: "bytes", Kind: corpus.Ints},
	{Name: "lang.score", Kind: corpus.Floats},
	{Name: "trusted", Kind: corpus.Ints},
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
	}
	return out
}

// merged adds up the n-grams of all meters.
func merged(meters []*meter) map[string]*bag {
	sum := map[string]*bag{}
	for _, m := range meters {
		mergeBags(sum, m.bags)
	}
	return sum
}

func mergeBags(sum, more map[string]*bag) {
	for lang, b := range more {
		if sum[lang] == nil {
			sum[strings.Clone(lang)] = new(bag)
		}
		sum[lang].merge(b)
	}
}

var bagSchema = corpus.Schema{
	{Name: "lang", Kind: corpus.Strings}, {Name: "bucket", Kind: corpus.Ints}, {Name: "count", Kind: corpus.Ints},
}

// writeBags writes the counts over zero, by language and bucket.
func writeBags(e corpus.Env, role string, bags map[string]*bag) error {
	w, err := e.Create(role, bagSchema)
	if err != nil {
		return err
	}
	for _, lang := range slices.Sorted(maps.Keys(bags)) {
		t := corpus.NewTable(bagSchema)
		for i, n := range bags[lang] {
			if n == 0 {
				continue
			}
			t.Columns[0].Strings = append(t.Columns[0].Strings, lang)
			t.Columns[1].Ints = append(t.Columns[1].Ints, int64(i))
			t.Columns[2].Ints = append(t.Columns[2].Ints, int64(n))
			t.Rows++
		}
		if err := w.Write(t); err != nil {
			return err
		}
	}
	return nil
}

// readBags adds the counts that writeBags wrote to sum.
func readBags(e corpus.Env, role string, part int, sum map[string]*bag) error {
	return tables(e, role, part, func(t *corpus.Table) error {
		for i, lang := range t.Column("lang").Strings {
			if sum[lang] == nil {
				sum[strings.Clone(lang)] = new(bag)
			}
			sum[lang][t.Column("bucket").Ints[i]%buckets] += uint64(t.Column("count").Ints[i])
		}
		return nil
	})
}
