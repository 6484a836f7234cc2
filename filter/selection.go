package filter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"corpus"
)

// A sort record is a rank and the document's bytes; ranks order documents by
// language, score from high to low, and id.
const (
	rankBytes   = maxLang + 8 + 16
	recordBytes = rankBytes + 8
)

// rank is the place of a document in the order of its language.
func rank(dst []byte, lang string, score float64, id corpus.ID) []byte {
	var code [maxLang]byte
	copy(code[:], lang)
	dst = append(dst, code[:]...)
	dst = binary.BigEndian.AppendUint64(dst, descending(score))
	return append(dst, id[:]...)
}

// descending is a number that is the lower the higher the score.
func descending(score float64) uint64 {
	order := math.Float64bits(score + 0) // -0 becomes 0
	if order>>63 == 0 {
		return ^(order | 1<<63)
	}
	return order
}

// ascending is the score again.
func ascending(order uint64) float64 {
	if order>>63 == 0 {
		return math.Float64frombits(^order &^ (1 << 63))
	}
	return math.Float64frombits(order)
}

// choose is the pass that finds for each language the last document that the
// budget keeps, and before it for each domain the last that its cap allows.
func (s *selector) choose(e corpus.Env) error {
	ranks, err := e.Sort(recordBytes)
	if err != nil {
		return err
	}
	defer ranks.Close()
	var buf []byte
	add := func(r *row) error {
		buf = record(buf[:0], r)
		return ranks.Add(buf)
	}
	var domains *domains
	if s.even.Cap > 0 {
		if domains, err = newDomains(e); err != nil {
			return err
		}
		defer domains.sorter.Close()
		add = domains.add
	}
	r, err := s.rankAll(e, add)
	if err != nil {
		return err
	}
	s.countBytes(e, r)
	if err := s.capped(e, domains, &r, ranks); err != nil {
		return err
	}
	shares, binds := s.shares(r)
	if s.keep > 0 && !binds {
		e.Count("budget_did_not_bind", 1)
	}
	cuts, err := cut(ranks, shares)
	if err != nil {
		return err
	}
	if err := r.gate(e, cuts); err != nil {
		return err
	}
	return writeCuts(e, cuts)
}

// record is the sort record of a document.
func record(dst []byte, r *row) []byte {
	return binary.BigEndian.AppendUint64(rank(dst, r.lang, r.score, r.id), uint64(r.bytes))
}

// ranking is what is known of a generation beside the order of its documents.
type ranking struct {
	docs     int64
	pool     int64            // bytes of all new text that was decoded
	eligible map[string]int64 // bytes that passed every rule by language
	trusted  int64            // documents that passed, which need no budget
	dropped  map[string]int64 // documents by rule
	fails    []corpus.Failure // of the last document
}

// rankAll calls add, from one goroutine at a time, for each document that passed
// every rule. Trusted ones are kept beside the budget, and are no part of the pool
// that it is a share of.
func (s *selector) rankAll(e corpus.Env, add func(*row) error) (ranking, error) {
	all := newRanking()
	all.pool = e.Input()["bytes_decoded"]
	var mu sync.Mutex
	err := eachPart(e, func(p int) error {
		of := newRanking()
		err := s.eachJudged(e, p, func(r *row) error {
			if !of.passes(s, r) {
				return nil
			}
			if len(r.lang) > maxLang {
				return fmt.Errorf("language code %q of document %s is longer than %d bytes", r.lang, r.id, maxLang)
			}
			mu.Lock()
			defer mu.Unlock()
			return add(r)
		})
		mu.Lock()
		defer mu.Unlock()
		all.merge(of)
		return err
	})
	return all, err
}

func newRanking() ranking {
	return ranking{eligible: map[string]int64{}, dropped: map[string]int64{}}
}

// passes counts a document and says whether it needs a place in the budget.
func (r *ranking) passes(s *selector, doc *row) bool {
	r.docs++
	if doc.again || doc.trusted {
		r.pool -= doc.bytes
	}
	if r.fails = s.failures(r.fails[:0], doc); len(r.fails) > 0 {
		for _, f := range r.fails {
			r.dropped[f.Rule]++
		}
		return false
	}
	if doc.trusted {
		r.trusted++
		return false
	}
	r.add(doc)
	r.dropped[RuleBudget]++ // unless there is room for it
	return true
}

// merge adds what is known of other documents.
func (r *ranking) merge(of ranking) {
	r.docs += of.docs
	r.pool += of.pool
	r.trusted += of.trusted
	for lang, n := range of.eligible {
		r.eligible[lang] += n
	}
	for rule, n := range of.dropped {
		r.dropped[rule] += n
	}
}

