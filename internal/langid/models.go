package langid

import (
	"bytes"
	"compress/gzip"
	_ "embed" // models.gz
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
)

// packed is made by testdata/scripts/langid_models from the models of lingua-go
// (Apache-2.0, Copyright Peter M. Stahl). Unpacked it is
// "LID1", the number of languages (a byte), their codes (two bytes each), and the
// n-grams of order 1, 2 and 3: their number, and for each the step from the key
// before (uvarints), the number of its languages (a byte), and for each of these
// its place and the cost (a little-endian uint16): -ln p in steps of 1/perNat.
// A key is the characters, 21 bits each.
//
//go:embed models.gz
var packed []byte

const perNat = 2048

// models are what is known of languages.
type models struct {
	langs   []string // those of the n-grams, then those that a script tells
	grams   table    // of all orders
	entries []entry
	// candidates are the languages of each script.
	candidates [][]uint8
	modelled   []uint8 // the languages that have n-grams
	own        []uint8 // by script: 1 + the language that it tells, 0 = none
	letters    []letter
	shared     [][]uint8 // the languages of the shared letters
	rows       []row
	lanes      []uint8 // the languages of a row
}

// span is a range of models.entries.
type span struct {
	at uint32
	n  uint8
}

// entry is a language (the low 8 bits), and by how much an n-gram costs it more
// than the n-gram without its last letter, in steps of 1/perNat. The sum of a
// trigram, its first two letters and its first is so the cost of the longest of
// them that the language has.
type entry int32

func (e entry) lang() uint8  { return uint8(e) }
func (e entry) delta() int64 { return int64(e >> 8) }

// embedded are the models that the binary holds.
var embedded = sync.OnceValue(func() *models {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		var raw []byte
		if raw, err = io.ReadAll(io.LimitReader(z, maxModels)); err == nil {
			var m *models
			if m, err = parseModels(raw); err == nil {
				return m
			}
		}
	}
	panic(fmt.Sprintf("langid: the embedded models are damaged: %v", err))
})

var errModels = errors.New("models end early or hold impossible values")

// parseModels reads the unpacked form.
func parseModels(raw []byte) (*models, error) {
	if len(raw) < 5 || string(raw[:4]) != "LID1" {
		return nil, errors.New("no models")
	}
	m := &models{grams: newTable(1 << 10), entries: make([]entry, 0, len(raw)/3)}
	n, raw := int(raw[4]), raw[5:]
	if len(raw) < 2*n || n > maxLangs {
		return nil, errModels
	}
	for i := range n {
		m.langs = append(m.langs, string(raw[2*i:2*i+2]))
		m.modelled = append(m.modelled, uint8(i))
	}
	raw = raw[2*n:]
	for range 3 {
		var err error
		if raw, err = m.order(raw); err != nil {
			return nil, err
		}
	}
	if len(raw) > 0 {
		return nil, errModels
	}
	m.addScripts()
	m.tabulate()
	m.candidates = m.byScript()
	m.makeRows()
	return m, nil
}

// order reads the n-grams of one order and returns what follows them. Keys that
// begin alike are neighbours.
func (m *models) order(raw []byte) ([]byte, error) {
	count, w := binary.Uvarint(raw)
	if w <= 0 {
		return nil, errModels
	}
	raw = raw[w:]
	key, last := uint64(0), uint64(1<<64-1)
	begun := [256]int64{} // what the n-gram costs without its last letter
	for range count {
		step, w := binary.Uvarint(raw)
		if w <= 0 || len(raw) < w+1 || raw[w] > maxLangs || len(raw) < w+1+3*int(raw[w]) {
			return nil, errModels
		}
		if key += step; key>>21 != last {
			last = key >> 21
			clear(begun[:])
			m.add(&begun, m.grams.get(key>>42), 1)
			m.add(&begun, m.grams.get(key>>21), 1)
		}
		s := span{uint32(len(m.entries)), raw[w]}
		raw = raw[w+1:]
		for range s.n {
			lang, cost := raw[0], binary.LittleEndian.Uint16(raw[1:])
			if int(lang) >= len(m.langs) {
				return nil, errModels
			}
			m.entries = append(m.entries, entry((int64(cost)-begun[lang])<<8|int64(lang)))
			raw = raw[3:]
		}
		m.grams.put(key, s)
	}
	return raw, nil
}

// add puts what n times an n-gram costs to the sums of languages.
func (m *models) add(sums *[256]int64, s span, n int64) {
	for _, e := range m.entries[s.at : s.at+uint32(s.n)] {
		sums[e.lang()] += n * e.delta()
	}
}

// addScripts adds the languages that a script tells.
func (m *models) addScripts() {
	m.own = make([]uint8, len(scripts))
	for i, s := range scripts {
		if s.lang != "" {
			m.langs = append(m.langs, s.lang)
			m.own[i] = uint8(len(m.langs))
		}
	}
}

// place is where a language is in langs. One that is not there, in damaged
// models only, gets the place of none.
func (m *models) place(lang string) uint8 {
	return uint8(slices.Index(m.langs, lang))
}

// leastShare is the share of a language's letters that makes a script its own.
const leastShare = 0.1

// byScript finds the languages of each script in the models of single letters.
func (m *models) byScript() [][]uint8 {
	share := make([][256]float64, len(scripts))
	for r, l := range m.letters { // beyond are no letters of these languages
		if l.script < 0 || rune(l.lower) != rune(r) {
			continue
		}
		s := m.grams.get(uint64(r))
		for _, e := range m.entries[s.at : s.at+uint32(s.n)] {
			share[l.script][e.lang()] += math.Exp(-float64(e.delta()) / perNat)
		}
	}
	all := make([][]uint8, len(scripts))
	for s := range scripts {
		for l := range m.langs {
			if share[s][l] >= leastShare {
				all[s] = append(all[s], uint8(l))
			}
		}
	}
	return all
}
