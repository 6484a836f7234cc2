package filter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"corpus"
	"corpus/internal/domain"
)

// A record by domain is the language, the domain's key, and the rest of the sort
// record: the documents of a domain lie together, best first, so that of domains
// only one at a time need be in memory.
const byDomainBytes = recordBytes + 16

// domains sorts documents by domain.
type domains struct {
	sorter corpus.Sorter
	buf    []byte
}

func newDomains(e corpus.Env) (*domains, error) {
	sorter, err := e.Sort(byDomainBytes)
	return &domains{sorter: sorter}, err
}

func (d *domains) add(r *row) error {
	d.buf = record(d.buf[:0], r)
	key := domain.Key(r.domain)
	d.buf = append(d.buf, key[:]...) // to where it belongs
	copy(d.buf[maxLang+len(key):], d.buf[maxLang:recordBytes])
	copy(d.buf[maxLang:], key[:])
	return d.sorter.Add(d.buf)
}

var cappedSchema = corpus.Schema{
	{Name: "lang", Kind: corpus.Strings},
	{Name: "domain", Kind: corpus.IDs}, // domain.Key
	{Name: "any", Kind: corpus.Ints},   // 0: not even the first document fits
	{Name: "score", Kind: corpus.Floats},
	{Name: "id", Kind: corpus.IDs},
}

// capped hands on to ranks, best first of each domain, the documents that its cap
// allows, which is a share of its language's share, and stops at the first that does
// not fit. It takes the others out of r, and writes a row for each domain of which
// there are others.
func (s *selector) capped(e corpus.Env, d *domains, r *ranking, ranks corpus.Sorter) error {
	w, err := e.Create(roleCapped, cappedSchema)
	if err != nil || d == nil {
		return err
	}
	shares, _ := s.shares(*r)
	r.eligible = map[string]int64{}
	out := &cappedWriter{w: w, t: corpus.NewTable(cappedSchema)}
	var now domainEnd
	for rec, err := range d.sorter.Each() {
		if err != nil {
			return err
		}
		if !bytes.Equal(now.key, rec[:maxLang+16]) {
			if err := out.add(&now); err != nil {
				return err
			}
			now.start(rec[:maxLang+16])
		}
		lang := langOf(rec)
		n := int64(binary.BigEndian.Uint64(rec[byDomainBytes-8:]))
		limit := int64(s.even.Cap * float64(shares[lang]))
		if now.closed = now.closed || now.bytes+n > limit; now.closed {
			r.dropped[RuleBudget]--
			r.dropped[RuleDomain]++
			e.Count("capped_bytes", n)
			continue
		}
		now.bytes += n
		now.last = append(append(now.last[:0], rec[:maxLang]...), rec[maxLang+16:byDomainBytes-8]...)
		r.eligible[lang] += n
		if err := ranks.Add(binary.BigEndian.AppendUint64(now.last, uint64(n))); err != nil {
			return err
		}
	}
	if err := out.add(&now); err != nil {
		return err
	}
	e.Count("capped_domains", out.rows)
	return w.Write(out.t)
}

// domainEnd is where the part of a domain ends that its cap allows.
type domainEnd struct {
	key    []byte // language and domain
	last   []byte // rank of the last document; empty: none
	bytes  int64
	closed bool
}

func (d *domainEnd) start(key []byte) {
	*d = domainEnd{key: append(d.key[:0], key...), last: d.last[:0]}
}

// cappedWriter writes the domains that reach their cap.
type cappedWriter struct {
	w    corpus.TableWriter
	t    *corpus.Table
	rows int64
}

func (c *cappedWriter) add(d *domainEnd) error {
	if !d.closed {
		return nil
	}
	if c.rows++; c.rows > maxCapped {
		return &corpus.Error{
			Class: corpus.Refused, What: fmt.Sprintf("more than %d domains reach their cap", maxCapped), Offset: -1,
			Next: "raise domain=cap in filter.balance",
		}
	}
	t, score, id := c.t, 0.0, corpus.ID{}
	some := int64(0)
	if len(d.last) > 0 {
		some, score, id = 1, scoreOf(d.last), corpus.ID(d.last[maxLang+8:])
	}
	t.Columns[0].Strings = append(t.Columns[0].Strings, langOf(d.key))
	t.Columns[1].IDs = append(t.Columns[1].IDs, corpus.ID(d.key[maxLang:]))
	t.Columns[2].Ints = append(t.Columns[2].Ints, some)
	t.Columns[3].Floats = append(t.Columns[3].Floats, score)
	t.Columns[4].IDs = append(t.Columns[4].IDs, id)
	if t.Rows++; t.Rows < verdictRows {
		return nil
	}
	defer t.Reset()
	return c.w.Write(t)
}

// langDomain is a domain's documents in one language.
type langDomain struct {
	lang   string
	domain corpus.ID
}

// cappedBytes is what a domain that reaches its cap takes in the map of readCapped.
const cappedBytes = 200

// cappedMemory is what the domains that reach their cap take at most.
func (s *selector) cappedMemory() int64 {
	if s.even.Cap == 0 {
		return 0
	}
	return maxCapped * cappedBytes
}

// readCapped gives the rank of the last document that the cap allows by domain;
// empty where there is none.
func readCapped(e corpus.Env) (map[langDomain][]byte, error) {
	ends := map[langDomain][]byte{}
	first, _ := e.Parts()
	err := corpus.EachTable(e, roleCapped, first, func(t *corpus.Table) error {
		for i := range t.Rows {
			key := langDomain{strings.Clone(t.Columns[0].Strings[i]), t.Columns[1].IDs[i]}
			ends[key] = []byte{}
			if t.Columns[2].Ints[i] == 1 {
				ends[key] = rank(nil, key.lang, t.Columns[3].Floats[i], t.Columns[4].IDs[i])
			}
		}
		return nil
	})
	return ends, err
}
