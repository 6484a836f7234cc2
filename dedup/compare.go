package dedup

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"corpus"
)

// Roles of the tables between clusters and verdicts, for the run alone.
const (
	wants    = "wanted"   // whose set of shingles which part needs
	shingles = "shingles" // those sets, by the part that needs them
	shelf    = "shelf"    // where in shingles a part's begin
	compared = "compared" // the similarities
)

// comparedSchema is the columns of compared: rows of a part, in ascending order,
// with their similarity to the match and to the survivor; null where neither text
// has words.
func comparedSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "row", Kind: corpus.Ints},
		{Name: "match", Kind: corpus.Floats},
		{Name: "survivor", Kind: corpus.Floats},
	}
}

// comparison compares the documents of one part with their partners, as many at
// a time as the memory holds the sets of: a block. Partners of the same part are
// in the block themselves (see neighbours). The sets of those of other parts are
// streamed past it, so that none is read more than once a block however many
// documents have it as their partner, and none is ever held whole.
type comparison struct {
	env        corpus.Env
	part       int64
	room       int64 // bytes that the sets of a block may take
	held       int64
	texts      *texts
	taker      *shingleSet
	sets       arena
	members    []member
	pairs      []comparing
	neighbours neighbours
	out        corpus.TableWriter
}

// member is a document of the block.
type member struct {
	row             int64
	kind            string
	set             []uint64
	match, survivor float64
}

// comparing is a member beside a partner.
type comparing struct {
	partner         int64
	member          int32
	match, survivor bool // what the partner is to it
	found           bool
	at              int // hashes of the member's set that are passed
	overlap
}

// compare writes the similarities of one part's documents to their partners. The
// part's text is read once, for those and for their partners in it.
func (c Config) compare(env corpus.Env) (err error) {
	first, _ := env.Parts()
	part := first + env.Task()
	k := &comparison{env: env, part: int64(part), room: env.Memory() / sortShare, taker: newShingleSet(c)}
	if k.out, err = env.Create(compared, comparedSchema()); err != nil {
		return err
	}
	if k.texts, err = newTexts(env); err != nil {
		return err
	}
	defer k.texts.close()
	if err := k.neighbours.open(env, k.texts.start, part); err != nil {
		return err
	}
	defer k.neighbours.close()
	for row, err := range rowsFrom(env, cluster, first, k.part) {
		if err != nil {
			return err
		}
		if row.Column("part").Ints[row.At] > k.part {
			break
		}
		if len(partners(row.Table, row.At)) == 0 {
			continue
		}
		if err := k.member(row); err != nil {
			return err
		}
	}
	if err := k.takeBelow(k.texts.start[part+1]); err != nil {
		return err
	}
	return k.resolve()
}

// member takes a document that is compared into the block, behind the partners
// that come before it.
func (k *comparison) member(row corpus.Row) error {
	doc := k.texts.start[k.part] + row.Column("row").Ints[row.At]
	if err := k.takeBelow(doc); err != nil {
		return err
	}
	set, err := k.set(doc)
	if err != nil {
		return err
	}
	if k.neighbours.next == doc {
		if err := k.neighbours.keep(set); err != nil {
			return err
		}
	}
	return k.add(row, set)
}

// set is the set of a document, held until the block is resolved.
func (k *comparison) set(doc int64) ([]uint64, error) {
	text, err := k.texts.at(doc)
	if err != nil {
		return nil, err
	}
	k.env.Progress(int64(len(text)))
	set := k.taker.of(text)
	k.held += 8*int64(len(set)) + bytesPerMember
	if len(set) > arenaHashes {
		k.taker.release()
		return set, nil
	}
	return k.sets.keep(set), nil
}

// add takes a document into the block, and resolves a full one.
func (k *comparison) add(row corpus.Row, set []uint64) error {
	kind, match := row.Column("kind").Strings[row.At], row.Column("match_doc").Ints[row.At]
	k.members = append(k.members, member{row: row.Column("row").Ints[row.At], kind: kind, set: set, match: 1})
	for _, partner := range partners(row.Table, row.At) {
		k.pairs = append(k.pairs, comparing{
			partner: partner, member: int32(len(k.members) - 1),
			match:    partner == match && kind != Exact,
			survivor: partner == row.Column("survivor_doc").Ints[row.At],
		})
	}
	if k.held < k.room {
		return nil
	}
	return k.resolve()
}

// resolve compares the block's documents, writes what it finds and empties it.
func (k *comparison) resolve() error {
	if err := k.env.Context().Err(); err != nil {
		return err
	}
	slices.SortFunc(k.pairs, func(a, b comparing) int {
		return cmp.Or(cmp.Compare(a.partner, b.partner), cmp.Compare(a.member, b.member))
	})
	far, err := k.compareHere()
	if err != nil {
		return err
	}
	tasks, err := setTasks(k.env)
	if err != nil {
		return err
	}
	first, _ := k.env.Parts()
	for task := range tasks {
		if !far {
			break
		}
		if err := k.stream(first + task); err != nil {
			return err
		}
	}
	for _, p := range k.pairs {
		if !p.found {
			return corpus.Errorf(corpus.Corrupt, "dedup: no set of shingles of document %d for part %d", p.partner, k.part)
		}
		k.members[p.member].note(p)
	}
	return k.write()
}

