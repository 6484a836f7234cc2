package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"

	"corpus"
)

// lostSchema lists what gave no document: where it was and why.
func lostSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "source", Kind: corpus.Strings},
		{Name: "offset", Kind: corpus.Ints},
		{Name: "reason", Kind: corpus.Strings},
		{Name: "detail", Kind: corpus.Strings},
	}
}

// job is a run of records of one source, a whole file, or the news of how far
// the source was read.
type job struct {
	source *source
	begin  bool // the source begins here
	units  int64
	whole  *unit // read the file as one record
	recs   []record
	end    *piece // read to its end as it was scanned
	gone   *loss  // why it cannot be read any more
	cost   int64  // bytes held
}

// lostRow is a row of the table of lost records.
type lostRow struct {
	source string
	offset int64
	loss
}

// outcome is what became of a job.
type outcome struct {
	job    job
	docs   []*corpus.Document
	lost   []lostRow
	counts corpus.Counts
}

// read makes the documents of one part: one goroutine decodes the units, or of
// many workers several do, the workers take the text out of their records, and what comes out is written in
// the order of the input.
func (r *run) read(env corpus.Env) error {
	plan, err := r.plan(env)
	if err != nil {
		return err
	}
	w, err := newWriter(env, r.cfg.reading())
	if err != nil {
		return err
	}
	r.decoders = max(1, env.Workers()/workersPerDecoder)
	space := newBudget(int64(env.Workers()) * corpus.MaxDocument)
	in := func(ctx context.Context) iter.Seq2[job, error] { return r.jobs(ctx, plan[env.Task()], space) }
	work := func(j job) (outcome, error) { return r.work(env.Context(), j) }
	err = ordered(env.Context(), env.Workers(), in, work, func(o outcome) error {
		defer space.release(o.job.cost)
		if o.job.gone != nil {
			r.warn(o.job.source.name, *o.job.gone)
		}
		return w.write(&o)
	})
	if err != nil {
		return err
	}
	if env.Task() == len(plan)-1 {
		r.reader.close()
	}
	return w.flush()
}

// jobs decodes the units of a part, in order.
func (r *run) jobs(ctx context.Context, p part, space *budget) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		give := func(j job) bool {
			return space.take(ctx, j.cost) && yield(j, nil)
		}
		for _, piece := range p.pieces {
			if !r.gone[piece.source.input] && !r.piece(ctx, piece, give) {
				r.reader.close()
				return
			}
		}
	}
}

// piece gives the jobs of a piece; false when they are not wanted any more. A
// source that is not what was scanned is left where that shows: what was given
// of it was still so, the rest, here and in later parts, is for the next run.
func (r *run) piece(ctx context.Context, p piece, give func(job) bool) bool {
	s := p.source
	var err error
	switch {
	case p.n == 0:
		return give(job{source: s, begin: true, end: &p})
	case s.single() && s.archive == "":
		return give(job{source: s, begin: true, whole: &s.units[0], units: 1, cost: min(s.units[0].end, corpus.MaxDocument), end: &p})
	case s.single():
		err = r.reader.whole(ctx, s, give)
	default:
		err = r.units(ctx, p, give)
	}
	switch {
	case errors.Is(err, errStop) || ctx.Err() != nil:
		return false
	case err != nil:
		r.gone[s.input] = true
		l := fault(err)
		return give(job{source: s, gone: &l})
	}
	return give(job{source: s, end: &p})
}

// units reads those of a piece. The reader stays open for the next part when
// the source goes on there, so that a member that spans parts is decoded once.
func (r *run) units(ctx context.Context, p piece, give func(job) bool) error {
	if r.decoders > 1 && p.n > 1 && p.apart() {
		r.reader.leave()
		return r.ahead(ctx, p, r.decoders, give)
	}
	end := p.from + p.n
	r.reader.broken = false
	for i := p.from; i < end; i++ {
		if err := r.reader.read(ctx, p.source, i, give); err != nil {
			r.reader.close()
			return err
		}
	}
	if end == len(p.source.units) {
		r.reader.leave()
	}
	return nil
}

var errStop = errors.New("stopped")

