package ingest

import (
	"cmp"
	"errors"
	"io"
	"sync"

	"corpus"
)

// run is one ingest: what its passes share. What is known and the plan are only
// remembered, not state: they are functions of the tables they were read from.
type run struct {
	cfg    Config
	inputs []input
	seen   *seen

	reading    reading // of cfg
	chunkBytes int64   // see scan

	known    func(corpus.Env) (map[version]past, error)
	plan     func(corpus.Env) ([]part, error)
	decoders int             // that read a part
	reader   unitReader      // open where the next part begins, if inside a source
	gone     map[*input]bool // files that changed while they were read
}

func newRun(cfg Config, inputs []input) *run {
	r := &run{cfg: cfg, reading: cfg.reading(), inputs: inputs, seen: openSeen(cfg.Seen), gone: map[*input]bool{}}
	r.known, r.plan = once(earlier), once(r.planned)
	return r
}

// once remembers the answer of f.
func once[T any](f func(corpus.Env) (T, error)) func(corpus.Env) (T, error) {
	var get sync.Once
	var v T
	var err error
	return func(env corpus.Env) (T, error) {
		get.Do(func() { v, err = f(env) })
		return v, err
	}
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
	known, err := r.known(env)
	if err != nil {
		return err
	}
	sc := scan{unitBytes: r.cfg.UnitBytes, textField: r.cfg.TextField, known: known, seen: r.seen, slots: make(chan struct{}, env.Workers()), chunkBytes: r.chunkBytes}
	table := corpus.NewTable(scanSchema())
	work := func(in input) ([]scanned, error) {
		sc.slots <- struct{}{}
		defer func() { <-sc.slots }()
		all := sc.source(env.Context(), in)
		env.Progress(max(in.size, 0))
		return all, nil
	}
	err = ordered(env.Context(), env.Workers(), each(group), work, func(all []scanned) error {
		for i := range all {
			if badSource(all[i].status) && all[i].sha256 == "" { // other damage is counted where it is read
				env.Count("bad_sources", 1)
			}
			appendScanned(table, &all[i])
			if table.Rows < 4096 {
				continue
			}
			if err := w.Write(table); err != nil {
				return err
			}
			table.Reset()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if env.Task() == r.scanTasks()-1 {
		if err := r.seen.save(r.inputs); err != nil {
			return err
		}
	}
	return w.Write(table)
}

// warn reports a source that is bad or left out.
func (r *run) warn(source string, l loss) {
	if r.cfg.Warn != nil {
		r.cfg.Warn(source, l.reason, l.detail)
	}
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
	plan, err := r.plan(env)
	return len(plan), err
}

// need is what the new sources may become: text compresses to less than its
// size, and compressed sources hold markup beside the text that is kept.
func (r *run) need(env corpus.Env) (int64, error) {
	plan, err := r.plan(env)
	sum := int64(corpus.BatchBytes)
	for _, part := range plan {
		for _, p := range part.pieces {
			if p.begins() && p.source.archive == "" {
				sum += p.source.input.size
			}
		}
	}
	return sum, err
}

// planned reads the scan's tables, leaves out what earlier generations have,
// and groups the rest into parts. It reports bad sources, in every run anew.
func (r *run) planned(env corpus.Env) ([]part, error) {
	known, err := r.known(env)
	if err != nil {
		return nil, err
	}
	all, err := r.sources(env)
	if err != nil {
		return nil, err
	}
	p := planner{bytes: r.cfg.PartBytes, sources: corpus.PartSources}
	pdfs := pdfGate{open: hasPDF()}
	for _, s := range all {
		past, ok := known[version{s.name, s.sha256}]
		if ok && past.whole() {
			if err := cmp.Or(past.otherReading(s, r.reading), past.otherTrust(s)); err != nil {
				return nil, err
			}
			continue
		}
		if left := pdfs.leaves(s); s.status != "" && (!left || pdfs.left == 1) { // one warning is enough
			r.warn(s.name, loss{s.status, s.detail})
		}
		p.add(s)
	}
	return p.done(), nil
}

// sources joins the rows of the scan with the files they speak of.
func (r *run) sources(env corpus.Env) ([]*source, error) {
	first, _ := env.Parts()
	var all []*source
	for task := range r.scanTasks() {
		err := rows(env, RoleScan, first+task, func(t *corpus.Table) {
			for i := range t.Rows {
				row := scannedRow(t, i)
				if n := len(all); n > 0 && all[n-1].name == row.name && all[n-1].holder == row.holder {
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
	return all, r.join(all)
}

// join gives each source the input that holds it; an archive comes behind its
// members.
func (r *run) join(all []*source) error {
	i := 0
	for _, s := range all {
		if i == len(r.inputs) || cmp.Or(s.archive, s.name) != r.inputs[i].name {
			return errors.New("the scan has other sources than there are files; run corpus ingest again")
		}
		s.input = &r.inputs[i]
		if s.archive == "" {
			i++
		}
	}
	if i < len(r.inputs) {
		return errors.New("the scan has fewer sources than there are files; run corpus ingest again")
	}
	return nil
}

// scannedRow is a row of the scan's table: a source with one unit or none.
func scannedRow(t *corpus.Table, i int) scanned {
	text := func(name string) string { return t.Column(name).Strings[i] }
	number := func(name string) int64 { return t.Column(name).Ints[i] }
	s := scanned{
		name: text("source"), size: number("size"), sha256: text("sha256"), format: text("format"),
		comp: text("compression"), charset: text("charset"), layout: text("layout"), decoded: number("decoded"), status: text("status"), detail: text("detail"),
		holder: holder{archive: text("archive"), kind: text("kind"), outer: text("outer"), at: number("at")},
	}
	if start := number("start"); start != corpus.NullInt {
		s.units = []unit{{
			start: start, end: number("end"), raw: number("raw"), base: number("base"),
			reason: text("damage"), bad: number("bad") == 1, weight: number("weight"),
		}}
	}
	return s
}
