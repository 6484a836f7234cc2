package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"

	"corpus"
	"corpus/ingest/columns"
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

// read makes the documents of one part: one goroutine decodes the units, the
// workers take the text out of their records, and what comes out is written in
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
	case errors.Is(err, errStop):
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

// unitReader reads units one after the other; a unit that follows the last one
// goes on in the same stream, and so does the next member of an archive.
type unitReader struct {
	input  *input // whose file is open
	file   file
	inside *archive // of file, when it is one

	source *source
	bytes  io.ReaderAt // of the source
	st     *stream
	c      *cursor
	r      reader
	table  *columns.File // of a columnar source
	broken bool          // damage was found in this part
}

// close leaves the file.
func (u *unitReader) close() {
	u.leave()
	if u.inside != nil {
		_ = u.inside.Close()
	} else if u.file != nil {
		u.file.Close()
	}
	*u = unitReader{}
}

// leave leaves the source, not the archive it may lie in.
func (u *unitReader) leave() {
	if u.st != nil {
		u.st.Close()
	}
	*u = unitReader{input: u.input, file: u.file, inside: u.inside}
}

// open opens a source, and leaves the last.
func (u *unitReader) open(ctx context.Context, s *source) error {
	if u.source == s {
		return nil
	}
	if u.leave(); u.input != s.input {
		u.close()
		f, err := s.input.open(ctx)
		if err != nil {
			return err
		}
		u.input, u.file = s.input, f
	}
	u.source, u.bytes = s, u.file
	if s.archive == "" {
		return nil
	}
	if u.inside == nil {
		a, err := openArchive(u.file, s.input.size, s.holder)
		if err != nil {
			return cmp.Or(u.file.same(), err)
		}
		u.inside = a
	}
	u.bytes = u.inside.member(&s.scanned)
	return nil
}

// stand stands at the beginning of unit i.
func (u *unitReader) stand(ctx context.Context, s *source, i int) error {
	un := s.units[i]
	if u.source == s && u.c != nil && u.c.off == un.start && u.c.fault() == nil {
		return nil
	}
	if err := u.open(ctx, s); err != nil {
		return err
	}
	if u.st != nil {
		u.st.Close()
	}
	u.st = openStream(u.bytes, s.size, s.comp, un.raw, un.base)
	u.st.since = s.segment(i)
	text := recoded(u.st, s.charset)
	if _, err := io.CopyN(io.Discard, text, un.start-un.base); err != nil {
		return cmp.Or(u.file.same(), err)
	}
	u.c = newCursor(text, un.start)
	u.r = newReader(&s.scanned, u.c)
	return nil
}

// segment is where the stream began, to the scan, that unit i is of: its ratio
// counts from there.
func (s *scanned) segment(i int) mark {
	for i > 0 && s.units[i-1].reason == "" {
		i--
	}
	return mark{s.units[i].base, s.units[i].raw}
}

// whole gives a member of an archive that is one document. Members are decoded
// one after the other, so the workers cannot do it.
func (u *unitReader) whole(ctx context.Context, s *source, give func(job) bool) error {
	if err := u.open(ctx, s); err != nil {
		return err
	}
	recs, err := wholeRecords(u.bytes, s, s.units[0])
	if err != nil {
		return cmp.Or(u.file.same(), err)
	}
	return u.give(job{source: s, begin: true, units: 1, recs: recs, cost: s.units[0].end}, give)
}

// jobBytes is how many bytes of records make a job: small enough that a unit
// keeps many workers busy, large enough that handing over costs nothing.
const jobBytes = 256 << 10

// read gives the records of unit i in jobs, each after a look at the file: what
// was read until then is what was scanned.
func (u *unitReader) read(ctx context.Context, s *source, i int, give func(job) bool) error {
	if s.columnar() {
		return u.rows(ctx, s, i, give)
	}
	un := s.units[i]
	if err := u.stand(ctx, s, i); err != nil {
		return err
	}
	j := job{source: s, begin: i == 0, units: 1}
	cut := false
	for u.c.off < un.end {
		rec, err := u.r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		rec = held(rec, un)
		cut = cut || rec.lost != "" && rec.lost == un.reason
		j.recs = append(j.recs, rec)
		j.cost += int64(len(rec.raw)) + 64
		if j.cost >= jobBytes {
			if err := u.give(j, give); err != nil {
				return err
			}
			j = job{source: s}
		}
	}
	if un.reason != "" {
		u.c = nil // what follows begins at another member
	}
	if un.reason != "" && !cut {
		j.recs = append(j.recs, record{off: un.end, lost: un.reason, detail: "the stream breaks here; records behind may be lost"})
	}
	return u.give(j, give)
}

func (u *unitReader) give(j job, give func(job) bool) error {
	if err := u.file.same(); err != nil {
		return err
	}
	if !give(j) {
		return errStop
	}
	return nil
}

// held is a copy of a record that outlives the reader's buffer. One that
// reaches into bytes whose checksum is wrong is lost.
func held(rec record, un unit) record {
	if rec.lost == "" && (un.bad || rec.end > un.end) {
		rec.lost, rec.detail = Checksum, "the checksum over this record is wrong"
	}
	if rec.lost != "" {
		rec.raw, rec.body = nil, nil
		return rec
	}
	n := len(rec.raw) - len(rec.body)
	raw := append(make([]byte, 0, len(rec.raw)), rec.raw...)
	if rec.body != nil {
		rec.body = raw[n:]
	}
	rec.raw = raw
	return rec
}

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

// budget bounds the bytes that jobs under way hold, in steps of a MiB. It may
// change speed, never output: the largest job fits.
type budget struct{ tokens chan struct{} }

func newBudget(bytes int64) *budget {
	return &budget{make(chan struct{}, bytes>>20)}
}

func (b *budget) steps(n int64) int { return min(int((n+1<<20-1)>>20), cap(b.tokens)) }

// take waits until n bytes are free; false when ctx ends first.
func (b *budget) take(ctx context.Context, n int64) bool {
	for range b.steps(n) {
		select {
		case b.tokens <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (b *budget) release(n int64) {
	for range b.steps(n) {
		<-b.tokens
	}
}
