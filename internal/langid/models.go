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

// models are the probabilities of n-grams by language.
type models struct {
	langs []string
	grams table // of all orders
	costs []cost
	// candidates are the languages of each script.
	candidates [][]uint8
}

// span is a range of models.costs.
type span struct {
	at uint32
	n  uint8
}

type cost struct {
	lang uint8
	nats uint16
}

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
	m := &models{grams: newTable(1 << 10)}
	n, raw := int(raw[4]), raw[5:]
	if len(raw) < 2*n {
		return nil, errModels
	}
	for i := range n {
		m.langs = append(m.langs, string(raw[2*i:2*i+2]))
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
	m.candidates = m.byScript()
	return m, nil
}

// order reads the n-grams of one order and returns what follows them.
func (m *models) order(raw []byte) ([]byte, error) {
	count, w := binary.Uvarint(raw)
	if w <= 0 {
		return nil, errModels
	}
	raw = raw[w:]
	key := uint64(0)
	for range count {
		step, w := binary.Uvarint(raw)
		if w <= 0 || len(raw) < w+1 || len(raw) < w+1+3*int(raw[w]) {
			return nil, errModels
		}
		key += step
		s := span{uint32(len(m.costs)), raw[w]}
		raw = raw[w+1:]
		for range s.n {
			c := cost{raw[0], binary.LittleEndian.Uint16(raw[1:])}
			if int(c.lang) >= len(m.langs) {
				return nil, errModels
			}
			m.costs = append(m.costs, c)
			raw = raw[3:]
		}
		m.grams.put(key, s)
	}
	return raw, nil
}

// of are the costs of an n-gram.
func (m *models) of(key uint64) []cost {
	s := m.grams.get(key)
	return m.costs[s.at : s.at+uint32(s.n)]
}

// leastShare is the share of a language's letters that makes a script its own.
const leastShare = 0.1

// byScript finds the languages of each script in the models of single letters.
func (m *models) byScript() [][]uint8 {
	share := make([][]float64, len(scripts))
	for i := range share {
		share[i] = make([]float64, len(m.langs))
	}
	for r := range rune(0x3000) { // beyond are no letters of these languages
		s := scriptOf(r)
		if s < 0 {
			continue
		}
		for _, c := range m.of(uint64(r)) {
			share[s][c.lang] += math.Exp(-float64(c.nats) / perNat)
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
