package ingest

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"corpus"
)

// run is one ingest: what its passes share. The plan is only remembered, not
// state: it is a function of the tables it was read from.
type run struct {
	cfg    Config
	inputs []input

	mu   sync.Mutex
	plan []part
}

func (r *run) scanTasks() int { return (len(r.inputs) + ScanSources - 1) / ScanSources }

// scan looks at one group of sources, several at a time, and writes what it
// saw in their order.
func (r *run) scan(env corpus.Env) error {
	from := env.Task() * ScanSources
	group := r.inputs[from:min(from+ScanSources, len(r.inputs))]
	w, err := env.Create(RoleScan, scanSchema())
	if err != nil {
		return err
	}
	sc := scan{unitBytes: r.cfg.UnitBytes, textField: r.cfg.TextField}
	table := corpus.NewTable(scanSchema())
	work := func(in input) (scanned, error) {
		s := sc.source(in)
		env.Progress(max(s.size, 0))
		return s, nil
	}
	err = ordered(env.Context(), env.Workers(), each(group), work, func(s scanned) error {
		r.note(env, &s)
		appendScanned(table, &s)
		if table.Rows < 4096 {
			return nil
		}
		defer table.Reset()
		return w.Write(table)
	})
	if err != nil {
		return err
	}
	return w.Write(table)
}

// note counts and reports what cannot be read at all; other damage is counted
// where the source is read.
func (r *run) note(env corpus.Env, s *scanned) {
	if s.status == Unreadable {
		env.Count("bad_sources", 1)
	}
	if s.status != "" && r.cfg.Warn != nil {
		r.cfg.Warn(s.name, s.status, s.detail)
	}
}

// Earlier gives the sources of earlier generations as name, NUL, SHA-256: the
// rows of role "source" in the parts below the first of this generation.
func Earlier(env corpus.Env) (map[string]bool, error) {
	first, _ := env.Parts()
	known := map[string]bool{}
	for p := range first {
		err := rows(env, RoleSource, p, func(t *corpus.Table) {
			names, sums := t.Column("source").Strings, t.Column("sha256").Strings
			for i, name := range names {
				known[name+"\x00"+sums[i]] = true
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// rows calls f with every batch of a table.
func rows(env corpus.Env, role string, part int, f func(*corpus.Table)) error {
	t, err := env.Open(role, part)
	if err != nil {
		return err
	}
	defer t.Close()
	for {
		batch, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f(batch)
	}
}

// readTasks is the number of parts.
func (r *run) readTasks(env corpus.Env) (int, error) {
	plan, err := r.planned(env)
	return len(plan), err
}

// need is what the new sources may become: text compresses to less than its
// size, and compressed sources hold markup beside the text that is kept.
func (r *run) need(env corpus.Env) (int64, error) {
	plan, err := r.planned(env)
	sum := int64(corpus.BatchBytes)
	for _, part := range plan {
		for _, p := range part.pieces {
			if p.begins() {
				sum += p.source.input.size
			}
		}
	}
	return sum, err
}

// planned reads the scan's tables, leaves out what earlier generations have,
// and groups the rest into parts.
func (r *run) planned(env corpus.Env) ([]part, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plan != nil {
		return r.plan, nil
	}
	known, err := Earlier(env)
	if err != nil {
		return nil, err
	}
	all, err := r.sources(env)
	if err != nil {
		return nil, err
	}
	p := planner{bytes: r.cfg.PartBytes, sources: r.cfg.PartSources}
	for _, s := range all {
		if !known[s.name+"\x00"+s.sha256] {
			p.add(s)
		}
	}
	r.plan = p.done()
	return r.plan, nil
}

// sources joins the rows of the scan with the files they speak of.
func (r *run) sources(env corpus.Env) ([]*source, error) {
	first, _ := env.Parts()
	var all []*source
	for task := range r.scanTasks() {
		err := rows(env, RoleScan, first+task, func(t *corpus.Table) {
			for i := range t.Rows {
				row := scannedRow(t, i)
				if n := len(all); n > 0 && all[n-1].name == row.name {
					all[n-1].units = append(all[n-1].units, row.units...)
					continue
				}
				all = append(all, &source{scanned: row})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if len(all) != len(r.inputs) {
		return nil, fmt.Errorf("scan has %d sources for %d files; run corpus ingest again", len(all), len(r.inputs))
	}
	for i, s := range all {
		s.input = &r.inputs[i]
	}
	return all, nil
}

// scannedRow is a row of the scan's table: a source with one unit or none.
func scannedRow(t *corpus.Table, i int) scanned {
	text := func(name string) string { return t.Column(name).Strings[i] }
	number := func(name string) int64 { return t.Column(name).Ints[i] }
	s := scanned{
		name: text("source"), size: number("size"), sha256: text("sha256"), format: text("format"),
		comp: text("compression"), decoded: number("decoded"), status: text("status"), detail: text("detail"),
	}
	if start := number("start"); start != corpus.NullInt {
		s.units = []unit{{
			start: start, end: number("end"), raw: number("raw"), base: number("base"),
			reason: text("damage"), bad: number("bad") == 1,
		}}
	}
	return s
}