// add adds the bytes of a document that passed every rule.
func (r *ranking) add(doc *row) {
	if _, ok := r.eligible[doc.lang]; !ok {
		r.eligible[strings.Clone(doc.lang)] = 0
	}
	r.eligible[doc.lang] += doc.bytes
}

// gateDocuments is how many documents must have come in before keeping none of
// them is refused.
const gateDocuments = 100

// gate refuses to begin a dataset with nothing. Later generations may be empty:
// what came in one night must not keep out what comes in the next.
func (r ranking) gate(e corpus.Env, cuts map[string]*ending) error {
	first, _ := e.Parts()
	if first > 0 || r.docs < gateDocuments || r.trusted > 0 {
		return nil
	}
	for _, c := range cuts {
		if c.last != nil {
			return nil
		}
	}
	worst := RuleBudget
	for _, rule := range slices.Sorted(maps.Keys(r.dropped)) {
		if r.dropped[rule] > r.dropped[worst] {
			worst = rule
		}
	}
	return &corpus.Error{
		Class: corpus.Refused, Offset: -1,
		What: fmt.Sprintf("filter keeps none of %d documents; %s drops most of them, %d", r.docs, worst, r.dropped[worst]),
		Next: "look at some with `corpus cat dedup`, then change the limit, --lang or --keep",
	}
}

// shares divides the budget among the languages (see balance); without a budget,
// or with one that all fit in, each has all it needs.
func (s *selector) shares(r ranking) (shares map[string]int64, binds bool) {
	sum := int64(0)
	for _, n := range r.eligible {
		sum += n
	}
	budget := int64(s.keep * float64(r.pool))
	if s.keep == 0 || sum <= budget {
		return r.eligible, false
	}
	return s.even.divide(budget, r.eligible), true
}

// countBytes counts what the budget is a share of, and what it is to be chosen from.
func (s *selector) countBytes(e corpus.Env, r ranking) {
	sum := int64(0)
	for _, n := range r.eligible {
		sum += n
	}
	e.Count("pool_bytes", r.pool)
	e.Count("eligible_bytes", sum)
	if s.keep > 0 {
		e.Count("budget_bytes", int64(s.keep*float64(r.pool)))
	}
}

// ending is where the kept part of a language ends.
type ending struct {
	last   []byte // rank of the last document kept; nil when none fits
	bytes  int64  // of the documents kept
	closed bool
}

// cut takes of each language the longest prefix that fits its share.
func cut(sorter corpus.Sorter, shares map[string]int64) (map[string]*ending, error) {
	cuts := map[string]*ending{}
	for lang := range shares {
		cuts[lang] = new(ending)
	}
	for record, err := range sorter.Each() {
		if err != nil {
			return nil, err
		}
		lang := langOf(record)
		c, share := cuts[lang], shares[lang]
		n := int64(binary.BigEndian.Uint64(record[rankBytes:]))
		if c.closed = c.closed || c.bytes+n > share; !c.closed {
			c.bytes += n
			c.last = append(c.last[:0], record[:rankBytes]...)
		}
	}
	return cuts, nil
}

var cutSchema = corpus.Schema{
	{Name: "lang", Kind: corpus.Strings},
	{Name: "score", Kind: corpus.Floats},
	{Name: "id", Kind: corpus.IDs},
	{Name: "bytes", Kind: corpus.Ints},
}

// writeCuts writes a row for each language of which something is kept.
func writeCuts(e corpus.Env, cuts map[string]*ending) error {
	w, err := e.Create(roleCut, cutSchema)
	if err != nil {
		return err
	}
	t := corpus.NewTable(cutSchema)
	for _, lang := range slices.Sorted(maps.Keys(cuts)) {
		c := cuts[lang]
		if c.last == nil {
			continue
		}
		t.Columns[0].Strings = append(t.Columns[0].Strings, lang)
		t.Columns[1].Floats = append(t.Columns[1].Floats, scoreOf(c.last))
		t.Columns[2].IDs = append(t.Columns[2].IDs, corpus.ID(c.last[maxLang+8:]))
		t.Columns[3].Ints = append(t.Columns[3].Ints, c.bytes)
		t.Rows++
	}
	return w.Write(t)
}

// langOf is the language in a rank.
func langOf(rank []byte) string { return string(bytes.TrimRight(rank[:maxLang], "\x00")) }

// scoreOf is the score in a rank.
func scoreOf(rank []byte) float64 { return ascending(binary.BigEndian.Uint64(rank[maxLang:])) }