// work makes documents of a job's records.
func (r *run) work(ctx context.Context, j job) (outcome, error) {
	o := outcome{job: j, counts: corpus.Counts{}}
	if j.whole != nil {
		if err := o.whole(ctx, r, *j.whole); err != nil {
			l := fault(err)
			o.job.gone = &l
		}
	}
	if o.job.gone != nil {
		o.leave(j.source)
		return o, nil
	}
	o.counts["units"] = j.units
	if j.begin {
		o.begin(j.source)
	}
	for _, rec := range o.job.recs {
		o.counts["records"]++
		o.record(r, j.source, rec)
	}
	o.job.recs = nil
	return o, nil
}

// whole reads a file that is one document, or makes the document at once where
// its bytes are not held.
func (o *outcome) whole(ctx context.Context, r *run, un unit) (err error) {
	if s := o.job.source; s.byParts() && un.reason == "" {
		return o.byParts(ctx, r, s)
	}
	o.job.recs, err = readWhole(ctx, o.job.source, un)
	return err
}

// leave counts and lists a source that is no more what was scanned.
func (o *outcome) leave(s *source) {
	o.job.end, o.job.recs = nil, nil
	o.counts["records"]++
	o.counts["bad_sources"]++
	o.lose(s.name, corpus.NullInt, *o.job.gone)
}

// begin counts a source and lists why it gives no documents.
func (o *outcome) begin(s *source) {
	if s.size > 0 && s.archive == "" {
		o.counts["bytes_in"] += s.size
	}
	if badSource(s.status) && s.sha256 != "" { // the scan counted the others
		o.counts["bad_sources"]++
	}
	if len(s.units) == 0 && s.status != "" {
		o.counts["records"]++
		o.lose(s.name, corpus.NullInt, loss{s.status, s.detail})
	}
}

// lose lists a lost record.
func (o *outcome) lose(source string, offset int64, l loss) {
	o.counts["lost."+l.reason]++
	if badRecord(l.reason) {
		o.counts["bad_records"]++
	}
	o.lost = append(o.lost, lostRow{source, offset, loss{l.reason, oneLine(l.detail, MaxDetail)}})
}

// record makes one document, or says why not.
func (o *outcome) record(r *run, s *source, rec record) {
	if rec.lost != "" {
		o.lose(s.name, rec.off, loss{rec.lost, rec.detail})
		o.more(rec)
		return
	}
	if !r.reading.sampled(rec) {
		o.counts["sampled_out"]++
		return
	}
	d, l := convert(r.cfg, s, rec)
	if d == nil {
		o.counts["other_records"]++
		return
	}
	if l != nil {
		if l.reason == Truncated {
			o.counts["bad_sources"]++ // a last line without its end, which the scan does not parse
		}
		o.lose(s.name, rec.off, *l)
		return
	}
	if !locate(d) {
		o.counts["long_urls"]++
	}
	size, replaced, l := settle(d)
	if l == nil {
		l = r.cfg.tell(d)
	}
	if l == nil || l.reason != Language {
		o.counts["bytes_decoded"] += size
	}
	o.counts["replaced"] += int64(replaced)
	if l != nil {
		o.lose(s.name, rec.off, *l)
		return
	}
	if mojibake(d.Text) {
		o.counts["mojibake"]++
	}
	d.Trusted = s.input.trusted
	o.counts["docs_out"]++
	o.counts["bytes_out"] += size
	if d.Trusted {
		o.counts["docs_trusted"]++
		o.counts["bytes_trusted"] += size
	}
	o.docs = append(o.docs, d)
}

// readWhole reads a file that is one document.
func readWhole(ctx context.Context, s *source, un unit) ([]record, error) {
	f, err := s.input.open(ctx)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	recs, err := wholeRecords(f, s, un)
	return recs, cmp.Or(f.same(), err)
}

// wholeRecords are the records of a source that is one document. Damage loses
// it, but what lies behind its last member does it no harm.
func wholeRecords(f io.ReaderAt, s *source, un unit) ([]record, error) {
	damage := record{end: un.end, lost: un.reason, detail: s.detail}
	if un.reason != "" && un.reason != Garbage {
		return []record{damage}, nil
	}
	rec := record{end: un.end, raw: make([]byte, un.end)}
	st := openStream(f, s.size, s.comp, un.raw, un.base)
	defer st.Close()
	if _, err := io.ReadFull(st, rec.raw); err != nil {
		return nil, err
	}
	if un.reason == "" {
		return []record{rec}, nil
	}
	damage.off = un.end
	return []record{rec, damage}, nil
}