// note takes down what the comparison with a partner gave.
func (m *member) note(p comparing) {
	p.all += len(m.set) - p.both
	if p.match {
		m.match = p.similarity()
	}
	if p.survivor {
		m.survivor = p.similarity()
	}
	if m.kind == Exact && p.all == 0 {
		m.survivor = 1 // equal texts without words
	}
}

// stream shows the block what a task has written for the part.
func (k *comparison) stream(task int) error {
	row, err := k.begin(task)
	if err != nil || row < 0 {
		return err
	}
	in, err := k.env.Open(shingles, task)
	if err != nil {
		return err
	}
	at, err := seekRow(in, row)
	if err != nil {
		in.Close()
		return err
	}
	at = max(at, 0)
	set, pairs, last := make([]uint64, 0, streamHashes), []comparing(nil), int64(-1)
	for r, err := range corpus.Rows(in) {
		if err != nil {
			return err
		}
		if at++; at <= row {
			continue
		}
		if r.Columns[0].Ints[r.At] != k.part {
			break
		}
		doc, hashes := r.Columns[1].Ints[r.At], r.Columns[2].Hashes[r.At]
		if doc != last || len(set)+len(hashes) > cap(set) {
			k.pass(pairs, set)
			set = set[:0]
		}
		if doc != last {
			pairs, last = k.of(doc), doc
		}
		if len(pairs) > 0 {
			set = append(set, hashes...)
		}
	}
	k.pass(pairs, set)
	return nil
}

// begin is the row where a task's sets for the part begin, -1 if it has none.
func (k *comparison) begin(task int) (int64, error) {
	if err := k.env.Context().Err(); err != nil {
		return -1, err
	}
	in, err := k.env.Open(shelf, task)
	if err != nil {
		return -1, err
	}
	for r, err := range corpus.Rows(in) {
		if err != nil {
			return -1, err
		}
		if r.Columns[0].Ints[r.At] == k.part {
			return r.Columns[1].Ints[r.At], nil
		}
	}
	return -1, nil
}

// of is the pairs of a partner.
func (k *comparison) of(partner int64) []comparing {
	lo := sort.Search(len(k.pairs), func(i int) bool { return k.pairs[i].partner >= partner })
	hi := lo
	for ; hi < len(k.pairs) && k.pairs[hi].partner == partner; hi++ {
		k.pairs[hi].found = true
	}
	return k.pairs[lo:hi]
}

// pass counts what more hashes of a partner have in common with its pairs.
func (k *comparison) pass(pairs []comparing, hashes []uint64) {
	for i := range pairs {
		p := &pairs[i]
		both, passed := common(hashes, k.members[p.member].set[p.at:])
		p.both += both
		p.at += passed
		p.all += len(hashes)
	}
}

// write writes the block's similarities and counts how they are distributed.
func (k *comparison) write() error {
	t, match, survivor := corpus.NewTable(comparedSchema()), histogram{}, histogram{}
	c := t.Columns
	for _, m := range k.members {
		c[0].Ints = append(c[0].Ints, m.row)
		c[1].Floats = append(c[1].Floats, m.match)
		c[2].Floats = append(c[2].Floats, m.survivor)
		if t.Rows++; m.kind != Exact {
			match.add(m.match)
			survivor.add(m.survivor)
		}
	}
	match.count(k.env, "similarity.match.")
	survivor.count(k.env, "similarity.survivor.")
	clear(k.members)
	k.neighbours.forget()
	k.members, k.pairs, k.sets, k.held = k.members[:0], k.pairs[:0], arena{}, 0
	return k.out.Write(t)
}

// histogram counts similarities in tenths; the last has 1 too.
type histogram [10]int64

func (h *histogram) add(similarity float64) {
	if !math.IsNaN(similarity) {
		h[min(9, int(10*similarity))]++
	}
}

// count counts each tenth that has any under the prefix and its lower end.
func (h *histogram) count(env corpus.Env, prefix string) {
	for i, n := range h {
		if n > 0 {
			env.Count(prefix+"0."+string(rune('0'+i)), n)
		}
	}
}

// arena keeps sets in pieces of memory of arenaHashes.
type arena struct{ free []uint64 }

func (a *arena) keep(set []uint64) []uint64 {
	n := len(a.free)
	if cap(a.free)-n < len(set) {
		a.free, n = make([]uint64, 0, arenaHashes), 0
	}
	a.free = append(a.free, set...)
	return a.free[n:len(a.free):len(a.free)]
}
